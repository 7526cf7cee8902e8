//! Texts that hold others: JSON and YAML as they are written, hashes, hexadecimal digits.

use md5::Digest as _;
use serde_json::{Map, Value as Json};

use super::{Arguments, Result};
use crate::conftest::formats::cue::Fault;
use crate::conftest::formats::cue::eval::{Evaluator, Found, Value};
use crate::source::FileId;
use crate::syntax::yaml::{self, Plain};
use crate::syntax::{Node, NodeKind, Scalar, json};

pub(super) fn is_json(text: &str) -> bool {
    json::parse(FileId(0), text).is_ok()
}

impl Evaluator<'_> {
    pub(super) fn written_function(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        let bytes = |made: Vec<u8>| Ok(Result::Value(Value::Bytes(made.into())));
        let made = match given.name {
            "crypto/md5.Sum" => return bytes(md5::Md5::digest(given.bytes(self, 0)?).to_vec()),
            "crypto/sha1.Sum" => return bytes(sha1::Sha1::digest(given.bytes(self, 0)?).to_vec()),
            "crypto/sha256.Sum256" => {
                return bytes(sha2::Sha256::digest(given.bytes(self, 0)?).to_vec());
            }
            "crypto/sha512.Sum512" => {
                return bytes(sha2::Sha512::digest(given.bytes(self, 0)?).to_vec());
            }
            "encoding/hex.Decode" => {
                let text = given.text(self, 0)?;
                let digits: Option<Vec<u8>> = text
                    .chars()
                    .map(|c| c.to_digit(16).and_then(|it| u8::try_from(it).ok()))
                    .collect();
                let digits = digits.filter(|digits| digits.len() % 2 == 0);
                let digits = digits.ok_or_else(|| Fault::fatal(at, "these are no bytes"))?;
                return bytes(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect());
            }
            "encoding/json.MarshalStream" | "encoding/yaml.MarshalStream" => {
                let mut all = String::new();
                for item in self.items(&given.values[0], at)? {
                    if given.name == "encoding/json.MarshalStream" {
                        all.push_str(&self.as_json(&item, at)?);
                        all.push('\n');
                    } else {
                        all.push_str(if all.is_empty() { "" } else { "---\n" });
                        all.push_str(&self.as_yaml(&item, at)?);
                    }
                    self.made(at, all.len())?;
                }
                all
            }
            "encoding/json.Compact" | "encoding/json.Indent" => {
                let text = given.text(self, 0)?;
                if !is_json(&text) || text.starts_with('\u{feff}') {
                    return Err(Fault::fatal(at, "this is no JSON"));
                }
                if given.name == "encoding/json.Compact" {
                    laid_out(&text, None)
                } else {
                    let (prefix, indent) = (given.text(self, 1)?, given.text(self, 2)?);
                    let most = text.len().saturating_mul(prefix.len() + indent.len() + 1);
                    self.made(at, most)?;
                    laid_out(&text, Some((&prefix, &indent)))
                }
            }
            "encoding/yaml.Unmarshal" => {
                let text = match &given.values[0] {
                    Value::Text(text) => text.to_string(),
                    _ => return Err(given.wrong(self, 0, "a text")),
                };
                let read = read_yaml(&text).map_err(|what| Fault::fatal(at, what))?;
                return self.read(&read, at);
            }
            name => return Err(Fault::unsupported(at, name)),
        };
        self.made(at, made.len())?;
        Ok(Result::Value(Value::Text(made.into())))
    }
}

/// JSON on one line, or with one value a line.
fn laid_out(text: &str, lines: Option<(&str, &str)>) -> String {
    let mut made = String::new();
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    let mut letters = text.chars().peekable();
    let line = |made: &mut String, depth: usize| {
        if let Some((prefix, indent)) = lines {
            made.push('\n');
            made.push_str(prefix);
            made.push_str(&indent.repeat(depth));
        }
    };
    while let Some(letter) = letters.next() {
        if quoted {
            made.push(letter);
            quoted = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            ' ' | '\t' | '\r' | '\n' => {}
            '{' | '[' => {
                made.push(letter);
                while letters.next_if(|next| matches!(next, ' ' | '\t' | '\r' | '\n')).is_some() {}
                if let Some(close) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    made.push(close);
                } else {
                    depth += 1;
                    line(&mut made, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut made, depth);
                made.push(letter);
            }
            ',' => {
                made.push(',');
                line(&mut made, depth);
            }
            ':' => made.push_str(if lines.is_some() { ": " } else { ":" }),
            letter => {
                quoted = letter == '"';
                made.push(letter);
            }
        }
    }
    made
}

/// One document of YAML as CUE reads it: `yes`, `on` and their like are texts.
fn read_yaml(text: &str) -> std::result::Result<Json, String> {
    let (documents, problems) = yaml::parse(FileId(0), text);
    if let Some(problem) = problems.first() {
        return Err(format!("this is no YAML: {}", problem.message));
    }
    match documents.as_slice() {
        [] => Ok(Json::Null),
        [one] => value(one),
        _ => Err("this is more than one document of YAML".to_owned()),
    }
}

fn value(node: &Node) -> std::result::Result<Json, String> {
    match &node.kind {
        NodeKind::Scalar(Scalar::Plain { text, tag: None }) => Ok(plain(text)?),
        NodeKind::Scalar(Scalar::Plain { tag: Some(tag), .. }) => {
            Err(format!("the tag {tag} is not supported here"))
        }
        NodeKind::Scalar(other) => Ok(yaml::json_scalar(other)),
        NodeKind::Sequence(items) => items.iter().map(value).collect(),
        NodeKind::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                let key = match value(&entry.key)? {
                    Json::String(text) => text,
                    Json::Number(_) | Json::Bool(_) => match &entry.key.kind {
                        NodeKind::Scalar(Scalar::Plain { text, .. }) => text.to_string(),
                        _ => return Err("such a key of YAML is not supported here".to_owned()),
                    },
                    _ => return Err("such a key of YAML is not supported here".to_owned()),
                };
                let value = value(&entry.value)?;
                if map.get(&key).is_some_and(|old| *old != value) {
                    return Err(format!("the key {key} stands twice"));
                }
                map.insert(key, value);
            }
            Ok(Json::Object(map))
        }
        _ => Ok(Json::Null),
    }
}

fn plain(text: &str) -> std::result::Result<Json, String> {
    let octal = text.len() > 1
        && text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.contains(['8', '9']);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    if matches!(unsigned.as_str(), ".inf" | ".nan") {
        return Err(format!("CUE has no number {text}"));
    }
    Ok(match yaml::resolve(text) {
        Plain::Bool(value)
            if matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") =>
        {
            value.into()
        }
        Plain::Null => Json::Null,
        Plain::Int(number) if !octal => number.into(),
        Plain::Float(number) if !octal => number.into(),
        _ => text.into(),
    })
}
