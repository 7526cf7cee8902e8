//! How much a fault costs: the statement that it is in.
//!
//! A file is read once if all that is opened is closed. If not, brackets do not say where statements end; the file is
//! read again, and each top-level statement that does not end by its brackets ends where indentation says.

use super::Parsed;
use super::fault::{Fault, Opened, Result};
use super::heredoc::Introducer;
use super::layout::Layout;
use super::parser::Parser;
use crate::source::{Place, Problem, ProblemKind};
use crate::syntax::{Attribute, Body};

/// Most problems that are told of one file.
const MAX_PROBLEMS: usize = 20;
/// How often the length of the file may be read in vain before brackets are not trusted any more.
const MAX_VAIN_READS: usize = 4;

/// What the skipper is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level<'t> {
    Bracket(u8),
    Interpolation,
    Quoted,
    Heredoc(&'t str),
}

/// What the skipper is in, outermost first. What it asks for again and again is counted, not looked for.
#[derive(Debug, Default)]
struct Levels<'t> {
    stack: Vec<Level<'t>>,
    /// Where in the stack heredocs are.
    heredocs: Vec<usize>,
    /// Where in the stack strings are.
    quoted: Vec<usize>,
    /// How many braces and interpolations are open.
    braces: usize,
}

impl<'t> Levels<'t> {
    fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    fn last(&self) -> Option<Level<'t>> {
        self.stack.last().copied()
    }

    fn push(&mut self, level: Level<'t>) {
        match level {
            Level::Heredoc(_) => self.heredocs.push(self.stack.len()),
            Level::Quoted => self.quoted.push(self.stack.len()),
            Level::Bracket(b'{') | Level::Interpolation => self.braces += 1,
            Level::Bracket(_) => {}
        }
        self.stack.push(level);
    }

    fn pop(&mut self) {
        match self.stack.pop() {
            Some(Level::Heredoc(_)) => drop(self.heredocs.pop()),
            Some(Level::Quoted) => drop(self.quoted.pop()),
            Some(Level::Bracket(b'{') | Level::Interpolation) => self.braces -= 1,
            Some(Level::Bracket(_)) | None => {}
        }
    }

    /// A line ends in a string: all strings on the line end, and what was opened in them.
    fn end_line(&mut self) {
        let to = match self.heredocs.last() {
            Some(heredoc) => heredoc + 1,
            None => self.quoted.first().copied().unwrap_or(0),
        };
        while self.stack.len() > to {
            self.pop();
        }
    }

    /// Close a bracket. What was opened after it is closed too, up to a brace that is still open.
    fn close(&mut self, opener: u8) {
        while let Some(level) = self.last() {
            match level {
                Level::Bracket(bracket) if bracket == opener => return self.pop(),
                Level::Interpolation if opener == b'{' => return self.pop(),
                Level::Bracket(b'(' | b'[') => self.pop(),
                // Of `<`, a heredoc that is never closed, only indentation is an end.
                _ => return,
            }
        }
    }
}

impl<'t> Parser<'t> {
    /// The whole text as a file.
    pub(super) fn file(mut self) -> Parsed {
        let mut body = Body::default();
        if self.top_level(&mut body).is_err() {
            body = Body::default();
            self.problems.clear();
            self.comments.clear();
            self.top_level_by_layout(&mut body);
        }
        self.refuse_repeated(&mut body);
        let Self { comments, mut problems, .. } = self;
        problems.sort_by_key(|problem| problem.place.map(|place| place.span));
        Parsed { body, comments, problems }
    }

    fn restart(&mut self) {
        self.at = 0;
        self.bytes = self.text.as_bytes();
        self.depth = 1;
        self.byte_order_mark();
    }

    /// To the next statement; whether there is one.
    fn next_statement(&mut self) -> bool {
        self.breaks = false;
        self.space();
        self.breaks = true;
        !self.at_end()
    }

    fn top_level(&mut self, body: &mut Body) -> Result<()> {
        self.restart();
        while self.next_statement() {
            self.statement(body)?;
        }
        Ok(())
    }

    fn top_level_by_layout(&mut self, body: &mut Body) {
        self.restart();
        let mut credit = self.text.len() * MAX_VAIN_READS;
        while self.next_statement() {
            let start = self.at;
            let before = (body.attributes.len(), body.blocks.len());
            let told = (self.problems.len(), self.comments.len());
            self.layout = if credit > 0 { Layout::Anchored } else { Layout::Indented };
            let read = self.statement(body);
            if read.is_err() {
                credit = credit.saturating_sub(self.at.saturating_sub(start) + 1);
                body.attributes.truncate(before.0);
                body.blocks.truncate(before.1);
                self.problems.truncate(told.0);
                self.comments.truncate(told.1);
                self.at = start;
                self.bytes = self.text.as_bytes();
                self.depth = 1;
                self.opened = (Opened::Nothing, 0);
                self.breaks = true;
                self.layout = Layout::Indented;
                // Where indentation counts, a statement never gives up.
                let _ = self.statement(body);
            }
            self.layout = Layout::Free;
            self.bytes = self.text.as_bytes();
        }
    }

    /// Tell of a fault and step over the statement that starts at `start`. An error if brackets do not say where it ends.
    pub(super) fn recover(
        &mut self,
        mut fault: Box<Fault>,
        start: usize,
        body: &mut Body,
    ) -> Result<()> {
        if fault.is_unclosed && self.layout != Layout::Indented {
            return Err(fault);
        }
        let stop = self.bytes.len();
        self.bytes = self.text.as_bytes();
        if fault.is_unclosed && stop < self.bytes.len() {
            self.at = stop;
        } else if !self.skip(start) {
            fault.is_unclosed = true;
            return Err(fault);
        }
        let end = start + self.text[start..self.at].trim_end().len();
        let span = self.span(start, end);
        if let Some(Attribute { span: broken, value, .. }) = body.attributes.last_mut()
            && broken.start == span.start
        {
            broken.end = broken.end.max(span.end);
            value.span.end = value.span.end.max(span.end);
        }
        self.tell(*fault);
        Ok(())
    }

    fn tell(&mut self, fault: Fault) {
        let problem = self.problem(fault);
        self.push(problem);
    }

    /// An attribute of a name that was set before.
    pub(super) fn repeated(&mut self, attribute: &Attribute) {
        let message = format!("`{}` is set twice", attribute.name);
        let place = Place { file: self.file, span: attribute.name_span };
        let problem = Problem::new(ProblemKind::Syntax, message).at(place);
        self.push(problem.help("keep one of the two: the first one holds here"));
    }

    fn push(&mut self, problem: Problem) {
        match self.problems.len() {
            0..MAX_PROBLEMS => self.problems.push(problem),
            MAX_PROBLEMS => {
                let message = "more statements do not parse; only the first are told";
                self.problems.push(Problem { message: message.to_owned(), help: None, ..problem });
            }
            _ => {}
        }
    }

    /// Step over a broken statement, to before the line break that ends it or to the line that does not belong to it.
    /// False if what it opens is never closed.
    fn skip(&mut self, start: usize) -> bool {
        self.at = start;
        let mut levels = Levels::default();
        let is_closed = self.skip_levels(&mut levels, !self.is_assignment(start));
        // A brace on the next line: the header was broken before it.
        if is_closed && levels.is_empty() {
            let next = self.next_line();
            if self.bytes.get(next) == Some(&b'{') {
                self.at = next;
                return self.skip_levels(&mut levels, false);
            }
        }
        is_closed
    }

    /// The first byte that is neither a space nor a line break.
    fn next_line(&self) -> usize {
        let mut at = self.at;
        while let Some(b' ' | b'\t' | b'\n') = self.bytes.get(at) {
            at += 1;
            at += usize::from(self.bytes[at..].starts_with(b"\r\n"));
        }
        at
    }

    fn skip_levels(&mut self, levels: &mut Levels<'t>, is_header: bool) -> bool {
        let mut is_first_line = true;
        while !self.at_end() {
            match levels.last() {
                Some(Level::Quoted) => {
                    self.skip_quoted(levels);
                    // A label that is not closed has taken the brace of its block.
                    let line = &self.bytes[..self.at];
                    if is_header
                        && is_first_line
                        && levels.is_empty()
                        && self.peek() == b'\n'
                        && line.trim_ascii_end().ends_with(b"{")
                    {
                        levels.push(Level::Bracket(b'{'));
                    }
                }
                Some(Level::Heredoc(marker)) => self.skip_heredoc(levels, marker),
                _ => match self.peek() {
                    b'\n' if levels.is_empty() => return true,
                    b'\n' => {
                        if self.is_outer_line(self.at + 1) {
                            self.at += 1;
                            return self.layout == Layout::Indented;
                        }
                        self.at += 1;
                        is_first_line = false;
                    }
                    // On the line on which the statement starts it is a part of it.
                    b'}' if !is_first_line && self.closes_outer(levels) => {
                        return levels.is_empty() || self.layout == Layout::Indented;
                    }
                    byte => self.skip_code(levels, byte),
                },
            }
        }
        levels.is_empty() || self.layout == Layout::Indented
    }

    /// Whether a brace closes the block around the broken statement: it opens none itself.
    fn closes_outer(&self, levels: &Levels<'_>) -> bool {
        self.opened.0 == Opened::Block && levels.braces == 0
    }

    fn skip_code(&mut self, levels: &mut Levels<'t>, byte: u8) {
        match byte {
            b'#' => return self.line_comment(),
            b'/' if self.peek_at(1) == b'/' => return self.line_comment(),
            b'/' if self.peek_at(1) == b'*' && self.block_comment() => return,
            b'"' => levels.push(Level::Quoted),
            b'<' if self.peek_at(1) == b'<' => {
                if let Some(Introducer { marker, text, .. }) = self.introducer() {
                    // To before the line break: lines are looked at where they start.
                    self.at = text - 1;
                    let is_never_closed = self.is_never_closed(marker);
                    let level = Level::Bracket(b'<');
                    levels.push(if is_never_closed { level } else { Level::Heredoc(marker) });
                    return;
                }
            }
            b'(' | b'[' | b'{' => levels.push(Level::Bracket(byte)),
            b')' => levels.close(b'('),
            b']' => levels.close(b'['),
            b'}' => levels.close(b'{'),
            _ => {}
        }
        self.at += 1;
    }

    /// In a string: to its end, or to a line break, where all strings on the line end.
    fn skip_quoted(&mut self, levels: &mut Levels<'t>) {
        match self.plain() {
            b'"' => levels.pop(),
            b'\\' if self.peek_at(1) != b'\n' => self.at += 1,
            b'\n' => {
                levels.end_line();
                return;
            }
            _ if self.skip_sequence(levels) => return,
            _ => {}
        }
        self.at += usize::from(!self.at_end());
    }

    fn skip_heredoc(&mut self, levels: &mut Levels<'t>, marker: &str) {
        match self.plain() {
            b'\n' => {
                let rest = &self.text[self.at + 1..];
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                self.at += 1;
                if line.ends_with('\n') && line.trim() == marker {
                    self.at += line.trim_end().len();
                    levels.pop();
                }
            }
            _ if self.skip_sequence(levels) => {}
            _ => self.at += usize::from(!self.at_end()),
        }
        if self.at_end() && levels.last() == Some(Level::Heredoc(marker)) {
            self.remember_lines();
        }
    }

    /// Step over `$${`, or into `${`.
    fn skip_sequence(&mut self, levels: &mut Levels<'t>) -> bool {
        let byte = self.peek();
        if !matches!(byte, b'$' | b'%') {
            return false;
        }
        if self.peek_at(1) == byte && self.peek_at(2) == b'{' {
            self.at += 3;
        } else if self.peek_at(1) == b'{' {
            levels.push(Level::Interpolation);
            self.at += 2;
        } else {
            return false;
        }
        true
    }
}
