//! Base64, URLs, character sets and CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Host;
use super::argument::{bounded, check_items, check_text, text, unknown_text};
use crate::normalize::terraform::value::{Value, composed};

pub(super) fn base64encode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    bounded(STANDARD.encode(text(&arguments[0])?))
}

pub(super) fn base64decode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let decoded = String::from_utf8(decode(text(&arguments[0])?)?)
        .map_err(|_| "the result of decoding the provided string is not valid UTF-8".to_owned())?;
    Ok(Value::string(decoded))
}

fn decode(encoded: &str) -> Result<Vec<u8>, String> {
    let compact: String = encoded.chars().filter(|c| *c != '\n' && *c != '\r').collect();
    STANDARD.decode(compact).map_err(|_| "failed to decode base64 data".to_owned())
}

pub(super) fn urlencode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let plain = text(&arguments[0])?;
    check_text(plain.len().saturating_mul(3))?;
    let mut encoded = String::with_capacity(plain.len());
    for byte in plain.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    Ok(Value::string(encoded))
}

/// Character sets that are computed here.
#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Utf16 { big: bool, mark: bool },
    Latin1,
    Ascii,
}

fn charset(name: &str) -> Option<Charset> {
    Some(match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "csutf8" => Charset::Utf8,
        "utf-16" => Charset::Utf16 { big: true, mark: true },
        "utf-16be" => Charset::Utf16 { big: true, mark: false },
        "utf-16le" => Charset::Utf16 { big: false, mark: false },
        "iso-8859-1" | "latin1" | "l1" | "iso_8859-1" => Charset::Latin1,
        "us-ascii" | "ascii" => Charset::Ascii,
        _ => return None,
    })
}

pub(super) fn textencodebase64(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (plain, name) = (text(&arguments[0])?, text(&arguments[1])?);
    let Some(charset) = charset(name) else {
        return Ok(unknown_text(&format!("the character set {name:?} is not computed")));
    };
    let unsuitable =
        || format!("the given string contains characters that cannot be represented in {name}");
    let bytes: Vec<u8> = match charset {
        Charset::Utf8 => plain.bytes().collect(),
        Charset::Utf16 { big, mark } => {
            let units = mark.then_some(0xfeff).into_iter().chain(plain.encode_utf16());
            units.flat_map(|it| if big { it.to_be_bytes() } else { it.to_le_bytes() }).collect()
        }
        Charset::Latin1 | Charset::Ascii => {
            let limit = if matches!(charset, Charset::Ascii) { 0x80 } else { 0x100 };
            let narrow =
                |c: char| u8::try_from(u32::from(c)).ok().filter(|it| u32::from(*it) < limit);
            plain.chars().map(narrow).collect::<Option<_>>().ok_or_else(unsuitable)?
        }
    };
    bounded(STANDARD.encode(bytes))
}

pub(super) fn textdecodebase64(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let name = text(&arguments[1])?;
    let Some(charset) = charset(name) else {
        return Ok(unknown_text(&format!("the character set {name:?} is not computed")));
    };
    let bytes = decode(text(&arguments[0])?)?;
    let unsuitable = || format!("the given string contains characters that do not exist in {name}");
    let decoded = match charset {
        Charset::Utf8 | Charset::Ascii => String::from_utf8(bytes).map_err(|_| unsuitable())?,
        Charset::Latin1 => bytes.into_iter().map(char::from).collect(),
        Charset::Utf16 { big, mark } => {
            let unit = |pair: &[u8]| {
                let pair = [pair[0], pair[1]];
                if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
            };
            let mut units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
            if mark && units.first() == Some(&0xfeff) {
                units.remove(0);
            } else if mark && units.first() == Some(&0xfffe) {
                units = units[1..].iter().map(|unit| unit.swap_bytes()).collect();
            }
            String::from_utf16_lossy(&units)
        }
    };
    Ok(Value::string(decoded))
}

pub(super) fn csvdecode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let mut records = csv_records(text(&arguments[0])?)?.into_iter();
    let (_, header) = records.next().ok_or("missing header line")?;
    let header: Vec<Arc<str>> = header.into_iter().map(|name| composed(name.into())).collect();
    for (at, name) in header.iter().enumerate() {
        if header[..at].contains(name) {
            return Err(format!("duplicate column name {name:?}"));
        }
    }
    let mut rows = Vec::new();
    for (line, record) in records {
        if record.len() != header.len() {
            return Err(format!("CSV parse error on line {line}: wrong number of fields"));
        }
        check_items((rows.len() + 1).saturating_mul(header.len()))?;
        let cells = record.into_iter().map(Value::string);
        let row: BTreeMap<_, _> = header.iter().cloned().zip(cells).collect();
        rows.push(Value::object(row));
    }
    Ok(Value::list(rows))
}

/// Records of a CSV text with the line on which each begins; empty lines are left out.
fn csv_records(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut records = Vec::new();
    let mut line = 1;
    let mut rest = text;
    let mut fields: usize = 0;
    while !rest.is_empty() {
        let start = line;
        if let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')) {
            rest = after;
            line += 1;
            continue;
        }
        let mut record = Vec::new();
        loop {
            let (field, after) = csv_field(rest, &mut line, start)?;
            record.push(field);
            fields += 1;
            check_items(fields)?;
            if let Some(next) = after.strip_prefix(',') {
                rest = next;
                continue;
            }
            let ended = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n'));
            rest = ended.unwrap_or(after);
            line += 1;
            break;
        }
        records.push((start, record));
    }
    Ok(records)
}

/// One field, and the text after it: at a comma, a line's end, or the end.
fn csv_field<'a>(
    text: &'a str,
    line: &mut usize,
    start: usize,
) -> Result<(String, &'a str), String> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let mut field = &text[..end];
        let mut after = &text[end..];
        if after.starts_with('\n') && field.ends_with('\r')
            || after.is_empty() && field.ends_with('\r')
        {
            field = &field[..field.len() - 1];
            after = &text[end - 1..];
            if after == "\r" {
                after = "";
            }
        }
        if field.contains('"') {
            return Err(format!("CSV parse error on line {start}: bare \" in non-quoted-field"));
        }
        return Ok((field.to_owned(), after));
    };
    let broken =
        || format!("CSV parse error on line {start}: extraneous or missing \" in quoted-field");
    let mut field = String::new();
    loop {
        let end = rest.find('"').ok_or_else(broken)?;
        field.push_str(&rest[..end].replace("\r\n", "\n"));
        *line += rest[..end].matches('\n').count();
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None if rest.is_empty()
                || rest.starts_with([',', '\n'])
                || rest.starts_with("\r\n") =>
            {
                return Ok((field, rest));
            }
            None => return Err(broken()),
        }
    }
}
