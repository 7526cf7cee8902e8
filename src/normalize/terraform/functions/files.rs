//! Functions of paths and files. Files are those of the scanned tree, read through the host.

use std::cell::RefCell;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Regex, RegexBuilder};

use super::argument::{bounded, check_items, check_text, mapping, text, top_unknown, unknown_text};
use super::hash::{self, Print};
use super::memo::{Memo, remembered};
use super::{FileError, Host};
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, Value};

/// What is read of a file: its bytes, or the value to give in its place.
enum Read {
    Bytes(Vec<u8>),
    Instead(Value),
}

fn read(path: &Value, host: &dyn Host) -> Result<Read, String> {
    let path = text(path)?;
    match host.read_file(path) {
        Ok(bytes) => {
            check_text(bytes.len())?;
            Ok(Read::Bytes(bytes))
        }
        Err(FileError::OutOfReach(reason)) => Ok(Read::Instead(unknown_text(&reason))),
        Err(FileError::Missing) if host.may_fail() => Err(format!("there is no file {path}")),
        Err(FileError::Missing) => {
            host.missing(path);
            Ok(Read::Instead(unknown_text(&format!("the file {path} is not there"))))
        }
    }
}

fn utf8(path: &Value, bytes: Vec<u8>) -> Result<String, String> {
    let path = text(path)?;
    String::from_utf8(bytes).map_err(|_| {
        format!("contents of {path:?} are not valid UTF-8; use the filebase64 function")
    })
}

pub(super) fn file(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    match read(&arguments[0], host)? {
        Read::Bytes(bytes) => Ok(Value::string(utf8(&arguments[0], bytes)?)),
        Read::Instead(unknown) => Ok(unknown),
    }
}

fn printed(arguments: &[Value], host: &dyn Host, print: Print) -> Result<Value, String> {
    match read(&arguments[0], host)? {
        Read::Bytes(bytes) => bounded(print(&bytes)),
        Read::Instead(unknown) => Ok(unknown),
    }
}

pub(super) fn filebase64(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, |bytes| STANDARD.encode(bytes))
}
pub(super) fn filemd5(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::md5_hex)
}
pub(super) fn filesha1(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::sha1_hex)
}
pub(super) fn filesha256(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::sha256_hex)
}
pub(super) fn filesha512(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::sha512_hex)
}
pub(super) fn filebase64sha256(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::sha256_base64)
}
pub(super) fn filebase64sha512(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    printed(arguments, host, hash::sha512_base64)
}

pub(super) fn fileexists(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    Ok(match host.read_file(text(&arguments[0])?) {
        Ok(_) => Value::bool(true),
        Err(FileError::Missing) => Value::bool(false),
        Err(FileError::OutOfReach(reason)) => super::unknown(reason.into(), Some(Type::Bool)),
    })
}

pub(super) fn fileset(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    thread_local! {
        static PATTERNS: RefCell<Memo<Result<Regex, String>, 64>> = RefCell::default();
    }
    let pattern = text(&arguments[1])?;
    let pattern = remembered(&PATTERNS, pattern, || {
        let made = RegexBuilder::new(&glob_pattern(pattern)?).size_limit(1 << 20).build();
        made.map_err(|_| format!("invalid pattern {pattern:?}"))
    })?;
    match host.list_files(text(&arguments[0])?) {
        Ok(files) => {
            let found: Vec<Value> = files
                .into_iter()
                .filter(|file| pattern.is_match(file))
                .map(Value::string)
                .collect();
            check_items(found.len())?;
            Ok(types::set(found))
        }
        Err(FileError::Missing) => Ok(types::set(Vec::new())),
        Err(FileError::OutOfReach(reason)) => {
            Ok(super::unknown(reason.into(), Some(Type::Set(Arc::new(Type::String)))))
        }
    }
}

/// A glob (`*`, `**`, `?`, `[a-z]`, `{a,b}`) as a regular expression over a path.
fn glob_pattern(glob: &str) -> Result<String, String> {
    if glob.len() > 4096 {
        return Err("the pattern is too long".to_owned());
    }
    let clean = clean_path(glob);
    let mut out = "^".to_owned();
    let mut rest = clean.as_str();
    let mut braces = 0;
    while let Some(c) = rest.chars().next() {
        let (taken, translated) = match c {
            '*' if rest.starts_with("**/") => (3, "(?:[^/]+/)*".to_owned()),
            '*' if rest.starts_with("**") => (2, ".*".to_owned()),
            '*' => (1, "[^/]*".to_owned()),
            '?' => (1, "[^/]".to_owned()),
            '{' => {
                braces += 1;
                (1, "(?:".to_owned())
            }
            '}' if braces > 0 => {
                braces -= 1;
                (1, ")".to_owned())
            }
            ',' if braces > 0 => (1, "|".to_owned()),
            '[' => class(rest)?,
            '\\' => {
                let escaped = rest[1..].chars().next().ok_or("syntax error in pattern")?;
                (1 + escaped.len_utf8(), regex::escape(&escaped.to_string()))
            }
            _ => (c.len_utf8(), regex::escape(&c.to_string())),
        };
        out.push_str(&translated);
        rest = &rest[taken..];
    }
    out.push('$');
    Ok(out)
}

fn class(rest: &str) -> Result<(usize, String), String> {
    let end = rest[1..].find(']').map(|at| at + 1).filter(|at| *at > 1);
    let end = end.ok_or("syntax error in pattern")?;
    let inner = &rest[1..end];
    let (negated, inner) = match inner.strip_prefix(['!', '^']) {
        Some(inner) => ("^", inner),
        None => ("", inner),
    };
    let escaped: String = inner
        .chars()
        .map(|c| if "[]^\\&~".contains(c) { format!("\\{c}") } else { c.to_string() })
        .collect();
    Ok((end + 1, format!("[{negated}{escaped}]")))
}

/// A path without `.`, `..` and repeated slashes where that is possible.
fn clean_path(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

pub(super) fn basename(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Kind::Unknown(unknown) = &arguments[0].kind {
        let last =
            unknown.suffix.rsplit_once('/').map(|(_, last)| last).filter(|it| !it.is_empty());
        return Ok(match last {
            Some(last) => Value::string(last),
            None => super::unknown(Arc::clone(&unknown.reason), Some(Type::String)),
        });
    }
    let path = text(&arguments[0])?;
    let trimmed = path.trim_end_matches('/');
    let name = match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(Value::string(name))
}

pub(super) fn dirname(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let path = text(&arguments[0])?;
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    Ok(Value::string(clean_path(folder)))
}

pub(super) fn abspath(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let path = text(&arguments[0])?;
    if path.starts_with('/') {
        return Ok(Value::string(clean_path(path)));
    }
    Ok(unknown_text("abspath() of a relative path depends on where Terraform runs"))
}

pub(super) fn pathexpand(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let path = text(&arguments[0])?;
    match path.strip_prefix('~') {
        None => Ok(Value::string(path)),
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            Ok(unknown_text("pathexpand() depends on who runs Terraform"))
        }
        Some(_) => Err("cannot expand user-specific home dir".to_owned()),
    }
}

/// Variables of a template: an object or map, or why they are unknown.
fn variables(value: &Value) -> Result<Option<Value>, String> {
    if top_unknown(value).is_some() {
        return Ok(None);
    }
    let map = mapping(value).ok_or("invalid vars value: must be a map")?;
    if let Some(name) = map.entries.keys().find(|name| !is_identifier(name)) {
        return Err(format!("invalid template variable name {:?}", &**name));
    }
    Ok(Some(Value::object(map.entries.clone())))
}

fn is_identifier(name: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || c == '_';
    name.starts_with(begins) && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

pub(super) fn templatefile(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(super::unknown(reason, None));
    }
    let bytes = match read(&arguments[0], host)? {
        Read::Bytes(bytes) => bytes,
        Read::Instead(unknown) => return Ok(unknown),
    };
    let template = utf8(&arguments[0], bytes)?;
    match variables(&arguments[1])? {
        Some(variables) => {
            let marks = variables.deep_marks().without_references();
            Ok(host.render(text(&arguments[0])?, &template, &variables)?.with_marks(&marks))
        }
        None => Ok(super::unknown("".into(), None)),
    }
}

pub(super) fn templatestring(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(super::unknown(reason, Some(Type::String)));
    }
    let template = text(&arguments[0])?;
    let Some(variables) = variables(&arguments[1])? else {
        return Ok(super::unknown("".into(), Some(Type::String)));
    };
    let marks = variables.deep_marks().without_references();
    let rendered = host.render("templatestring", template, &variables)?.with_marks(&marks);
    match &rendered.kind {
        Kind::Unknown(_) => Ok(rendered),
        _ => types::convert(&rendered, &Type::String),
    }
}
