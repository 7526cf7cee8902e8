//! The names and texts in the code of a rule and of all rules that it needs: what it may read, roughly and on the safe side.

use std::collections::{BTreeMap, BTreeSet};

use super::{Policies, table};

/// What the code of a rule says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Names, and texts as they are written.
    pub words: BTreeSet<String>,
    /// Texts and numbers alone.
    pub literals: BTreeSet<String>,
}

impl Policies {
    /// What the code of the rule at a full path (`data.main.deny`) says, and that of what it needs.
    pub fn mentions(&self, rule: &str) -> Mentions {
        let mut found = Mentions::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut open = vec![rule.to_owned()];
        while let Some(path) = open.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(entry) = self.table.get(&path) else { continue };
            open.extend(super::calls::needs(&self.table, entry));
            for (module, rule) in &entry.definitions {
                let line = table::position(rule.span()).0;
                read(self.lines(*module, line).as_str(), &mut found);
            }
        }
        found
    }

    /// The lines of a module from one on, up to the next rule.
    fn lines(&self, module: usize, from: u32) -> String {
        let mut starts: BTreeMap<u32, &str> = BTreeMap::new();
        for (_, entry) in self.table.paths() {
            for (at, rule) in &entry.definitions {
                if *at == module {
                    let span = rule.span();
                    starts.insert(table::position(span).0, span.source.get_contents());
                }
            }
        }
        let Some(text) = starts.get(&from) else { return String::new() };
        let next = starts.range(from + 1..).next().map_or(u32::MAX, |(line, _)| *line);
        let count = next.saturating_sub(from) as usize;
        let lines = text.lines().skip(from.saturating_sub(1) as usize).take(count);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Names, numbers, and the insides of texts.
fn read(code: &str, found: &mut Mentions) {
    let mut rest = code;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        rest = match character {
            '"' | '`' => {
                let end = after.find(character).unwrap_or(after.len());
                found.words.insert(after[..end].to_owned());
                found.literals.insert(after[..end].to_owned());
                after.get(end + 1..).unwrap_or_default()
            }
            '#' => after.find('\n').map_or("", |end| &after[end..]),
            c if is_name(c) => {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let word = rest[..end].to_owned();
                if c.is_ascii_digit() {
                    found.literals.insert(word.clone());
                }
                found.words.insert(word);
                &rest[end..]
            }
            _ => after,
        };
    }
}
