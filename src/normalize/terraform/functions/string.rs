//! Functions of texts. Characters are grapheme clusters, as Terraform counts.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::Host;
use super::argument::{bounded, check_text, items, text, whole};
use crate::normalize::terraform::beyond::Beyond;
use crate::normalize::terraform::prefix;
use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::{Kind, SequenceKind, Unknown, Value};

/// How many characters a reader sees.
pub(super) fn characters(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

pub(super) fn upper(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    bounded(text(&arguments[0])?.chars().map(upper_char).collect())
}

pub(super) fn lower(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    bounded(text(&arguments[0])?.chars().map(lower).collect())
}

/// The capital of a letter, where that is one character.
fn upper_char(c: char) -> char {
    let mut all = c.to_uppercase();
    match (all.next(), all.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

pub(super) fn title(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let mut previous = ' ';
    let titled = text(&arguments[0])?.chars().map(|c| {
        let start = is_separator(previous);
        previous = c;
        if start { upper_char(c) } else { c }
    });
    bounded(titled.collect())
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        !(c.is_ascii_alphanumeric() || c == '_')
    } else {
        !c.is_alphanumeric() && c.is_whitespace()
    }
}

pub(super) fn trim(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let cut: Vec<char> = text(&arguments[1])?.chars().collect();
    Ok(Value::string(text(&arguments[0])?.trim_matches(cut.as_slice())))
}

pub(super) fn trimprefix(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let whole = text(&arguments[0])?;
    Ok(Value::string(whole.strip_prefix(text(&arguments[1])?).unwrap_or(whole)))
}

pub(super) fn trimsuffix(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let whole = text(&arguments[0])?;
    Ok(Value::string(whole.strip_suffix(text(&arguments[1])?).unwrap_or(whole)))
}

pub(super) fn trimspace(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::string(text(&arguments[0])?.trim()))
}

pub(super) fn chomp(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::string(text(&arguments[0])?.trim_end_matches(['\r', '\n'])))
}

pub(super) fn strrev(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::string(text(&arguments[0])?.graphemes(true).rev().collect::<String>()))
}

pub(super) fn substr(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let whole_text = text(&arguments[0])?;
    let (mut offset, length) = (whole(&arguments[1])?, whole(&arguments[2])?);
    if offset < 0 {
        let count = i64::try_from(characters(whole_text)).unwrap_or(i64::MAX);
        offset = offset.saturating_add(count).max(0);
    }
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = if length < 0 { usize::MAX } else { usize::try_from(length).unwrap_or(usize::MAX) };
    Ok(Value::string(whole_text.graphemes(true).skip(skip).take(take).collect::<String>()))
}

/// Most spaces that Terraform makes, which it does even where no line is indented.
const MAX_SPACES: usize = 1 << 40;

pub(super) fn indent(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let spaces = usize::try_from(whole(&arguments[0])?)
        .map_err(|_| "the number of spaces must not be negative".to_owned())?;
    if spaces > MAX_SPACES {
        return Err(format!("{spaces} spaces are too many"));
    }
    let lines = text(&arguments[1])?;
    let breaks = lines.bytes().filter(|byte| *byte == b'\n').count();
    check_text(breaks.saturating_mul(spaces).saturating_add(lines.len()))?;
    Ok(Value::string(
        lines.replace('\n', &format!("\n{}", " ".repeat(if breaks > 0 { spaces } else { 0 }))),
    ))
}

pub(super) fn split(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (separator, whole) = (text(&arguments[0])?, text(&arguments[1])?);
    let parts: Vec<Value> = if separator.is_empty() {
        whole.chars().map(|c| Value::string(c.to_string())).collect()
    } else {
        whole.split(separator).map(Value::string).collect()
    };
    super::argument::check_items(parts.len())?;
    Ok(Value::list(parts))
}

pub(super) fn startswith(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    match (&arguments[0].kind, &arguments[1].kind) {
        (Kind::Unknown(unknown), Kind::String(prefix)) => {
            let known = &*unknown.prefix;
            if known.starts_with(&**prefix) {
                return Ok(Value::bool(true));
            }
            if !prefix.starts_with(known) {
                return Ok(Value::bool(false));
            }
            Ok(super::unknown(Arc::clone(&unknown.reason), Some(Type::Bool)))
        }
        (_, Kind::Unknown(unknown)) | (Kind::Unknown(unknown), _) => {
            Ok(super::unknown(Arc::clone(&unknown.reason), Some(Type::Bool)))
        }
        _ => Ok(Value::bool(text(&arguments[0])?.starts_with(text(&arguments[1])?))),
    }
}

pub(super) fn endswith(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::bool(text(&arguments[0])?.ends_with(text(&arguments[1])?)))
}

pub(super) fn strcontains(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::bool(text(&arguments[0])?.contains(text(&arguments[1])?)))
}

/// What is known of a text that is joined of elements some of which are unknown: how it begins and ends, and between them.
fn joined_ends(arguments: &[Value]) -> Option<Arc<Beyond>> {
    let (separator, lists) = arguments.split_first()?;
    let Kind::String(separator) = &separator.kind else { return None };
    let mut parts: Vec<&Value> = Vec::new();
    for list in lists {
        // Unknown elements of a set may stand anywhere.
        let Kind::Sequence(SequenceKind::List | SequenceKind::Tuple, items) = &list.kind else {
            return None;
        };
        parts.extend(items.iter());
    }
    let whole = joined_text(separator, &parts).unwrap_or_default();
    if parts.iter().any(|part| part.marks.is_hidden()) {
        return Beyond::with_parts(None, &whole);
    }
    let known = |part: &&Value| matches!(part.kind, Kind::String(_));
    let first = parts.iter().position(|part| !known(part))?;
    let last = parts.iter().rposition(|part| !known(part))?;
    let texts = |parts: &[&Value]| -> Vec<Arc<str>> {
        let text = |part: &&Value| match &part.kind {
            Kind::String(text) => Some(Arc::clone(text)),
            _ => None,
        };
        parts.iter().filter_map(text).collect()
    };
    let mut prefix = String::new();
    for text in texts(&parts[..first]) {
        prefix.push_str(&text);
        prefix.push_str(separator);
        check_text(prefix.len()).ok()?;
    }
    let mut suffix = String::new();
    for text in texts(&parts[last + 1..]) {
        suffix.push_str(separator);
        suffix.push_str(&text);
        check_text(suffix.len()).ok()?;
    }
    let ends = Beyond::ends(prefix::of(&prefix), prefix::end_of(&suffix));
    Beyond::with_parts(ends, &whole)
}

/// What is known of a joined text between its unknown parts.
fn joined_text(separator: &str, parts: &[&Value]) -> Option<String> {
    let mut whole = String::new();
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            whole.push_str(separator);
        }
        whole.push_str(&Beyond::text_of(part)?);
        check_text(whole.len()).ok()?;
    }
    Some(whole)
}

pub(super) fn join(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(Value::first_unknown) {
        let mut joined = super::unknown(reason, Some(Type::String));
        if let Kind::Unknown(unknown) = &mut joined.kind {
            Arc::make_mut(unknown).beyond = joined_ends(arguments);
        }
        return Ok(joined);
    }
    if arguments.len() < 2 {
        return Err("at least one list is required".to_owned());
    }
    let separator = text(&arguments[0])?;
    let mut joined = String::new();
    let mut first = true;
    for list in &arguments[1..] {
        for (index, item) in items(list)?.iter().enumerate() {
            if !first {
                joined.push_str(separator);
            }
            first = false;
            if item.is_null() {
                return Err(format!("element {index} is null; cannot concatenate null values"));
            }
            joined.push_str(text(item)?);
            check_text(joined.len())?;
        }
    }
    Ok(Value::string(joined))
}

/// An unknown text that begins with a known one.
pub(super) fn begins_with(known: &str, reason: Arc<str>) -> Value {
    Kind::Unknown(Arc::new(Unknown {
        reason,
        kind: Some(Type::String),
        prefix: prefix::of(known).into(),
        not_null: true,
        ..Unknown::default()
    }))
    .into()
}
