//! What is wrong with a text, in plain words. Faults become problems where a statement gives up.
#![expect(clippy::unnecessary_box_returns, reason = "results stay as small as nodes")]

use super::parser::Parser;
use crate::source::{MAX_NESTING, Place, Problem, ProblemKind};

/// Why a statement does not parse.
#[derive(Debug)]
pub(super) struct Fault {
    /// First byte of the place.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    pub(super) kind: ProblemKind,
    pub(super) message: String,
    pub(super) help: &'static str,
    /// Something that was opened is not closed: where the statement ends is not known.
    pub(super) is_unclosed: bool,
}

impl Fault {
    /// A fault about a range of the text.
    pub(super) fn new(
        start: usize,
        end: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> Box<Self> {
        let (kind, message) = (ProblemKind::Syntax, message.into());
        Box::new(Self { start, end, kind, message, help, is_unclosed: false })
    }
}

pub(super) type Result<T> = std::result::Result<T, Box<Fault>>;

/// What was opened last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    Nothing,
    Block,
    Object,
    Bracket,
    Parenthesis,
    Interpolation,
    Directive,
    Heredoc,
}

impl Opened {
    /// What it is called, and how it is closed.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Nothing => ("statement", ""),
            Self::Block | Self::Object => ("brace", "close it with `}`"),
            Self::Bracket => ("bracket", "close it with `]`"),
            Self::Parenthesis => ("parenthesis", "close it with `)`"),
            Self::Interpolation => ("interpolation", "close it with `}`"),
            Self::Directive => ("directive", "close it with `}`"),
            Self::Heredoc => ("heredoc", "end it with its marker alone on a line"),
        }
    }
}

impl Parser<'_> {
    /// A fault about the character at an offset.
    pub(super) fn fault_at(
        &self,
        at: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> Box<Fault> {
        Fault::new(at, self.next_char(at), message, help)
    }

    /// The tree would be too deep.
    pub(super) fn too_deep(&self) -> Box<Fault> {
        let message = format!("nested or chained more than {MAX_NESTING} levels deep");
        let mut fault = self.fault_at(self.at, message, "flatten the expression");
        fault.kind = ProblemKind::Limit;
        fault
    }

    /// What was opened last is not closed.
    pub(super) fn unclosed(&self) -> Box<Fault> {
        let (what, help) = self.opened.0.words();
        self.never_closed(self.opened.1, what, help)
    }

    /// The same where a line break shows it: the statement ends with the line.
    pub(super) fn left_open(&self) -> Box<Fault> {
        Box::new(Fault { is_unclosed: false, ..*self.unclosed() })
    }

    fn never_closed(&self, at: usize, what: &str, help: &'static str) -> Box<Fault> {
        let mut fault = self.fault_at(at, format!("this {what} is never closed"), help);
        fault.is_unclosed = true;
        fault
    }

    /// A string that does not end on its line.
    pub(super) fn open_string(&self, start: usize) -> Box<Fault> {
        let help = "close it with `\"` on the same line; a heredoc holds text of several lines";
        self.fault_at(start, "this string is never closed", help)
    }

    /// What stands here is not what is wanted here.
    pub(super) fn unexpected(&self, wanted: &str) -> Box<Fault> {
        if self.at_end() {
            if self.opened.0 != Opened::Nothing {
                return self.unclosed();
            }
            return self.fault_at(self.at, format!("expected {wanted}, but the text ends"), "");
        }
        if self.starts_with("/*") {
            return self.never_closed(self.at, "comment", "close it with `*/`");
        }
        let (found, end) = self.found();
        Fault::new(self.at, end, format!("expected {wanted}, found {found}"), self.hint())
    }

    /// The token that stands here, in words, and where it ends.
    fn found(&self) -> (String, usize) {
        let rest = &self.text[self.at..];
        if rest.starts_with(['\n', '\r']) {
            return ("the end of the line".to_owned(), self.next_char(self.at));
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let pairs = ["==", "!=", "<=", ">=", "&&", "||", "=>", "<<", "::", "..."];
        let length = match pairs.iter().find(|pair| rest.starts_with(**pair)) {
            _ if word > 0 => word,
            Some(pair) => pair.len(),
            None => rest.chars().next().map_or(0, char::len_utf8),
        };
        let shown: String = rest[..length].chars().take(40).collect();
        let shown = if shown == "`" { "a backtick".to_owned() } else { format!("`{shown}`") };
        (shown, self.at + length)
    }

    /// Advice for what people write who are used to other languages.
    fn hint(&self) -> &'static str {
        match self.text[self.at..].chars().next() {
            Some('\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}') => {
                "texts are written in double quotes: \"…\""
            }
            Some(';') => "statements end with a line break",
            Some('&') => "and is written `&&`",
            Some('|') => "or is written `||`",
            Some('<') if self.starts_with("<<") => {
                "a heredoc begins with `<<` and a word, then the line ends"
            }
            _ => "",
        }
    }

    /// As a problem of the file.
    pub(super) fn problem(&self, fault: Fault) -> Problem {
        let span = self.span(fault.start, fault.end);
        let problem = Problem::new(fault.kind, fault.message).at(Place { file: self.file, span });
        if fault.help.is_empty() { problem } else { problem.help(fault.help) }
    }
}
