//! Reports as SARIF 2.1.0, for code scanning: takes a report, gives one run with its rules, the STRIDE and CWE taxonomies
//! that they belong to, results, and what could not be done as notifications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::redact::Redactor;
use super::{Gate, Report, order};
use crate::finding::{Finding, RuleInfo, Severity, Stride};
use crate::source::{Place, Problem, ProblemSeverity};

pub(crate) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What relative URIs are relative to.
const BASE: &str = "%SRCROOT%";
/// Position of the taxonomies in a run.
const STRIDE_TAXONOMY: usize = 0;
const CWE_TAXONOMY: usize = 1;

/// One SARIF log with one run.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [Run::new(report).run()]});
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// One run, with positions of what its parts refer to by number.
struct Run<'a> {
    report: &'a Report<'a>,
    redactor: Redactor,
    /// Rules that results or notifications name, by id.
    rules: BTreeMap<&'a str, &'a RuleInfo>,
    /// CWE ids that the rules name, sorted.
    weaknesses: BTreeSet<&'a str>,
    /// Paths that anything points into, in order, with their positions.
    artifacts: BTreeMap<&'a str, usize>,
}

impl<'a> Run<'a> {
    fn new(report: &'a Report<'a>) -> Self {
        let outcome = report.outcome;
        let found = outcome.findings.iter().map(|finding| &finding.rule);
        let rules: BTreeMap<&str, &RuleInfo> = found
            .chain(outcome.inconclusive.iter().map(|verdict| &verdict.rule))
            .map(|rule| (&*rule.id, &**rule))
            .collect();
        let weaknesses = rules.values().flat_map(|rule| &rule.threat.cwe).map(|id| &**id).collect();
        let calls = outcome.findings.iter().flat_map(|finding| finding.called_from.iter());
        let places = (outcome.findings.iter().map(|finding| finding.place))
            .chain(outcome.inconclusive.iter().map(|verdict| verdict.place))
            .chain(calls.map(|call| call.place))
            .chain(report.problems().into_iter().filter_map(|problem| problem.place));
        let paths: BTreeSet<&str> =
            places.map(|place| &*report.sources.get(place.file).path).collect();
        let artifacts = paths.into_iter().enumerate().map(|(at, path)| (path, at)).collect();
        Self { report, redactor: Redactor::new(report), rules, weaknesses, artifacts }
    }

    fn run(&self) -> Json {
        let artifacts = self.artifacts.keys().map(|path| json!({"location": artifact(path)}));
        json!({
            "tool": {"driver": self.driver(), "extensions": self.extensions()},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"description": {"text": "the root of the project"}}},
            "taxonomies": [stride_taxonomy(), self.cwe_taxonomy()],
            "invocations": [{
                "executionSuccessful": self.report.gate() != Gate::Incomplete,
                "toolExecutionNotifications": self.notifications(),
            }],
            "artifacts": artifacts.collect::<Vec<_>>(),
            "results": self.report.outcome.findings.iter().map(|it| self.result(it)).collect::<Vec<_>>(),
        })
    }

    /// The packs that took part.
    fn extensions(&self) -> Vec<Json> {
        self.report.packs.iter().map(super::PackRef::extension).collect()
    }

    fn driver(&self) -> Json {
        json!({
            "name": "Dreadnought",
            "version": self.report.version,
            "semanticVersion": self.report.version,
            "supportedTaxonomies": [
                {"name": "STRIDE", "index": STRIDE_TAXONOMY},
                {"name": "CWE", "index": CWE_TAXONOMY},
            ],
            "rules": self.rules.values().map(|rule| self.rule(rule)).collect::<Vec<_>>(),
        })
    }

    fn rule(&self, rule: &RuleInfo) -> Json {
        // Code scanning shows one severity a rule: that of its worst finding here, else that of its base.
        let worst =
            self.report.outcome.findings.iter().filter(|finding| finding.rule.id == rule.id);
        let worst = worst.max_by_key(|finding| finding.assessment.dread.score());
        let score = worst.map_or(rule.dread, |finding| finding.assessment.dread).score();
        let mut tags: Vec<&str> = vec!["security"];
        tags.extend(rule.stride.iter().map(Stride::name));
        let description = rule.description.as_deref().unwrap_or(&rule.title);
        let mut json = json!({
            "id": &*rule.id,
            "name": &*rule.id,
            "shortDescription": {"text": &*rule.title},
            "fullDescription": {"text": description},
            "help": {"text": help(rule, ""), "markdown": help(rule, "**")},
            "relationships": self.relationships(rule),
            "properties": {
                "tags": tags,
                "security-severity": score.to_string(),
                "threat": &*rule.threat.id,
                "aliases": rule.aliases.iter().map(|id| &**id).collect::<Vec<_>>(),
            },
        });
        if let Some(worst) = worst {
            let configuration = json!({"level": level(worst.severity), "rank": score.0});
            json["defaultConfiguration"] = configuration;
        }
        if let Some(link) = rule.references.first().filter(|link| link.starts_with("https://")) {
            json["helpUri"] = (**link).into();
        }
        json
    }

    fn relationships(&self, rule: &RuleInfo) -> Json {
        let taxon = |id: &str, at: usize, name: &str, taxonomy: usize| {
            json!({
                "target": {"id": id, "index": at, "toolComponent": {"name": name, "index": taxonomy}},
                "kinds": ["relevant"],
            })
        };
        let stride = rule.stride.iter().map(|stride| {
            taxon(&stride.letter().to_string(), stride as usize, "STRIDE", STRIDE_TAXONOMY)
        });
        let cwe = rule.threat.cwe.iter().filter_map(|id| {
            let at = self.weaknesses.iter().position(|known| *known == &**id)?;
            Some(taxon(id, at, "CWE", CWE_TAXONOMY))
        });
        stride.chain(cwe).collect()
    }

    fn cwe_taxonomy(&self) -> Json {
        let taxon = |id: &&str| json!({"id": id});
        json!({
            "name": "CWE",
            "organization": "MITRE",
            "shortDescription": {"text": "The Common Weakness Enumeration"},
            "informationUri": "https://cwe.mitre.org/",
            "isComprehensive": false,
            "taxa": self.weaknesses.iter().map(taxon).collect::<Vec<_>>(),
        })
    }

    fn result(&self, finding: &Finding) -> Json {
        let rule = &finding.rule;
        let index = self.rules.keys().position(|id| *id == &*rule.id);
        let score = finding.assessment.dread.score();
        let mut location = self.location(finding.place);
        location["logicalLocations"] =
            json!([{"fullyQualifiedName": &*finding.resource.address, "kind": "resource"}]);
        let calls = finding.called_from.iter().rev().enumerate().map(|(id, call)| {
            let mut location = self.location(call.place);
            location["id"] = id.into();
            location["message"] = json!({"text": format!("called as {}", call.module)});
            location
        });
        json!({
            "ruleId": &*rule.id,
            "ruleIndex": index,
            "kind": "fail",
            "level": level(finding.severity),
            "rank": score.0,
            "message": {"text": self.message(finding)},
            "locations": [location],
            "relatedLocations": calls.collect::<Vec<_>>(),
            "partialFingerprints": {
                "dreadnought/v1": finding.fingerprint,
                "dreadnoughtWithoutRoot/v1": finding.fingerprint_without_root,
            },
            "properties": {
                "security-severity": score.to_string(),
                "severity": finding.severity.name(),
                "stride": rule.stride.to_string(),
                "dread": super::json::factors(finding.assessment.dread),
                "attribute": finding.attribute.as_str(),
                "conditional": finding.conditional,
                "document": &*finding.resource.document,
            },
        })
    }

    fn message(&self, finding: &Finding) -> String {
        let message = self.redactor.text(&finding.message);
        format!("{}: {message} ({})", finding.rule.title, finding.resource.address)
    }

    fn location(&self, place: Place) -> Json {
        let file = self.report.sources.get(place.file);
        let (start, end) = (file.position(place.span.start), file.position(place.span.end));
        let mut uri = artifact(&file.path);
        if let Some(at) = self.artifacts.get(&*file.path) {
            uri["index"] = (*at).into();
        }
        json!({"physicalLocation": {
            "artifactLocation": uri,
            "region": {
                "startLine": start.line, "startColumn": start.column,
                "endLine": end.line, "endColumn": end.column,
            },
        }})
    }

    /// Problems, and undecided verdicts by rule and reason: a result would show as an alert.
    fn notifications(&self) -> Json {
        let problems = self.report.problems().into_iter().map(|problem| self.problem(problem));
        let undecided = order::undecided(self.report).into_iter().map(|entry| {
            let reason = self.redactor.text(&entry.reason);
            json!({
                "descriptor": {"id": "inconclusive"},
                "associatedRule": {"id": entry.rule},
                "level": "note",
                "message": {"text": format!("{} × not decided: {reason}", entry.count)},
                "locations": [self.location(entry.first.place)],
            })
        });
        problems.chain(undecided).collect()
    }

    fn problem(&self, problem: &Problem) -> Json {
        let help = problem.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let text = format!("{}{help}", problem.message);
        let location = match (problem.place, &problem.path) {
            (Some(place), _) => vec![self.location(place)],
            (None, Some(path)) => {
                vec![json!({"physicalLocation": {"artifactLocation": artifact(path)}})]
            }
            (None, None) => Vec::new(),
        };
        let level = match problem.severity() {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
        };
        json!({
            "descriptor": {"id": problem.kind.name()},
            "level": level,
            "message": {"text": self.redactor.text(&text)},
            "locations": location,
        })
    }
}

fn stride_taxonomy() -> Json {
    let taxon = |stride: Stride| json!({"id": stride.letter().to_string(), "name": stride.name(), "shortDescription": {"text": stride.name()}});
    json!({
        "name": "STRIDE",
        "organization": "Microsoft",
        "shortDescription": {"text": "What an attacker gains"},
        "isComprehensive": true,
        "taxa": Stride::ALL.map(taxon),
    })
}

pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Why it matters and what to do; `strong` is put around the words that lead a paragraph.
fn help(rule: &RuleInfo, strong: &str) -> String {
    let mut parts: Vec<String> = rule.description.iter().map(ToString::to_string).collect();
    parts.push(format!("{strong}Fix:{strong} {}", rule.remediation));
    parts.push(format!("{strong}Threat:{strong} {} ({})", rule.threat.name, rule.threat.id));
    let links: Vec<&str> = rule.references.iter().map(|link| &**link).collect();
    if !links.is_empty() {
        parts.push(format!("{strong}See:{strong} {}", links.join(", ")));
    }
    parts.join("\n\n")
}

/// A path as a relative URI.
pub(crate) fn artifact(path: &str) -> Json {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    json!({"uri": uri, "uriBaseId": BASE})
}
