//! Whether `# METADATA` comments are about something: OPA refuses a module in which one is about nothing, or says of a rule what only
//! a package can be. Here its rule would silently have no metadata.
//!
//! Takes a text, gives the first comment that is wrong with its place.

use serde_json::Value as Json;

use super::guard::Violation;
use super::style::quoted;
use super::{Metadata, Options};
use crate::syntax::yaml;

/// What a comment can be about, and whether that is a rule.
const SCOPES: [(&str, bool); 4] =
    [("rule", true), ("document", true), ("package", false), ("subpackages", false)];

/// A comment `# METADATA` with the lines after it that begin in the first column.
struct Block<'t> {
    /// Its line, from 1.
    line: usize,
    /// Its column, from 1.
    column: u32,
    yaml: String,
    /// The first word of the code after it; nothing at the end of the module.
    about: Option<&'t str>,
    /// Whether that word is the whole of a name.
    whole: bool,
}

/// What metadata is about that can be said once only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Declared {
    /// `package`, `subpackages` or `document`.
    pub(super) scope: &'static str,
    /// The package, or the package and the name of its rule.
    pub(super) path: String,
}

/// What the metadata of a module is about that can be said once only, each with its line.
pub(super) fn declared(text: &str) -> Vec<(Declared, u32)> {
    if !text.contains("METADATA") {
        return Vec::new();
    }
    let heads = text.lines().filter_map(|line| line.trim().strip_prefix("package "));
    let package = heads.map(|rest| rest.split('#').next().unwrap_or_default().trim()).next();
    let package = package.unwrap_or_default();
    let of = |block: &Block<'_>| {
        let map = yaml::to_json(&block.yaml).0.into_iter().next()?;
        let written = map.get("scope").and_then(Json::as_str);
        let is_entry = map.get("entrypoint").and_then(Json::as_bool) == Some(true);
        let word = block.about?;
        let (scope, path) = match (word, written) {
            ("package", Some("subpackages")) => ("subpackages", package.to_owned()),
            ("package", _) => ("package", package.to_owned()),
            (_, Some("document") | None)
                if (written.is_some() || is_entry) && block.whole && word != "default" =>
            {
                ("document", format!("{package}.{word}"))
            }
            _ => return None,
        };
        Some((Declared { scope, path }, u32::try_from(block.line).unwrap_or(u32::MAX)))
    };
    blocks(text).iter().filter_map(of).collect()
}

/// Check a module's text.
pub(super) fn check(text: &str, options: &Options) -> Result<(), Violation> {
    if !text.contains("METADATA") {
        return Ok(());
    }
    let reads = options.metadata != Metadata::Ignored;
    blocks(text).iter().filter(|block| reads || block.column == 1).try_for_each(|block| {
        fault(block).map_or(Ok(()), |message| {
            let line = u32::try_from(block.line).unwrap_or(u32::MAX);
            Err(Violation { line, column: block.column, message })
        })
    })
}

fn fault(block: &Block<'_>) -> Option<String> {
    if block.yaml.trim().is_empty() && block.column > 1 {
        return Some("`# METADATA` and its lines begin in the first column of a line".to_owned());
    }
    if block.yaml.trim().is_empty() {
        return Some("this `# METADATA` says nothing: its lines follow at once".to_owned());
    }
    let (values, problems) = yaml::to_json(&block.yaml);
    if let Some(problem) = problems.first() {
        return Some(format!("this `# METADATA` does not read: {}", problem.message));
    }
    let Some(Json::Object(map)) = values.into_iter().next() else {
        return Some("this `# METADATA` is no map, like `# title: …`".to_owned());
    };
    let scope = map.get("scope").and_then(Json::as_str).unwrap_or_default();
    let known = SCOPES.iter().find(|(name, _)| *name == scope);
    if known.is_none() && !scope.is_empty() {
        return Some(format!(
            "`{scope}` is no scope of metadata: `rule`, `document`, `package` or `subpackages`"
        ));
    }
    match (block.about, known) {
        (None, _) => Some("this `# METADATA` is about nothing: no rule follows".to_owned()),
        (Some("import"), _) => {
            Some("metadata is about a package or a rule, not an import".to_owned())
        }
        (Some("package"), Some((name, true))) => {
            Some(format!("metadata of scope `{name}` stands before a rule, not a package"))
        }
        (Some(word), Some((name, false))) if word != "package" => {
            Some(format!("metadata of scope `{name}` stands before a package, not a rule"))
        }
        _ => None,
    }
}

/// The comments of a module; those within brackets or texts are none.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    // The last block still takes lines; the code after the blocks from here on is not known yet.
    let (mut open, mut waiting, mut depth) = (false, 0, 0_usize);
    let mut rest = text;
    let mut line = 1;
    let mut is_first = true;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => quoted(rest),
            '`' => rest[1..].find('`').map_or(rest.len(), |at| at + 2),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let token = &rest[..end];
        match first {
            '#' => {
                let words = &token[1..];
                if open
                    && is_first
                    && let Some(block) = blocks.last_mut()
                {
                    block.yaml.push_str(words.trim_end());
                    block.yaml.push('\n');
                } else if words.trim_start().starts_with("METADATA") && (depth == 0 || !is_first) {
                    let before = text[..text.len() - rest.len()].rsplit('\n').next();
                    let column = before.map_or(0, |before| before.chars().count()) + 1;
                    let column = u32::try_from(column).unwrap_or(u32::MAX);
                    let (yaml, about, whole) = (String::new(), None, false);
                    blocks.push(Block { line, column, yaml, about, whole });
                    open = true;
                } else {
                    open = false;
                }
            }
            '\n' => open &= !is_first,
            _ if first.is_whitespace() => {}
            _ => {
                open = false;
                let whole = !rest[end..].starts_with(['.', '[']);
                for block in &mut blocks[waiting..] {
                    block.about = Some(token);
                    block.whole = whole;
                }
                waiting = blocks.len();
                depth = match first {
                    '{' | '[' | '(' => depth + 1,
                    '}' | ']' | ')' => depth.saturating_sub(1),
                    _ => depth,
                };
            }
        }
        line += token.matches('\n').count();
        is_first = first == '\n';
        rest = &rest[end..];
    }
    blocks
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
