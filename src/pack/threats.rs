//! Threat classes, `threats/*.yaml` of a pack: threats with STRIDE, base DREAD and catalogue ids.

use std::sync::Arc;

use super::read::{Fields, Reader, Shape, Text, plain, start_of};
use super::scalar::to_value;
use super::words::{is_attack, is_capec, is_cwe, is_nist, is_snake_case, is_threat_id};
use crate::document::Value;
use crate::finding::context::{Assumptions, Dimension};
use crate::finding::{Dread, Factor, StrideSet, ThreatClass};
use crate::source::Place;
use crate::source::nearest;
use crate::syntax::Node;

const FILE: Shape =
    Shape { what: "a file of threat classes", required: &["threats"], optional: &["extend"] };
const EXTENSION: Shape = Shape {
    what: "what is added to a threat class",
    required: &["id"],
    optional: &["cwe", "capec", "attack", "nist"],
};
const THREAT: Shape = Shape {
    what: "a threat class",
    required: &["id", "name", "stride", "dread"],
    optional: &["applies_to", "cwe", "capec", "attack", "nist", "assumptions", "mask"],
};
const DREAD: Shape = Shape { what: "`dread`", required: &[], optional: &FACTORS };
const WHOLE_DREAD: Shape =
    Shape { what: "the `dread` of a threat class", required: &FACTORS, optional: &[] };
const ASSUMPTIONS: Shape = Shape { what: "`assumptions`", required: &[], optional: &DIMENSIONS };

const FACTORS: [&str; 5] =
    ["damage", "reproducibility", "exploitability", "affected_users", "discoverability"];
const DIMENSIONS: [&str; 6] = ["exposure", "auth", "data", "privilege", "blast", "environment"];

/// Catalogue ids that a pack adds to a threat class of another.
#[derive(Debug)]
pub(super) struct Extension {
    pub id: Arc<str>,
    pub place: Place,
    ids: Ids,
}

/// Catalogue ids: CWE, CAPEC, ATT&CK, NIST.
#[derive(Debug, Default)]
struct Ids([Vec<Arc<str>>; 4]);

impl Extension {
    /// Add what is not there yet.
    pub fn apply(&self, class: &mut ThreatClass) {
        let lists = [&mut class.cwe, &mut class.capec, &mut class.attack, &mut class.nist];
        for (list, more) in lists.into_iter().zip(&self.ids.0) {
            for id in more {
                if !list.contains(id) {
                    list.push(Arc::clone(id));
                }
            }
        }
    }
}

/// What a file of threat classes says.
#[derive(Debug, Default)]
pub(super) struct Threats {
    pub classes: Vec<(ThreatClass, Place)>,
    /// Ids of classes with mistakes: rules that name them are no mistake of their own.
    pub broken: Vec<Arc<str>>,
    /// Whether it could not be read as a whole, so that classes may be in it that nobody knows of.
    pub unreadable: bool,
    pub extensions: Vec<Extension>,
}

/// Read a file of threat classes; those with mistakes are left out.
pub(super) fn read(reader: &mut Reader<'_>) -> Threats {
    let text = Arc::clone(&reader.source.text);
    let unreadable = || Threats { unreadable: true, ..Threats::default() };
    let Some(node) = reader.document(&text) else { return unreadable() };
    let Some(fields) = reader.mapping(&node, &FILE) else { return unreadable() };
    let items = reader.list(&fields, "threats").unwrap_or_default();
    let (mut classes, mut broken) = (Vec::new(), Vec::new());
    for item in items {
        match threat(reader, item) {
            Ok(class) => classes.push(class),
            Err(id) => broken.extend(id),
        }
    }
    let extensions = reader.list(&fields, "extend").unwrap_or_default();
    let extensions = extensions.iter().filter_map(|item| extension(reader, item)).collect();
    Threats { classes, broken, unreadable: false, extensions }
}

fn extension(reader: &mut Reader<'_>, node: &Node) -> Option<Extension> {
    let mistakes = reader.mistakes();
    let fields = reader.mapping(node, &EXTENSION)?;
    let id = reader.text(&fields, "id")?;
    let ids = ids(reader, &fields);
    let place = reader.place(id.node.span);
    (reader.mistakes() == mistakes).then_some(Extension { id: id.text, place, ids })
}

fn ids(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Ids {
    let mut read = |name, test, expected| {
        let texts = reader.texts(fields, name);
        plain(reader.checked(texts, test, expected))
    };
    Ids([
        read("cwe", is_cwe, "a CWE id like CWE-79"),
        read("capec", is_capec, "a CAPEC id like CAPEC-122"),
        read("attack", is_attack, "an ATT&CK technique like T1530"),
        read("nist", is_nist, "a NIST SP 800-53 control like AC-3"),
    ])
}

/// One class, or the id of one with mistakes.
fn threat(reader: &mut Reader<'_>, node: &Node) -> Result<(ThreatClass, Place), Option<Arc<str>>> {
    let id = named(node);
    whole_threat(reader, node).ok_or(id)
}

/// The id as it is written, whatever else is wrong.
fn named(node: &Node) -> Option<Arc<str>> {
    to_value(node).as_object()?.get("id")?.as_str().map(Arc::from)
}

fn whole_threat(reader: &mut Reader<'_>, node: &Node) -> Option<(ThreatClass, Place)> {
    let mistakes = reader.mistakes();
    let fields = reader.mapping(node, &THREAT)?;
    let id = reader.text(&fields, "id");
    if let Some(id) = &id {
        reader.check(id, is_threat_id, "the id of a threat class, like T003 or ACME-7");
    }
    let name = reader.text(&fields, "name");
    let stride = stride(reader, &fields);
    let dread = fields.get("dread").and_then(|node| {
        let dread = reader.mapping(node, &WHOLE_DREAD)?;
        factors(reader, &dread, Dread::new([0; 5]).ok()?)
    });
    let Ids([cwe, capec, attack, nist]) = ids(reader, &fields);
    let applies_to = reader.text(&fields, "applies_to");
    if let Some(kind) = &applies_to {
        reader.check(kind, is_snake_case, "the meaning of an asset, in snake_case");
    }
    let mut assumptions = assumptions(reader, &fields);
    assumptions.mask = mask(reader, &fields);
    if reader.mistakes() > mistakes {
        return None;
    }
    let (id, name) = (id?, name?);
    let place = reader.place(id.node.span);
    let class = ThreatClass {
        id: id.text,
        name: name.text,
        stride: stride?,
        dread: dread?,
        cwe,
        capec,
        attack,
        nist,
        applies_to: applies_to.map_or_else(|| Arc::from("any"), |kind| kind.text),
        assumptions,
    };
    Some((class, place))
}

/// The field `stride`, if it is there and right.
pub(super) fn stride(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<StrideSet> {
    let text = reader.text(fields, "stride")?;
    match StrideSet::parse(&text.text) {
        Ok(stride) => Some(stride),
        Err(letter) => {
            let message = format!("unknown STRIDE letter `{letter}`");
            let help = "use letters of STRIDE: Spoofing, Tampering, Repudiation, Information \
                        disclosure, Denial of service, Elevation of privilege";
            reader.report(text.node.span, message).help(help);
            None
        }
    }
}

/// Base factors with those that the field `dread` states.
pub(super) fn dread(reader: &mut Reader<'_>, fields: &Fields<'_>, base: Dread) -> Option<Dread> {
    let Some(node) = fields.get("dread") else { return Some(base) };
    let dread = reader.mapping(node, &DREAD)?;
    factors(reader, &dread, base)
}

fn factors(reader: &mut Reader<'_>, fields: &Fields<'_>, base: Dread) -> Option<Dread> {
    let mut dread = Some(base);
    for factor in Factor::ALL {
        let Some(node) = fields.get(factor.name()) else { continue };
        let name = factor.name();
        let message = match to_value(node) {
            Value::Int(value @ 0..=10) => {
                dread = dread.map(|dread| dread.with(factor, u8::try_from(value).unwrap_or(10)));
                continue;
            }
            Value::Int(value) => format!("`{name}` is {value}, a DREAD factor is 0 to 10"),
            _ => format!("`{name}` must be a whole number from 0 to 10"),
        };
        reader.report(start_of(node), message);
        dread = None;
    }
    dread
}

/// What the base factors took for granted; a dimension that is null does not apply.
fn assumptions(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Assumptions {
    let mut assumptions = Assumptions::default();
    let Some(node) = fields.get("assumptions") else { return assumptions };
    let Some(fields) = reader.mapping(node, &ASSUMPTIONS) else { return assumptions };
    for dimension in Dimension::ALL {
        let Some(node) = fields.get(dimension.name()) else { continue };
        let state = &mut assumptions.states[dimension as usize];
        if to_value(node) == Value::Null {
            *state = None;
        } else if let Some(word) = reader.as_text(node, dimension.name()) {
            one_of(
                reader,
                &word,
                dimension.states(),
                &format!("a state of `{}`", dimension.name()),
            );
            *state = dimension.state(&word.text);
        }
    }
    assumptions
}

/// The factors that exposure may move; all where nothing is said.
fn mask(reader: &mut Reader<'_>, fields: &Fields<'_>) -> [bool; 5] {
    let named = reader.texts(fields, "mask");
    for factor in &named {
        one_of(reader, factor, &FACTORS, "a DREAD factor");
    }
    if named.is_empty() {
        return [true; 5];
    }
    Factor::ALL.map(|factor| named.iter().any(|text| *text.text == *factor.name()))
}

pub(super) fn one_of(reader: &mut Reader<'_>, text: &Text<'_>, known: &[&str], expected: &str) {
    if known.contains(&&*text.text) {
        return;
    }
    let help = match nearest(&text.text, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("use one of {}", known.join(", ")),
    };
    reader.report(text.node.span, format!("`{}` is not {expected}", text.text)).help(help);
}
