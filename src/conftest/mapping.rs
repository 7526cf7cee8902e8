//! Which threat class a foreign rule opens: a file that says so, rule by rule.
//!
//! ```yaml
//! rules:
//!   - rule: main.deny_public       # namespace and rule, with * and ?
//!     message: "is public"         # optional: a text that the message holds
//!     threat: T003
//!     dread: {damage: 8}           # optional: what differs from the threat class
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::matches;
use super::{CheckResult, Scored};
use crate::finding::{Bands, Dread, Factor, ThreatClass};
use crate::source::{FileId, Place, Problem, ProblemKind, Span, nearest};
use crate::syntax::{Entry, Node, NodeKind, Scalar, yaml};

const KEYS: [&str; 4] = ["rule", "message", "threat", "dread"];

/// A mapping that was read.
#[derive(Clone, Debug, Default)]
pub struct Mapping(Vec<Row>);

#[derive(Clone, Debug)]
struct Row {
    rule: String,
    message: Option<String>,
    threat: Arc<ThreatClass>,
    dread: Dread,
}

impl Mapping {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From a text. What is wrong is a problem with its place; the other rows hold.
    pub fn parse(
        file: FileId,
        text: &str,
        threats: &BTreeMap<Arc<str>, Arc<ThreatClass>>,
    ) -> (Self, Vec<Problem>) {
        let (trees, problems) = yaml::parse(file, text);
        let mut reader = Reader { file, threats, problems };
        let rows = if let [tree] = trees.as_slice() {
            reader.top(tree)
        } else {
            reader.refuse(Span::new(0, 0), "a mapping is one document with `rules`", None);
            Vec::new()
        };
        (Self(rows), reader.problems)
    }

    /// Give the items of a result what the first row that fits says.
    pub(super) fn apply(&self, result: &mut CheckResult) {
        for item in result.failures.iter_mut().chain(&mut result.warnings) {
            let row = self.0.iter().find(|row| {
                matches(&row.rule, &item.rule)
                    && row.message.as_ref().is_none_or(|part| item.message.contains(part.as_str()))
            });
            item.score = row.map(|row| Scored {
                threat: Arc::clone(&row.threat),
                dread: row.dread,
                severity: Bands::default().severity(row.dread.score()),
            });
        }
    }
}

struct Reader<'a> {
    file: FileId,
    threats: &'a BTreeMap<Arc<str>, Arc<ThreatClass>>,
    problems: Vec<Problem>,
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => Some(text),
        _ => None,
    }
}

fn entries(node: &Node) -> Option<&[Entry]> {
    if let NodeKind::Mapping(entries) = &node.kind { Some(entries) } else { None }
}

impl Reader<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let problem = Problem::new(ProblemKind::Configuration, message);
        let problem = problem.at(Place { file: self.file, span });
        self.problems.push(Problem { help, ..problem });
    }

    fn top(&mut self, tree: &Node) -> Vec<Row> {
        let rules = match entries(tree) {
            Some([Entry { key, value }]) if text(key) == Some("rules") => value,
            _ => {
                self.refuse(tree.span, "a mapping has one key, `rules`", None);
                return Vec::new();
            }
        };
        let NodeKind::Sequence(items) = &rules.kind else {
            self.refuse(rules.span, "`rules` is a list", None);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.row(item)).collect()
    }

    fn row(&mut self, node: &Node) -> Option<Row> {
        let Some(fields) = entries(node) else {
            self.refuse(node.span, "an entry of `rules` has `rule` and `threat`", None);
            return None;
        };
        for field in fields {
            let key = text(&field.key).unwrap_or_default();
            if !KEYS.contains(&key) {
                let near = nearest(key, KEYS).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| format!("there are: {}", KEYS.join(", ")));
                self.refuse(field.key.span, format!("there is no key `{key}`"), Some(help));
            }
        }
        let get = |name: &str| fields.iter().find(|field| text(&field.key) == Some(name));
        let (Some(rule), Some(threat)) = (get("rule"), get("threat")) else {
            self.refuse(node.span, "an entry of `rules` has `rule` and `threat`", None);
            return None;
        };
        let id = text(&threat.value).unwrap_or_default();
        let Some(class) = self.threats.get(id).cloned() else {
            let near = nearest(id, self.threats.keys().map(|known| &**known));
            let help = near.map(|near| format!("did you mean {near}?"));
            self.refuse(threat.value.span, format!("there is no threat class {id}"), help);
            return None;
        };
        let dread = match get("dread") {
            Some(field) => self.dread(&field.value, class.dread)?,
            None => class.dread,
        };
        Some(Row {
            rule: text(&rule.value)?.to_owned(),
            message: get("message").and_then(|field| text(&field.value)).map(str::to_owned),
            threat: class,
            dread,
        })
    }

    fn dread(&mut self, node: &Node, base: Dread) -> Option<Dread> {
        let mut dread = base;
        for field in entries(node).unwrap_or_default() {
            let name = text(&field.key).unwrap_or_default();
            let factor = Factor::ALL.into_iter().find(|factor| factor.name() == name);
            let value = text(&field.value).and_then(|text| text.parse::<u8>().ok());
            match (factor, value.filter(|value| *value <= 10)) {
                (Some(factor), Some(value)) => dread = dread.with(factor, value),
                (None, _) => {
                    let near = nearest(name, Factor::ALL.map(Factor::name));
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    self.refuse(field.key.span, format!("there is no factor `{name}`"), help);
                    return None;
                }
                (_, None) => {
                    self.refuse(field.value.span, "a factor is a whole number from 0 to 10", None);
                    return None;
                }
            }
        }
        Some(dread)
    }
}
