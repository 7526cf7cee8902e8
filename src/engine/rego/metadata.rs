//! `# METADATA` comments, and what `rego.metadata.rule()` and `rego.metadata.chain()` give for the rule in which they stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{HostFunction, Module};
use crate::syntax::yaml;

/// One comment.
struct Note {
    module: usize,
    /// The line of what it is about.
    target: usize,
    scope: String,
    package: Vec<String>,
    /// The rule's name, for a rule.
    rule: Option<String>,
    annotations: Json,
}

/// Where rules stand in a module.
struct Outline {
    package: Vec<String>,
    /// First lines of rules, with their names.
    rules: Vec<(usize, String)>,
}

/// All comments of some modules, and the answers to calls.
#[derive(Default)]
pub(super) struct Notes {
    notes: Vec<Note>,
    outlines: BTreeMap<usize, Outline>,
    rules: Vec<Json>,
    chains: Vec<Json>,
}

impl Notes {
    /// From texts; nothing where no module asks.
    pub(super) fn of(modules: &[Module]) -> Option<Self> {
        if !modules.iter().any(|module| module.text.contains("rego.metadata.")) {
            return None;
        }
        let mut notes = Self::default();
        for (at, module) in modules.iter().enumerate() {
            notes.read(at, &module.text);
        }
        Some(notes)
    }

    fn read(&mut self, module: usize, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let outline = outline(&lines);
        let mut at = 0;
        while at < lines.len() {
            if lines[at].trim_end() != "# METADATA" {
                at += 1;
                continue;
            }
            let body: Vec<&str> =
                lines[at + 1..].iter().take_while(|line| line.starts_with('#')).copied().collect();
            at += body.len() + 1;
            let written = body.iter().map(|line| line.strip_prefix("# ").unwrap_or(&line[1..]));
            let yaml = written.collect::<Vec<_>>().join("\n");
            let Some(Json::Object(mut map)) = yaml::to_json(&yaml).0.into_iter().next() else {
                continue;
            };
            let next = lines[at..]
                .iter()
                .position(|line| !line.trim().is_empty() && !line.starts_with('#'));
            let target = at + next.unwrap_or_default() + 1;
            let rule = outline
                .rules
                .iter()
                .find(|(line, _)| *line == target)
                .map(|(_, name)| name.clone());
            let default = if rule.is_some() { "rule" } else { "package" };
            let scope = map.get("scope").and_then(Json::as_str).unwrap_or(default).to_owned();
            complete(&mut map, &scope);
            let package = outline.package.clone();
            self.notes.push(Note {
                module,
                target,
                scope,
                package,
                rule,
                annotations: Json::Object(map),
            });
        }
        self.outlines.insert(module, outline);
    }

    /// The number of the answer to a call on a line.
    pub(super) fn answer(&mut self, module: usize, line: usize) -> usize {
        let number = self.rules.len();
        let Some(outline) = self.outlines.get(&module) else { return number };
        let within = outline.rules.iter().rev().find(|(start, _)| *start <= line);
        let (start, name) = within.map_or((0, ""), |(start, name)| (*start, name.as_str()));
        let package = &outline.package;
        let own = self
            .notes
            .iter()
            .find(|note| note.module == module && note.target == start && note.scope == "rule");
        let of_document = self.notes.iter().find(|note| {
            note.scope == "document"
                && note.package == *package
                && note.rule.as_deref() == Some(name)
        });
        let of_package =
            self.notes.iter().find(|note| note.scope == "package" && note.package == *package);
        let mut around: Vec<&Note> = self
            .notes
            .iter()
            .filter(|note| note.scope == "subpackages" && package.starts_with(&note.package))
            .collect();
        around.sort_by_key(|note| std::cmp::Reverse(note.package.len()));
        let of_rule: Vec<&str> =
            package.iter().map(String::as_str).chain(name.split('.')).collect();
        let mut chain = vec![match own {
            Some(note) => json!({"annotations": note.annotations, "path": of_rule}),
            None => json!({"path": of_rule}),
        }];
        chain.extend(
            of_document.map(|note| json!({"annotations": note.annotations, "path": of_rule})),
        );
        let rest = of_package.into_iter().chain(around);
        chain.extend(
            rest.map(|note| json!({"annotations": note.annotations, "path": note.package})),
        );
        self.rules.push(own.map_or_else(|| json!({}), |note| note.annotations.clone()));
        self.chains.push(Json::Array(chain));
        number
    }

    /// The functions that give the answers.
    pub(super) fn functions(self) -> [HostFunction; 2] {
        let function = |name: &str, answers: Vec<Json>| HostFunction {
            name: name.to_owned(),
            arity: 1,
            run: Arc::new(move |values| {
                let number = values
                    .first()
                    .and_then(Json::as_u64)
                    .and_then(|number| usize::try_from(number).ok());
                Ok(number.and_then(|number| answers.get(number)).cloned().unwrap_or_default())
            }),
        };
        [function("rego.meta.rule", self.rules), function("rego.meta.chain", self.chains)]
    }
}

/// Short forms as the long ones that OPA gives.
fn complete(map: &mut Map<String, Json>, scope: &str) {
    map.insert("scope".to_owned(), scope.into());
    let objects = |items: &Json, make: fn(&str) -> Json| {
        let items = items.as_array().cloned().unwrap_or_default().into_iter();
        Json::Array(items.map(|item| item.as_str().map(make).unwrap_or(item)).collect())
    };
    if let Some(authors) = map.get_mut("authors") {
        *authors = objects(authors, |text| match text.rsplit_once(' ') {
            Some((name, mail)) if mail.starts_with('<') && mail.ends_with('>') => {
                json!({"name": name, "email": &mail[1..mail.len() - 1]})
            }
            _ => json!({"name": text}),
        });
    }
    if let Some(resources) = map.get_mut("related_resources") {
        *resources = objects(resources, |text| json!({"ref": text}));
    }
}

/// The package, and which lines begin a rule: those that begin with a name in the first column.
fn outline(lines: &[&str]) -> Outline {
    let mut outline = Outline { package: Vec::new(), rules: Vec::new() };
    let mut raw = false;
    for (at, line) in lines.iter().enumerate() {
        let was_raw = raw;
        raw ^= line.matches('`').count() % 2 == 1;
        let word: String =
            line.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        match word.as_str() {
            "" => {}
            _ if was_raw => {}
            "package" => {
                let name = line["package".len()..].split('#').next().unwrap_or_default().trim();
                outline.package = name.split('.').map(str::to_owned).collect();
            }
            "import" | "else" => {}
            "default" => {
                let rest = line["default".len()..].trim_start();
                let name =
                    rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
                outline.rules.push((at + 1, name.collect()));
            }
            _ => outline.rules.push((at + 1, word)),
        }
    }
    outline
}
