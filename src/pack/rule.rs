//! Rules as they are evaluated, and what rules of both languages say about themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::read::{Fields, Reader, Text, plain, start_of};
use super::scalar::{key_text, to_value};
use super::selector::Scope;
use super::threats;
use super::words::{is_concept, is_kebab_case, is_link, is_resource_type};
use crate::document::Pointer;
use crate::engine::cel::{Program, Template};
use crate::finding::{RuleInfo, ThreatClass};
use crate::source::nearest;
use crate::source::{Place, Span};
use crate::syntax::NodeKind;

/// A rule of a pack, compiled.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it says about itself.
    pub info: Arc<RuleInfo>,
    /// The resource types that it judges, as written.
    pub applies_to: Vec<Arc<str>>,
    /// How it judges.
    pub logic: Logic,
    /// Its id in the pack's file.
    pub place: Place,
    /// Where its fields stand in that file.
    pub written: Written,
    /// Why the organisation switched it off.
    pub disabled: Option<Arc<str>>,
    /// The resources that the organisation lets it judge.
    pub scope: Scope,
}

/// Where the fields of a rule stand: `remediation`, `dread.damage`, `applies_to.aws_s3_bucket`.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<[(Arc<str>, Span)]>);

impl Written {
    /// The value of a field; none where the field is not written.
    pub fn value(&self, field: &str) -> Option<Span> {
        self.0.iter().find(|(name, _)| **name == *field).map(|(_, span)| *span)
    }

    /// From the nodes of fields; a later mapping does not take the place of an earlier one.
    fn new(mappings: [&Fields<'_>; 2]) -> Self {
        let mut all: Vec<(Arc<str>, Span)> = Vec::new();
        for (name, entry) in mappings.into_iter().flat_map(Fields::iter) {
            all.push((Arc::clone(name), start_of(&entry.value)));
            let below = |inner: &str| format!("{name}.{inner}").into();
            match &entry.value.kind {
                NodeKind::Sequence(items) => all.extend(items.iter().filter_map(|item| {
                    to_value(item).as_str().map(|text| (below(text), item.span))
                })),
                NodeKind::Mapping(entries) => all.extend(entries.iter().filter_map(|entry| {
                    Some((below(&key_text(&entry.key)?), start_of(&entry.value)))
                })),
                _ => {}
            }
        }
        Self(all.into())
    }
}

/// How a rule judges.
#[derive(Clone, Debug)]
pub enum Logic {
    /// By CEL expressions, per resource.
    Cel(CelLogic),
    /// By the rule `deny` of a Rego package, per document.
    Rego {
        /// `dreadnought.aws.s3_public_access_block`.
        package: String,
    },
}

/// CEL expressions by resource type.
#[derive(Clone, Debug)]
pub struct CelLogic(pub(super) BTreeMap<Arc<str>, CelRule>);

impl CelLogic {
    /// The expressions for a type; `None` for a type that the rule does not judge.
    pub fn for_type(&self, kind: &str) -> Option<&CelRule> {
        self.0.get(kind)
    }
}

/// The expressions of a rule for one type.
#[derive(Clone, Debug)]
pub struct CelRule {
    /// Whether the rule speaks of the resource at all: one for which this is false is neither a finding nor a pass.
    pub only_if: Option<Arc<Program>>,
    /// Gives the items that are judged one by one as `item`; without it the resource is judged as a whole.
    pub each: Option<Arc<Program>>,
    /// Whether it is a finding.
    pub when: Arc<Program>,
    /// What the finding points to, relative to the item (without `each`: to the attributes): the first of these that is
    /// written. None: the item or the resource itself.
    pub at: Vec<Pointer>,
    /// The finding in words.
    pub message: Arc<Template>,
    /// Where `when` stands in the pack's file.
    pub when_span: Span,
    /// Where `each` stands.
    pub each_span: Option<Span>,
    /// Where `only_if` stands.
    pub only_if_span: Option<Span>,
}

/// An expression of a rule.
#[derive(Debug)]
pub struct WrittenProgram<'r> {
    /// `when`, `each` or `only_if`.
    pub field: &'static str,
    /// Where it stands in the pack's file.
    pub span: Span,
    /// Compiled.
    pub program: &'r Arc<Program>,
    /// The types that it is for.
    pub types: Vec<Arc<str>>,
}

impl Rule {
    /// Put marks around the parts of its expressions, for coverage and traces. What cannot be marked stays as it is.
    pub fn mark(&mut self) {
        let Logic::Cel(CelLogic(by_type)) = &mut self.logic else { return };
        // Types share programs, and so they share marks.
        let mut made: Vec<(Arc<Program>, Arc<Program>)> = Vec::new();
        let mut mark = |program: &mut Arc<Program>| {
            if let Some((_, marked)) = made.iter().find(|(own, _)| Arc::ptr_eq(own, program)) {
                *program = Arc::clone(marked);
            } else if let Ok(marked) = program.marked() {
                let marked = Arc::new(marked);
                made.push((Arc::clone(program), Arc::clone(&marked)));
                *program = marked;
            }
        };
        for rule in by_type.values_mut() {
            mark(&mut rule.when);
            rule.each.iter_mut().chain(&mut rule.only_if).for_each(&mut mark);
        }
    }

    /// Its expressions, each once.
    pub fn programs(&self) -> Vec<WrittenProgram<'_>> {
        let Logic::Cel(CelLogic(by_type)) = &self.logic else { return Vec::new() };
        let mut all: Vec<WrittenProgram<'_>> = Vec::new();
        for (kind, rule) in by_type {
            let each = rule.each.as_ref().zip(rule.each_span);
            let each = each.map(|(program, span)| ("each", span, program));
            let only_if = rule.only_if.as_ref().zip(rule.only_if_span);
            let only_if = only_if.map(|(program, span)| ("only_if", span, program));
            let when = ("when", rule.when_span, &rule.when);
            for (field, span, program) in only_if.into_iter().chain(each).chain([when]) {
                match all.iter_mut().find(|other| Arc::ptr_eq(other.program, program)) {
                    Some(known) => known.types.push(Arc::clone(kind)),
                    None => all.push(WrittenProgram {
                        field,
                        span,
                        program,
                        types: vec![Arc::clone(kind)],
                    }),
                }
            }
        }
        all
    }
}

/// What the rules of a pack may name.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// The pack.
    pub pack: &'a str,
    /// All threat classes.
    pub threats: &'a BTreeMap<Arc<str>, Arc<ThreatClass>>,
    /// Classes that are there and wrong, which is told where they are.
    pub broken: &'a BrokenClasses,
}

/// Threat classes that could not be read.
#[derive(Debug, Default)]
pub(super) struct BrokenClasses {
    /// Their ids.
    pub ids: BTreeSet<Arc<str>>,
    /// Whether a whole file could not be read: any id may have been in it.
    pub any: bool,
}

/// Most resource types that one rule may judge.
const MAX_TYPES: usize = 500;

/// Fields of the rule itself in both languages; `title` and `description` stand beside them, in Rego outside `custom`.
pub(super) const REQUIRED: [&str; 4] = ["id", "applies_to", "threat", "remediation"];
/// Such fields that may be left out.
pub(super) const OPTIONAL: [&str; 6] =
    ["stride", "dread", "concept", "aliases", "references", "supports"];

/// What a rule says about itself; `None` where something is wrong, which is then reported.
pub(super) struct About {
    pub info: Arc<RuleInfo>,
    pub applies_to: Vec<Arc<str>>,
    pub place: Place,
    pub written: Written,
}

/// Read what both languages share: `title` and `description` from `outer`, the rest from `inner`.
pub(super) fn about(
    reader: &mut Reader<'_>,
    outer: &Fields<'_>,
    inner: &Fields<'_>,
    names: Names<'_>,
) -> Option<About> {
    let title = reader.text(outer, "title");
    let description = reader.text(outer, "description");
    let id = reader.text(inner, "id").filter(|id| check_id(reader, id));
    let applies_to = applies_to(reader, inner);
    let threat = reader.text(inner, "threat").and_then(|text| threat(reader, &text, names));
    let stride = threats::stride(reader, inner);
    let dread = threat.as_ref().and_then(|threat| threats::dread(reader, inner, threat.dread));
    let remediation = reader.text(inner, "remediation");
    let concept = reader.text(inner, "concept");
    if let Some(concept) = &concept {
        reader.check(concept, is_concept, "a concept like aws.s3.public-read");
    }
    let aliases = plain(reader.texts(inner, "aliases"));
    let references = reader.texts(inner, "references");
    let references = plain(reader.checked(references, is_link, "a link that starts with https://"));
    let supports = reader.flag(inner, "supports");
    let (id, threat) = (id?, threat?);
    let info = RuleInfo {
        id: format!("{}/{}", names.pack, id.text).into(),
        title: title?.text,
        description: description.map(|text| text.text),
        remediation: remediation?.text,
        concept: concept.map(|text| text.text),
        aliases,
        stride: stride.unwrap_or_else(|| threat.stride.clone()),
        dread: dread?,
        threat,
        references,
        controls: Vec::new(),
        supports,
    };
    let written = Written::new([outer, inner]);
    Some(About { info: Arc::new(info), applies_to, place: reader.place(id.node.span), written })
}

fn check_id(reader: &mut Reader<'_>, id: &Text<'_>) -> bool {
    let good = is_kebab_case(&id.text);
    if !good {
        let message = format!("rule id `{}` is not in kebab-case", id.text);
        let help = "small letters and digits, joined by `-`; the pack's name is put before it";
        reader.report(id.node.span, message).help(help);
    }
    good
}

fn applies_to(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Arc<str>> {
    let mistakes = reader.mistakes();
    let texts = reader.texts(fields, "applies_to");
    if let (true, Some(node)) = (texts.is_empty(), fields.get("applies_to"))
        && reader.mistakes() == mistakes
    {
        reader.report(node.span, "`applies_to` is empty").help("name the resource types it judges");
    }
    if let Some(over) = texts.get(MAX_TYPES) {
        let message = format!("`applies_to` lists more than {MAX_TYPES} types");
        reader.report(over.node.span, message);
        return Vec::new();
    }
    plain(reader.checked(texts, is_resource_type, "a resource type"))
}

fn threat(reader: &mut Reader<'_>, text: &Text<'_>, names: Names<'_>) -> Option<Arc<ThreatClass>> {
    if let Some(threat) = names.threats.get(&text.text) {
        return Some(Arc::clone(threat));
    }
    if names.broken.any || names.broken.ids.contains(&text.text) {
        return None;
    }
    let help = match nearest(&text.text, names.threats.keys().map(|id| &**id)) {
        Some(id) => format!("did you mean `{id}` ({})?", names.threats[id].name),
        None => "the threat classes are in policies/core/threats/catalogue.yaml; a pack adds its \
                 own in threats/"
            .to_owned(),
    };
    reader.report(text.node.span, format!("unknown threat class `{}`", text.text)).help(help);
    None
}
