//! Texts of configurations are hostile until proven otherwise: here they become harmless in each language that they are written into.

use std::fmt::Write as _;

/// Longest text that is shown in one place, in characters.
const LONGEST: usize = 400;

/// A text on one line: no control characters, nothing that turns the direction of writing around, and not without end.
pub(crate) fn one_line(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_unfit(c) => '\u{fffd}',
        c => c,
    };
    let mut line: String = text.trim().chars().take(LONGEST).map(harmless).collect();
    if text.trim().chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

/// Control characters, marks of writing direction, and what XML cannot hold.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Inside an element or a quoted attribute of XML and HTML.
pub(crate) fn xml(text: &str) -> String {
    replaced(&one_line(text), |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        '`' => Some("&#96;"),
        _ => None,
    })
}

/// Inside a double-quoted string of DOT.
pub(crate) fn dot(text: &str) -> String {
    replaced(&one_line(text), |c| match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        // Graphviz reads entities in labels.
        '&' => Some("&amp;"),
        _ => None,
    })
}

/// Inside a double-quoted text of Mermaid: all that is no letter, digit or harmless sign becomes an entity.
pub(crate) fn mermaid(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        match c {
            ' ' | '.' | ',' | '-' | '_' | '/' | ':' | '…' | '+' => escaped.push(c),
            c if c.is_alphanumeric() => escaped.push(c),
            c => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    // `https://` would become a link, `1.` and `-` at the start a list.
    let escaped = escaped.replace("://", "#58;//");
    match escaped.chars().next() {
        Some('-' | '+') => format!("#8203;{escaped}"),
        Some(c) if c.is_ascii_digit() && escaped.contains(". ") => format!("#8203;{escaped}"),
        _ => escaped,
    }
}

/// Inside a paragraph, heading or table cell of Markdown.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // In a cell a bar ends it even after a backslash in some readers.
            '|' => escaped.push_str("&#124;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' | '$' | '{' | '}' | '^' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    // No links of their own accord, and nothing that begins a list.
    let escaped = escaped.replace("://", "\\://").replace("www.", "www\\.");
    match escaped.chars().next() {
        Some('-' | '+' | '=') => format!("\\{escaped}"),
        Some(c) if c.is_ascii_digit() => {
            let digits = escaped.chars().take_while(char::is_ascii_digit).count();
            match escaped[digits..].chars().next() {
                Some('.' | ')') => format!("{}\\{}", &escaped[..digits], &escaped[digits..]),
                _ => escaped,
            }
        }
        _ => escaped,
    }
}

fn replaced(text: &str, by: impl Fn(char) -> Option<&'static str>) -> String {
    let mut replaced = String::with_capacity(text.len());
    for c in text.chars() {
        match by(c) {
            Some(other) => replaced.push_str(other),
            None => replaced.push(c),
        }
    }
    replaced
}
