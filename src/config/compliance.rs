//! `compliance:` in `dreadnought.yaml`, or a file of its own: what people state about controls, each with a name and an end.

use std::sync::Arc;

use super::Instant;
use crate::pack::read::{Fields, Reader, Shape, Text};
use crate::pack::words::is_link;
use crate::source::{FileId, Place, Problem, ProblemKind, SourceFile};
use crate::syntax::Node;

const RECORDS: Shape =
    Shape { what: "`compliance`", required: &[], optional: &["attestations", "waivers"] };
const ATTESTATION: Shape = Shape {
    what: "an attestation",
    required: &["baseline", "control", "verdict", "author", "evidence", "expires"],
    optional: &["date", "note"],
};
const WAIVER: Shape = Shape {
    what: "a waiver",
    required: &["baseline", "control", "reason", "owner", "expires"],
    optional: &["ticket"],
};

/// What people state about the controls of baselines.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// What somebody has examined.
    pub attestations: Vec<Attestation>,
    /// What somebody accepts.
    pub waivers: Vec<Waiver>,
}

/// Which control a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The baseline, and all that extend it.
    pub baseline: Arc<str>,
    /// The control.
    pub control: Arc<str>,
    /// From this moment on it says nothing.
    pub expires: Instant,
    /// Where the control is named.
    pub place: Place,
    /// Where the baseline is named.
    pub baseline_place: Place,
}

/// Somebody's word that a control is met or not, with evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Which control.
    pub about: About,
    /// What was found.
    pub verdict: Attested,
    /// Who says so.
    pub author: Arc<str>,
    /// A link to the evidence.
    pub evidence: Arc<str>,
    /// When it was examined.
    pub date: Option<Instant>,
    /// Anything else.
    pub note: Option<Arc<str>>,
}

/// What was found by examining a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attested {
    /// It is met.
    Met,
    /// It is not met.
    NotMet,
    /// It does not apply.
    NotApplicable,
}

impl Attested {
    const WORDS: [&'static str; 3] = ["met", "not-met", "not-applicable"];

    /// The word for it.
    pub fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// Somebody's acceptance of a control that is violated or not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Which control.
    pub about: About,
    /// Why.
    pub reason: Arc<str>,
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Where it was decided.
    pub ticket: Option<Arc<str>>,
}

/// Read a file that holds nothing but attestations and waivers.
pub fn records(file: FileId, source: &SourceFile) -> (Records, Vec<Problem>) {
    let mut reader = Reader::new(file, source).of_kind(ProblemKind::Configuration);
    let node = reader.document(&Arc::clone(&source.text));
    let records = node.map(|node| read(&mut reader, &node)).unwrap_or_default();
    (records, reader.into_problems())
}

/// Read attestations and waivers; those with mistakes are left out.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Records {
    let Some(fields) = reader.mapping(node, &RECORDS) else { return Records::default() };
    let attestations = reader.list(&fields, "attestations").unwrap_or_default();
    let attestations = attestations.iter().filter_map(|node| attestation(reader, node)).collect();
    let waivers = reader.list(&fields, "waivers").unwrap_or_default();
    let waivers = waivers.iter().filter_map(|node| waiver(reader, node)).collect();
    Records { attestations, waivers }
}

fn attestation(reader: &mut Reader<'_>, node: &Node) -> Option<Attestation> {
    let mistakes = reader.mistakes();
    let fields = reader.mapping(node, &ATTESTATION)?;
    let about = about(reader, &fields);
    let verdict = reader.word(&fields, "verdict", &Attested::WORDS);
    let verdict = verdict.map(|word| match word {
        "met" => Attested::Met,
        "not-met" => Attested::NotMet,
        _ => Attested::NotApplicable,
    });
    let author = reader.text(&fields, "author");
    let evidence = reader.text(&fields, "evidence");
    if let Some(link) = &evidence {
        reader.check(link, is_link, "a link that starts with https://");
    }
    let date = instant(reader, &fields, "date");
    let note = reader.text(&fields, "note").map(|text| text.text);
    if reader.mistakes() > mistakes {
        return None;
    }
    Some(Attestation {
        about: about?,
        verdict: verdict?,
        author: author?.text,
        evidence: evidence?.text,
        date: date.map(|(date, _)| date),
        note,
    })
}

fn waiver(reader: &mut Reader<'_>, node: &Node) -> Option<Waiver> {
    let mistakes = reader.mistakes();
    let fields = reader.mapping(node, &WAIVER)?;
    let about = about(reader, &fields);
    let reason = reader.text(&fields, "reason");
    let owner = reader.text(&fields, "owner");
    let ticket = reader.text(&fields, "ticket").map(|text| text.text);
    if reader.mistakes() > mistakes {
        return None;
    }
    Some(Waiver { about: about?, reason: reason?.text, owner: owner?.text, ticket })
}

fn about(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<About> {
    let baseline = reader.text(fields, "baseline");
    let control = reader.text(fields, "control");
    let expires = instant(reader, fields, "expires");
    let (baseline, control) = (baseline?, control?);
    Some(About {
        expires: expires?.0,
        place: reader.place(control.node.span),
        baseline_place: reader.place(baseline.node.span),
        baseline: baseline.text,
        control: control.text,
    })
}

fn instant<'n>(
    reader: &mut Reader<'_>,
    fields: &Fields<'n>,
    name: &str,
) -> Option<(Instant, Text<'n>)> {
    let text = reader.text(fields, name)?;
    let Some(instant) = Instant::parse(&text.text) else {
        let message = format!("`{name}` is `{}`, which is no moment", text.text);
        let help = "write a date, 2027-03-01, or a moment with its zone, 2027-03-01T12:00:00+02:00";
        reader.report(text.node.span, message).help(help);
        return None;
    };
    Some((instant, text))
}
