//! What functions take and give: `policies/core/vocabulary/rego.signatures`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Type;

const TABLES: &[&str] = &include!(concat!(env!("OUT_DIR"), "/signatures.rs"));

static SIGNATURES: LazyLock<BTreeMap<&'static str, Signature>> = LazyLock::new(|| {
    let lines = TABLES.iter().flat_map(|table| table.lines());
    lines.filter(|line| !line.starts_with('#')).filter_map(row).collect()
});

/// A function's types.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) takes: Vec<Type>,
    pub(super) gives: Type,
}

/// That of a built-in function.
pub(super) fn of(name: &str) -> Option<&'static Signature> {
    SIGNATURES.get(name)
}

fn row(line: &'static str) -> Option<(&'static str, Signature)> {
    let (name, rest) = line.split_once('(')?;
    let mut reader = Reader { rest };
    let takes = reader.list(')')?;
    let gives = reader.read()?;
    reader.rest.trim().is_empty().then_some((name, Signature { takes, gives }))
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        rest.strip_prefix(word).map(|rest| self.rest = rest).is_some()
    }

    fn list(&mut self, close: char) -> Option<Vec<Type>> {
        let mut all = Vec::new();
        let close = close.to_string();
        while !self.eat(&close) {
            all.push(self.read()?);
            self.eat(",");
        }
        Some(all)
    }

    fn read(&mut self) -> Option<Type> {
        let mut read = self.one()?;
        while self.eat("|") {
            read = read.or(self.one()?);
        }
        Some(read)
    }

    fn one(&mut self) -> Option<Type> {
        let words = [
            ("any", Type::Any),
            ("null", Type::Null),
            ("boolean", Type::Boolean),
            ("number", Type::Number),
            ("string", Type::String),
        ];
        for (word, read) in words {
            if self.eat(word) {
                return Some(read);
            }
        }
        if self.eat("[") {
            let each = self.read()?;
            return self.eat("]").then(|| Type::array_of(each));
        }
        if self.eat("(") {
            return self.list(')').map(Type::tuple);
        }
        if self.eat("<") {
            let each = self.read()?;
            return self.eat(">").then(|| Type::Set(each.into()));
        }
        let key = self.eat("{").then(|| self.read())??;
        let value = self.eat(":").then(|| self.read())??;
        self.eat("}").then(|| Type::object_of(key, value))
    }
}
