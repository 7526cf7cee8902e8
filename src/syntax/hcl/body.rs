//! Statements: attributes and blocks.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::fault::{Opened, Result};
use super::layout::Layout;
use super::parser::Parser;
use crate::syntax::{Attribute, Block, Body, Label, Node, NodeKind};

/// From this many attributes on, repeated names are looked for with a set.
const MANY_ATTRIBUTES: usize = 16;

impl Parser<'_> {
    /// The statements of a block, to before its closing brace.
    pub(super) fn statements(&mut self, body: &mut Body) -> Result<()> {
        self.enter()?;
        loop {
            self.space();
            if self.at_break() {
                self.line_break();
            } else if self.at_end() {
                return Err(self.unclosed());
            } else if self.peek() == b'}' {
                break;
            } else {
                self.statement(body)?;
            }
        }
        self.depth -= 1;
        self.refuse_repeated(body);
        Ok(())
    }

    /// One statement; if it is broken, it is left out of the body and stepped over.
    pub(super) fn statement(&mut self, body: &mut Body) -> Result<()> {
        let start = self.at;
        let (depth, opened, outer) = (self.depth, self.opened, self.floor);
        // What does not belong to the block around it does not belong to it.
        let is_indented = self.layout == Layout::Indented;
        let floor = if is_indented { self.indent_at(start).max(self.floor) } else { 0 };
        self.floor = floor;
        let blocks = body.blocks.len();
        let read = self.attribute_or_block(body);
        if let Err(fault) = read {
            // What stands after a block that was read is stepped over, not the block.
            let start = if body.blocks.len() > blocks { fault.start } else { start };
            self.depth = depth;
            self.opened = opened;
            self.breaks = true;
            self.floor = floor;
            self.recover(fault, start, body)?;
            self.floor = outer;
            if self.text[..self.at].ends_with('\n') {
                self.look_at_line();
            }
        }
        self.floor = outer;
        Ok(())
    }

    fn attribute_or_block(&mut self, body: &mut Body) -> Result<()> {
        let (name, start) = self.statement_name()?;
        let name_span = self.span(start, self.after);
        match (self.peek(), self.peek_at(1)) {
            (b'=', next) if next != b'=' && next != b'>' => {
                self.take(1);
                let from = self.at;
                let (value, fault) = match self.value() {
                    Ok(value) => (value, None),
                    // How far it goes is known once it is stepped over.
                    Err(fault) => {
                        let span = self.span(from, from);
                        (Node { span, kind: NodeKind::Broken }, Some(fault))
                    }
                };
                let span = name_span.to(value.span);
                body.attributes.push(Attribute { name, name_span, span, value });
                fault.map_or(Ok(()), Err)
            }
            (b'{' | b'"', _) => self.block(name, start, body),
            _ if self.identifier_length() > 0 => self.block(name, start, body),
            (b':', _) => {
                let message = "expected `=` or `{`, found `:`";
                Err(self.fault_at(self.at, message, "write `=` between a name and its value"))
            }
            _ => Err(self.unexpected("`=` or `{`")),
        }
    }

    fn statement_name(&mut self) -> Result<(Arc<str>, usize)> {
        match self.peek() {
            b'}' => {
                let help = "take it out, or open the block that it closes";
                Err(self.fault_at(self.at, "this `}` closes nothing", help))
            }
            b'"' => {
                let help = "write the name without quotes";
                Err(self.fault_at(self.at, "the name of an argument or block is not quoted", help))
            }
            _ => self.identifier("an argument or block"),
        }
    }

    /// The value of an attribute, to the end of the line.
    fn value(&mut self) -> Result<Node> {
        let value = self.expression()?;
        if !self.at_break() && !self.at_end() {
            let mut fault = self.unexpected("the end of the line");
            if self.peek() == b',' {
                fault.help = "statements end with a line break, not with a comma";
            }
            return Err(fault);
        }
        Ok(value)
    }

    fn block(&mut self, name: Arc<str>, start: usize, body: &mut Body) -> Result<()> {
        let name_end = self.after;
        let has_labels = self.peek() != b'{';
        let mut labels = Vec::with_capacity(if has_labels { 2 } else { 0 });
        while self.peek() != b'{' {
            let at = self.at;
            let text = match self.peek() {
                b'"' => self.label_text()?,
                _ => self.identifier("`{` or a label")?.0,
            };
            labels.push(Label { text, span: self.span(at, self.after) });
        }
        let header = self.span(start, if labels.is_empty() { name_end } else { self.after });
        let opened = self.open(Opened::Block);
        self.take(1);
        let mut inner = Body::default();
        if self.at_break() || self.at_end() || self.peek() == b'}' {
            self.statements(&mut inner)?;
        } else {
            self.only_attribute(&mut inner)?;
        }
        self.close(b'}', "`}`", true, opened)?;
        let span = self.span(start, self.after);
        body.blocks.push(Arc::new(Block { name, labels, header, span, body: inner }));
        if self.at_break() || self.at_end() {
            return Ok(());
        }
        let mut fault = self.unexpected("the end of the line");
        if fault.help.is_empty() {
            fault.help = "after a block the line ends";
        }
        Err(fault)
    }

    /// The attribute of a block on one line.
    fn only_attribute(&mut self, body: &mut Body) -> Result<()> {
        self.enter()?;
        let (name, start) = self.statement_name()?;
        let name_span = self.span(start, self.after);
        if self.peek() != b'=' || matches!(self.peek_at(1), b'=' | b'>') {
            let mut fault = self.unexpected("`=` and a value");
            fault.help =
                "a block on one line holds one argument; put other blocks on lines of their own";
            return Err(fault);
        }
        self.take(1);
        let value = self.expression()?;
        self.depth -= 1;
        let span = name_span.to(value.span);
        body.attributes.push(Attribute { name, name_span, span, value });
        if self.peek() == b'}' || self.at_end() {
            return Ok(());
        }
        let mut fault = self.unexpected("`}`");
        fault.help = "a block on one line holds one argument; put each on a line of its own";
        Err(fault)
    }

    /// Only the first attribute of a name holds; the others are problems.
    pub(super) fn refuse_repeated(&mut self, body: &mut Body) {
        let attributes = &body.attributes;
        let is_repeated = if attributes.len() < MANY_ATTRIBUTES {
            let earlier = |at: usize| &attributes[..at];
            (1..attributes.len())
                .any(|at| earlier(at).iter().any(|other| other.name == attributes[at].name))
        } else {
            let mut names = FxHashSet::default();
            attributes.iter().any(|attribute| !names.insert(&*attribute.name))
        };
        if !is_repeated {
            return;
        }
        let mut names: FxHashSet<Arc<str>> = FxHashSet::default();
        let attributes = std::mem::take(&mut body.attributes);
        for attribute in attributes {
            if names.insert(Arc::clone(&attribute.name)) {
                body.attributes.push(attribute);
            } else {
                self.repeated(&attribute);
            }
        }
    }
}
