//! Expectations: comments in samples that state verdicts.
//!
//! `# expect: aws/id`, `# expect: aws/id 2`, `# ok: aws/id`, `# inconclusive: aws/id, aws/other`; `//` works as `#` does.
//! A trailing comment is for its line, a comment alone for the next line of code.

use std::sync::Arc;

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
            Some((line.parse().ok()?, Comment { alone: false, verdict, list }))
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

struct Comment<'t> {
    alone: bool,
    verdict: Verdict,
    list: &'t str,
}

/// The expectation comment of a line: `#` or `//` at its start or after white space, then a verdict's word and a colon.
fn comment(line: &str) -> Option<Comment<'_>> {
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
            return Some(Comment { alone: line[..at].trim().is_empty(), verdict, list });
        }
    }
    None
}

/// Whether a line holds no code: it is empty, or a comment alone. (YAML's `---` begins a document and is none either.)
fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "---" || line.starts_with('#') || line.starts_with("//")
}

/// `aws/id 2, aws/other`.
fn parse(
    comment: &Comment<'_>,
    line: u32,
    written: u32,
    found: &mut Vec<Expectation>,
    mistakes: &mut Vec<Mistake>,
) {
    for entry in comment.list.split(',') {
        let mut words = entry.split_whitespace();
        let rule = words.next().unwrap_or_default();
        let count = words.next().map(str::parse::<usize>);
        let message = match count {
            _ if !is_rule(rule) => format!("`{}` is not the full id of a rule", entry.trim()),
            Some(Err(_)) => format!("expected a count after `{rule}`"),
            Some(Ok(0)) => format!("`{rule}` cannot be expected 0 times; say `ok: {rule}`"),
            Some(Ok(_)) if comment.verdict != Verdict::Finding => {
                format!("only `expect` takes a count, not `{}`", comment.verdict.word())
            }
            _ if words.next().is_some() => format!("unexpected text after `{rule}`"),
            _ => {
                let count = count.and_then(Result::ok).unwrap_or(1);
                let verdict = comment.verdict;
                found.push(Expectation { verdict, rule: rule.into(), count, line });
                continue;
            }
        };
        mistakes.push(Mistake { line: written, message });
    }
}

fn is_rule(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('/').is_some_and(|(pack, id)| is_name(pack) && is_name(id))
}
