//! Whether `# METADATA` comments are about something: OPA refuses a module in which one is about nothing, or says of a rule what only
//! a package can be. Here its rule would silently have no metadata.
//!
//! Takes a text, gives the first comment that is wrong with its place.

use serde_json::Value as Json;

use super::guard::Violation;
use super::style::quoted;
use crate::syntax::yaml;

/// What a comment can be about, and whether that is a rule.
const SCOPES: [(&str, bool); 4] =
    [("rule", true), ("document", true), ("package", false), ("subpackages", false)];

/// A comment `# METADATA` in the first column with the lines after it.
struct Block<'t> {
    /// Its line, from 1.
    line: usize,
    yaml: String,
    /// The first word of the code after it; nothing at the end of the module.
    about: Option<&'t str>,
}

/// Check a module's text.
pub(super) fn check(text: &str) -> Result<(), Violation> {
    if !text.contains("METADATA") {
        return Ok(());
    }
    blocks(text).iter().try_for_each(|block| {
        fault(block).map_or(Ok(()), |message| {
            let line = u32::try_from(block.line).unwrap_or(u32::MAX);
            Err(Violation { line, column: 1, message })
        })
    })
}

fn fault(block: &Block<'_>) -> Option<String> {
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
            '#' if is_first && depth == 0 => {
                let words = &token[1..];
                if open && let Some(block) = blocks.last_mut() {
                    block.yaml.push_str(words.trim_end());
                    block.yaml.push('\n');
                } else if words.trim_start().starts_with("METADATA") {
                    blocks.push(Block { line, yaml: String::new(), about: None });
                    open = true;
                }
            }
            '\n' => open &= !is_first,
            _ if first.is_whitespace() => {}
            _ => {
                open = false;
                for block in &mut blocks[waiting..] {
                    block.about = Some(token);
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
