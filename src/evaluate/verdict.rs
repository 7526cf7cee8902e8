//! What one rule says about one resource.

use std::sync::Arc;

use super::Options;
use crate::document::{CallSite, Document, Existence, Pointer, Resource};
use crate::engine::Failure;
use crate::finding::{
    Assessment, Confidence, Failed, Finding, Inconclusive, Outcome, Passed, ResourceRef, RuleInfo,
    UnknownRead,
};
use crate::source::{Place, Problem, ProblemKind};

/// A verdict with everything that a report needs of its resource.
pub(super) struct Verdict {
    pub rule: Arc<RuleInfo>,
    pub resource: ResourceRef,
    pub header: Place,
    pub block: Place,
    pub conditional: bool,
    pub called_from: Arc<[CallSite]>,
    pub kind: VerdictKind,
}

/// The verdict itself.
pub(super) enum VerdictKind {
    Finding(Vec<Denied>),
    Pass,
    /// A pass if the rule speaks of the resource at all, which depends on unknown values.
    PassIfAny(Vec<UnknownRead>),
    Unknown(Vec<UnknownRead>),
    Failed(Failure),
}

/// One thing that is wrong with the resource.
pub(super) struct Denied {
    pub at: Pointer,
    pub place: Place,
    pub message: String,
}

impl Verdict {
    pub(super) fn new(
        document: &Document,
        resource: &Resource,
        rule: &Arc<RuleInfo>,
        kind: VerdictKind,
    ) -> Self {
        Self {
            rule: Arc::clone(rule),
            resource: ResourceRef {
                address: Arc::clone(&resource.address),
                kind: resource.type_name().into(),
                document: Arc::clone(&document.root),
                format: document.format,
            },
            header: resource.header,
            block: resource.place,
            conditional: resource.existence == Existence::Unknown,
            called_from: Arc::clone(&resource.called_from),
            kind,
        }
    }

    pub(super) fn add_to(self, outcome: &mut Outcome, options: &Options) {
        match self.kind {
            VerdictKind::Finding(denied) => {
                for denied in denied {
                    outcome.findings.push(Finding {
                        message: denied.message,
                        severity: options.bands.severity(self.rule.dread.score()),
                        assessment: assess(&self.rule),
                        rule: Arc::clone(&self.rule),
                        resource: self.resource.clone(),
                        conditional: self.conditional,
                        place: denied.place,
                        attribute: denied.at,
                        called_from: Arc::clone(&self.called_from),
                        fingerprint: String::new(),
                        fingerprint_without_root: String::new(),
                    });
                }
            }
            VerdictKind::Pass if options.list_passes => {
                outcome.passes.push(Passed {
                    rule: self.rule,
                    resource: self.resource,
                    block: self.block,
                });
            }
            VerdictKind::Pass => {}
            VerdictKind::PassIfAny(unknown) => {
                outcome.unsaid.extend(options.list_passes.then_some(Inconclusive {
                    rule: self.rule,
                    resource: self.resource,
                    place: self.header,
                    unknown,
                }));
            }
            VerdictKind::Unknown(unknown) => outcome.inconclusive.push(Inconclusive {
                rule: self.rule,
                resource: self.resource,
                place: self.header,
                unknown,
            }),
            VerdictKind::Failed(failure) => {
                let kind =
                    if failure.budget { ProblemKind::RuleBudget } else { ProblemKind::RuleError };
                let message = format!(
                    "rule {} failed on {}: {}",
                    self.rule.id, self.resource.address, failure.message
                );
                outcome.problems.push(Problem::new(kind, message).at(self.header));
                outcome.failures.push(Failed {
                    rule: self.rule,
                    resource: self.resource,
                    message: failure.message,
                });
            }
        }
    }
}

/// Without the graph every dimension is unknown: the factors are the base.
fn assess(rule: &RuleInfo) -> Assessment {
    Assessment {
        base: rule.dread,
        dread: rule.dread,
        evidence: Vec::new(),
        confidence: Confidence { known: 0, of: rule.threat.assumptions.dimensions() },
    }
}
