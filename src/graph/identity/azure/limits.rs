//! Conditions of role assignments over which roles may be given on.
//!
//! Source: Microsoft Learn, "Delegate Azure access management to others", "Azure role assignment condition format and syntax".

use crate::document::Value;
use crate::graph::identity::Level;
use crate::graph::scene::Scene;

/// Roles by which nobody gets to data, by their ids.
const LOOKING: &str = "azure_looking_roles";

/// What asks whether no role is given, and how it begins what asks which one is.
const GIVES_NONE: &str = "!(actionmatches{'microsoft.authorization/roleassignments/write'})";
const GIVES: &str = "@request[microsoft.authorization/roleassignments:roledefinitionid]foranyofanyvalues:guidequals{";

/// The level of an assignment, and its actions, as its condition leaves them: without the right to give roles, where it lets none be given
/// but such as only look at settings.
pub fn apply(scene: &Scene<'_>, at: usize, level: Level, actions: &mut Vec<&str>) -> Level {
    if !gives_only_looks(scene, at) {
        return level;
    }
    let manages = actions.iter().any(|action| !action.starts_with("Microsoft.Authorization/"));
    actions.push("!Microsoft.Authorization/roleAssignments/write");
    level.min(if manages { Level::Write } else { Level::Read })
}

/// How long a condition is that is read. Source: Microsoft Learn, "Azure role assignment condition format" (8 KB).
const MAX_TEXT: usize = 8 << 10;

/// Whether a condition lets nothing be given but roles that only look at settings.
fn gives_only_looks(scene: &Scene<'_>, at: usize) -> bool {
    let attributes = &scene.index.resource(at).attributes;
    let Some(Value::String(text)) = attributes.get("condition") else { return false };
    if text.len() > MAX_TEXT {
        return false;
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.replace("&&", "AND").replace("||", "OR");
    let looking = scene.vocabulary.table(LOOKING);
    let only_looks = |ids: &str| {
        ids.split(',').all(|id| {
            looking.iter().filter_map(|row| row.first()).any(|own| own.eq_ignore_ascii_case(id))
        })
    };
    // Who says `OR` on the outside says it of all that stands beside it.
    let whole = parts(&text, "OR").len() > 1;
    let groups = if whole { vec![&*text] } else { parts(&text, "AND") };
    groups.into_iter().any(|group| {
        let sides: Vec<&str> = parts(group, "OR").into_iter().map(bare).collect();
        let [a, b] = sides.as_slice() else { return false };
        let [none, some] = if is_none(a) { [a, b] } else { [b, a] };
        let asked = parts(some, "AND").into_iter().find_map(|part| {
            let part = bare(part).to_ascii_lowercase();
            Some(part.strip_prefix(GIVES)?.strip_suffix('}')?.to_owned())
        });
        is_none(none) && asked.is_some_and(|ids| only_looks(&ids))
    })
}

fn is_none(text: &str) -> bool {
    text.eq_ignore_ascii_case(GIVES_NONE)
}

/// A text without the brackets around all of it.
fn bare(mut text: &str) -> &str {
    while let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        let mut depth = 0_usize;
        let closes = |c: char| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' if depth == 0 => true,
            ')' => {
                depth -= 1;
                false
            }
            _ => false,
        };
        if inner.contains(closes) {
            break;
        }
        text = inner;
    }
    text
}

/// What stands between words outside of brackets.
fn parts<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let text = bare(text);
    let (mut found, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && at >= begin && text[at..].starts_with(word) => {
                found.push(&text[begin..at]);
                begin = at + word.len();
            }
            _ => {}
        }
    }
    found.push(&text[begin..]);
    found
}
