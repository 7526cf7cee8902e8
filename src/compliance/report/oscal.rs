//! OSCAL assessment results 1.0: for tools that read them. Ids are made of contents, so that the same input gives the same bytes.
//!
//! OSCAL knows two states. Only what is evidenced is `satisfied`; everything else is `not-satisfied`, with the reason `fail` where
//! something violates it and `other` where nothing decides it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Report, why};
use crate::compliance::judge::{Judged, State};
use crate::finding::ResourceRef;
use crate::report::PackRef;

/// The version of OSCAL.
const OSCAL: &str = "1.0.6";
/// Whose words the properties are.
const NAMESPACE: &str = "https://dreadnought.dev/ns/oscal";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let judgement = report.judgement;
    let baseline = judgement.baseline;
    let now = judgement.now.to_string();
    let digest = baseline.chain.last().map(|link| &*link.digest).unwrap_or_default();
    let seed = format!("{} {digest} {now}", baseline.id);
    let controls: Vec<&Judged<'_>> = judgement
        .controls
        .iter()
        .filter(|it| !matches!(it.state, State::NotApplicable(_)))
        .collect();
    let observed: Vec<&&Judged<'_>> = controls.iter().filter(|it| has_observation(it)).collect();
    let mut result = json!({
        "uuid": uuid(&format!("{seed} result")),
        "title": format!("Evidence from code for {}", baseline.title),
        "description": "What policies over infrastructure as code show of each control.",
        "start": now,
        "props": props(report, digest),
        "reviewed-controls": {"control-selections": [selection(&controls)]},
        "observations": observed.iter().map(|it| observation(report, it, &seed, &now)).collect::<Vec<_>>(),
        "findings": controls.iter().map(|it| finding(report, it, &seed)).collect::<Vec<_>>(),
    });
    // Lists of OSCAL have an item at least, or are not there.
    if let Some(fields) = result.as_object_mut() {
        fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    }
    let json = json!({"assessment-results": {
        "uuid": uuid(&seed),
        "metadata": {
            "title": format!("{} {}", baseline.title, baseline.version),
            "last-modified": now,
            "version": report.version,
            "oscal-version": OSCAL,
        },
        "import-ap": {"href": format!("#{}", uuid(&format!("{seed} plan")))},
        "results": [result],
    }});
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

/// By what was judged, and what came of it.
fn props(report: &Report<'_>, digest: &str) -> Vec<Json> {
    let own = [property("baseline-digest", digest), property("gate", report.gate().name())];
    let pack = |pack: &PackRef| {
        property("pack", &format!("{} {} {}", pack.name, pack.version, pack.digest))
    };
    own.into_iter().chain(report.packs.iter().map(pack)).collect()
}

fn selection(controls: &[&Judged<'_>]) -> Json {
    let ids: Vec<Json> =
        controls.iter().map(|it| json!({"control-id": token(it.control.id())})).collect();
    if ids.is_empty() {
        json!({"description": "none applies"})
    } else {
        json!({"include-controls": ids})
    }
}

fn has_observation(judged: &Judged<'_>) -> bool {
    judged.verdicts() > 0 || judged.attestation.is_some()
}

fn observation(report: &Report<'_>, judged: &Judged<'_>, seed: &str, now: &str) -> Json {
    let id = judged.control.id();
    let method = if judged.verdicts() > 0 { "TEST" } else { "EXAMINE" };
    let mut resources: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    let add = |it: &ResourceRef| (it.format, it.document.to_string(), it.address.to_string());
    let of_findings = judged.findings.iter().map(|it| add(&it.resource)).collect::<Vec<_>>();
    let of_passes = judged.passes.iter().map(|it| add(&it.resource)).collect::<Vec<_>>();
    let of_open = judged.undecided.iter().map(|it| add(&it.resource)).collect::<Vec<_>>();
    for (format, document, address) in of_findings.iter().chain(&of_passes).chain(&of_open) {
        resources.insert((format, document, address));
    }
    let subjects: Vec<Json> = resources
        .iter()
        .map(|(format, document, address)| {
            json!({
                "subject-uuid": uuid(&format!("{format} {document} {address}")),
                "type": "resource",
                "title": format!("{address} in {document} ({format})"),
            })
        })
        .collect();
    let mut evidence: Vec<Json> = judged
        .findings
        .iter()
        .map(|it| {
            let message = report.redactor.text(&it.message);
            let text = format!("{} at {}: {message}", it.rule.id, report.position(it.place));
            json!({"description": text, "props": [property("fingerprint", &it.fingerprint)]})
        })
        .collect();
    if let Some(it) = judged.attestation {
        evidence.push(json!({
            "href": &*it.evidence,
            "description": format!("{} says {}", it.author, it.verdict.name()),
        }));
    }
    let mut json = json!({
        "uuid": uuid(&format!("{seed} observation {id}")),
        "title": format!("Control {id}"),
        "description": format!("{}: {}", judged.name(), report.redactor.text(&why(judged))),
        "methods": [method],
        "subjects": subjects,
        "relevant-evidence": evidence,
        "collected": judged.attestation.and_then(|it| it.date).map_or_else(|| now.to_owned(), |it| it.to_string()),
    });
    if let (Some(fields), Some(it)) = (json.as_object_mut(), judged.attestation) {
        fields.insert("expires".to_owned(), it.about.expires.to_string().into());
    }
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    }
    json
}

fn finding(report: &Report<'_>, judged: &Judged<'_>, seed: &str) -> Json {
    let id = judged.control.id();
    let (state, reason) = match judged.state {
        State::Evidenced => ("satisfied", "pass"),
        State::Violated => ("not-satisfied", "fail"),
        _ => ("not-satisfied", "other"),
    };
    let title = judged.control.written.title.as_deref().unwrap_or(id);
    let mut props = vec![property("state", judged.name()), property("control", id)];
    props.extend(judged.state.reason().map(|reason| property("reason", reason)));
    if judged.control.is_partial() {
        props.push(property("coverage", "partial"));
    }
    let mut json = json!({
        "uuid": uuid(&format!("{seed} finding {id}")),
        "title": title,
        "description": format!("{}: {}", judged.name(), report.redactor.text(&why(judged))),
        "props": props,
        "target": {
            "type": "objective-id",
            "target-id": token(id),
            "status": {"state": state, "reason": reason},
        },
    });
    if let (true, Some(fields)) = (has_observation(judged), json.as_object_mut()) {
        let observation = uuid(&format!("{seed} observation {id}"));
        fields
            .insert("related-observations".to_owned(), json!([{"observation-uuid": observation}]));
    }
    json
}

fn property(name: &str, value: &str) -> Json {
    json!({"name": name, "ns": NAMESPACE, "value": value})
}

/// A control's id as OSCAL spells ids: `AC-2(1)` is `ac-2.1`, `1.2` begins with `_`.
fn token(id: &str) -> String {
    let mut token = String::new();
    for character in id.to_lowercase().chars() {
        match character {
            '(' => token.push('.'),
            ')' => {}
            c if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') => token.push(c),
            _ => token.push('_'),
        }
    }
    if !token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        token.insert(0, '_');
    }
    token
}

/// A UUID of version 5's form, made of a text.
fn uuid(text: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut uuid = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(uuid, "{byte:02x}");
    }
    uuid
}
