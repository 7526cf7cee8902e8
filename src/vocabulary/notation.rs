//! The notation of facts in tables, made to be short and to be read by people:
//!
//! ```text
//! arn:s= bucket:s?= tags:{s? timeouts.(create:s? delete:s?) versioning[0-1=(enabled:b?~false mfa_delete:b?) ...
//! ```
//!
//! - An attribute is `name:TYPE` and flags: `!` required, `?` optional, `=` computed, `*` sensitive, `~JSON` its default (`~~JSON` one
//!   that only fills a gap), `@3.0` since which version. Types are `s` string, `n` number, `b` bool, `a` any, `[` list of, `<` set of, `{` map of,
//!   `(name:TYPE,name:TYPE?)` object.
//! - A block is its name, how several of it hang together (`[` list, `<` set, `{` map, `.` single, `^` group), `MIN-MAX` where there are
//!   bounds, `=` where the provider may make one by itself, and its content in parentheses.
//! - `...` means that there is more than is listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{Attribute, Block, Default, Member, Nested, Nesting, Shape, Type};

/// Deepest nesting of types and blocks.
const MAX_DEPTH: usize = 64;

/// Read a block's content. The error is a sentence.
pub(super) fn block(text: &str) -> Result<Block, String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let block = reader.block()?;
    if reader.rest.is_empty() { Ok(block) } else { Err(reader.error("the end")) }
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn error(&self, wanted: &str) -> String {
        let here: String = self.rest.chars().take(30).collect();
        format!("{wanted} is expected at `{here}`")
    }

    fn take(&mut self, token: char) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: char) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(self.error(&format!("`{token}`"))) }
    }

    /// The longest text of these characters.
    fn run(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn name(&mut self) -> Result<Arc<str>, String> {
        let name = self.run(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if name.is_empty() { Err(self.error("a name")) } else { Ok(name.into()) }
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("facts are nested more than {MAX_DEPTH} deep"));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn block(&mut self) -> Result<Block, String> {
        let mut block = Block::default();
        while !self.rest.is_empty() && !self.rest.starts_with(')') {
            if let Some(rest) = self.rest.strip_prefix("...") {
                self.rest = rest;
                block.partial = true;
            } else {
                let name = self.name()?;
                if self.take(':') {
                    block.attributes.insert(name, self.attribute()?);
                } else {
                    block.blocks.insert(name, self.deeper(Self::nested)?);
                }
            }
            if !self.take(' ') {
                break;
            }
        }
        Ok(block)
    }

    fn attribute(&mut self) -> Result<Attribute, String> {
        let shape = Shape::Typed(self.deeper(Self::kind)?);
        let mut attribute = Attribute {
            shape,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            default: None,
        };
        loop {
            match self.rest.chars().next() {
                Some('!') => attribute.required = true,
                Some('?') => attribute.optional = true,
                Some('=') => attribute.computed = true,
                Some('*') => attribute.sensitive = true,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        if self.take('~') {
            attribute.default = Some(self.default()?);
        }
        Ok(attribute)
    }

    fn default(&mut self) -> Result<Default, String> {
        let fills_gap = self.take('~');
        let before = self.rest;
        // Numbers and words end where nothing of them follows; the others say themselves where they end.
        let word = self.run(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let mut values = serde_json::Deserializer::from_str(before).into_iter();
        let value = match serde_json::from_str(word) {
            Ok(value) => Some(value),
            Err(_) => values.next().and_then(Result::ok),
        };
        let Some(value) = value else {
            self.rest = before;
            return Err(self.error("a JSON value"));
        };
        if word.is_empty() {
            self.rest = &before[values.byte_offset()..];
        }
        let since = self.take('@').then(|| self.run(|c| c.is_ascii_digit() || c == '.').into());
        Ok(Default { value, since, fills_gap })
    }

    fn kind(&mut self) -> Result<Type, String> {
        let mut rest = self.rest.chars();
        let first = rest.next();
        let before = std::mem::replace(&mut self.rest, rest.as_str());
        let element = |reader: &mut Self| reader.deeper(Self::kind).map(Box::new);
        Ok(match first {
            Some('s') => Type::String,
            Some('n') => Type::Number,
            Some('b') => Type::Bool,
            Some('a') => Type::Any,
            Some('[') => Type::List(element(self)?),
            Some('<') => Type::Set(element(self)?),
            Some('{') => Type::Map(element(self)?),
            Some('(') => Type::Object(self.members()?),
            _ => {
                self.rest = before;
                return Err(self.error("a type"));
            }
        })
    }

    fn members(&mut self) -> Result<BTreeMap<Arc<str>, Member>, String> {
        let mut members = BTreeMap::new();
        while !self.take(')') {
            let name = self.name()?;
            self.expect(':')?;
            let kind = self.deeper(Self::kind)?;
            let optional = self.take('?');
            members.insert(name, Member { kind, optional });
            if !self.take(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(members)
    }

    fn nested(&mut self) -> Result<Nested, String> {
        let nesting = match self.rest.chars().next() {
            Some('[') => Nesting::List,
            Some('<') => Nesting::Set,
            Some('{') => Nesting::Map,
            Some('.') => Nesting::Single,
            Some('^') => Nesting::Group,
            _ => return Err(self.error("`:` or how a block is nested")),
        };
        self.rest = &self.rest[1..];
        let number = |reader: &mut Self| {
            let digits = reader.run(|c| c.is_ascii_digit());
            digits.parse::<u32>().map_err(|_| reader.error("a number"))
        };
        let (mut min, mut max) = (0, 0);
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            min = number(self)?;
            self.expect('-')?;
            max = number(self)?;
        }
        let computed = self.take('=');
        self.expect('(')?;
        let block = Arc::new(self.block()?);
        self.expect(')')?;
        Ok(Nested { nesting, min, max, computed, block })
    }
}
