//! One evaluation of a rule, and what its `deny` says of which resource.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;

use super::input::Changes;
use super::{Denial, Input, Policies, RuleRef};
use crate::document::{Index, Pointer};
use crate::engine::Failure;

/// A rule on a document.
pub(super) struct Run<'a> {
    pub(super) policies: &'a Policies,
    pub(super) rule: &'a RuleRef,
    pub(super) input: &'a Input,
    pub(super) index: &'a Index<'a>,
}

/// What `deny` held.
#[derive(Debug, Default)]
pub(super) struct Denials {
    by_resource: BTreeMap<usize, BTreeSet<Denial>>,
    /// What is wrong with an entry.
    pub(super) malformed: Option<String>,
}

impl Denials {
    /// Denials of one resource.
    pub(super) fn of(&self, at: usize) -> Vec<Denial> {
        self.by_resource.get(&at).into_iter().flatten().cloned().collect()
    }

    /// Places at which one resource is denied.
    pub(super) fn places(&self, at: usize) -> BTreeSet<Pointer> {
        let denials = self.by_resource.get(&at).into_iter().flatten();
        denials.map(|denial| denial.at.clone()).collect()
    }
}

impl Run<'_> {
    /// Evaluate over a variant of the input.
    pub(super) fn over(&self, changes: &Changes) -> Result<Denials, Failure> {
        let plain =
            changes.records.is_empty() && changes.removed.is_empty() && changes.only.is_none();
        let plain = plain && changes.near.is_none();
        let input =
            if plain { self.input.value().clone() } else { self.input.with(self.index, changes) };
        self.input.give(self.size(changes));
        self.evaluate(input)
    }

    /// Evaluate over one resource, as if there were nothing else.
    pub(super) fn over_nothing_but(&self, at: usize) -> Result<Denials, Failure> {
        self.input.give(1);
        self.evaluate(self.input.alone(self.index, at))
    }

    /// How many records a variant of the input is made of anew, or the rule looks through.
    pub(super) fn size(&self, changes: &Changes) -> usize {
        if let Some(near) = &changes.near {
            return near.records.len();
        }
        let all = self.index.document.resources.len();
        if !changes.keep_addresses || !changes.removed.is_empty() {
            return all;
        }
        let of_type = |kind: &std::sync::Arc<str>| match changes.only {
            Some(only) if self.index.resource(only).kind == *kind => 1,
            _ => self.index.of_type(kind).len(),
        };
        self.rule.applies_to.iter().map(of_type).sum::<usize>().min(all)
    }

    fn evaluate(&self, input: Value) -> Result<Denials, Failure> {
        let judged = |kind: &std::sync::Arc<str>| self.index.of_type(kind).len();
        let resources = self.rule.applies_to.iter().map(judged).sum();
        let rule = format!("data.{}.deny", self.rule.package);
        let value = self.policies.run(&rule, input, resources)?;
        Ok(self.denials(&value))
    }

    fn denials(&self, value: &Value) -> Denials {
        let mut denials = Denials::default();
        let entries: Vec<&Value> = match value {
            Value::Set(entries) => entries.iter().collect(),
            Value::Array(entries) => entries.iter().collect(),
            Value::Undefined => Vec::new(),
            _ => {
                denials.malformed = Some(
                    "deny is not a set; write `deny contains {\"resource\": …, \"at\": …, \"message\": …}`"
                        .to_owned(),
                );
                Vec::new()
            }
        };
        for entry in entries {
            match self.denial(entry) {
                Ok((at, denial)) => {
                    denials.by_resource.entry(at).or_default().insert(denial);
                }
                Err(message) => {
                    denials.malformed.get_or_insert(message);
                }
            }
        }
        denials
    }

    fn denial(&self, entry: &Value) -> Result<(usize, Denial), String> {
        let Value::Object(members) = entry else {
            return Err(
                "an entry of deny is not an object with resource, at and message".to_owned()
            );
        };
        for (key, _) in members.iter() {
            let known =
                key.as_string().is_ok_and(|key| matches!(&**key, "resource" | "at" | "message"));
            if !known {
                return Err(format!("an entry of deny has the unknown member {key}"));
            }
        }
        let text = |key: &str| {
            let member = members.get(&Value::from(key)).and_then(|value| value.as_string().ok());
            member.ok_or_else(|| format!("an entry of deny has no text {key}"))
        };
        let (address, at, message) = (text("resource")?, text("at")?, text("message")?);
        let pointer = Pointer::parse(at)
            .ok_or_else(|| format!("\"{at}\" is no JSON pointer; begin it with /"))?;
        let Some(position) = self.index.by_address(address) else {
            return Err(format!("deny names {address}, which is no resource of this document"));
        };
        let kind = &self.index.resource(position).kind;
        if !self.rule.applies_to.contains(kind) {
            return Err(format!("deny names {address}, but applies_to does not list {kind}"));
        }
        Ok((position, Denial { at: pointer, message: message.to_string() }))
    }
}
