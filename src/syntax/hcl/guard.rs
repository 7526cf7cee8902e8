//! Looks over HCL text before it is parsed. Takes the text; gives a copy of the same length in which line breaks and
//! comments that mean nothing are blank, or the fault that would make the reader run away or point to the wrong place.

use crate::source::{MAX_NESTING, Place, Problem, ProblemKind};

/// Most entries that one object may have: the reader compares every key with every other.
const MAX_OBJECT_ENTRIES: usize = 4096;
/// Most levels of brackets that may follow two operators: the reader reads what is in them twice if it is wrong.
const MAX_OPERATOR_NESTING: usize = 10;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A file.
    Body,
    /// One expression; line breaks mean nothing.
    Expression,
    /// A template without quotes.
    Template,
}

/// A text of the original's length for the reader.
#[derive(Debug)]
pub(super) struct Guarded {
    /// The text.
    pub(super) text: String,
}

/// Why a text is not given to the reader.
#[derive(Debug)]
pub(super) struct Fault {
    /// First byte of the place.
    pub(super) at: usize,
    /// One past its last byte.
    pub(super) end: usize,
    kind: ProblemKind,
    message: String,
    help: &'static str,
}

impl Fault {
    /// As a problem at a place.
    pub(super) fn problem(&self, place: Place) -> Problem {
        let problem = Problem::new(self.kind, self.message.as_str()).at(place);
        if self.help.is_empty() { problem } else { problem.help(self.help) }
    }
}

/// Check a text.
pub(super) fn check(text: &str, start: Start) -> Result<Guarded, Fault> {
    let mut guard = Guard {
        text,
        bytes: text.as_bytes(),
        blank: Vec::new(),
        frames: vec![Frame::new(start.kind(), 0)],
        at: 0,
    };
    if text.starts_with('\u{feff}') && start != Start::Expression {
        guard.blank(0, 3);
        guard.at = 3;
    }
    while guard.at < text.len() {
        guard.step()?;
    }
    guard.finish()?;
    Ok(Guarded { text: guard.blanked() })
}

/// The offset after the character at `from`.
pub(super) fn next_char(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.chars().next()).map_or(from, |c| from + c.len_utf8())
}

/// Give the object key at an offset another name of the same length; `None` where that is not possible.
pub(super) fn rename_key(text: &str, at: usize) -> Option<String> {
    let key = text.get(at..)?;
    let start = at + usize::from(key.starts_with('"'));
    let rest = text.get(start..)?;
    let length = rest
        .bytes()
        .position(|byte| byte.is_ascii_whitespace() || b"\"=:\\$%".contains(&byte))
        .filter(|length| *length > 0)?;
    let name = rest.get(..length)?;
    let is_word = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if start == at && !is_word {
        return None;
    }
    let mut bytes: Vec<u8> =
        name.bytes().map(|byte| if byte.is_ascii() { byte } else { b'x' }).collect();
    for byte in bytes.iter_mut().rev() {
        let next = match *byte {
            b'a'..=b'y' | b'A'..=b'Y' => *byte + 1,
            b'z' => b'A',
            b'Z' => {
                *byte = b'a';
                continue;
            }
            _ => b'a',
        };
        *byte = next;
        break;
    }
    let renamed = String::from_utf8(bytes).ok().filter(|renamed| renamed != name)?;
    Some(format!("{}{renamed}{}", text.get(..start)?, text.get(start + length..)?))
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A file or a block: line breaks end attributes.
    Body,
    /// An object: line breaks end entries.
    Object,
    /// Parentheses, brackets, for-expressions, a whole expression: line breaks mean nothing. What closes it.
    Loose(Option<u8>),
    /// `${…}` or `%{…}`.
    Interpolation,
    Quoted,
    Heredoc(String),
    /// A template without quotes.
    Bare,
}

impl Start {
    fn kind(self) -> Kind {
        match self {
            Self::Body => Kind::Body,
            Self::Expression => Kind::Loose(None),
            Self::Template => Kind::Bare,
        }
    }
}

#[derive(Debug)]
struct Frame {
    kind: Kind,
    start: usize,
    /// Operators since the last separator.
    operators: usize,
    /// How many enclosing frames were opened after two operators.
    dense: usize,
    entries: usize,
    /// In a body: after `=` on this line.
    in_value: bool,
}

impl Frame {
    fn new(kind: Kind, start: usize) -> Self {
        Self { kind, start, operators: 0, dense: 0, entries: 0, in_value: false }
    }
}

struct Guard<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Ranges to blank.
    blank: Vec<(usize, usize)>,
    /// Never empty.
    frames: Vec<Frame>,
    at: usize,
}

impl Guard<'_> {
    fn step(&mut self) -> Result<(), Fault> {
        match self.top().kind {
            Kind::Quoted => self.quoted(),
            Kind::Heredoc(_) | Kind::Bare => self.template_text(),
            _ => self.code(),
        }
    }

    fn top(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn blank(&mut self, from: usize, to: usize) {
        self.blank.push((from, to));
    }

    fn blanked(self) -> String {
        let mut bytes = self.bytes.to_vec();
        for (from, to) in self.blank {
            bytes[from..to].fill(b' ');
        }
        String::from_utf8(bytes).unwrap_or_else(|_| self.text.to_owned())
    }

    fn open(&mut self, kind: Kind, length: usize) -> Result<(), Fault> {
        if self.frames.len() > MAX_NESTING {
            let message = format!("nested more than {MAX_NESTING} levels deep");
            return Err(self.fault(self.at, ProblemKind::Limit, message, "flatten the expression"));
        }
        let above = self.top();
        let dense = above.dense + usize::from(above.operators >= 2);
        if dense > MAX_OPERATOR_NESTING {
            let message = format!(
                "operators nested in operators more than {MAX_OPERATOR_NESTING} levels deep"
            );
            let help = "move a part of the expression to a local value";
            return Err(self.fault(self.at, ProblemKind::Limit, message, help));
        }
        self.frames.push(Frame { dense, ..Frame::new(kind, self.at) });
        self.at += length;
        Ok(())
    }

    /// Close the top frame, but never the bottom one.
    fn close(&mut self, length: usize) {
        if self.frames.len() > 1 {
            self.frames.pop();
        }
        self.at += length;
    }

    fn fault(
        &self,
        at: usize,
        kind: ProblemKind,
        message: impl Into<String>,
        help: &'static str,
    ) -> Fault {
        Fault { at, end: next_char(self.text, at), kind, message: message.into(), help }
    }

    fn unclosed(&self) -> Fault {
        let frame = self.top();
        let (what, help) = match &frame.kind {
            Kind::Quoted => ("string is", "close it with `\"` on the same line"),
            Kind::Interpolation => ("interpolation is", "close it with `}`"),
            Kind::Heredoc(_) => ("heredoc is", "end it with its marker alone on a line"),
            Kind::Loose(Some(b')')) => ("parenthesis is", "close it with `)`"),
            Kind::Loose(Some(b']')) => ("bracket is", "close it with `]`"),
            Kind::Object | Kind::Body | Kind::Loose(_) => ("brace is", "close it with `}`"),
            Kind::Bare => ("template is", ""),
        };
        self.fault(frame.start, ProblemKind::Syntax, format!("this {what} never closed"), help)
    }

    fn finish(&self) -> Result<(), Fault> {
        if self.frames.len() > 1 { Err(self.unclosed()) } else { Ok(()) }
    }

    fn quoted(&mut self) -> Result<(), Fault> {
        match self.rest() {
            [b'"', ..] => self.close(1),
            [b'\\', ..] => self.at = next_char(self.text, self.at + 1),
            [b'\n', ..] => return Err(self.broken_string()),
            _ => return self.template_char(),
        }
        Ok(())
    }

    /// A line break in a string: what is not closed is the innermost interpolation before it if the string stands in
    /// one (its quote was meant to close the outer string), else the string.
    fn broken_string(&mut self) -> Fault {
        if let [.., outer, _] = self.frames.as_slice()
            && outer.kind == Kind::Interpolation
        {
            self.frames.pop();
        }
        self.unclosed()
    }

    fn template_text(&mut self) -> Result<(), Fault> {
        let ends_line = self.rest().starts_with(b"\n");
        self.template_char()?;
        if ends_line {
            self.heredoc_end();
        }
        Ok(())
    }

    /// Step over a heredoc's end marker if the line that starts here is one. A line that only begins with the marker is
    /// text, which the reader does not know: there the marker is blank in its copy.
    fn heredoc_end(&mut self) {
        let rest = &self.text[self.at..];
        let line = rest.lines().next().unwrap_or_default();
        let Kind::Heredoc(marker) = &self.top().kind else { return };
        if line.trim() == marker {
            let length = line.trim_end().len();
            self.close(length);
        } else if line.trim_start().starts_with(marker.as_str()) {
            let start = self.at + line.len() - line.trim_start().len();
            let end = start + marker.len();
            let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            if !self.text[end..].starts_with(goes_on) {
                self.blank(start, end);
            }
        }
    }

    fn template_char(&mut self) -> Result<(), Fault> {
        match self.rest() {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => self.at += 3,
            [b'$' | b'%', b'{', ..] => return self.open(Kind::Interpolation, 2),
            _ => self.at += 1,
        }
        Ok(())
    }

    fn code(&mut self) -> Result<(), Fault> {
        match self.rest() {
            [b'"', ..] => return self.open(Kind::Quoted, 1),
            [b'#', ..] | [b'/', b'/', ..] => self.line_comment(),
            [b'/', b'*', ..] => return self.block_comment(),
            [b'<', b'<', ..] => return self.heredoc(),
            [b'(', ..] => return self.open(Kind::Loose(Some(b')')), 1),
            [b'[', ..] => return self.open(Kind::Loose(Some(b']')), 1),
            [b'{', ..] => {
                let kind = self.brace();
                return self.open(kind, 1);
            }
            [b')' | b']' | b'}', ..] => return self.closer(),
            [b'\n', ..] => self.line_break(),
            _ => return self.other(),
        }
        Ok(())
    }

    fn is_loose(&self) -> bool {
        matches!(self.top().kind, Kind::Loose(_) | Kind::Interpolation)
    }

    fn line_break(&mut self) {
        if self.is_loose() {
            self.blank(self.at, self.at + 1);
        } else {
            let top = self.top_mut();
            top.operators = 0;
            top.in_value = false;
        }
        self.at += 1;
    }

    fn line_comment(&mut self) {
        let end =
            self.text[self.at..].find('\n').map_or(self.text.len(), |length| self.at + length);
        if self.is_loose() {
            self.blank(self.at, end);
        }
        self.at = end;
    }

    fn block_comment(&mut self) -> Result<(), Fault> {
        let Some(length) = self.text[self.at + 2..].find("*/") else {
            let message = "this comment is never closed";
            return Err(self.fault(self.at, ProblemKind::Syntax, message, "close it with `*/`"));
        };
        let end = self.at + 2 + length + 2;
        if self.is_loose() {
            self.blank(self.at, end);
        }
        self.at = end;
        Ok(())
    }

    fn heredoc(&mut self) -> Result<(), Fault> {
        let line = self.text[self.at..].lines().next().unwrap_or_default();
        let marker = line[2..].strip_prefix('-').unwrap_or(&line[2..]).trim_end();
        let is_word = marker.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if marker.is_empty() || !is_word {
            let help = "write `<<` and a word, then a line break";
            return Err(self.fault(self.at, ProblemKind::Syntax, "not a heredoc", help));
        }
        let length = (line.len() + 1).min(self.text.len() - self.at);
        // `lines` has cut a carriage return that stands before the line break.
        let length = length + usize::from(self.bytes.get(self.at + line.len()) == Some(&b'\r'));
        self.open(Kind::Heredoc(marker.to_owned()), length)?;
        self.heredoc_end();
        Ok(())
    }

    fn brace(&self) -> Kind {
        let inside = self.text[self.at + 1..].trim_start();
        let is_for = inside.strip_prefix("for").is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_whitespace() || c == '#' || c == '/')
        });
        match self.top() {
            Frame { kind: Kind::Body, in_value: false, .. } => Kind::Body,
            _ if is_for => Kind::Loose(Some(b'}')),
            _ => Kind::Object,
        }
    }

    fn closer(&mut self) -> Result<(), Fault> {
        let closer = self.bytes[self.at];
        let wanted = match &self.top().kind {
            Kind::Loose(Some(closer)) => *closer,
            Kind::Object | Kind::Interpolation => b'}',
            Kind::Body if self.frames.len() > 1 => b'}',
            _ => 0,
        };
        if closer == wanted {
            self.close(1);
            return Ok(());
        }
        let message = format!("unexpected `{}`", char::from(closer));
        Err(self.fault(self.at, ProblemKind::Syntax, message, ""))
    }

    fn other(&mut self) -> Result<(), Fault> {
        let (operators, length) = match self.rest() {
            [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => (1, 2),
            [b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>', ..] => (1, 1),
            [b'\r', b'\n', ..] if self.is_loose() => {
                self.blank(self.at, self.at + 1);
                (0, 1)
            }
            [b'=', ..] => return self.assignment(),
            [b':', ..] if self.top().kind == Kind::Object => return self.assignment(),
            [b',', ..] => {
                self.top_mut().operators = 0;
                (0, 1)
            }
            _ => (0, 1),
        };
        self.top_mut().operators += operators;
        self.at += length;
        Ok(())
    }

    fn assignment(&mut self) -> Result<(), Fault> {
        let top = self.top_mut();
        top.in_value = true;
        top.operators = 0;
        top.entries += 1;
        if top.kind == Kind::Object && top.entries > MAX_OBJECT_ENTRIES {
            let start = top.start;
            let message = format!("an object has more than {MAX_OBJECT_ENTRIES} entries");
            return Err(self.fault(start, ProblemKind::Limit, message, "split the object"));
        }
        self.at += 1;
        Ok(())
    }
}
