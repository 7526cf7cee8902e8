//! `regex.*`: parts of texts that match a pattern.

use regex::Regex;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::value::{Outcome, Val};
use crate::engine::Failure;

fn pattern(machine: &mut Machine<'_>, text: &str, pattern: &str) -> Result<Regex, Failure> {
    machine.charge(100)?;
    machine.charge_bytes(text.len().saturating_mul(8))?;
    machine.patterns.get(pattern)
}

/// The match, or its one group.
fn part<'t>(found: &regex::Captures<'t>) -> Option<&'t str> {
    found.get(usize::from(found.len() > 1)).map(|part| part.as_str())
}

fn one_group(regex: &Regex) -> Result<(), Failure> {
    if regex.captures_len() > 2 {
        return Err(Failure::error("a pattern to extract with has one group at most"));
    }
    Ok(())
}

/// `regex.extract(text, pattern)`: the first match, or its one group, as an optional value.
pub(super) fn extract<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [Val::Text(text), Val::Text(source)] = arguments else {
        return Err(mismatch("regex.extract", arguments));
    };
    let regex = pattern(machine, text, source)?;
    one_group(&regex)?;
    let found = regex.captures(text);
    Ok(found.as_ref().and_then(part).map_or(Val::Optional(None), |part| Val::some(Val::text(part))))
}

/// `regex.extractAll(text, pattern)`: all matches, or their one group.
pub(super) fn extract_all<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [Val::Text(text), Val::Text(source)] = arguments else {
        return Err(mismatch("regex.extractAll", arguments));
    };
    let regex = pattern(machine, text, source)?;
    one_group(&regex)?;
    let mut parts = Vec::new();
    for found in regex.captures_iter(text) {
        machine.charge_list(parts.len().min(1) + 1)?;
        parts.extend(part(&found).map(Val::text));
    }
    Ok(Val::list(parts))
}

/// `regex.replace(text, pattern, replacement[, count])`: `\1` names a group, `\\` is a backslash.
pub(super) fn replace<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let (text, source, replacement, count) = match arguments {
        [Val::Text(text), Val::Text(source), Val::Text(replacement)] => {
            (text, source, replacement, usize::MAX)
        }
        [Val::Text(text), Val::Text(source), Val::Text(replacement), Val::Int(count)] => {
            (text, source, replacement, usize::try_from(*count).unwrap_or(usize::MAX))
        }
        _ => return Err(mismatch("regex.replace", arguments)),
    };
    let regex = pattern(machine, text, source)?;
    let pieces = pieces(replacement, regex.captures_len())?;
    let mut made = String::new();
    let mut end = 0;
    for found in regex.captures_iter(text).take(count) {
        let Some(whole) = found.get(0) else { continue };
        made.push_str(&text[end..whole.start()]);
        for piece in &pieces {
            match piece {
                Piece::Text(text) => made.push_str(text),
                Piece::Group(at) => made.push_str(found.get(*at).map_or("", |part| part.as_str())),
            }
        }
        end = whole.end();
        machine.charge_text(made.len().min(64 << 10))?;
        if made.len() > super::arithmetic::MAX_TEXT {
            machine.charge_text(made.len())?;
        }
    }
    made.push_str(&text[end..]);
    machine.charge_text(made.len())?;
    Ok(Val::text(made))
}

enum Piece {
    Text(String),
    Group(usize),
}

fn pieces(replacement: &str, groups: usize) -> Result<Vec<Piece>, Failure> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut characters = replacement.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            literal.push(character);
            continue;
        }
        match characters.next() {
            Some('\\') => literal.push('\\'),
            Some(digit) if digit.is_ascii_digit() => {
                let group = digit.to_digit(10).unwrap_or_default() as usize;
                if group >= groups {
                    return Err(Failure::error(format!("the pattern has no group {group}")));
                }
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
                pieces.push(Piece::Group(group));
            }
            _ => {
                return Err(Failure::error("in a replacement, `\\` stands before a digit or `\\`"));
            }
        }
    }
    pieces.push(Piece::Text(literal));
    Ok(pieces)
}
