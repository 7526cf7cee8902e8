//! The one order of everything that an evaluation gives.

use super::verdict::Verdict;
use crate::finding::Finding;

/// By document, resource, rule: no two verdicts are equal in all.
pub(super) fn sort(verdicts: &mut [Verdict]) {
    verdicts.sort_by(|a, b| {
        let (left, right) = (&a.resource, &b.resource);
        (left.format, &left.document, &left.address, &a.rule.id).cmp(&(
            right.format,
            &right.document,
            &right.address,
            &b.rule.id,
        ))
    });
}

/// By file and place, then rule, address, attribute and message.
pub(super) fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (a.place, &a.rule.id, &a.resource.document, &a.resource.address, &a.attribute, &a.message)
            .cmp(&(
                b.place,
                &b.rule.id,
                &b.resource.document,
                &b.resource.address,
                &b.attribute,
                &b.message,
            ))
    });
}
