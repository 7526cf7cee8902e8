//! What conditions ask of a text, as texts with gaps.

use crate::engine::cel::Question;

/// Alternatives of one expression, at most.
const MAX_ALTERNATIVES: usize = 16;

/// A text with gaps that may hold anything: what stands before, between and after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// The patterns of which a text has to fit one; `None` where a question is none about what a text looks like.
    pub fn all(question: &Question) -> Option<Vec<Self>> {
        let one =
            |pieces: &[&str]| Some(vec![Self(pieces.iter().map(ToString::to_string).collect())]);
        match question {
            Question::Is(texts) => {
                Some(texts.iter().map(|text| Self(vec![text.clone()])).collect())
            }
            Question::Starts(text) => one(&[text, ""]),
            Question::Ends(text) => one(&["", text]),
            Question::Contains(text) => one(&["", text, ""]),
            Question::Matches(text) => expression(text),
            Question::Exists => None,
        }
    }

    /// The text, where there are no gaps.
    pub fn exact(&self) -> Option<&str> {
        match self.0.as_slice() {
            [text] => Some(text),
            _ => None,
        }
    }

    /// What stands before the first gap.
    pub fn start(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether nothing comes after the first gap.
    pub fn is_start(&self) -> bool {
        matches!(self.0.as_slice(), [_, rest] if rest.is_empty())
    }

    /// Whether it has a gap and nothing else.
    pub fn is_anything(&self) -> bool {
        self.0.len() > 1 && self.0.iter().all(String::is_empty)
    }

    /// The same without what it starts with, where it is known to start so.
    pub fn without(&self, start: &str) -> Option<Self> {
        let (first, rest) = self.0.split_first()?;
        let first = first.strip_prefix(start)?.to_owned();
        Some(Self(std::iter::once(first).chain(rest.iter().cloned()).collect()))
    }

    /// The same without a gap at its start.
    pub fn without_gap(&self) -> Option<Self> {
        let (first, rest) = self.0.split_first()?;
        (first.is_empty() && !rest.is_empty()).then(|| Self(rest.to_vec()))
    }

    /// What comes before and after a mark; `None` where it is not there for certain.
    pub fn split(&self, mark: char) -> Option<(Self, Self)> {
        let at = self.0.iter().position(|piece| piece.contains(mark))?;
        let (end, start) = self.0[at].split_once(mark)?;
        let before = self.0[..at].iter().cloned().chain([end.to_owned()]).collect();
        let after = std::iter::once(start.to_owned()).chain(self.0[at + 1..].iter().cloned());
        Some((Self(before), Self(after.collect())))
    }
}

/// A regular expression of plain texts, gaps of any length, and groups of texts; `None` for all others.
fn expression(text: &str) -> Option<Vec<Pattern>> {
    let (begins, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
    let is_end = text.ends_with('$') && !text.ends_with("\\$");
    let text = if is_end { &text[..text.len() - 1] } else { text };
    let first = if begins { vec![String::new()] } else { vec![String::new(), String::new()] };
    let mut found = vec![first];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = gap(rest) {
            for pieces in &mut found {
                pieces.push(String::new());
            }
            rest = after;
            continue;
        }
        let mut after = &rest[first.len_utf8()..];
        let texts: Vec<&str> = match first {
            '(' => {
                let (group, behind) = after.split_once(')')?;
                after = behind;
                let group = group.strip_prefix("?:").unwrap_or(group);
                group
                    .split('|')
                    .map(|text| is_plain(text).then_some(text))
                    .collect::<Option<_>>()?
            }
            '\\' => {
                let escaped = after.chars().next().filter(char::is_ascii_punctuation)?;
                let (own, behind) = after.split_at(escaped.len_utf8());
                after = behind;
                vec![own]
            }
            '[' | ']' | ')' | '|' | '*' | '+' | '?' | '{' | '}' | '^' | '$' => return None,
            _ => vec![&rest[..first.len_utf8()]],
        };
        // What is repeated is more than it says.
        if after.starts_with(['*', '+', '?', '{']) || found.len() * texts.len() > MAX_ALTERNATIVES {
            return None;
        }
        found = add(found, &texts);
        rest = after;
    }
    if !is_end {
        for pieces in &mut found {
            pieces.push(String::new());
        }
    }
    Some(found.into_iter().map(joined).collect())
}

/// Each of some beginnings with each of some texts after it.
fn add(mut found: Vec<Vec<String>>, texts: &[&str]) -> Vec<Vec<String>> {
    // A long text is not copied for each character of it.
    if let [text] = texts {
        found
            .iter_mut()
            .filter_map(|pieces| pieces.last_mut())
            .for_each(|last| last.push_str(text));
        return found;
    }
    let with = |pieces: &Vec<String>, text: &str| {
        let mut pieces = pieces.clone();
        if let Some(last) = pieces.last_mut() {
            last.push_str(text);
        }
        pieces
    };
    found.iter().flat_map(|pieces| texts.iter().map(move |text| with(pieces, text))).collect()
}

/// Gaps in a row are one.
fn joined(pieces: Vec<String>) -> Pattern {
    let last = pieces.len() - 1;
    let keep = |(at, piece): (usize, String)| {
        (at == 0 || at == last || !piece.is_empty()).then_some(piece)
    };
    Pattern(pieces.into_iter().enumerate().filter_map(keep).collect())
}

/// Classes of characters that hold all that names are made of.
const WIDE: [&str; 10] = [
    ".",
    "\\S",
    "\\w",
    "[^/]",
    "[^:]",
    "[^/:]",
    "[^:/]",
    "[\\w.-]",
    "[a-zA-Z0-9_.-]",
    "[A-Za-z0-9_.-]",
];

/// What follows a gap that an expression begins with.
fn gap(text: &str) -> Option<&str> {
    let after = WIDE.iter().find_map(|class| text.strip_prefix(class))?;
    after.strip_prefix(['*', '+'])
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/:@".contains(&byte))
}
