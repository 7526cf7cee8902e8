//! Expectations: comments in samples that state verdicts.
//!
//! `# expect: aws/id`, `# expect: aws/id 2`, `# ok: aws/id`, `# inconclusive: aws/id, aws/other`; `//` works as `#` does.
//! A trailing comment is for its line, a comment alone for the next line of code.
//!
//! After a rule may stand `message="text"` (what the finding's message, or the reason, has to hold) and `dread=9.2` or
//! `dread=8/10/10/9/9` (the score, or all five factors).

use std::fmt;
use std::sync::Arc;

use crate::finding::{Dread, Factor, Score};

/// What a rule is expected to say, or said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// `expect`: findings, exactly as many as counted.
    Finding,
    /// `ok`: the resource passes.
    Pass,
    /// `inconclusive`: the verdict depends on unknown values.
    Inconclusive,
}

impl Verdict {
    /// The word for it in comments.
    pub fn word(self) -> &'static str {
        match self {
            Self::Finding => "expect",
            Self::Pass => "ok",
            Self::Inconclusive => "inconclusive",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Finding, Self::Pass, Self::Inconclusive].into_iter().find(|v| v.word() == word)
    }
}

/// One expected verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What is expected.
    pub verdict: Verdict,
    /// The rule's full id.
    pub rule: Arc<str>,
    /// How many findings; 1 for the other verdicts.
    pub count: usize,
    /// The line that it is for, from 1.
    pub line: u32,
    /// A text that the message (of an unknown value: the reason) has to hold.
    pub message: Option<String>,
    /// How it has to be scored.
    pub dread: Option<WantedDread>,
}

/// How a verdict has to be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedDread {
    /// The score.
    Score(Score),
    /// All five factors.
    Factors(Dread),
}

impl WantedDread {
    /// From `9.2`, `9` or `8/10/10/9/9`.
    pub fn parse(text: &str) -> Option<Self> {
        let factors: Vec<&str> = text.split('/').collect();
        if factors.len() == 5 {
            let numbers: Vec<u8> = factors.iter().map_while(|part| part.parse().ok()).collect();
            let numbers: [u8; 5] = numbers.try_into().ok()?;
            return Dread::new(numbers).ok().map(Self::Factors);
        }
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_digits(whole) || !is_digits(tenth) || tenth.len() != 1 || whole.len() > 2 {
            return None;
        }
        let score = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
        (score <= 100).then_some(Self::Score(Score(score)))
    }

    /// Whether factors are as wanted.
    pub fn fits(self, dread: Dread) -> bool {
        match self {
            Self::Score(score) => dread.score() == score,
            Self::Factors(factors) => dread == factors,
        }
    }

    /// Factors in the same form.
    #[must_use]
    pub fn like(self, dread: Dread) -> Self {
        match self {
            Self::Score(_) => Self::Score(dread.score()),
            Self::Factors(_) => Self::Factors(dread),
        }
    }
}

impl fmt::Display for WantedDread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Score(score) => write!(f, "{score}"),
            Self::Factors(dread) => {
                let factors = Factor::ALL.map(|factor| dread.get(factor).to_string());
                f.write_str(&factors.join("/"))
            }
        }
    }
}

/// A comment that begins like an expectation and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The comment's line, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub message: String,
}

/// The expectations in the comments of a sample.
pub fn expectations(text: &str) -> (Vec<Expectation>, Vec<Mistake>) {
    let mut found = Vec::new();
    let mut mistakes = Vec::new();
    // Comments alone on their line wait here for the next line of code.
    let mut waiting: Vec<(u32, Comment<'_>)> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let comment = comment(content);
        let is_code = match &comment {
            Some(comment) => !comment.alone,
            None => !is_blank(content),
        };
        if let Some(comment) = comment {
            waiting.push((line, comment));
        }
        if is_code {
            for (written, comment) in waiting.drain(..) {
                parse(&comment, line, written, &mut found, &mut mistakes);
            }
        }
    }
    mistakes.extend(waiting.into_iter().map(|(line, _)| Mistake {
        line,
        message: "no line of code follows that the comment could be for".to_owned(),
    }));
    mistakes.sort_by_key(|mistake| mistake.line);
    (found, mistakes)
}

/// The expectations in a sidecar file, for samples in formats without comments: `LINE expect: aws/id`, one a line.
pub fn sidecar(text: &str) -> (Vec<Expectation>, Vec<Mistake>) {
    let mut found = Vec::new();
    let mut mistakes = Vec::new();
    for (written, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let parts = content.split_once(' ').and_then(|(line, rest)| {
            let (verdict, list) = rest.trim().split_once(':')?;
            let verdict = Verdict::from_word(verdict)?;
            Some((line.parse().ok()?, Comment { alone: false, verdict, list, start: 0 }))
        });
        match parts {
            Some((line, comment)) => parse(&comment, line, written, &mut found, &mut mistakes),
            None => mistakes.push(Mistake {
                line: written,
                message: "expected a line number and a verdict, like `12 expect: aws/id`"
                    .to_owned(),
            }),
        }
    }
    (found, mistakes)
}

pub(super) struct Comment<'t> {
    pub(super) alone: bool,
    pub(super) verdict: Verdict,
    pub(super) list: &'t str,
    /// Where in its line it begins.
    pub(super) start: usize,
}

/// The expectation comment of a line: `#` or `//` at its start or after white space, then a verdict's word and a colon.
pub(super) fn comment(line: &str) -> Option<Comment<'_>> {
    let marks = line.char_indices().filter(|(at, _)| {
        let before = line[..*at].chars().next_back();
        before.is_none_or(char::is_whitespace)
            && (line[*at..].starts_with('#') || line[*at..].starts_with("//"))
    });
    for (at, _) in marks {
        let content = line[at..].trim_start_matches(['#', '/']).trim_start();
        if let Some((word, list)) = content.split_once(':')
            && let Some(verdict) = Verdict::from_word(word.trim_end())
        {
            let alone = line[..at].trim().is_empty();
            return Some(Comment { alone, verdict, list, start: at });
        }
    }
    None
}

/// Whether a line holds no code: it is empty, or a comment alone. (YAML's `---` begins a document and is none either.)
pub(super) fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "---" || line.starts_with('#') || line.starts_with("//")
}

/// `aws/id 2 message="…" dread=9.2, aws/other`.
fn parse(
    comment: &Comment<'_>,
    line: u32,
    written: u32,
    found: &mut Vec<Expectation>,
    mistakes: &mut Vec<Mistake>,
) {
    for entry in entries(comment.list) {
        match parse_entry(entry, comment.verdict, line) {
            Ok(expectation) => found.push(expectation),
            Err(message) => mistakes.push(Mistake { line: written, message }),
        }
    }
}

/// What stands between commas outside of quotes.
pub(super) fn entries(list: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in list.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                found.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&list[start..]);
    found
}

fn parse_entry(entry: &str, verdict: Verdict, line: u32) -> Result<Expectation, String> {
    let entry = entry.trim();
    let (rule, mut rest) = entry.split_once(char::is_whitespace).unwrap_or((entry, ""));
    if !is_rule(rule) {
        return Err(format!("`{entry}` is not the full id of a rule"));
    }
    let mut expectation =
        Expectation { verdict, rule: rule.into(), count: 1, line, message: None, dread: None };
    rest = rest.trim_start();
    let mut has_count = false;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("message=") {
            let (text, after) = quoted_text(quoted).ok_or_else(|| {
                format!("write `message=\"…\"` after `{rule}`, with the quotes closed")
            })?;
            if verdict == Verdict::Pass {
                return Err(format!("a pass has no message that `{rule}` could be held to"));
            }
            expectation.message = Some(text);
            rest = after.trim_start();
            continue;
        }
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if let Some(score) = word.strip_prefix("dread=") {
            let wanted = WantedDread::parse(score);
            let wanted = wanted.ok_or_else(|| {
                format!("`{score}` is no DREAD score: write `dread=9.2`, or five factors as `dread=8/10/10/9/9`")
            })?;
            expectation.dread = Some(wanted);
        } else if has_count || expectation.message.is_some() || expectation.dread.is_some() {
            return Err(format!("unexpected text after `{rule}`"));
        } else {
            has_count = true;
            expectation.count = match word.parse::<usize>() {
                Err(_) => return Err(format!("expected a count after `{rule}`")),
                Ok(0) => {
                    return Err(format!("`{rule}` cannot be expected 0 times; say `ok: {rule}`"));
                }
                Ok(_) if verdict != Verdict::Finding => {
                    let word = verdict.word();
                    return Err(format!("only `expect` takes a count, not `{word}`"));
                }
                Ok(count) => count,
            };
        }
        rest = after.trim_start();
    }
    Ok(expectation)
}

/// The text in quotes that something begins with, and what comes after it.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut found = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((found, &inner[at + 1..])),
            '\\' => found.push(characters.next()?.1),
            other => found.push(other),
        }
    }
    None
}

fn is_rule(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('/').is_some_and(|(pack, id)| is_name(pack) && is_name(id))
}
