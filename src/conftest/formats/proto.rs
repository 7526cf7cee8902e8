//! Definitions of Protocol Buffers, as far as messages in their text form need them: messages, enumerations, fields.

use std::collections::BTreeMap;

use super::cursor::Cursor;

/// All definitions by their full names.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) messages: BTreeMap<String, BTreeMap<String, Field>>,
    /// Values of enumerations, by name.
    pub(super) enums: BTreeMap<String, BTreeMap<String, i32>>,
}

/// A field of a message.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) kind: Kind,
    pub(super) repeated: bool,
    /// Whether a zero that is written is something else than nothing.
    pub(super) presence: bool,
    pub(super) oneof: Option<String>,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// `int32`, `string` …
    Scalar(String),
    /// A message or an enumeration, by its name as it is written, and where.
    Named {
        name: String,
        scope: String,
    },
    Map(String, Box<Kind>),
}

const SCALARS: [&str; 15] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32",
    "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes",
];

impl Schema {
    /// Adds the definitions of a file.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        let mut reader =
            Reader { at: Cursor::new(text), explicit: true, package: String::new(), schema: self };
        while let Some(word) = reader.word()? {
            match word.as_str() {
                "syntax" => {
                    // Without a word, it is the second.
                    let rest = reader.rest()?;
                    reader.explicit = !rest.contains("proto3");
                }
                "package" => reader.rest()?.trim().clone_into(&mut reader.package),
                "message" => {
                    let scope = reader.package.clone();
                    reader.message(&scope, 0)?;
                }
                "enum" => {
                    let scope = reader.package.clone();
                    reader.enumeration(&scope)?;
                }
                ";" => {}
                _ => drop(reader.rest()?),
            }
        }
        Ok(())
    }

    /// The full name of a message or an enumeration that is named in a scope.
    pub(super) fn resolve(&self, name: &str, scope: &str) -> Option<String> {
        let known = |full: &str| self.messages.contains_key(full) || self.enums.contains_key(full);
        if let Some(full) = name.strip_prefix('.') {
            return known(full).then(|| full.to_owned());
        }
        let mut scope = scope;
        loop {
            let full = joined(scope, name);
            if known(&full) {
                return Some(full);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rsplit_once('.').map_or("", |(above, _)| above);
        }
    }
}

fn joined(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

struct Reader<'s, 't> {
    at: Cursor<'t>,
    explicit: bool,
    package: String,
    schema: &'s mut Schema,
}

impl Reader<'_, '_> {
    /// A word, a text in quotes, or one other character; nothing at the end.
    fn word(&mut self) -> Result<Option<String>, String> {
        loop {
            self.at.take_while(char::is_whitespace);
            if self.at.eat("//") {
                self.at.take_while(|c| c != '\n');
            } else if self.at.eat("/*") {
                let end = self.at.take_until("*/");
                end.ok_or_else(|| self.at.wrong("a comment does not end"))?;
            } else {
                break;
            }
        }
        let word = self.at.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if !word.is_empty() {
            return Ok(Some(word.to_owned()));
        }
        let Some(first) = self.at.bump() else { return Ok(None) };
        if matches!(first, '"' | '\'') {
            let mut made = String::from(first);
            while let Some(next) = self.at.bump() {
                made.push(next);
                if next == '\\' {
                    made.extend(self.at.bump());
                } else if next == first {
                    return Ok(Some(made));
                }
            }
            return Err(self.at.wrong("a text does not end"));
        }
        Ok(Some(first.to_string()))
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        match self.word()? {
            Some(word) if word == wanted => Ok(()),
            other => {
                let other = other.unwrap_or_else(|| "the end".to_owned());
                Err(self.at.wrong(format!("expected `{wanted}`, found `{other}`")))
            }
        }
    }

    fn name(&mut self) -> Result<String, String> {
        let word = self.word()?.unwrap_or_default();
        if word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '.')) {
            return Ok(word);
        }
        Err(self.at.wrong(format!("expected a name, found `{word}`")))
    }

    /// What stands up to `;`, or up to the end of a block.
    fn rest(&mut self) -> Result<String, String> {
        let mut made = String::new();
        let mut depth = 0_usize;
        while let Some(word) = self.word()? {
            match word.as_str() {
                ";" if depth == 0 => return Ok(made),
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(made);
                    }
                }
                _ => made.push_str(&word),
            }
        }
        Err(self.at.wrong("expected `;`"))
    }

    fn message(&mut self, scope: &str, depth: usize) -> Result<(), String> {
        self.at.deep(depth)?;
        let full = joined(scope, &self.name()?);
        self.expect("{")?;
        let mut fields = BTreeMap::new();
        while let Some(word) = self.word()? {
            match word.as_str() {
                "}" => {
                    self.schema.messages.insert(full, fields);
                    return Ok(());
                }
                "message" => self.message(&full, depth + 1)?,
                "enum" => self.enumeration(&full)?,
                "oneof" => self.oneof(&full, &mut fields)?,
                "reserved" | "extensions" | "option" | "extend" => drop(self.rest()?),
                ";" => {}
                _ => self.field(&word, &full, None, &mut fields)?,
            }
        }
        Err(self.at.wrong("a message does not end"))
    }

    fn oneof(&mut self, scope: &str, fields: &mut BTreeMap<String, Field>) -> Result<(), String> {
        let name = self.name()?;
        self.expect("{")?;
        loop {
            match self.word()?.as_deref() {
                Some("}") => return Ok(()),
                Some("option") => drop(self.rest()?),
                Some(word) => self.field(word, scope, Some(&name), fields)?,
                None => return Err(self.at.wrong("a oneof does not end")),
            }
        }
    }

    fn field(
        &mut self,
        first: &str,
        scope: &str,
        oneof: Option<&str>,
        fields: &mut BTreeMap<String, Field>,
    ) -> Result<(), String> {
        let labelled = matches!(first, "optional" | "required" | "repeated");
        let kind = if labelled { self.name()? } else { first.to_owned() };
        if kind == "group" {
            return Err(self.at.wrong("groups are not read"));
        }
        let kind = if kind == "map" {
            self.expect("<")?;
            let key = self.name()?;
            self.expect(",")?;
            let value = self.name()?;
            self.expect(">")?;
            Kind::Map(key, Box::new(kind_of(value, scope)))
        } else {
            kind_of(kind, scope)
        };
        let name = self.name()?;
        self.expect("=")?;
        self.rest()?;
        let repeated = first == "repeated" || matches!(kind, Kind::Map(..));
        let presence = self.explicit || first == "optional" || oneof.is_some();
        fields.insert(name, Field { kind, repeated, presence, oneof: oneof.map(str::to_owned) });
        Ok(())
    }

    fn enumeration(&mut self, scope: &str) -> Result<(), String> {
        let full = joined(scope, &self.name()?);
        self.expect("{")?;
        let mut values = BTreeMap::new();
        while let Some(word) = self.word()? {
            match word.as_str() {
                "}" => {
                    self.schema.enums.insert(full, values);
                    return Ok(());
                }
                "option" | "reserved" => drop(self.rest()?),
                ";" => {}
                _ => {
                    self.expect("=")?;
                    let rest = self.rest()?;
                    let digits = rest.split('[').next().unwrap_or_default();
                    let number = digits.parse();
                    let number =
                        number.map_err(|_| self.at.wrong(format!("{digits} is no number")))?;
                    values.insert(word, number);
                }
            }
        }
        Err(self.at.wrong("an enum does not end"))
    }
}

fn kind_of(name: String, scope: &str) -> Kind {
    if SCALARS.contains(&name.as_str()) {
        return Kind::Scalar(name);
    }
    Kind::Named { name, scope: scope.to_owned() }
}
