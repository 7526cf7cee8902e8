//! Expressions: operators, conditionals, terms, and what is chained to terms.

use std::sync::Arc;

use super::fault::{Fault, Opened, Result};
use super::parser::Parser;
use crate::syntax::{BinaryOperator, Node, NodeKind, Scalar, UnaryOperator};

impl Parser<'_> {
    /// An expression, one level deeper than what is around it.
    pub(super) fn expression(&mut self) -> Result<Node> {
        self.enter()?;
        let start = self.at;
        let condition = self.binary(0)?;
        let node =
            if self.peek() == b'?' { self.conditional(start, condition)? } else { condition };
        self.depth -= 1;
        Ok(node)
    }

    fn conditional(&mut self, start: usize, condition: Node) -> Result<Node> {
        let mut height = self.height;
        self.take(1);
        let yes = self.expression()?;
        height = height.max(self.height);
        if self.peek() != b':' {
            return Err(self.unexpected("`:` and the value where the condition does not hold"));
        }
        self.take(1);
        let no = self.expression()?;
        self.grow(height.max(self.height))?;
        Ok(self.node(start, NodeKind::Conditional(Box::new([condition, yes, no]))))
    }

    /// Operands joined by operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Result<Node> {
        let start = self.at;
        let mut left = self.operand()?;
        while let Some((operator, strength, length)) = self.operator() {
            if strength < least {
                break;
            }
            let height = self.height;
            self.take(length);
            let right = self.binary(strength + 1)?;
            self.grow(height.max(self.height))?;
            left = self.node(start, NodeKind::Binary(operator, Box::new([left, right])));
        }
        Ok(left)
    }

    /// The operator that stands here, how tightly it binds, and its length.
    #[inline]
    fn operator(&self) -> Option<(BinaryOperator, u8, usize)> {
        use BinaryOperator::{
            Add, And, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Modulo, Multiply,
            NotEqual, Or, Subtract,
        };
        let found = match (self.peek(), self.peek_at(1)) {
            (b'|', b'|') => (Or, 0, 2),
            (b'&', b'&') => (And, 1, 2),
            (b'=', b'=') => (Equal, 2, 2),
            (b'!', b'=') => (NotEqual, 2, 2),
            (b'<', b'=') => (LessOrEqual, 3, 2),
            (b'>', b'=') => (GreaterOrEqual, 3, 2),
            (b'<', next) if next != b'<' => (Less, 3, 1),
            (b'>', _) => (Greater, 3, 1),
            (b'+', _) => (Add, 4, 1),
            (b'-', _) => (Subtract, 4, 1),
            (b'*', _) => (Multiply, 5, 1),
            (b'/', next) if next != b'*' => (Divide, 5, 1),
            (b'%', _) => (Modulo, 5, 1),
            _ => return None,
        };
        Some(found)
    }

    fn operand(&mut self) -> Result<Node> {
        let start = self.at;
        let operator = match (self.peek(), self.peek_at(1)) {
            (b'-', _) => UnaryOperator::Negate,
            (b'!', next) if next != b'=' => UnaryOperator::Not,
            _ => {
                let term = self.term()?;
                return self.chain(start, term);
            }
        };
        self.take(1);
        self.enter()?;
        let operand = self.operand()?;
        self.depth -= 1;
        self.grow(self.height)?;
        Ok(self.node(start, NodeKind::Unary(operator, Box::new(operand))))
    }

    fn term(&mut self) -> Result<Node> {
        let start = self.at;
        match self.peek() {
            b'"' => self.quoted(),
            b'0'..=b'9' => {
                let number = self.number()?;
                Ok(self.node(start, NodeKind::Scalar(Scalar::Number(number))))
            }
            b'(' => self.parenthesis(),
            b'[' => self.list(),
            b'{' => self.object(),
            b'<' if self.peek_at(1) == b'<' => self.heredoc(),
            _ => self.word(),
        }
    }

    /// A name, a call, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Node> {
        let (name, start) = self.identifier("a value")?;
        self.height = 1;
        let kind = match self.peek() {
            b'(' => return self.call(name, start),
            b':' if self.peek_at(1) == b':' => return self.call(name, start),
            _ => match &*name {
                "true" => NodeKind::Scalar(Scalar::Bool(true)),
                "false" => NodeKind::Scalar(Scalar::Bool(false)),
                "null" => NodeKind::Scalar(Scalar::Null),
                _ => NodeKind::Name(name),
            },
        };
        Ok(self.node(start, kind))
    }

    /// Digits with points and exponents; a point at the end is not part of it.
    fn number(&mut self) -> Result<Arc<str>> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let (mut at, mut length) = (1, 1);
        loop {
            let is_digit = |ahead: usize| rest.get(at + ahead).is_some_and(u8::is_ascii_digit);
            at += match rest.get(at) {
                Some(b'.') => {
                    at += 1;
                    continue;
                }
                Some(b'0'..=b'9') => 1,
                Some(b'e' | b'E') if is_digit(1) => 2,
                Some(b'e' | b'E') if matches!(rest[at + 1..], [b'+' | b'-', b'0'..=b'9', ..]) => 3,
                _ => break,
            };
            length = at;
        }
        let text = &self.text[start..start + length];
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        if digits.matches('.').count() > 1 || exponent.parse::<i32>().is_err() {
            return Err(Fault::new(start, start + length, format!("`{text}` is not a number"), ""));
        }
        let number = self.names.share(text);
        self.height = 1;
        self.take(length);
        Ok(number)
    }

    fn parenthesis(&mut self) -> Result<Node> {
        let start = self.at;
        let (breaks, opened) = (self.breaks, self.open(Opened::Parenthesis));
        self.breaks = false;
        self.take(1);
        let inner = self.expression()?;
        self.close(b')', "`)`", breaks, opened)?;
        self.grow(self.height)?;
        Ok(self.node(start, NodeKind::Parenthesis(Box::new(inner))))
    }

    /// What is chained to a value: attributes, indices, splats.
    fn chain(&mut self, start: usize, value: Node) -> Result<Node> {
        let mut value = value;
        loop {
            value = match self.peek() {
                b'.' if self.starts_with("...") => return Ok(value),
                b'.' => self.member(start, value)?,
                b'[' => match self.index(start, value)? {
                    Chained::Goes(value) => value,
                    Chained::Ends(value) => return Ok(value),
                },
                _ => return Ok(value),
            };
        }
    }

    /// `.name`, `.0` or `.*`.
    fn member(&mut self, start: usize, base: Node) -> Result<Node> {
        let (height, dot) = (self.height, self.at);
        self.take(1);
        let kind = match self.peek() {
            b'*' => return self.attribute_splat(start, dot, base),
            b'0'..=b'9' => NodeKind::Index(Box::new(base), Box::new(self.legacy_index()?)),
            _ => {
                let (name, _) = self.identifier("a name after the dot")?;
                NodeKind::Attribute(Box::new(base), name)
            }
        };
        self.grow(height)?;
        Ok(self.node(start, kind))
    }

    /// The number in `a.0`. In `a.0.1` it would be a fraction, which Terraform refuses.
    fn legacy_index(&mut self) -> Result<Node> {
        let start = self.at;
        let number = self.number()?;
        if number.contains('.') {
            let message = format!("`{number}` is one number here, not two indices");
            return Err(Fault::new(start, self.after, message, "write the indices as `[0][1]`"));
        }
        Ok(self.node(start, NodeKind::Scalar(Scalar::Number(number))))
    }

    /// `base.*` with the attributes that follow: only these are taken of each element.
    fn attribute_splat(&mut self, start: usize, dot: usize, base: Node) -> Result<Node> {
        let height = self.height;
        self.take(1);
        let mut each = self.node(dot, NodeKind::SplatElement);
        self.height = 1;
        while self.peek() == b'.' && !self.starts_with("...") {
            if self.peek_at(1) == b'*' {
                let message = "a `*` cannot follow in the attributes of another `.*`";
                return Err(self.fault_at(self.at + 1, message, "write `[*]`"));
            }
            each = self.member(dot, each)?;
        }
        self.grow(height.max(self.height))?;
        Ok(self.node(start, NodeKind::Splat { base: Box::new(base), each: Box::new(each) }))
    }

    /// `[key]` or `[*]`.
    fn index(&mut self, start: usize, base: Node) -> Result<Chained> {
        let (height, bracket) = (self.height, self.at);
        let (breaks, opened) = (self.breaks, self.open(Opened::Bracket));
        self.take(1);
        if self.peek() == b'*' {
            self.take(1);
            self.close(b']', "`]`", breaks, opened)?;
            return self.full_splat(start, bracket, base, height).map(Chained::Ends);
        }
        self.breaks = false;
        self.space();
        let key = self.expression()?;
        self.close(b']', "`]`", breaks, opened)?;
        self.grow(height.max(self.height))?;
        Ok(Chained::Goes(self.node(start, NodeKind::Index(Box::new(base), Box::new(key)))))
    }

    /// `base[*]` takes all that follows of each element.
    fn full_splat(
        &mut self,
        start: usize,
        bracket: usize,
        base: Node,
        height: usize,
    ) -> Result<Node> {
        let element = self.node(bracket, NodeKind::SplatElement);
        self.enter()?;
        self.height = 1;
        let each = self.chain(bracket, element)?;
        self.depth -= 1;
        self.grow(height.max(self.height))?;
        Ok(self.node(start, NodeKind::Splat { base: Box::new(base), each: Box::new(each) }))
    }
}

/// Whether more may be chained to a value.
enum Chained {
    Goes(Node),
    Ends(Node),
}
