//! Remarks on rules and parameters: against provider facts, threat classes and each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::closed::{closed, combinations};
use super::{Remark, Subject, parameters, remark};
use crate::document::{DATA_PREFIX, Document, Map, Resource, Value};
use crate::evaluate::{Options, evaluate};
use crate::finding::Factor;
use crate::pack::{Logic, Meanings, Rule, WrittenProgram, locate};
use crate::source::{FileId, Place, Sources, Span, nearest};
use crate::vocabulary::{Block, Nested, Nesting, Shape, TABLES, Table, Type, Vocabulary};

/// Attributes of which all combinations of missing and unknown are tried.
const MAX_READ: usize = 8;
/// How far a factor may be from the threat class without a word.
const MAX_STEP: u8 = 4;
/// A shorter remediation says nothing.
const SHORT: usize = 12;

/// The files of a pack that were loaded from a folder.
pub(super) fn own_files(sources: &Sources, shown: &str) -> Vec<FileId> {
    let own = |path: &str| {
        let path = path.trim_start_matches("pack:");
        path.strip_prefix(shown).is_some_and(|rest| shown.is_empty() || rest.starts_with('/'))
    };
    sources.iter().filter(|(_, file)| own(&file.path)).map(|(id, _)| id).collect()
}

/// `whole` says that the pack loads without a mistake: only then all is known that reads a parameter.
pub(super) fn remarks(subject: &Subject<'_>, whole: bool, found: &mut Vec<Remark>) {
    let marked = subject.set.packs.iter().find(|pack| pack.name == subject.pack.name);
    let rules: &[Rule] = marked.map_or(&[], |pack| &pack.rules);
    let (meanings, _) = subject.set.meanings(subject.sources);
    for rule in rules {
        meaning(subject, rule, &meanings, found);
        words(subject, rule, found);
        scores(rule, found);
        types(subject, rule, found);
        reads(subject, rule, found);
        parameters::unknown(subject, rule, found);
        never(subject, rule, found);
    }
    aliases(rules, found);
    if whole {
        parameters::unused(subject, rules, found);
    }
}

/// On a rule as a whole, at its id.
fn at(rule: &Rule, code: &'static str, message: String) -> Remark {
    on(rule, rule.place.span, code, message)
}

/// On something that stands in a rule's file; a comment at the rule's id ignores it, too.
fn on(rule: &Rule, span: Span, code: &'static str, message: String) -> Remark {
    Remark { rule: Some(rule.place), ..remark(rule.place.file, span, code, message) }
}

/// On the value of a field; on the rule's id where the field is not written.
fn at_field(rule: &Rule, field: &str, code: &'static str, message: String) -> Remark {
    on(rule, rule.written.value(field).unwrap_or(rule.place.span), code, message)
}

fn words(subject: &Subject<'_>, rule: &Rule, found: &mut Vec<Remark>) {
    let info = &rule.info;
    if !subject.tested.contains(&info.id) {
        let mut own = at(rule, "L006", format!("no test names `{}`", info.id));
        own.help = Some("add a sample that fails and its twin that passes to tests/".to_owned());
        found.push(own);
    }
    let remediation = info.remediation.trim();
    let open =
        ["todo", "tbd", "fixme"].iter().any(|word| remediation.to_lowercase().starts_with(word));
    if remediation.chars().count() < SHORT || open {
        let message = format!("the remediation of `{}` says nothing: {remediation:?}", info.id);
        found.push(at_field(rule, "remediation", "L007", message));
    }
    if info.description.is_none() {
        // It belongs beside the title.
        let message = format!("`{}` has no description: why does it matter?", info.id);
        found.push(at_field(rule, "title", "L011", message));
    }
}

fn scores(rule: &Rule, found: &mut Vec<Remark>) {
    let info = &rule.info;
    let class = &info.threat;
    for factor in Factor::ALL {
        let (own, base) = (info.dread.get(factor), class.dread.get(factor));
        if own.abs_diff(base) >= MAX_STEP && info.description.is_none() {
            let message = format!(
                "`{}` has {} {own}, its threat class {} has {base}, and no description says why",
                info.id,
                factor.name(),
                class.id
            );
            let field = format!("dread.{}", factor.name());
            found.push(at_field(rule, &field, "L009", message));
        }
    }
    let missing: String = info
        .stride
        .iter()
        .filter(|letter| !class.stride.iter().any(|other| other == *letter))
        .map(crate::finding::Stride::letter)
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "`{}` says STRIDE {}, its threat class {} has no {missing}",
            info.id, info.stride, class.id
        );
        found.push(at_field(rule, "stride", "L010", message));
    }
}

/// The table of the provider that a type is of, where it lists all that the provider has: its source is the provider's own schema.
fn table_of(kind: &str) -> Option<&'static Table> {
    let (provider, _) = kind.split_once('_')?;
    let prefix = format!("{provider}_");
    let whole = |table: &Table| {
        table.is_exact()
            || table.head().any(|line| line.starts_with("source the provider's schema"))
    };
    TABLES.iter().find(|table| {
        whole(table) && table.lines().next().is_some_and(|line| line.name.starts_with(&prefix))
    })
}

/// The table in which a type is missing that its provider does not have.
fn lacking(subject: &Subject<'_>, kind: &str) -> Option<&'static Table> {
    let table = table_of(kind).filter(|table| table.line(kind).is_none())?;
    subject.vocabulary.find(kind).is_none().then_some(table)
}

fn types(subject: &Subject<'_>, rule: &Rule, found: &mut Vec<Remark>) {
    for kind in &rule.applies_to {
        let Some(table) = lacking(subject, kind) else { continue };
        let message = format!("there is no resource type `{kind}`");
        let mut own = at_field(rule, &format!("applies_to.{kind}"), "L003", message);
        own.help = nearest(kind, table.lines().map(|line| line.name))
            .map(|near| format!("did you mean `{near}`?"));
        found.push(own);
    }
}

/// Declarations, which are no resources.
const DECLARATIONS: [&str; 4] = ["backend", "module", "provider", "variable"];

/// Types that are nothing in a threat model.
fn meaning(subject: &Subject<'_>, rule: &Rule, meanings: &Meanings, found: &mut Vec<Remark>) {
    for kind in &rule.applies_to {
        let plain = kind.strip_prefix(DATA_PREFIX).unwrap_or(kind);
        let known = meanings.of(plain).or_else(|| subject.meanings.of(plain));
        // Of a type that there is not, one remark is enough.
        if DECLARATIONS.contains(&plain) || known.is_some() || lacking(subject, kind).is_some() {
            continue;
        }
        let message = format!("`{plain}` has no meaning in a threat model");
        let mut own = at_field(rule, &format!("applies_to.{kind}"), "L012", message);
        own.help = Some("say what it is in `vocabulary/` of the pack".to_owned());
        found.push(own);
    }
}

/// Where the code of a Rego rule names an attribute first; the rule's id where a library does.
fn attribute_place(subject: &Subject<'_>, rule: &Rule, name: &str) -> Span {
    let text = &subject.sources.get(rule.place.file).text;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_code = !line.trim_start().starts_with('#');
        for (at, _) in line.match_indices(name).filter(|_| is_code) {
            let (before, after) = (&line[..at], &line[at + name.len()..]);
            let selected = before.ends_with('.') && !after.starts_with(is_word);
            if selected || (before.ends_with('"') && after.starts_with('"')) {
                return Span::new(start + at, start + at + name.len());
            }
        }
        start += line.len();
    }
    rule.place.span
}

/// The names that a type has at its top.
fn names(vocabulary: &Vocabulary, kind: &str) -> Option<Arc<Block>> {
    let facts = vocabulary.find(kind)?;
    let whole = facts.exact || table_of(kind).is_some();
    (whole && !facts.block.partial).then(|| Arc::clone(&facts.block))
}

fn has(block: &Block, name: &str) -> bool {
    block.attributes.contains_key(name) || block.blocks.contains_key(name)
}

fn near(block: &Block, name: &str) -> Option<String> {
    let known = block.attributes.keys().chain(block.blocks.keys()).map(|name| &**name);
    nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}

/// Attributes that expressions of CEL select and Rego rules read.
fn reads(subject: &Subject<'_>, rule: &Rule, found: &mut Vec<Remark>) {
    if let Logic::Rego { package } = &rule.logic {
        for path in subject.set.policies.read_paths(package) {
            let mut steps = path.split('.');
            let (Some(kind), Some("attributes"), Some(name)) =
                (steps.next(), steps.next(), steps.next())
            else {
                continue;
            };
            let name = name.trim_end_matches("[]");
            let Some(block) = names(subject.vocabulary, kind) else { continue };
            if !name.is_empty() && !has(&block, name) {
                let message = format!("`{kind}` has no attribute `{name}`");
                let mut own = on(rule, attribute_place(subject, rule, name), "L004", message);
                own.help = near(&block, name);
                found.push(own);
            }
        }
        return;
    }
    let programs = rule.programs();
    for WrittenProgram { field, span, program, types } in &programs {
        for part in program.parts().iter().filter(|part| part.reads) {
            let text = program.source().get(part.start..part.end).unwrap_or_default();
            let (root, path) = text.split_once('.').unwrap_or((text, ""));
            let name: String =
                path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name.is_empty() || !matches!(root, "attr" | "item") {
                continue;
            }
            let block_of = |kind: &Arc<str>| {
                let block = names(subject.vocabulary, kind)?;
                match root {
                    "item" if *field == "when" => item_block(&programs, kind, &block),
                    "item" => None,
                    _ => Some(block),
                }
            };
            // An expression for several types may speak of what only one of them has.
            let blocks: Option<Vec<_>> = types.iter().map(block_of).collect();
            let Some(blocks) = blocks else { continue };
            let (Some(kind), Some(block)) = (types.first(), blocks.first()) else { continue };
            if blocks.iter().any(|block| has(block, &name) || block.partial) {
                continue;
            }
            let file = subject.sources.get(rule.place.file);
            let offset = part.start + root.len() + 1;
            let place = locate(&file.text, *span, program.source(), offset);
            let place = Span::new(place.start as usize, place.start as usize + name.len());
            let message = format!("`{kind}` has no attribute `{name}` here");
            let mut own = on(rule, place, "L004", message);
            own.help = near(block, &name);
            found.push(own);
        }
    }
}

/// Stands for a member of which only the name is asked.
fn empty_block() -> Nested {
    let block = Arc::new(Block::default());
    Nested { nesting: Nesting::Single, min: 0, max: 0, computed: false, block }
}

/// The block whose items `each` goes over, where it is one of the type's own.
fn item_block(
    programs: &[WrittenProgram<'_>],
    kind: &Arc<str>,
    block: &Block,
) -> Option<Arc<Block>> {
    let each =
        programs.iter().find(|program| program.field == "each" && program.types.contains(kind))?;
    let name = each.program.source().trim().strip_prefix("attr.")?;
    if let Some(nested) = block.blocks.get(name) {
        return Some(Arc::clone(&nested.block));
    }
    match &block.attributes.get(name)?.shape {
        Shape::Nested(_, block) => Some(Arc::clone(block)),
        Shape::Typed(Type::List(inner) | Type::Set(inner)) => match &**inner {
            Type::Object(members) => {
                let member = |name: &Arc<str>| (Arc::clone(name), empty_block());
                let blocks = members.keys().map(member).collect();
                Some(Arc::new(Block { blocks, ..Block::default() }))
            }
            _ => None,
        },
        Shape::Typed(_) => None,
    }
}

/// Whether nothing that the resource can say makes it a finding: every attribute that is read is missing or anything.
fn never(subject: &Subject<'_>, rule: &Rule, found: &mut Vec<Remark>) {
    let Some(read) = attributes_read(subject, rule) else { return };
    let [kind, ..] = rule.applies_to.as_slice() else { return };
    let options =
        Options { only: vec![rule.info.id.to_string()], list_passes: true, ..Options::default() };
    let closed = closed(&rule.programs());
    let combinations = combinations(&closed);
    let open: Vec<&Arc<str>> = read.iter().filter(|name| !closed.contains_key(*name)).collect();
    for kind in std::iter::once(kind).chain(&rule.applies_to[1..]) {
        for mask in 0..1_usize << open.len() {
            for values in &combinations {
                let anything = open
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| mask & (1 << bit) != 0)
                    .map(|(_, name)| (Arc::clone(name), Value::unknown("anything")));
                let attributes: Map = anything.chain(values.iter().cloned()).collect();
                let outcome = evaluate(&[document(kind, attributes)], subject.set, &options);
                // One that the rule does not speak of is neither.
                let matches = !outcome.findings.is_empty() || !outcome.inconclusive.is_empty();
                if matches || !outcome.problems.is_empty() {
                    return;
                }
            }
        }
    }
    let message = format!("`{}` is never a finding, whatever its attributes say", rule.info.id);
    found.push(on(rule, condition(subject, rule), "L005", message));
}

/// What says when a rule is a finding: `when`, or the first `deny`.
fn condition(subject: &Subject<'_>, rule: &Rule) -> Span {
    if let Some(span) = rule.written.value("when") {
        return span;
    }
    let text = &subject.sources.get(rule.place.file).text;
    let deny = text.match_indices("deny").map(|(at, _)| at);
    let mut heads = deny.filter(|at| *at == 0 || text[..*at].ends_with('\n'));
    heads.next().map_or(rule.place.span, |at| Span::new(at, at + "deny".len()))
}

/// The attributes that decide; none where more than the resource's own attributes does, or too many.
fn attributes_read(subject: &Subject<'_>, rule: &Rule) -> Option<Vec<Arc<str>>> {
    let mut read: BTreeSet<Arc<str>> = BTreeSet::new();
    match &rule.logic {
        Logic::Rego { package } => {
            for path in subject.set.policies.read_paths(package) {
                let mut steps = path.split('.');
                let kind = steps.next().unwrap_or_default();
                if !rule.applies_to.iter().any(|own| **own == *kind) {
                    return None;
                }
                match (steps.next(), steps.next()) {
                    (None | Some("address" | "type" | "name"), _) => {}
                    (Some("attributes"), Some(name)) => {
                        read.insert(name.trim_end_matches("[]").into());
                    }
                    _ => return None,
                }
            }
        }
        Logic::Cel(_) => {
            for WrittenProgram { program, .. } in rule.programs() {
                let source = program.source();
                let elsewhere = ["parsed", "document", "resource", "params"];
                if program.joins() || elsewhere.iter().any(|root| source.contains(root)) {
                    return None;
                }
                for part in program.parts().iter().filter(|part| part.reads) {
                    let text = source.get(part.start..part.end).unwrap_or_default();
                    let inner = part.parent.is_some_and(|up| program.parts()[up].reads);
                    match text.strip_prefix("attr.") {
                        Some(path) => {
                            let name =
                                path.chars().take_while(|c| c.is_alphanumeric() || *c == '_');
                            read.insert(name.collect::<String>().into());
                        }
                        // All of them at once.
                        None if text == "attr" && !inner && !source.contains("has(attr.") => {
                            return None;
                        }
                        None if text.starts_with("attr[") => return None,
                        None => {}
                    }
                }
                // `has(attr.x)` selects nothing, and asks for x.
                for (at, _) in source.match_indices("has(attr.") {
                    let rest = source[at + "has(attr.".len()..].chars();
                    let name = rest.take_while(|c| c.is_alphanumeric() || *c == '_');
                    read.insert(name.collect::<String>().into());
                }
            }
        }
    }
    (read.len() <= MAX_READ).then(|| read.into_iter().collect())
}

fn document(kind: &Arc<str>, attributes: Map) -> Document {
    let place = Place { file: FileId(0), span: Span::default() };
    let resource =
        Resource { attributes: Value::object(attributes), ..Resource::new("it", kind, place) };
    Document { resources: vec![resource], ..Document::new("terraform", ".") }
}

fn aliases(rules: &[Rule], found: &mut Vec<Remark>) {
    for (number, rule) in rules.iter().enumerate() {
        for alias in &rule.info.aliases {
            let same = rules[..number].iter().find(|other| {
                other.info.aliases.contains(alias)
                    && other.applies_to.iter().any(|kind| rule.applies_to.contains(kind))
            });
            if let Some(other) = same {
                let message = format!("alias `{alias}` belongs to `{}` already", other.info.id);
                found.push(at_field(rule, &format!("aliases.{alias}"), "L008", message));
            }
        }
    }
}
