//! CEL rules, `rules/*.yaml` of a pack.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::{Fields, Reader, Shape, Text, describe, start_of};
use super::rule::{self, CelLogic, CelRule, Logic, Names, Rule};
use super::scalar;
use super::selector::Scope;
use crate::document::Pointer;
use crate::engine::CompileError;
use crate::engine::cel;
use crate::syntax::{Node, NodeKind};

const FILE: Shape = Shape { what: "a file of rules", required: &["rules"], optional: &[] };
const RULE: Shape = Shape {
    what: "a rule",
    required: &["id", "title", "applies_to", "when", "threat", "remediation"],
    optional: &[
        "description",
        "only_if",
        "each",
        "at",
        "message",
        "stride",
        "dread",
        "concept",
        "aliases",
        "references",
        "supports",
    ],
};

/// Read a file of CEL rules; those with mistakes are left out.
pub(super) fn read(reader: &mut Reader<'_>, names: Names<'_>) -> Vec<Rule> {
    let Some(node) = reader.document(&Arc::clone(&reader.source.text)) else { return Vec::new() };
    let Some(fields) = reader.mapping(&node, &FILE) else { return Vec::new() };
    let items = reader.list(&fields, "rules").unwrap_or_default();
    items.iter().filter_map(|item| read_rule(reader, item, names)).collect()
}

fn read_rule(reader: &mut Reader<'_>, node: &Node, names: Names<'_>) -> Option<Rule> {
    let mistakes = reader.mistakes();
    let fields = reader.mapping(node, &RULE)?;
    let about = rule::about(reader, &fields, &fields, names);
    let applies_to = about.as_ref().map_or(&[][..], |about| &about.applies_to);
    let parts = ["when", "only_if", "each", "at", "message"]
        .map(|name| part(reader, &fields, name, applies_to));
    let about = about.as_ref()?;
    let logic = logic(reader, &parts, &about.applies_to, &about.info.title);
    if reader.mistakes() > mistakes {
        return None;
    }
    Some(Rule {
        info: Arc::clone(&about.info),
        applies_to: about.applies_to.clone(),
        logic: Logic::Cel(logic?),
        place: about.place,
        written: about.written.clone(),
        disabled: None,
        scope: Scope::default(),
    })
}

/// A field that is one node for all types, or a map by type.
enum Part<'n> {
    Missing,
    All(&'n Node),
    ByType(Vec<(Arc<str>, &'n Node)>),
}

impl<'n> Part<'n> {
    fn of(&self, kind: &str) -> Option<&'n Node> {
        match self {
            Self::Missing => None,
            Self::All(node) => Some(node),
            Self::ByType(nodes) => {
                nodes.iter().find(|(key, _)| **key == *kind).map(|(_, node)| *node)
            }
        }
    }
}

fn part<'n>(
    reader: &mut Reader<'_>,
    fields: &Fields<'n>,
    name: &str,
    applies_to: &[Arc<str>],
) -> Part<'n> {
    let Some(node) = fields.get(name) else { return Part::Missing };
    if !matches!(node.kind, NodeKind::Mapping(_)) {
        return Part::All(node);
    }
    let Some(entries) = reader.entries(node, name) else { return Part::Missing };
    let mut nodes = Vec::new();
    for (kind, entry) in entries.iter() {
        if applies_to.is_empty() || applies_to.contains(kind) {
            nodes.push((Arc::clone(kind), &entry.value));
        } else {
            let message = format!("`{name}` speaks of `{kind}`, which `applies_to` does not list");
            reader.report(entry.key.span, message);
        }
    }
    for kind in applies_to {
        if name == "when" && !nodes.iter().any(|(key, _)| key == kind) {
            let message = format!("`when` does not say when `{kind}` is a finding");
            reader.report(start_of(node), message);
        }
    }
    Part::ByType(nodes)
}

/// Compile the expressions for each type; types share what is written once or in the same words.
fn logic(
    reader: &mut Reader<'_>,
    parts: &[Part<'_>; 5],
    applies_to: &[Arc<str>],
    title: &str,
) -> Option<CelLogic> {
    let mut compiler = Compiler { reader, programs: BTreeMap::new(), messages: BTreeMap::new() };
    let rules = applies_to.iter().map(|kind| {
        let nodes = [0, 1, 2, 3, 4].map(|at: usize| parts[at].of(kind));
        Some((Arc::clone(kind), compiler.rule(nodes, title)?))
    });
    Some(CelLogic(rules.collect::<Option<_>>()?))
}

/// Compiles the expressions of one rule, the same text once. What does not compile is reported and stays `None`.
struct Compiler<'r, 'a> {
    reader: &'r mut Reader<'a>,
    programs: BTreeMap<(Arc<str>, bool), Option<Arc<cel::Program>>>,
    messages: BTreeMap<(Arc<str>, bool), Option<Arc<cel::Template>>>,
}

impl Compiler<'_, '_> {
    fn rule(
        &mut self,
        [when, only_if, each, at, message]: [Option<&Node>; 5],
        title: &str,
    ) -> Option<CelRule> {
        let inner = cel::Names { item: each.is_some() };
        let when_span = when.map(|node| node.span).unwrap_or_default();
        let each_span = each.map(|node| node.span);
        let only_if_span = only_if.map(|node| node.span);
        let outer = cel::Names { item: false };
        let only_if = only_if.map(|node| self.expression(node, "only_if", outer));
        let each = each.map(|node| self.expression(node, "each", outer));
        let when = when.and_then(|node| self.expression(node, "when", inner));
        let at = match at {
            Some(node) => paths(self.reader, node),
            None => Some(Vec::new()),
        };
        let message = match message {
            Some(node) => self.message(node, inner),
            None => cel::Template::compile(&title.replace('{', "{{").replace('}', "}}"), &inner)
                .ok()
                .map(Arc::new),
        };
        let each = match each {
            Some(each) => Some(each?),
            None => None,
        };
        let only_if = match only_if {
            Some(only_if) => Some(only_if?),
            None => None,
        };
        let (when, at, message) = (when?, at?, message?);
        Some(CelRule { only_if, each, when, at, message, when_span, each_span, only_if_span })
    }

    fn expression(
        &mut self,
        node: &Node,
        name: &str,
        names: cel::Names,
    ) -> Option<Arc<cel::Program>> {
        let text = self.reader.as_text(node, name)?;
        let key = (Arc::clone(&text.text), names.item);
        let compiled = self.programs.entry(key).or_insert_with(|| {
            let compiled = cel::compile(&text.text, &names);
            compiled.map_err(|error| report(self.reader, &text, name, &error)).ok().map(Arc::new)
        });
        compiled.clone()
    }

    fn message(&mut self, node: &Node, names: cel::Names) -> Option<Arc<cel::Template>> {
        let text = self.reader.as_text(node, "message")?;
        let key = (Arc::clone(&text.text), names.item);
        let compiled = self.messages.entry(key).or_insert_with(|| {
            let compiled = cel::Template::compile(&text.text, &names);
            compiled
                .map_err(|error| report(self.reader, &text, "message", &error))
                .ok()
                .map(Arc::new)
        });
        compiled.clone()
    }
}

fn report(reader: &mut Reader<'_>, text: &Text<'_>, name: &str, error: &CompileError) {
    let span = match error.offset {
        Some(offset) => scalar::locate(&reader.source.text, text.node.span, &text.text, offset),
        None => text.node.span,
    };
    reader.report(span, format!("`{name}` does not compile: {}", error.message));
}

/// One path or several of which the first that is written counts.
fn paths(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Pointer>> {
    let nodes = match &node.kind {
        NodeKind::Sequence(items) => items.as_slice(),
        NodeKind::Scalar(_) => std::slice::from_ref(node),
        _ => {
            let message = format!("`at` must be a path or a list of paths, not {}", describe(node));
            reader.report(start_of(node), message);
            return None;
        }
    };
    nodes.iter().map(|node| path(reader, node)).collect()
}

/// `cidr_blocks`, `versioning.0.enabled` or a pointer.
fn path(reader: &mut Reader<'_>, node: &Node) -> Option<Pointer> {
    let text = reader.as_text(node, "at")?;
    if text.text.starts_with('/') {
        return Pointer::parse(&text.text);
    }
    if text.text.split('.').any(str::is_empty) || text.text.contains(['[', ']', ' ', '/']) {
        let message = format!("`{}` is not a path", text.text);
        let help = "write it like `versioning.0.enabled`, or as a JSON pointer";
        reader.report(node.span, message).help(help);
        return None;
    }
    Some(text.text.split('.').fold(Pointer::root(), |path, part| path.key(part)))
}
