//! A judged baseline as JSON (`schemas/compliance.schema.json`).

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::Report;
use crate::compliance::judge::{Judged, summary};
use crate::compliance::resolve::{self, Control, Resolved};
use crate::config::{Attestation, Waiver};
use crate::document::json as document_json;
use crate::finding::{Finding, ResourceRef};
use crate::pack::Scope;
use crate::source::Place;

/// The version of the report.
const VERSION: u32 = 1;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let writer = Writer(report);
    let json = json!({
        "version": VERSION,
        "tool": {"name": "dreadnought", "version": report.version},
        "now": report.judgement.now.to_string(),
        "packs": report.packs.iter().map(|pack| json!({
            "name": pack.name, "version": pack.version, "digest": pack.digest,
        })).collect::<Vec<_>>(),
        "baseline": baseline(report.judgement.baseline),
        "drift": report.drift.map(crate::compliance::Drift::to_json),
        "summary": writer.summary(),
        "controls": report.judgement.controls.iter().map(|it| writer.judged(it)).collect::<Vec<_>>(),
        "stale": report.judgement.stale.iter().map(|it| json!({
            "record": it.what, "baseline": &*it.about.baseline, "control": &*it.about.control,
            "why": it.why, "expires": it.about.expires.to_string(), "location": writer.place(it.about.place),
        })).collect::<Vec<_>>(),
        "problems": report.problems.iter().map(|it| {
            let mut shown = (**it).clone();
            shown.message = report.redactor.text(&it.message).into_owned();
            shown.help = it.help.as_ref().map(|help| report.redactor.text(help).into_owned());
            document_json::problem(&shown, report.sources).to_json()
        }).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

/// A resolved baseline: the same bytes for the same files.
pub fn baseline(resolved: &Resolved) -> Json {
    let texts =
        |list: &[std::sync::Arc<str>]| list.iter().map(|it| Json::from(&**it)).collect::<Json>();
    let changes = &resolved.changes;
    json!({
        "id": &*resolved.id,
        "title": &*resolved.title,
        "version": &*resolved.version,
        "source": resolved.source.as_deref(),
        "digest": resolved.chain.last().map(|link| &link.digest),
        "chain": resolved.chain.iter().map(|link| json!({
            "id": &*link.id, "version": &*link.version, "digest": link.digest,
        })).collect::<Vec<_>>(),
        "profile": resolved.profile.as_ref().map(resolve::profile),
        "params": resolved.params.iter()
            .map(|(name, value)| (name.to_string(), value.to_json()))
            .collect::<serde_json::Map<_, _>>(),
        "scope": resolved.scopes.iter().map(Scope::to_json).collect::<Vec<_>>(),
        "added": texts(&changes.added),
        "dropped": texts(&changes.dropped),
        "overridden": changes.overridden.iter()
            .map(|(id, fields)| json!({"control": &**id, "fields": fields}))
            .collect::<Vec<_>>(),
        "groups": resolved.groups.iter().map(resolve::group).collect::<Vec<_>>(),
        "controls": resolved.controls.iter().map(control).collect::<Vec<_>>(),
    })
}

/// A control as resolved: what is written, and the rules that speak of it.
pub fn control(control: &Control) -> Json {
    let mut json = resolve::written(&control.written);
    let rules = control.rules.iter().map(|speaks| {
        let mut rule = serde_json::Map::new();
        rule.insert("rule".to_owned(), (*speaks.rule).into());
        if let Some(by) = &speaks.by {
            rule.insert("threat".to_owned(), (**by).into());
        }
        if !speaks.attributes.is_empty() {
            let names: Vec<&str> = speaks.attributes.iter().map(|it| &**it).collect();
            rule.insert("attributes".to_owned(), names.into());
        }
        Json::from(rule)
    });
    let rules = rules.collect::<Json>();
    if let Some(fields) = json.as_object_mut() {
        fields.insert("rules".to_owned(), rules);
    }
    json
}

struct Writer<'a>(&'a Report<'a>);

impl Writer<'_> {
    fn text(&self, text: &str) -> String {
        self.0.redactor.text(text).into_owned()
    }

    fn place(&self, place: Place) -> Json {
        let file = self.0.sources.get(place.file);
        let at = |byte| {
            let position = file.position(byte);
            json!({"line": position.line, "column": position.column})
        };
        json!({"file": &*file.path, "start": at(place.span.start), "end": at(place.span.end)})
    }

    fn summary(&self) -> Json {
        let judgement = self.0.judgement;
        let sum = judgement.summary();
        let of_groups = judgement.baseline.groups.iter().filter_map(|group| {
            let own = |it: &&Judged<'_>| it.control.written.group.as_ref() == Some(&group.id);
            let sum = summary(judgement.controls.iter().filter(own));
            (sum.controls > 0).then(|| json!({"group": &*group.id, "counts": counts(&sum)}))
        });
        let of_levels = judgement.baseline.levels.iter().filter_map(|level| {
            let own = |it: &&Judged<'_>| it.control.written.level.as_ref() == Some(&level.id);
            let sum = summary(judgement.controls.iter().filter(own));
            (sum.controls > 0).then(|| json!({"level": &*level.id, "counts": counts(&sum)}))
        });
        json!({
            "resources": judgement.resources,
            "verdicts": judgement.verdicts,
            "counts": counts(&sum),
            "decided_of_applicable": ratio(sum.decided, sum.applicable()),
            "evidenced_of_decided": ratio(sum.evidenced_of_decided, sum.decided),
            "decidable_by_rules": ratio(sum.decidable, sum.controls),
            "groups": of_groups.collect::<Vec<_>>(),
            "levels": of_levels.collect::<Vec<_>>(),
            "gate": {"result": self.0.gate().name(), "fail_on": self.0.fail_on.name()},
        })
    }

    fn judged(&self, judged: &Judged<'_>) -> Json {
        let written = &judged.control.written;
        let findings =
            |list: &[&Finding]| list.iter().map(|it| self.finding(it)).collect::<Vec<_>>();
        json!({
            "id": &*written.id,
            "title": written.title.as_deref(),
            "group": written.group.as_deref(),
            "level": written.level.as_deref(),
            "state": judged.name(),
            "without_waiver": judged.waiver.map(|_| judged.state.name()),
            "reason": judged.state.reason(),
            "coverage": if judged.control.is_partial() { "partial" } else { "full" },
            "rules": judged.control.rules.iter().map(|it| &*it.rule).collect::<Vec<_>>(),
            "disabled": judged.control.disabled.iter().map(|it| &**it).collect::<Vec<_>>(),
            "findings": findings(&judged.findings),
            "tolerated": judged.findings.len() <= judged.control.tolerated && !judged.findings.is_empty(),
            "below_threshold": findings(&judged.below),
            "evidence": judged.passes.iter().map(|pass| json!({
                "rule": &*pass.rule.id, "resource": resource(&pass.resource), "location": self.place(pass.block),
            })).collect::<Vec<_>>(),
            "undecided": judged.undecided.iter().map(|it| json!({
                "rule": &*it.rule.id, "resource": resource(&it.resource), "location": self.place(it.place),
                "reasons": it.unknown.iter().map(|read| self.text(&read.reason)).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "errors": judged.failures.iter().map(|it| json!({
                "rule": &*it.rule.id, "resource": resource(&it.resource), "message": self.text(&it.message),
            })).collect::<Vec<_>>(),
            "attestation": judged.attestation.map(|it| self.attestation(it)),
            "waiver": judged.waiver.map(|it| self.waiver(it)),
        })
    }

    fn finding(&self, finding: &Finding) -> Json {
        json!({
            "rule": &*finding.rule.id,
            "message": self.text(&finding.message),
            "severity": finding.severity.name(),
            "score": f64::from(finding.assessment.dread.score().0) / 10.0,
            "resource": resource(&finding.resource),
            "location": self.place(finding.place),
            "fingerprint": finding.fingerprint,
        })
    }

    fn attestation(&self, it: &Attestation) -> Json {
        json!({
            "verdict": it.verdict.name(), "author": &*it.author, "evidence": &*it.evidence,
            "date": it.date.map(|date| date.to_string()), "expires": it.about.expires.to_string(),
            "note": it.note.as_deref(), "location": self.place(it.about.place),
        })
    }

    fn waiver(&self, it: &Waiver) -> Json {
        json!({
            "reason": &*it.reason, "owner": &*it.owner, "ticket": it.ticket.as_deref(),
            "expires": it.about.expires.to_string(), "location": self.place(it.about.place),
        })
    }
}

fn resource(resource: &ResourceRef) -> Json {
    json!({
        "address": &*resource.address, "type": &*resource.kind,
        "document": &*resource.document, "format": resource.format,
    })
}

fn counts(sum: &crate::compliance::Summary) -> Json {
    json!({
        "controls": sum.controls, "violated": sum.violated, "evidenced": sum.evidenced,
        "by_attestation": sum.attested, "not_decidable": sum.undecided, "error": sum.errors,
        "waived": sum.waived, "not_applicable": sum.not_applicable,
    })
}

/// No share of nothing: null, never 1.
fn ratio(part: usize, whole: usize) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "there are fewer controls than a double counts")]
    let share = (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).floor() / 10_000.0);
    json!({"part": part, "whole": whole, "ratio": share})
}
