//! Texts and what they say: queries of URLs, UUIDs, YAML, versions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use regorus::Value;

use super::{Answer, Builtin, Refusal, globs, owned, refuse, text};
use crate::engine::rego::spelling::TEMPLATE;
use crate::syntax::yaml;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "regex.globs_match", arity: 2, run: globs_match },
    Builtin { name: "strings.count", arity: 2, run: count },
    Builtin { name: "json.is_valid", arity: 1, run: is_valid_json },
    Builtin { name: "urlquery.encode", arity: 1, run: encode },
    Builtin { name: "urlquery.decode", arity: 1, run: decode },
    Builtin { name: "urlquery.encode_object", arity: 1, run: encode_object },
    Builtin { name: "urlquery.decode_object", arity: 1, run: decode_object },
    Builtin { name: "uuid.parse", arity: 1, run: uuid },
    Builtin { name: "yaml.unmarshal", arity: 1, run: unmarshal },
    Builtin { name: "yaml.is_valid", arity: 1, run: is_valid },
    Builtin { name: "yaml.marshal", arity: 1, run: marshal },
    Builtin { name: TEMPLATE, arity: 1, run: template },
];

/// The texts of a template with what stands in its holes: each a list of one value, or of none where it is undefined.
fn template(values: &[Value]) -> Answer {
    let Some(Value::Array(parts)) = values.first() else {
        return refuse("operand 1 must be array");
    };
    let mut made = String::new();
    for part in parts.iter() {
        match part {
            Value::String(text) => made.push_str(text),
            Value::Array(given) => {
                let mut given = given.iter();
                let first = given.next();
                if given.any(|other| Some(other) != first) {
                    return Err(Refusal::Bound(
                        "a template with several values in one hole".to_owned(),
                    ));
                }
                match first {
                    None => made.push_str("<undefined>"),
                    Some(Value::String(text)) => made.push_str(text),
                    Some(value) => shown(value, &mut made),
                }
            }
            _ => return refuse("operand 1 must be array of texts and arrays"),
        }
    }
    Ok(owned(made))
}

/// A value as Rego writes it.
fn shown(value: &Value, into: &mut String) {
    let (open, close, items): (_, _, Vec<&Value>) = match value {
        Value::Set(items) if items.is_empty() => return into.push_str("set()"),
        Value::Set(items) => ('{', '}', items.iter().collect()),
        Value::Array(items) => ('[', ']', items.iter().collect()),
        Value::Object(map) => {
            into.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                into.push_str(if at == 0 { "" } else { ", " });
                shown(key, into);
                into.push_str(": ");
                shown(value, into);
            }
            return into.push('}');
        }
        other => return into.push_str(&other.to_json_str().unwrap_or_default()),
    };
    into.push(open);
    for (at, item) in items.into_iter().enumerate() {
        into.push_str(if at == 0 { "" } else { ", " });
        shown(item, into);
    }
    into.push(close);
}

fn globs_match(values: &[Value]) -> Answer {
    let (one, other) = (text(values, 0)?, text(values, 1)?);
    if one.len().saturating_mul(other.len()) > 1_000_000 {
        return Err(Refusal::Bound(
            "regex.globs_match: patterns of more than 1000 characters".to_owned(),
        ));
    }
    globs::intersect(one, other)
        .map(Value::from)
        .map_or_else(|| refuse("a pattern is malformed"), Ok)
}

/// How often a text stands in another one, without overlap.
fn count(values: &[Value]) -> Answer {
    let (text, part) = (text(values, 0)?, text(values, 1)?);
    Ok(Value::from(text.matches(part).count() as u64))
}

fn is_valid_json(values: &[Value]) -> Answer {
    let text = values.first().and_then(|value| value.as_string().ok());
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    Ok(Value::from(text.is_some_and(|text| is_json(text))))
}

fn encoded(text: &str) -> String {
    let mut made = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                made.push(byte.into());
            }
            b' ' => made.push('+'),
            other => drop(write!(made, "%{other:02X}")),
        }
    }
    made
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let mut made = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => made.push(b' '),
            b'%' => {
                let digits = [bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default()];
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                match u8::from_str_radix(digits, 16) {
                    Ok(byte) if !digits.starts_with('+') => made.push(byte),
                    _ => return refuse("invalid URL escape"),
                }
            }
            other => made.push(other),
        }
    }
    Ok(String::from_utf8_lossy(&made).into_owned())
}

fn encode(values: &[Value]) -> Answer {
    Ok(owned(encoded(text(values, 0)?)))
}

fn decode(values: &[Value]) -> Answer {
    decoded(text(values, 0)?).map(owned)
}

fn encode_object(values: &[Value]) -> Answer {
    let Some(Value::Object(map)) = values.first() else {
        return refuse("operand 1 must be object");
    };
    let mut pairs = Vec::new();
    for (key, value) in map.iter() {
        let Value::String(key) = key else { return refuse("operand 1: keys must be strings") };
        let items: Vec<&Value> = match value {
            Value::String(_) => vec![value],
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => items.iter().collect(),
            _ => return refuse("operand 1: values must be strings, arrays or sets of strings"),
        };
        for item in items {
            let Value::String(item) = item else {
                return refuse("operand 1: values must be strings");
            };
            pairs.push((encoded(key), encoded(item)));
        }
    }
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(owned(pairs.join("&")))
}

fn decode_object(values: &[Value]) -> Answer {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for pair in text(values, 0)?.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return refuse("invalid semicolon separator in query");
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        found.entry(decoded(key)?).or_default().push(owned(decoded(value)?));
    }
    let entries = found.into_iter().map(|(key, items)| (owned(key), Value::from(items)));
    Ok(Value::from(entries.collect::<BTreeMap<_, _>>()))
}

/// What a UUID of RFC 4122 says: its version and variant, of versions 1 and 2 also time and node.
fn uuid(values: &[Value]) -> Answer {
    let written = text(values, 0)?;
    let lower = written.to_ascii_lowercase();
    let body = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let body = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or(body);
    let dashed = body.len() == 36 && [8, 13, 18, 23].iter().all(|at| body.as_bytes()[*at] == b'-');
    let digits: String = if dashed { body.split('-').collect() } else { body.to_owned() };
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(number) = u128::from_str_radix(&digits, 16).ok().filter(|_| plain) else {
        return refuse("not a UUID");
    };
    let bytes = number.to_be_bytes();
    let version = bytes[6] >> 4;
    let variant = match bytes[8] >> 5 {
        0..=3 => "Reserved",
        4 | 5 => "RFC4122",
        6 => "Microsoft",
        _ => "Future",
    };
    let mut said = BTreeMap::from([
        (owned("variant"), owned(variant)),
        (owned("version"), Value::from(u64::from(version))),
    ]);
    if version == 1 || version == 2 {
        let low = u64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let middle = u64::from(u16::from_be_bytes([bytes[4], bytes[5]]));
        let high = u64::from(u16::from_be_bytes([bytes[6], bytes[7]])) & 0x0fff;
        let ticks = i128::from(low | middle << 32 | high << 48);
        // Hundreds of nanoseconds since October 1582.
        let nanos = i64::try_from((ticks - 122_192_928_000_000_000) * 100).unwrap_or_default();
        let node: Vec<String> = bytes[10..].iter().map(|byte| format!("{byte:02x}")).collect();
        let clock = u64::from(u16::from_be_bytes([bytes[8], bytes[9]]) & 0x3fff);
        said.insert(owned("time"), Value::from(nanos));
        said.insert(owned("nodeid"), owned(node.join("-")));
        said.insert(owned("macvariables"), owned(mac(bytes[10])));
        said.insert(owned("clocksequence"), Value::from(clock));
        if version == 2 {
            said.insert(owned("id"), Value::from(low));
            let domain = match bytes[9] {
                0 => "Person".to_owned(),
                1 => "Group".to_owned(),
                2 => "Org".to_owned(),
                other => format!("Domain{other}"),
            };
            said.insert(owned("domain"), owned(domain));
        }
    }
    Ok(Value::from(said))
}

fn mac(first: u8) -> String {
    let scope = if first & 0b10 == 0 { "global" } else { "local" };
    let cast = if first & 1 == 0 { "unicast" } else { "multicast" };
    format!("{scope}:{cast}")
}

fn document(written: &str) -> Option<serde_json::Value> {
    let (documents, problems) = yaml::to_json(written);
    if !problems.is_empty() {
        return None;
    }
    Some(documents.into_iter().next().unwrap_or_default())
}

fn unmarshal(values: &[Value]) -> Answer {
    document(text(values, 0)?).map(Value::from).map_or_else(|| refuse("not YAML"), Ok)
}

fn is_valid(values: &[Value]) -> Answer {
    let text = values.first().and_then(|value| value.as_string().ok());
    Ok(Value::from(text.is_some_and(|text| document(text).is_some())))
}

fn marshal(values: &[Value]) -> Answer {
    let json = values.first().and_then(|value| serde_json::to_value(value).ok());
    let Some(json) = json else { return refuse("the value cannot be written") };
    let mut made = String::new();
    write(&json, 0, false, &mut made);
    Ok(owned(made))
}

/// Block style, keys in order.
fn write(value: &serde_json::Value, depth: usize, inline: bool, into: &mut String) {
    use serde_json::Value as Json;
    let indent = |into: &mut String, first: bool| {
        if !(first && inline) {
            into.push_str(&" ".repeat(depth));
        }
    };
    match value {
        Json::Object(map) if !map.is_empty() => {
            let sorted: BTreeMap<&String, &Json> = map.iter().collect();
            for (at, (key, item)) in sorted.into_iter().enumerate() {
                indent(into, at == 0);
                into.push_str(&scalar(key));
                into.push(':');
                match item {
                    Json::Object(inner) if !inner.is_empty() => {
                        into.push('\n');
                        write(item, depth + 2, false, into);
                    }
                    Json::Array(inner) if !inner.is_empty() => {
                        into.push('\n');
                        write(item, depth, false, into);
                    }
                    item => {
                        into.push(' ');
                        write(item, 0, true, into);
                    }
                }
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                indent(into, at == 0);
                into.push_str("- ");
                write(item, depth + 2, true, into);
            }
        }
        Json::Object(_) => into.push_str("{}\n"),
        Json::Array(_) => into.push_str("[]\n"),
        Json::String(text) => {
            into.push_str(&scalar(text));
            into.push('\n');
        }
        other => {
            into.push_str(&other.to_string());
            into.push('\n');
        }
    }
}

/// A text as a plain scalar where it reads back as the same text, else in quotes.
fn scalar(text: &str) -> String {
    let first = text.chars().next();
    let special = |c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c);
    let plain = first.is_some_and(|c| !special(c) && !c.is_whitespace())
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| !c.is_control())
        && yaml::resolve(text) == yaml::Plain::Text;
    if plain {
        return text.to_owned();
    }
    if text.chars().any(char::is_control) {
        return serde_json::Value::from(text).to_string();
    }
    if first.is_some_and(|c| !special(c)) && yaml::resolve(text) != yaml::Plain::Text
        || text.is_empty()
    {
        return serde_json::Value::from(text).to_string();
    }
    format!("'{}'", text.replace('\'', "''"))
}
