//! Regular expressions: RE2 syntax, run by the `regex` crate, whose time is bounded by pattern and text as RE2's is.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::Host;
use super::argument::{check_items, check_text, text};
use super::memo::{Memo, remembered};
use crate::document::Piece;
use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::{Entries, Kind, Mapping, SequenceKind, Unknown, Value};

const MAX_PATTERN: usize = 16 * 1024;
const MAX_COMPILED: usize = 4 * 1024 * 1024;

pub(super) fn regex(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let pattern = compile(text(&arguments[0])?)?;
    check_groups(&pattern)?;
    let found = pattern.captures(text(&arguments[1])?);
    let found = found.ok_or("pattern did not match any part of the given string")?;
    Ok(shape(&pattern, &found))
}

pub(super) fn regexall(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let pattern = compile(text(&arguments[0])?)?;
    check_groups(&pattern)?;
    let mut all = Vec::new();
    for found in pattern.captures_iter(text(&arguments[1])?) {
        check_items((all.len() + 1).saturating_mul(pattern.captures_len()))?;
        all.push(shape(&pattern, &found));
    }
    if all.is_empty() {
        return Ok(Value::empty_sequence(
            SequenceKind::List,
            Type::of(&shaped(&pattern, |_| Value::string(""))),
        ));
    }
    Ok(Value::list(all))
}

fn check_groups(pattern: &Regex) -> Result<(), String> {
    let named = pattern.capture_names().flatten().count();
    if named > 0 && named + 1 < pattern.captures_len() {
        return Err(
            "invalid regexp pattern: cannot mix both named and unnamed capture groups".to_owned()
        );
    }
    Ok(())
}

/// The match: a text, a tuple of groups, or an object of named groups.
fn shape(pattern: &Regex, found: &Captures<'_>) -> Value {
    let group = |index: usize| match found.get(index) {
        Some(part) => Value::string(part.as_str()),
        None => Value::null(),
    };
    shaped(pattern, group)
}

fn shaped(pattern: &Regex, group: impl Fn(usize) -> Value) -> Value {
    if pattern.captures_len() == 1 {
        return group(0);
    }
    let names: Vec<Option<&str>> = pattern.capture_names().collect();
    if names.iter().any(Option::is_some) {
        let named = names.iter().enumerate().filter_map(|(index, name)| Some((index, (*name)?)));
        let entries: Entries = named.map(|(index, name)| (Arc::from(name), group(index))).collect();
        return Value::object(entries);
    }
    Value::tuple((1..names.len()).map(group).collect())
}

/// Unknown where an argument is; in a JSON text that is partly known, what stands in it is replaced.
pub(super) fn replace(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(Value::first_unknown) {
        let mut result = super::unknown(reason, Some(Type::String));
        if let (Kind::Unknown(whole), Kind::String(wanted), Kind::Unknown(unknown)) =
            (&arguments[0].kind, &arguments[1].kind, &mut result.kind)
            && let Some(partial) = &whole.partial
            && !wanted.is_empty()
            && wanted.chars().all(|c| c.is_alphanumeric() || "_-".contains(c))
        {
            Arc::make_mut(unknown).partial = replace_inside(partial, wanted, &arguments[2]);
        }
        return Ok(result);
    }
    let (whole, wanted, by) = (text(&arguments[0])?, text(&arguments[1])?, text(&arguments[2])?);
    let inner = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = inner else {
        let growth = whole.matches(wanted).count().saturating_mul(by.len());
        check_text(whole.len().saturating_add(growth))?;
        return Ok(Value::string(whole.replace(wanted, by)));
    };
    let pattern = compile(pattern)?;
    let mut replaced = String::new();
    let mut at = 0;
    for found in pattern.captures_iter(whole) {
        let Some(part) = found.get(0) else { continue };
        replaced.push_str(&whole[at..part.start()]);
        found.expand(by, &mut replaced);
        check_text(replaced.len())?;
        at = part.end();
    }
    replaced.push_str(&whole[at..]);
    Ok(Value::string(replaced))
}

/// Replace a word in all texts of a structure; `None` where it stands in a key.
fn replace_inside(value: &Value, wanted: &str, by: &Value) -> Option<Value> {
    let inside = |value: &Value| replace_inside(value, wanted, by);
    let kind = match &value.kind {
        Kind::String(text) if text.contains(wanted) => match &by.kind {
            _ if **text == *wanted => by.kind.clone(),
            Kind::String(by) => Kind::String(text.replace(wanted, by).into()),
            Kind::Unknown(unknown) => {
                let mut unknown = Unknown { partial: None, ..Unknown::clone(unknown) };
                unknown.prefix = Piece::default();
                if !unknown.shown.is_empty() {
                    unknown.shown = text.replace(wanted, &unknown.shown).into();
                }
                Kind::Unknown(Arc::new(unknown))
            }
            _ => return None,
        },
        Kind::Sequence(kind, items) => {
            let items = items.iter().map(inside).collect::<Option<_>>()?;
            Kind::Sequence(*kind, Arc::new(items))
        }
        Kind::Mapping(map) => {
            let mut map = Mapping::clone(map);
            for (key, value) in &mut map.entries {
                *value = inside(value).filter(|_| !key.contains(wanted))?;
            }
            Kind::Mapping(Arc::new(map))
        }
        kind => kind.clone(),
    };
    Some(Value { kind, marks: value.marks.clone() })
}

/// Compile an RE2 pattern.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    thread_local! {
        static COMPILED: RefCell<Memo<Result<Regex, String>, 16>> = RefCell::default();
    }
    remembered(&COMPILED, pattern, || compiled(pattern))
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("invalid regexp pattern: it is longer than {MAX_PATTERN} bytes"));
    }
    let invalid = |error: &str| {
        let line = error.lines().last().unwrap_or("it cannot be read");
        format!("invalid regexp pattern: {}", line.trim_start_matches("error: "))
    };
    let translated = translate(pattern)?;
    RegexBuilder::new(&translated)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(200)
        .build()
        .map_err(|error| invalid(&error.to_string()))
}

/// RE2's syntax in that of the `regex` crate: classes by backslash are ASCII, and a class has no operators and no inner class.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let Some(escaped) = rest.next() else {
                    return Err("invalid regexp pattern: trailing backslash at end of expression"
                        .to_owned());
                };
                if escaped == 'Q' && !in_class {
                    let quoted = take_quoted(&mut rest);
                    out.push_str(&regex::escape(&quoted));
                } else {
                    push_escape(&mut out, escaped, in_class);
                }
            }
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if rest.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            '[' if rest.peek() == Some(&':') => out.push_str(&take_posix(&mut rest)),
            '[' => out.push_str("\\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '-' if in_class && rest.peek() == Some(&'-') => out.push_str("\\-"),
            _ => out.push(c),
        }
    }
    Ok(out)
}

fn push_escape(out: &mut String, escaped: char, in_class: bool) {
    let class = match escaped {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\t\\n\\f\\r ",
        _ => "",
    };
    match escaped {
        'd' | 'w' | 's' if in_class => out.push_str(class),
        'd' | 'w' | 's' => {
            let _ = write!(out, "[{class}]");
        }
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'S' => out.push_str("[^\\t\\n\\f\\r ]"),
        'b' | 'B' if !in_class => {
            let _ = write!(out, "(?-u:\\{escaped})");
        }
        _ => {
            out.push('\\');
            out.push(escaped);
        }
    }
}

/// What follows `\Q`, up to `\E` or the end.
fn take_quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut quoted = String::new();
    while let Some(c) = rest.next() {
        if c == '\\' && rest.next_if_eq(&'E').is_some() {
            break;
        }
        quoted.push(c);
    }
    quoted
}

/// `[:alpha:]` inside a class; a `[:` that does not end so is two characters.
fn take_posix(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let ahead: String = rest.clone().take(12).collect();
    match ahead.find(":]").filter(|at| *at > 0) {
        Some(end) => {
            let name: String = rest.by_ref().take(end + 2).collect();
            format!("[{name}")
        }
        None => "\\[".to_owned(),
    }
}
