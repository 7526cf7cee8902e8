//! JSON and YAML as JSON, and what of YAML is no JSON.
//!
//! A file of YAML is cut at lines that are `---` and nothing else; of a part, what follows its first document counts, too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use crate::source::{FileId, Problem};
use crate::syntax::yaml::{self, Plain};
use crate::syntax::{Node, NodeKind, Scalar, json};

/// What of a tree is no JSON.
struct Odd {
    what: String,
    /// Where it stands.
    at: usize,
}

/// A text of JSON.
pub(super) fn json_text(text: &str) -> Result<Json, String> {
    let tree = json::parse(FileId(0), text).map_err(|problem| told(&problem, text, 0))?;
    value(&tree).map_err(|odd| odd.told(text, 0))
}

/// One document as it is, several as a list.
pub(super) fn yaml_text(text: &str) -> Result<Json, String> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mark = format!("{end}---{end}");
    let mut parts: Vec<(usize, &str)> = Vec::new();
    let mut from = 0;
    for at in text.match_indices(&mark).map(|(at, _)| at) {
        // The line feed of one mark is not that of the next.
        if at >= from {
            parts.push((from, &text[from..at]));
            from = at + mark.len();
        }
    }
    parts.push((from, &text[from..]));
    if text.starts_with('%') && parts.len() > 1 {
        // What a directive stands before is no document of its own.
        let (start, second) = parts.remove(1);
        parts[0] = (0, &text[..start + second.len()]);
    }
    let is_stream = parts.len() > 1;
    let mut all = Vec::new();
    for (start, part) in parts {
        let lines = text[..start].matches('\n').count();
        let (documents, problems) = yaml::parse(FileId(0), part);
        if let Some(problem) = problems.first() {
            return Err(told(problem, part, lines));
        }
        let mut documents = documents.iter();
        let first = documents.next().map(value).transpose().map_err(|odd| odd.told(part, lines))?;
        all.push(first.unwrap_or(Json::Null));
        for more in documents {
            let more = value(more).map_err(|odd| odd.told(part, lines))?;
            if !more.is_null() {
                all.push(more);
            }
        }
    }
    match <[Json; 1]>::try_from(all) {
        Ok([one]) if !is_stream => Ok(one),
        Ok([one]) => Ok(Json::Array(vec![one])),
        Err(several) => Ok(Json::Array(several)),
    }
}

fn told(problem: &Problem, text: &str, lines: usize) -> String {
    match &problem.place {
        Some(place) => placed(&problem.message, text, place.span.start as usize, lines),
        None => problem.message.clone(),
    }
}

fn placed(what: &str, text: &str, at: usize, lines: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    format!("line {}: {what}", lines + before.matches('\n').count() + 1)
}

impl Odd {
    fn told(&self, text: &str, lines: usize) -> String {
        placed(&self.what, text, self.at, lines)
    }
}

fn value(node: &Node) -> Result<Json, Odd> {
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            scalar_value(scalar).map_err(|what| Odd { what, at: node.span.start as usize })
        }
        NodeKind::Sequence(items) => items.iter().map(value).collect(),
        NodeKind::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                map.insert(key(&entry.key)?, value(&entry.value)?);
            }
            Ok(Json::Object(map))
        }
        _ => Ok(Json::Null),
    }
}

fn scalar_value(scalar: &Scalar) -> Result<Json, String> {
    match scalar {
        Scalar::Number(text) => {
            serde_json::from_str(text).map_err(|_| format!("the number {text} is too large"))
        }
        Scalar::Plain { text, tag: None } => plain(text),
        Scalar::Plain { text, tag: Some(tag) } => tagged(text, tag),
        other => Ok(yaml::json_scalar(other)),
    }
}

fn plain(text: &str) -> Result<Json, String> {
    if is_endless(text) {
        return Err(format!("JSON has no number {text}"));
    }
    Ok(match yaml::resolve(text) {
        Plain::Null => Json::Null,
        Plain::Bool(bool) => bool.into(),
        Plain::Int(int) => int.into(),
        Plain::Float(float) => float.into(),
        Plain::Text => text.into(),
    })
}

/// `.inf` and `.nan`, in any of their spellings.
fn is_endless(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn tagged(text: &str, tag: &str) -> Result<Json, String> {
    let Some(kind) = tag.strip_prefix("tag:yaml.org,2002:") else { return Ok(text.into()) };
    let wrong = || format!("`{text}` is no !!{kind}");
    match kind {
        "binary" => {
            let digits: String = text.split_ascii_whitespace().collect();
            let bytes = STANDARD.decode(digits).map_err(|_| wrong())?;
            let read = String::from_utf8(bytes);
            read.map(Json::from).map_err(|_| "the bytes of a !!binary are no text".to_owned())
        }
        "bool" | "int" | "float" | "null" => {
            let found = plain(text)?;
            let is_float = text.contains(['.', 'e', 'E']) && !text.contains(['x', 'X']);
            let fits = match kind {
                "bool" => found.is_boolean(),
                "null" => found.is_null(),
                "int" => found.is_number() && !is_float,
                _ => found.is_number(),
            };
            if fits { Ok(found) } else { Err(wrong()) }
        }
        _ => Ok(text.into()),
    }
}

/// JSON has texts as keys only, so `on` is `true`, `0x10` is `16`, and a fraction has the digits that it needs in 32 bits.
fn key(node: &Node) -> Result<String, Odd> {
    let odd = |what: &str| Odd { what: what.to_owned(), at: node.span.start as usize };
    let found = value(node)?;
    let is_float = match &node.kind {
        NodeKind::Scalar(Scalar::Plain { text, .. }) => {
            text.contains(['.', 'e', 'E']) && !text.contains(['x', 'X'])
        }
        _ => false,
    };
    match found {
        Json::String(text) => Ok(text),
        Json::Number(number) if is_float => {
            #[expect(clippy::cast_possible_truncation, reason = "so are such keys shown")]
            let short = number.as_f64().unwrap_or_default() as f32;
            let short: f64 = short.to_string().parse().unwrap_or_default();
            Ok(super::go_float(short))
        }
        Json::Null => Err(odd("JSON has no key that is null")),
        Json::Array(_) | Json::Object(_) => Err(odd("JSON has no key that is a list or a map")),
        other => Ok(other.to_string()),
    }
}
