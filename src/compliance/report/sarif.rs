//! A judged baseline as SARIF 2.1.0: a rule a control, a result a finding that violates one.
//!
//! As in a scan, what nothing decides is a notification: a result would show as an alert. A waived control's findings are suppressed, with
//! the waiver's reason. Why the gate decided as it did stands in the invocation.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::{Report, why};
use crate::compliance::Gate;
use crate::compliance::judge::{Judged, State};
use crate::finding::Finding;
use crate::report::PackRef;
use crate::report::sarif::{SCHEMA, artifact, level};
use crate::source::{Place, Problem, ProblemSeverity};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [Run(report).run()]});
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

struct Run<'a>(&'a Report<'a>);

impl Run<'_> {
    fn run(&self) -> Json {
        let baseline = self.0.judgement.baseline;
        let controls = &self.0.judgement.controls;
        let results = controls.iter().enumerate().filter(|(_, it)| it.state == State::Violated);
        let results: Vec<Json> = results.flat_map(|(at, it)| self.results(at, it)).collect();
        json!({
            "tool": {"driver": {
                "name": "Dreadnought",
                "version": self.0.version,
                "semanticVersion": self.0.version,
                "rules": controls.iter().map(|it| self.rule(it)).collect::<Vec<_>>(),
            }, "extensions": self.0.packs.iter().map(PackRef::extension).collect::<Vec<_>>()},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the root of the project"}}},
            "automationDetails": {"id": format!("comply/{}", baseline.id)},
            "invocations": [{
                "executionSuccessful": self.0.gate() != Gate::Incomplete,
                "exitCodeDescription": self.0.gate_line(),
                "toolExecutionNotifications": self.notifications(),
            }],
            "results": results,
            "properties": {
                "baseline": &*baseline.id,
                "baselineVersion": &*baseline.version,
                "gate": self.0.gate().name(),
                "failOn": self.0.fail_on.name(),
            },
        })
    }

    fn rule(&self, judged: &Judged<'_>) -> Json {
        let written = &judged.control.written;
        let title = written.title.as_deref().unwrap_or(&written.id);
        json!({
            "id": &*written.id,
            "name": &*written.id,
            "shortDescription": {"text": title},
            "properties": {
                "tags": ["compliance"],
                "state": judged.name(),
                "why": self.text(&why(judged)),
                "group": written.group.as_deref(),
                "level": written.level.as_deref(),
                "rules": judged.control.rules.iter().map(|it| &*it.rule).collect::<Vec<_>>(),
            },
        })
    }

    /// The findings that violate a control; one result without a place where only somebody's word does.
    fn results(&self, at: usize, judged: &Judged<'_>) -> Vec<Json> {
        let mut results: Vec<Json> =
            judged.findings.iter().map(|finding| self.finding(at, judged, finding)).collect();
        if results.is_empty() {
            let place = judged.attestation.map(|it| self.location(it.about.place));
            results.push(json!({
                "ruleId": &*judged.control.written.id,
                "ruleIndex": at,
                "kind": "fail",
                "level": "error",
                "message": {"text": self.text(&why(judged))},
                "locations": place.into_iter().collect::<Vec<_>>(),
            }));
        }
        if let Some(waiver) = judged.waiver {
            for result in &mut results {
                result["suppressions"] = json!([{
                    "kind": "external",
                    "status": "accepted",
                    "justification": format!("{} ({}, until {})", waiver.reason, waiver.owner, waiver.about.expires),
                }]);
            }
        }
        results
    }

    fn finding(&self, at: usize, judged: &Judged<'_>, finding: &Finding) -> Json {
        let id = &*judged.control.written.id;
        let mut location = self.location(finding.place);
        location["logicalLocations"] =
            json!([{"fullyQualifiedName": &*finding.resource.address, "kind": "resource"}]);
        let message = self.text(&finding.message);
        json!({
            "ruleId": id,
            "ruleIndex": at,
            "kind": "fail",
            "level": level(finding.severity),
            "rank": finding.assessment.dread.score().0,
            "message": {"text": format!("{}: {message} ({})", finding.rule.title, finding.resource.address)},
            "locations": [location],
            "partialFingerprints": {"dreadnoughtControl/v1": format!("{id}:{}", finding.fingerprint)},
            "properties": {
                "rule": &*finding.rule.id,
                "severity": finding.severity.name(),
                "document": &*finding.resource.document,
            },
        })
    }

    /// Problems, and controls that nothing decides or whose rules failed.
    fn notifications(&self) -> Vec<Json> {
        let problems = self.0.problems.iter().map(|problem| self.problem(problem));
        let controls = self.0.judgement.controls.iter().filter(|it| it.waiver.is_none());
        let open = controls.filter_map(|judged| {
            let level = match judged.state {
                State::Error => "error",
                State::Undecided(_) => "note",
                _ => return None,
            };
            let id = &*judged.control.written.id;
            let text = format!("{id}: {}: {}", judged.state.name(), why(judged));
            Some(json!({
                "descriptor": {"id": judged.state.name()},
                "associatedRule": {"id": id},
                "level": level,
                "message": {"text": self.text(&text)},
                "locations": judged.undecided.first().map(|it| self.location(it.place)).into_iter().collect::<Vec<_>>(),
            }))
        });
        problems.chain(open).collect()
    }

    fn problem(&self, problem: &Problem) -> Json {
        let help = problem.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let location = match (problem.place, &problem.path) {
            (Some(place), _) => Some(self.location(place)),
            (None, Some(path)) => {
                Some(json!({"physicalLocation": {"artifactLocation": artifact(path)}}))
            }
            (None, None) => None,
        };
        let level = match problem.severity() {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
        };
        json!({
            "descriptor": {"id": problem.kind.name()},
            "level": level,
            "message": {"text": self.text(&format!("{}{help}", problem.message))},
            "locations": location.into_iter().collect::<Vec<_>>(),
        })
    }

    fn location(&self, place: Place) -> Json {
        let file = self.0.sources.get(place.file);
        let (start, end) = (file.position(place.span.start), file.position(place.span.end));
        json!({"physicalLocation": {
            "artifactLocation": artifact(&file.path),
            "region": {
                "startLine": start.line, "startColumn": start.column,
                "endLine": end.line, "endColumn": end.column,
            },
        }})
    }

    fn text(&self, text: &str) -> String {
        self.0.redactor.text(text).into_owned()
    }
}
