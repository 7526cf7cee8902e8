//! Rego rules over one document.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Subject;
use super::verdict::{Denied, Verdict, VerdictKind};
use crate::engine::Failure;
use crate::engine::rego::{Input, Judgement, RuleRef};
use crate::finding::UnknownRead;
use crate::pack::{Logic, PackSet, Rule};

/// What a rule says about every resource that it applies to.
pub(super) fn judge(
    subject: &Subject<'_>,
    input: &Input,
    rule: &Rule,
    packs: &PackSet,
) -> Vec<Verdict> {
    let Logic::Rego { package } = &rule.logic else { return Vec::new() };
    let reference = RuleRef { package: package.clone(), applies_to: rule.applies_to.clone() };
    let judged =
        catch_unwind(AssertUnwindSafe(|| packs.policies.judge(&reference, input, &subject.index)));
    let judged = judged.unwrap_or_else(|_| {
        let applicable = rule.applies_to.iter().flat_map(|kind| subject.index.of_type(kind));
        let failure = Failure { budget: false, message: "the evaluator panicked".to_owned() };
        applicable.map(|at| (*at, Judgement::Failed(failure.clone()))).collect()
    });
    judged.into_iter().map(|(at, judgement)| verdict(subject, at, rule, judgement)).collect()
}

fn verdict(subject: &Subject<'_>, at: usize, rule: &Rule, judgement: Judgement) -> Verdict {
    let resource = subject.index.resource(at);
    let kind = match judgement {
        Judgement::Finding(denials) => {
            let denied = denials.into_iter().map(|denial| {
                let place = resource.place_of(&denial.at);
                Denied { at: denial.at, place, message: denial.message }
            });
            VerdictKind::Finding(denied.collect())
        }
        Judgement::Pass => VerdictKind::Pass,
        Judgement::Unknown(reads) => {
            let read = |(at, pointer, reason)| {
                let address = Arc::clone(&subject.index.resource(at).address);
                UnknownRead { address, at: pointer, reason }
            };
            VerdictKind::Unknown(reads.into_iter().map(read).collect())
        }
        Judgement::Failed(failure) => VerdictKind::Failed(failure),
    };
    Verdict::new(subject.index.document, resource, &rule.info, kind)
}
