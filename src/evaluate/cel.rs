//! CEL rules over one resource: items, unknown existence, unresolved modules.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Subject;
use super::verdict::{Denied, Verdict, VerdictKind};
use super::worlds::{MAX_FREE, worlds};
use crate::document::{Existence, Pointer, Resource, Value};
use crate::engine::around::{Around, Seen, record};
use crate::engine::cel as engine;
use crate::engine::{Evaluated, Failure};
use crate::finding::UnknownRead;
use crate::pack::{CelRule, Logic, Pack, Rule};

/// Most resources of a document that is looked through again for each set of those that may not exist.
const MAX_RECORDS: usize = 500;

/// What a rule says about a resource; nothing where it does not apply.
pub(super) fn judge(subject: &Subject<'_>, at: usize, pack: &Pack, rule: &Rule) -> Option<Verdict> {
    let Logic::Cel(logic) = &rule.logic else { return None };
    let resource = subject.index.resource(at);
    let case =
        Case { subject, at, resource, rule: logic.for_type(&resource.kind)?, params: &pack.params };
    let judged = catch_unwind(AssertUnwindSafe(|| case.judged()));
    let kind = judged.unwrap_or_else(|_| {
        let message = "the evaluator panicked".to_owned();
        Some(VerdictKind::Failed(Failure { budget: false, message }))
    })?;
    Some(Verdict::new(subject.index.document, resource, &rule.info, kind))
}

/// One evaluation of an expression of a rule: which, of what item, and what its parts gave.
pub(super) struct Evaluation<'r> {
    pub(super) field: &'static str,
    pub(super) item: Option<Pointer>,
    pub(super) program: &'r Arc<engine::Program>,
    pub(super) trace: engine::Trace,
}

/// Evaluate a marked rule part by part.
pub(super) fn trace<'r>(
    subject: &Subject<'_>,
    at: usize,
    pack: &Pack,
    rule: &'r Rule,
) -> Vec<Evaluation<'r>> {
    let Logic::Cel(logic) = &rule.logic else { return Vec::new() };
    let resource = subject.index.resource(at);
    let Some(own) = logic.for_type(&resource.kind) else { return Vec::new() };
    let case = Case { subject, at, resource, rule: own, params: &pack.params };
    let record = record(resource);
    let mut all = Vec::new();
    if let Some(program) = &own.only_if {
        let (applies, trace) = engine::record(|| case.test(program, &record, None, Seen::All));
        all.push(Evaluation { field: "only_if", item: None, program, trace });
        if applies == Evaluated::Known(false) {
            return all;
        }
    }
    let (items, trace) = engine::record(|| case.items(&record, Seen::All));
    if let Some(program) = &own.each {
        all.push(Evaluation { field: "each", item: None, program, trace });
    }
    for item in items.unwrap_or_default() {
        let value = item.value.as_ref();
        let (_, trace) = engine::record(|| case.test(&own.when, &record, value, Seen::All));
        let base = own.each.as_ref().and(item.base.clone());
        all.push(Evaluation { field: "when", item: base, program: &own.when, trace });
    }
    all
}

struct Case<'c, 'a> {
    subject: &'c Subject<'a>,
    at: usize,
    resource: &'c Resource,
    rule: &'c CelRule,
    params: &'c Value,
}

/// One thing that `when` is asked about.
struct Item {
    value: Option<Value>,
    /// Where it stands in the attributes, where that is known.
    base: Option<Pointer>,
    /// Why it is unknown whether it is one.
    unsure: Option<Arc<str>>,
}

impl Case<'_, '_> {
    /// Nothing where the rule does not speak of the resource.
    fn judged(&self) -> Option<VerdictKind> {
        let Some(only_if) = &self.rule.only_if else { return Some(self.judge()) };
        match self.decide(only_if, &record(self.resource), None) {
            Evaluated::Known(true) => Some(self.judge()),
            Evaluated::Known(false) => None,
            Evaluated::Failed(failure) => Some(VerdictKind::Failed(failure)),
            // What passes if the rule speaks of it shows nothing while that is not known.
            Evaluated::Unknown(reasons) => {
                let mut reads: Vec<_> =
                    reasons.iter().map(|reason| self.unknown_read(reason)).collect();
                reads.sort();
                reads.dedup();
                Some(match self.judge() {
                    VerdictKind::Pass => VerdictKind::PassIfAny(reads),
                    VerdictKind::Failed(failure) => VerdictKind::Failed(failure),
                    _ => VerdictKind::Unknown(reads),
                })
            }
        }
    }

    fn judge(&self) -> VerdictKind {
        let record = record(self.resource);
        let mut unknown = Vec::new();
        let items = match self.all_items(&record) {
            Ok(items) => items,
            Err(kind) => return kind,
        };
        let mut denied = Vec::new();
        for item in &items {
            let reasons = match &item.value {
                Some(Value::Unknown(unknown)) => vec![Arc::clone(&unknown.reason)],
                value => match self.decide(&self.rule.when, &record, value.as_ref()) {
                    Evaluated::Known(true) if let Some(unsure) = &item.unsure => {
                        vec![Arc::clone(unsure)]
                    }
                    Evaluated::Known(true) => {
                        denied.push(self.denied(&record, item));
                        continue;
                    }
                    Evaluated::Known(false) => continue,
                    Evaluated::Unknown(reasons) => reasons,
                    Evaluated::Failed(failure) => return VerdictKind::Failed(failure),
                },
            };
            unknown.extend(reasons.iter().map(|reason| self.unknown_read(reason)));
        }
        if !denied.is_empty() {
            return VerdictKind::Finding(denied);
        }
        if unknown.is_empty() {
            return VerdictKind::Pass;
        }
        unknown.sort();
        unknown.dedup();
        VerdictKind::Unknown(unknown)
    }

    /// The items, and those that there would be if what may not exist did not. Where nothing is joined and they are the same, it is
    /// unknown whether an unresolved module joins something that changes them.
    fn all_items(&self, record: &Value) -> Result<Vec<Item>, VerdictKind> {
        let mut items = self.items(record, Seen::All)?;
        let Some(each) = self.rule.each.as_ref().filter(|each| each.joins()) else {
            return Ok(items);
        };
        for world in self.other_worlds(each) {
            let reason = self.perhaps();
            let Ok(others) = self.items(record, Seen::With(&world)) else {
                return Err(VerdictKind::Unknown(vec![self.unknown_read(&reason)]));
            };
            let mut others = VecDeque::from(others);
            for item in &mut items {
                if taken(&mut others, item).is_none() {
                    item.unsure.get_or_insert_with(|| Arc::clone(&reason));
                }
            }
            let more = others.into_iter();
            items.extend(more.map(|it| Item { unsure: Some(Arc::clone(&reason)), ..it }));
        }
        if let Some(module) = self.unresolved_module()
            && let Ok(alone) = self.items(record, Seen::Nothing)
        {
            let mut alone = VecDeque::from(alone);
            for item in &mut items {
                if taken(&mut alone, item).is_some() {
                    item.unsure.get_or_insert_with(|| of_module(&module));
                }
            }
        }
        Ok(items)
    }

    fn items(&self, record: &Value, seen: Seen<'_>) -> Result<Vec<Item>, VerdictKind> {
        let Some(each) = &self.rule.each else {
            return Ok(vec![Item { value: None, base: Some(Pointer::root()), unsure: None }]);
        };
        let around = self.around(seen);
        match each.value(&self.subject(record, None, &around)) {
            Evaluated::Known(Value::Array(items)) => {
                let path = each.path();
                let item = |(position, value): (usize, &Value)| {
                    let base = match (
                        value.get("at").and_then(Value::as_str).and_then(Pointer::parse),
                        &path,
                    ) {
                        (Some(at), _) => Some(at),
                        (None, Some(path)) => Some(path.index(position)),
                        (None, None) => find(&self.resource.attributes, value, &Pointer::root()),
                    };
                    Item { value: Some(value.clone()), base, unsure: None }
                };
                Ok(items.iter().enumerate().map(item).collect())
            }
            Evaluated::Known(Value::Null) => Ok(Vec::new()),
            // A single block written as an object (JSON syntax) is one item.
            Evaluated::Known(value @ Value::Object(_)) => {
                Ok(vec![Item { value: Some(value), base: each.path(), unsure: None }])
            }
            Evaluated::Known(_) => {
                let message = "`each` must give a list".to_owned();
                Err(VerdictKind::Failed(Failure { budget: false, message }))
            }
            Evaluated::Unknown(reasons) => Err(VerdictKind::Unknown(
                reasons.iter().map(|reason| self.unknown_read(reason)).collect(),
            )),
            Evaluated::Failed(failure) => Err(VerdictKind::Failed(failure)),
        }
    }

    fn around<'v>(&'v self, seen: Seen<'v>) -> Around<'v, 'v> {
        Around { index: &self.subject.index, records: &self.subject.records, at: self.at, seen }
    }

    fn subject<'v>(
        &'v self,
        record: &'v Value,
        item: Option<&'v Value>,
        around: &'v Around<'v, '_>,
    ) -> engine::Subject<'v> {
        engine::Subject {
            resource: record,
            attributes: &self.resource.attributes,
            defaults: &self.resource.defaults,
            parsed: &self.resource.parsed,
            item,
            params: self.params,
            surroundings: around,
        }
    }

    fn test(
        &self,
        program: &engine::Program,
        record: &Value,
        item: Option<&Value>,
        seen: Seen<'_>,
    ) -> Evaluated<bool> {
        let around = self.around(seen);
        program.test(&self.subject(record, item, &around))
    }

    /// A condition, and what it would be if what may not exist did not, and if what an unresolved module adds were there.
    fn decide(
        &self,
        program: &engine::Program,
        record: &Value,
        item: Option<&Value>,
    ) -> Evaluated<bool> {
        let test = |seen: Seen<'_>| self.test(program, record, item, seen);
        let decided = test(Seen::All);
        if !program.joins() {
            return decided;
        }
        if self.other_worlds(program).iter().any(|world| test(Seen::With(world)) != decided) {
            return Evaluated::Unknown(vec![self.perhaps()]);
        }
        if decided == Evaluated::Known(true)
            && let Some(module) = self.unresolved_module()
            && test(Seen::Nothing) == decided
        {
            return Evaluated::Unknown(vec![of_module(&module)]);
        }
        decided
    }

    /// Which resources that may not exist there can be beside all of them. Of many in a document that a condition looks through as a
    /// whole, only all or none.
    fn other_worlds(&self, program: &engine::Program) -> Vec<Vec<usize>> {
        if !self.subject.records.any_conditional {
            return Vec::new();
        }
        let index = &self.subject.index;
        let count = index.document.resources.len();
        let perhaps =
            |at: &usize| *at != self.at && index.resource(*at).existence == Existence::Unknown;
        let mut seen: Vec<usize> = Vec::new();
        if program.joins_document() && count <= MAX_RECORDS {
            seen.extend((0..count).filter(perhaps).take(MAX_FREE + 1));
        }
        if seen.len() > MAX_FREE {
            seen.clear();
        }
        if program.joins_neighbors() {
            let joined = index.outgoing(self.at).iter().map(|edge| edge.to);
            let joined = joined.chain(index.incoming(self.at).iter().map(|edge| edge.from));
            seen.extend(joined.filter(perhaps));
        }
        seen.sort_unstable();
        seen.dedup();
        let worlds = worlds(&seen);
        if worlds.is_empty() && program.joins_document() { vec![Vec::new()] } else { worlds }
    }

    /// Why what depends on the existence of another resource is unknown.
    fn perhaps(&self) -> Arc<str> {
        format!("whether {} exists is unknown", self.conditional_neighbor()).into()
    }

    fn neighbors(&self) -> impl Iterator<Item = &Resource> {
        let index = &self.subject.index;
        let outgoing = index.outgoing(self.at).iter().map(|edge| edge.to);
        outgoing
            .chain(index.incoming(self.at).iter().map(|edge| edge.from))
            .map(|at| index.resource(at))
    }

    fn conditional_neighbor(&self) -> Arc<str> {
        let found = self.neighbors().find(|each| each.existence == Existence::Unknown);
        found.map_or_else(|| Arc::from("a related resource"), |each| Arc::clone(&each.address))
    }

    fn unresolved_module(&self) -> Option<Arc<str>> {
        let unresolved = |each: &&Resource| {
            &*each.kind == "module" && each.attributes.get("resolved") == Some(&Value::Bool(false))
        };
        self.neighbors().find(unresolved).map(|each| Arc::clone(&each.address))
    }

    fn denied(&self, record: &Value, item: &Item) -> Denied {
        let around = self.around(Seen::All);
        let message = self.rule.message.render(&self.subject(record, item.value.as_ref(), &around));
        let at = self.locate(item);
        let place = self.resource.place_of(&at);
        Denied { at, place, message }
    }

    /// The first of the rule's `at` that is written, else the first of all: what is missing has the place of what would hold it.
    /// Without `at`, the item or the resource.
    fn locate(&self, item: &Item) -> Pointer {
        let base = item.base.clone().unwrap_or_default();
        let written = |pointer: &&Pointer| {
            self.resource.attributes.at(pointer).is_some()
                || self.resource.spans.get(pointer).is_some()
        };
        let candidates: Vec<Pointer> = self.rule.at.iter().map(|at| base.join(at)).collect();
        candidates.iter().find(written).or(candidates.first()).cloned().unwrap_or(base)
    }

    /// Which attribute an unknown is, by the identity of its reason.
    fn unknown_read(&self, reason: &Arc<str>) -> UnknownRead {
        for resource in std::iter::once(self.resource).chain(self.neighbors()) {
            let attributes = resource.attributes.unknowns().into_iter();
            let parsed =
                resource.parsed.unknowns().into_iter().map(|(at, unknown)| (unfold(&at), unknown));
            if let Some((at, _)) =
                attributes.chain(parsed).find(|(_, other)| Arc::ptr_eq(&other.reason, reason))
            {
                return UnknownRead {
                    address: Arc::clone(&resource.address),
                    at,
                    reason: Arc::clone(reason),
                };
            }
        }
        let address = Arc::clone(&self.resource.address);
        UnknownRead { address, at: Pointer::root(), reason: Arc::clone(reason) }
    }
}

/// Why what rests on the absence of something is unknown.
fn of_module(module: &str) -> Arc<str> {
    format!("{module} is not resolved and receives a reference to it").into()
}

/// Takes an item of the same value out of a list.
fn taken(items: &mut VecDeque<Item>, like: &Item) -> Option<Item> {
    let at = items.iter().position(|item| item.value == like.value)?;
    items.remove(at)
}

/// A pointer into `parsed` begins with a key that is itself a path: `/inline_policy~10~1policy/Statement` becomes a pointer
/// of the attributes that goes on into the text.
fn unfold(at: &Pointer) -> Pointer {
    let mut parts = at.parts();
    let first = parts.next().unwrap_or_default();
    let base = first.split('/').fold(Pointer::root(), |pointer, part| pointer.key(part));
    parts.fold(base, |pointer, part| pointer.key(&part))
}

/// Where a list or object stands in the attributes, by identity.
fn find(value: &Value, wanted: &Value, at: &Pointer) -> Option<Pointer> {
    let same = match (value, wanted) {
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    if same {
        return Some(at.clone());
    }
    match value {
        Value::Object(map) => map.iter().find_map(|(key, item)| find(item, wanted, &at.key(key))),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(position, item)| find(item, wanted, &at.index(position))),
        _ => None,
    }
}
