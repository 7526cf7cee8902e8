//! Reports as JSON (`schemas/report.schema.json`): one object, or one object a line.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::redact::Redactor;
use super::{Report, gate, resources_of};
use crate::document::json as document_json;
use crate::finding::{
    Dread, Evidence, Factor, Finding, Inconclusive, ResourceRef, RuleCounts, Severity, UnknownRead,
};
use crate::source::{Problem, ProblemSeverity};

/// The version of the report.
pub const VERSION: u32 = 1;
/// The schema of the report, as published.
pub const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

/// One object.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let writer = Writer::new(report);
    let list = |items: Box<dyn Iterator<Item = Json> + '_>| items.collect::<Json>();
    let json = json!({
        "version": VERSION,
        "tool": writer.tool(),
        "packs": list(writer.packs()),
        "summary": writer.summary(),
        "findings": list(writer.findings()),
        "inconclusive": list(writer.inconclusive()),
        "problems": list(writer.problems()),
        "documents": list(writer.documents()),
        "rules": list(writer.rules()),
        "disabled": list(writer.disabled()),
    });
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

/// The same, one object a line, each with its `type`.
pub(super) fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let writer = Writer::new(report);
    let start = json!({"version": VERSION, "tool": writer.tool()});
    line(out, "report", start)?;
    let groups: [(&str, Box<dyn Iterator<Item = Json> + '_>); 8] = [
        ("pack", writer.packs()),
        ("document", writer.documents()),
        ("rule", writer.rules()),
        ("disabled", writer.disabled()),
        ("finding", writer.findings()),
        ("inconclusive", writer.inconclusive()),
        ("problem", writer.problems()),
        ("summary", Box::new(std::iter::once(writer.summary()))),
    ];
    groups
        .into_iter()
        .try_for_each(|(kind, mut items)| items.try_for_each(|item| line(out, kind, item)))
}

fn line(out: &mut dyn Write, kind: &str, item: Json) -> io::Result<()> {
    let mut object = serde_json::Map::from_iter([("type".to_owned(), kind.into())]);
    if let Json::Object(members) = item {
        object.extend(members);
    }
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}

struct Writer<'a> {
    report: &'a Report<'a>,
    redactor: Redactor,
}

type Items<'w> = Box<dyn Iterator<Item = Json> + 'w>;

impl<'a> Writer<'a> {
    fn new(report: &'a Report<'a>) -> Self {
        Self { report, redactor: Redactor::new(report) }
    }

    fn tool(&self) -> Json {
        json!({"name": "dreadnought", "version": self.report.version})
    }

    fn packs(&self) -> Items<'_> {
        Box::new(
            self.report.packs.iter().map(
                |pack| json!({"name": pack.name, "version": pack.version, "digest": pack.digest}),
            ),
        )
    }

    fn documents(&self) -> Items<'_> {
        Box::new(self.report.documents.iter().map(|document| {
            let resources = resources_of(document);
            json!({"format": document.format, "root": &*document.root, "resources": resources})
        }))
    }

    fn rules(&self) -> Items<'_> {
        Box::new(self.report.outcome.rules.iter().map(|(id, counts)| {
            let RuleCounts { finding, pass, inconclusive, error } = counts;
            json!({"rule": &**id, "finding": finding, "pass": pass, "inconclusive": inconclusive, "error": error})
        }))
    }

    fn disabled(&self) -> Items<'_> {
        let disabled = self.report.outcome.disabled.iter();
        Box::new(disabled.map(|(id, reason)| json!({"rule": &**id, "reason": &**reason})))
    }

    fn findings(&self) -> Items<'_> {
        Box::new(self.report.outcome.findings.iter().map(|finding| self.finding(finding)))
    }

    fn inconclusive(&self) -> Items<'_> {
        Box::new(self.report.outcome.inconclusive.iter().map(|verdict| self.undecided(verdict)))
    }

    fn problems(&self) -> Items<'_> {
        Box::new(self.report.problems().into_iter().map(|problem| self.problem(problem)))
    }

    fn problem(&self, problem: &Problem) -> Json {
        let mut shown = problem.clone();
        shown.message = self.redactor.text(&problem.message).into_owned();
        shown.help = problem.help.as_ref().map(|help| self.redactor.text(help).into_owned());
        document_json::problem(&shown, self.report.sources).to_json()
    }

    fn summary(&self) -> Json {
        let report = self.report;
        let of = |severity| report.finding_count(severity);
        json!({
            "files": report.counts.files,
            "skipped": report.counts.skipped,
            "documents": report.documents.len(),
            "resources": report.resource_count(),
            "rules": report.outcome.rules.len(),
            "evaluated": report.outcome.evaluated,
            "findings": {
                "critical": of(Severity::Critical), "high": of(Severity::High),
                "medium": of(Severity::Medium), "low": of(Severity::Low),
            },
            "inconclusive": report.outcome.inconclusive.len(),
            "problems": {
                "error": report.problem_count(ProblemSeverity::Error),
                "warning": report.problem_count(ProblemSeverity::Warning),
            },
            "gate": {
                "result": report.gate().name(),
                "fail_on": report.options.fail_on.to_string(),
                "failing": gate::failing(report),
            },
        })
    }

    fn finding(&self, finding: &Finding) -> Json {
        let rule = &finding.rule;
        let sources = self.report.sources;
        let mut location = document_json::range(finding.place, sources).to_json();
        location["attribute"] = finding.attribute.as_str().into();
        json!({
            "rule": &*rule.id,
            "title": &*rule.title,
            "message": self.redactor.text(&finding.message),
            "severity": finding.severity.name(),
            "verdict": "finding",
            "stride": rule.stride.iter().map(|it| it.letter().to_string()).collect::<Vec<_>>(),
            "threat": {"id": &*rule.threat.id, "name": &*rule.threat.name},
            "dread": self.dread(finding),
            "target": "resource",
            "resource": resource(&finding.resource),
            "conditional": finding.conditional,
            "location": location,
            "called_from": document_json::call_sites(&finding.called_from, sources).to_json(),
            "remediation": &*rule.remediation,
            "concept": rule.concept.as_deref(),
            "aliases": texts(&rule.aliases),
            "references": texts(&rule.references),
            "cwe": texts(&rule.threat.cwe),
            "capec": texts(&rule.threat.capec),
            "attack": texts(&rule.threat.attack),
            "nist": texts(&rule.threat.nist),
            "controls": texts(&rule.controls),
            "fingerprint": finding.fingerprint,
            "fingerprint_without_root": finding.fingerprint_without_root,
            "waived": null,
        })
    }

    fn dread(&self, finding: &Finding) -> Json {
        let assessment = &finding.assessment;
        let mut dread = factors(assessment.dread);
        dread.insert("score".into(), score(assessment.dread));
        dread.insert("base".into(), factors(assessment.base).into());
        let evidence = assessment.evidence.iter().map(|step| self.evidence(step));
        dread.insert("evidence".into(), evidence.collect());
        let confidence = assessment.confidence;
        dread.insert("confidence".into(), json!({"known": confidence.known, "of": confidence.of}));
        dread.into()
    }

    fn evidence(&self, step: &Evidence) -> Json {
        let sources = self.report.sources;
        let proof = step.proof.iter().map(|place| {
            let file = sources.get(place.file);
            json!({"file": &*file.path, "line": file.lines().line(place.span.start)})
        });
        json!({
            "factor": step.factor.name(),
            "step": step.step,
            "reason": self.redactor.text(&step.reason),
            "proof": proof.collect::<Vec<_>>(),
        })
    }

    fn undecided(&self, verdict: &Inconclusive) -> Json {
        let read = |read: &UnknownRead| {
            json!({
                "address": &*read.address,
                "attribute": read.at.as_str(),
                "reason": self.redactor.text(&read.reason),
            })
        };
        json!({
            "rule": &*verdict.rule.id,
            "title": &*verdict.rule.title,
            "verdict": "inconclusive",
            "target": "resource",
            "resource": resource(&verdict.resource),
            "location": document_json::range(verdict.place, self.report.sources).to_json(),
            "unknown": verdict.unknown.iter().map(read).collect::<Vec<_>>(),
        })
    }
}

fn resource(resource: &ResourceRef) -> Json {
    json!({
        "address": &*resource.address,
        "type": &*resource.kind,
        "document": &*resource.document,
        "format": resource.format,
    })
}

fn texts(texts: &[std::sync::Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

pub(super) fn factors(dread: Dread) -> serde_json::Map<String, Json> {
    Factor::ALL
        .map(|factor| (factor.name().to_owned(), dread.get(factor).into()))
        .into_iter()
        .collect()
}

/// The score as a number with one decimal.
fn score(dread: Dread) -> Json {
    (f64::from(dread.score().0) / 10.0).into()
}
