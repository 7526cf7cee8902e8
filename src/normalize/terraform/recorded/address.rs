//! Addresses and names as Terraform writes them: `module.net["eu"].aws_subnet.app[0]`, `each.value.id`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::super::scope::Key;

/// A part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A name.
    Name(String),
    /// An instance key or index.
    Key(Key),
}

/// The parts of an address. What cannot be read ends it.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let Some((key, after)) = key(inner) else { break };
            parts.push(Part::Key(key));
            rest = after;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            parts.push(Part::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    parts
}

/// A key after its opening bracket, and what follows its closing one.
fn key(text: &str) -> Option<(Key, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (digits, rest) = text.split_once(']')?;
        let key = if digits == "*" { Key::Unknown } else { Key::Index(digits.parse().ok()?) };
        return Some((key, rest));
    };
    let mut name = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((Key::Name(name.into()), quoted[at + 1..].strip_prefix(']')?)),
            '\\' => match characters.next()?.1 {
                'n' => name.push('\n'),
                't' => name.push('\t'),
                'r' => name.push('\r'),
                escaped => name.push(escaped),
            },
            c => name.push(c),
        }
    }
    None
}

/// A module instance's path: the name and key of each call.
pub type ModulePath = Vec<(Arc<str>, Key)>;

/// The module path at the beginning of an address, and the parts that follow it.
pub fn split_module(parts: &[Part]) -> (ModulePath, &[Part]) {
    let mut path = Vec::new();
    let mut rest = parts;
    while let [Part::Name(word), Part::Name(name), after @ ..] = rest {
        if word != "module" {
            break;
        }
        let (key, after) = match after {
            [Part::Key(key), after @ ..] => (key.clone(), after),
            _ => (Key::None, after),
        };
        path.push((name.as_str().into(), key));
        rest = after;
    }
    (path, rest)
}

/// `module.net["eu"].`, with its trailing dot; `""` for the root.
pub fn prefix(path: &[(Arc<str>, Key)]) -> String {
    path.iter().fold(String::new(), |mut text, (name, key)| {
        let _ = write!(text, "module.{name}{key}.");
        text
    })
}

/// An address without any keys.
pub fn without_keys(text: &str) -> String {
    let names = parts(text).into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Key(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}
