//! Lists, objects, for-expressions and calls.

use std::sync::Arc;

use super::fault::{Opened, Result};
use super::parser::Parser;
use crate::syntax::{Arguments, Entry, ForNode, Node, NodeKind, Scalar};

impl Parser<'_> {
    /// `[a, b]` or `[for …]`.
    pub(super) fn list(&mut self) -> Result<Node> {
        let start = self.at;
        let (breaks, opened) = (self.breaks, self.open(Opened::Bracket));
        self.breaks = false;
        self.take(1);
        if self.at_word("for") {
            let node = self.for_node(false)?;
            self.close(b']', "`]`", breaks, opened)?;
            return Ok(self.node(start, NodeKind::For(Box::new(node))));
        }
        let mut items = Vec::new();
        let mut height = 0;
        while self.peek() != b']' {
            items.push(self.expression()?);
            height = height.max(self.height);
            match self.peek() {
                b',' => self.take(1),
                b']' => break,
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
        self.close(b']', "`]`", breaks, opened)?;
        self.grow(height)?;
        Ok(self.node(start, NodeKind::Sequence(items)))
    }

    /// `{ a = b }` or `{for …}`.
    pub(super) fn object(&mut self) -> Result<Node> {
        let start = self.at;
        let (breaks, opened) = (self.breaks, self.open(Opened::Object));
        self.breaks = false;
        self.take(1);
        if self.at_word("for") {
            let node = self.for_node(true)?;
            self.close(b'}', "`}`", breaks, opened)?;
            return Ok(self.node(start, NodeKind::For(Box::new(node))));
        }
        self.breaks = true;
        let mut entries = Vec::new();
        let mut height = 0;
        while self.peek() != b'}' {
            let key = self.key()?;
            height = height.max(self.height);
            match (self.peek(), self.peek_at(1)) {
                (b'=', next) if next != b'=' && next != b'>' => self.take(1),
                (b':', next) if next != b':' => self.take(1),
                _ => return Err(self.unexpected("`=` and a value")),
            }
            let value = self.expression()?;
            height = height.max(self.height);
            entries.push(Entry { key, value });
            self.separator()?;
        }
        self.close(b'}', "`}`", breaks, opened)?;
        self.grow(height)?;
        Ok(self.node(start, NodeKind::Mapping(entries)))
    }

    /// What stands between the entries of an object: a comma or a line break, then any number of line breaks.
    fn separator(&mut self) -> Result<()> {
        match self.peek() {
            b',' => self.take(1),
            b'}' => return Ok(()),
            _ if self.at_break() => {}
            _ => return Err(self.unexpected("`,`, `}` or the end of the line")),
        }
        self.breaks = false;
        self.space();
        self.breaks = true;
        Ok(())
    }

    /// A key: any expression, but a bare word is a text.
    fn key(&mut self) -> Result<Node> {
        let start = self.at;
        let node = self.expression()?;
        let kind = match node.kind {
            NodeKind::Name(name) => NodeKind::Scalar(Scalar::String(name)),
            NodeKind::Scalar(Scalar::Bool(_) | Scalar::Null) => {
                let word = self.names.share(&self.text[start..self.after]);
                NodeKind::Scalar(Scalar::String(word))
            }
            kind => kind,
        };
        Ok(Node { span: node.span, kind })
    }

    /// From `for` to before what closes it. An object has keys and may group, a list has not.
    fn for_node(&mut self, is_object: bool) -> Result<ForNode> {
        self.take("for".len());
        let (key_name, value_name) = self.for_names()?;
        let collection = self.expression()?;
        let mut height = self.height;
        if self.peek() != b':' {
            return Err(self.unexpected("`:` and what is made of each element"));
        }
        self.take(1);
        let mut key = None;
        let mut value = self.expression()?;
        height = height.max(self.height);
        let has_key = self.starts_with("=>");
        if has_key != is_object {
            let wanted = if is_object { "`=>` and the value of the entry" } else { "`]`" };
            return Err(self.unexpected(wanted));
        }
        if has_key {
            self.take(2);
            key = Some(std::mem::replace(&mut value, self.expression()?));
            height = height.max(self.height);
        }
        let group = is_object && self.starts_with("...");
        if group {
            self.take(3);
        }
        let mut condition = None;
        if self.at_word("if") {
            self.take("if".len());
            condition = Some(self.expression()?);
            height = height.max(self.height);
        }
        self.grow(height)?;
        Ok(ForNode { key_name, value_name, collection, key, value, group, condition })
    }

    /// `value in` or `key, value in`.
    pub(super) fn for_names(&mut self) -> Result<(Option<Arc<str>>, Arc<str>)> {
        let (first, _) = self.identifier("a name for the element")?;
        let mut names = (None, first);
        if self.peek() == b',' {
            self.take(1);
            let (value, _) = self.identifier("a name for the value")?;
            names = (Some(names.1), value);
        }
        if !self.at_word("in") {
            return Err(self.unexpected("`in` and a collection"));
        }
        self.take("in".len());
        Ok(names)
    }

    /// `name(…)` or `scope::name(…)`, after the first name.
    pub(super) fn call(&mut self, name: Arc<str>, start: usize) -> Result<Node> {
        let mut name = name;
        while self.starts_with("::") {
            self.take(2);
            let (inner, _) = self.identifier("the name of a function")?;
            name = format!("{name}::{inner}").into();
        }
        if self.peek() != b'(' {
            return Err(self.unexpected("`(` and the arguments of the function"));
        }
        let (breaks, opened) = (self.breaks, self.open(Opened::Parenthesis));
        self.breaks = false;
        self.take(1);
        let mut nodes = Vec::new();
        let (mut height, mut expand) = (0, false);
        while self.peek() != b')' {
            nodes.push(self.expression()?);
            height = height.max(self.height);
            match self.peek() {
                b',' => self.take(1),
                b')' => break,
                b'.' if self.starts_with("...") => {
                    self.take(3);
                    expand = true;
                    break;
                }
                _ => return Err(self.unexpected("`,` or `)`")),
            }
        }
        self.close(b')', "`)`", breaks, opened)?;
        self.grow(height)?;
        let arguments = Box::new(Arguments { nodes, expand });
        Ok(self.node(start, NodeKind::Call { name, arguments }))
    }
}
