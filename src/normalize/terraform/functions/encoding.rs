//! Base64, URLs, character sets and CSV.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Host;
use super::argument::{bounded, check_items, check_text, text, unknown_text};
use crate::normalize::terraform::beyond::Beyond;
use crate::normalize::terraform::value::{Kind, Value, composed};

pub(super) fn base64encode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    bounded(STANDARD.encode(text(&arguments[0])?))
}

/// An unknown encoded text, with what is known of the text that it stands for.
pub(super) fn with_parts_of(mut encoded: Value, text: &Value) -> Value {
    if let (Kind::Unknown(encoded), Kind::Unknown(text)) = (&mut encoded.kind, &text.kind)
        && let Some(beyond) = &text.beyond
    {
        let own = encoded.beyond.clone();
        Arc::make_mut(encoded).beyond = Beyond::with_parts(own, &beyond.parts);
    }
    encoded
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

/// All names that Terraform 1.11 knows, also of character sets that are not computed here (asked of it, name by name).
const NAMES: &str = "437 850 852 855 860 862 863 865 866 ansi_x3.4-1968 ansi_x3.4-1986 arabic asmo-708 big5 ccsid01140 cp01140 cp037 cp367 \
     cp437 cp819 cp850 cp852 cp855 cp860 cp862 cp863 cp865 cp866 cp936 csascii csbig5 cseuckr cseucpkdfmtjapanese csgb18030 \
     csgbk csibm037 csibm1047 csibm855 csibm860 csibm863 csibm865 csibm866 csiso2022jp csiso885913 csiso885914 csiso885915 \
     csiso885916 csiso88596e csiso88596i csiso88598e csiso88598i csisolatin1 csisolatin2 csisolatin3 csisolatin4 csisolatin5 \
     csisolatin6 csisolatinarabic csisolatincyrillic csisolatingreek csisolatinhebrew cskoi8r cskoi8u csmacintosh \
     cspc850multilingual cspc862latinhebrew cspc8codepage437 cspcp852 csshiftjis csutf16 csutf16be csutf16le csutf8 \
     cswindows1250 cswindows1251 cswindows1252 cswindows1253 cswindows1254 cswindows1255 cswindows1256 cswindows1257 \
     cswindows1258 cswindows874 cyrillic ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ecma-114 ecma-118 elot_928 euc- \
     jp euc-kr extended_unix_code_packed_format_for_japanese gb18030 gbk greek greek8 hebrew hz-gb-2312 ibm-1047 ibm01140 \
     ibm037 ibm1047 ibm367 ibm437 ibm819 ibm850 ibm852 ibm855 ibm860 ibm862 ibm863 ibm865 ibm866 iso-2022-jp iso-8859-1 \
     iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 \
     iso-8859-6-e iso-8859-6-i iso-8859-7 iso-8859-8 iso-8859-8-e iso-8859-8-i iso-8859-9 iso-celtic iso-ir-100 iso-ir-101 \
     iso-ir-109 iso-ir-110 iso-ir-126 iso-ir-127 iso-ir-138 iso-ir-144 iso-ir-148 iso-ir-157 iso-ir-199 iso-ir-226 iso-ir-6 \
     iso646-us iso_646.irv:1991 iso_8859-1 iso_8859-10:1992 iso_8859-14 iso_8859-14:1998 iso_8859-15 iso_8859-16 \
     iso_8859-16:2001 iso_8859-1:1987 iso_8859-2 iso_8859-2:1987 iso_8859-3 iso_8859-3:1988 iso_8859-4 iso_8859-4:1988 \
     iso_8859-5 iso_8859-5:1988 iso_8859-6 iso_8859-6:1987 iso_8859-7 iso_8859-7:1987 iso_8859-8 iso_8859-8:1988 iso_8859-9 \
     iso_8859-9:1989 koi8-r koi8-u l1 l10 l2 l3 l4 l5 l6 l8 latin-9 latin1 latin10 latin2 latin3 latin4 latin5 latin6 latin8 \
     mac macintosh ms936 ms_kanji shift_jis us us-ascii utf-16 utf-16be utf-16le utf-8 windows-1250 windows-1251 windows-1252 \
     windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 windows-874 windows-936";

/// Why a character set gives no known text: it is not computed here, or there is none of this name (an error).
fn other_charset(name: &str) -> Result<Value, String> {
    if NAMES.split(' ').any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(unknown_text(&format!("the character set {name:?} is not computed")));
    }
    Err(format!("{name:?} is not a supported IANA encoding name or alias"))
}

fn charset(name: &str) -> Option<Charset> {
    Some(match name.to_ascii_lowercase().as_str() {
        "utf-8" | "csutf8" => Charset::Utf8,
        "utf-16" => Charset::Utf16 { big: true, mark: true },
        "utf-16be" => Charset::Utf16 { big: true, mark: false },
        "utf-16le" => Charset::Utf16 { big: false, mark: false },
        "iso-8859-1" | "latin1" | "l1" | "iso_8859-1" => Charset::Latin1,
        "us-ascii" => Charset::Ascii,
        _ => return None,
    })
}

pub(super) fn textencodebase64(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (plain, name) = (text(&arguments[0])?, text(&arguments[1])?);
    let Some(charset) = charset(name) else {
        return other_charset(name);
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
        return other_charset(name);
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
        let row = header.iter().cloned().zip(cells).collect();
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
