//! The model in the Open Threat Model format (0.2.0), with a diagram so that drawing tools show it.
//!
//! Components keep the ids of assets, data flows those of flows, and trust zones those of boundaries behind `boundary:`; `attributes` hold
//! what the format has no word for. What is written here reads back as an overlay that changes nothing (`overlay`).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::escape::one_line;
use super::json::pretty;
use super::layout::{Diagram, Rect};
use super::{Export, words};
use crate::finding::{Factor, Severity, Stride};
use crate::model::{Asset, Boundary, Element, Flow, Location, Threat, ThreatModel, ThreatState};

/// The version of the format.
const VERSION: &str = "0.2.0";
/// The zone of assets without a boundary: the format wants one.
pub(super) const NO_BOUNDARY: &str = "boundary:";
const DIAGRAM: &str = "data-flow-diagram";
const CODE: &str = "configuration";

/// How far a kind of boundary is trusted, in percent.
const TRUST: &[(&str, u32)] = &[
    ("internet", 0),
    ("third_party", 20),
    ("module", 50),
    ("repository", 70),
    ("tenant", 80),
    ("state", 80),
    ("subnet", 60),
    ("network", 60),
    ("namespace", 60),
    ("cluster", 60),
];

/// What is lost with data of a sensitivity, in percent: confidentiality, integrity, availability.
const RISKS: &[(&str, [u32; 3])] = &[
    ("none", [0, 30, 30]),
    ("internal", [40, 50, 50]),
    ("confidential", [75, 75, 60]),
    ("restricted", [100, 90, 60]),
];

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    pretty(&document(export), out)
}

fn document(export: &Export<'_>) -> Json {
    let model = export.model;
    let diagram = Diagram::of(model);
    let writer = Writer::new(model, &diagram);
    let mut zones: Vec<Json> =
        model.boundaries.iter().enumerate().map(|it| writer.zone(it)).collect();
    if model.assets.iter().any(|asset| asset.boundary.is_none()) {
        zones.push(json!({
            "id": NO_BOUNDARY,
            "name": "Outside of any boundary",
            "type": "none",
            "risk": {"trustRating": 0},
            "attributes": {"dreadnought": "no boundary"},
        }));
    }
    let risks = RISKS.iter().filter(|(name, _)| {
        model.assets.iter().any(|asset| asset.sensitivity.as_deref() == Some(name))
    });
    json!({
        "otmVersion": VERSION,
        "project": {
            "name": one_line(words::title(model)),
            "id": slug(&model.title),
            "description": "Derived from configuration.",
            "attributes": {"generator": format!("dreadnought {}", export.version)},
        },
        "representations": [
            {"name": "Data-flow diagram", "id": DIAGRAM, "type": "diagram",
             "description": "All assets, boundaries and flows.",
             "size": {"width": diagram.width, "height": diagram.height}},
            {"name": "Configuration", "id": CODE, "type": "code"},
        ],
        "assets": risks.map(|(name, [c, i, a])| json!({
            "name": format!("{name} data"),
            "id": data_id(name),
            "risk": {"confidentiality": c, "integrity": i, "availability": a},
        })).collect::<Vec<_>>(),
        "trustZones": zones,
        "components": model.assets.iter().enumerate().map(|it| writer.component(it)).collect::<Vec<_>>(),
        "dataflows": model.flows.iter().map(|flow| writer.dataflow(flow)).collect::<Vec<_>>(),
        "threats": model.threats.iter().map(threat).collect::<Vec<_>>(),
        "mitigations": writer.mitigations.iter().map(|(text, at)| json!({
            "id": mitigation_id(*at),
            "name": one_line(text),
            "description": &**text,
            "riskReduction": 100,
        })).collect::<Vec<_>>(),
    })
}

fn data_id(sensitivity: &str) -> String {
    format!("data-{sensitivity}")
}

fn mitigation_id(at: usize) -> String {
    format!("mitigation-{at}")
}

/// A name as an id: letters, digits, single dashes.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    if slug.is_empty() { "threat-model".to_owned() } else { slug }
}

struct Writer<'a> {
    model: &'a ThreatModel,
    zones: BTreeMap<usize, Rect>,
    nodes: BTreeMap<usize, Rect>,
    /// Threats by what they are about.
    threats: BTreeMap<&'a str, Vec<&'a Threat>>,
    /// What to change, or what closes a threat, each once with its number.
    mitigations: BTreeMap<Arc<str>, usize>,
}

impl<'a> Writer<'a> {
    fn new(model: &'a ThreatModel, diagram: &Diagram) -> Self {
        let mut threats: BTreeMap<&str, Vec<&Threat>> = BTreeMap::new();
        let mut mitigations = BTreeMap::new();
        for threat in &model.threats {
            threats.entry(&threat.target).or_default().push(threat);
            let text = mitigation(threat);
            if !text.is_empty() {
                mitigations.insert(Arc::clone(text), 0);
            }
        }
        for (at, number) in mitigations.values_mut().enumerate() {
            *number = at + 1;
        }
        Self {
            model,
            zones: diagram.zones.iter().map(|zone| (zone.boundary, zone.rect)).collect(),
            nodes: diagram.nodes.iter().map(|node| (node.asset, node.rect)).collect(),
            threats,
            mitigations,
        }
    }

    fn zone(&self, (at, boundary): (usize, &Boundary)) -> Json {
        let trust = TRUST.iter().find(|(kind, _)| **kind == *boundary.kind).map_or(50, |it| it.1);
        let mut zone = json!({
            "id": zone_id(&boundary.id),
            "name": one_line(&boundary.name),
            "type": &*boundary.kind,
            "risk": {"trustRating": trust},
            "representations": representations("zone", at, self.zones.get(&at), boundary.source.as_ref()),
            "attributes": {
                "address": &*boundary.id,
                "environment": boundary.environment.as_deref(),
                "filters": boundary.filters.iter().map(|filter| &**filter).collect::<Vec<_>>(),
            },
        });
        if let Some(parent) =
            boundary.parent.as_deref().filter(|id| self.model.boundary(id).is_some())
        {
            zone["parent"] = json!({"trustZone": zone_id(parent)});
        }
        zone
    }

    fn component(&self, (at, asset): (usize, &Asset)) -> Json {
        // The words by which Threat Dragon tells what a component is.
        let element = match asset.element {
            Element::DataStore => "database",
            Element::Process => "service",
            Element::ExternalEntity => "actor",
            Element::Identity => "identity",
        };
        let boundary = asset.boundary.as_deref().filter(|id| self.model.boundary(id).is_some());
        let data =
            asset.sensitivity.as_deref().filter(|name| RISKS.iter().any(|(risk, _)| risk == name));
        let data: Vec<String> = data.into_iter().map(data_id).collect();
        let data = match asset.element {
            Element::DataStore => json!({"stored": data}),
            _ => json!({"processed": data}),
        };
        let properties: Map<String, Json> = asset
            .properties
            .iter()
            .map(|(name, state)| (name.to_string(), (&**state).into()))
            .collect();
        json!({
            "id": &*asset.id,
            "name": one_line(&asset.name),
            "type": &*asset.kind,
            "description": asset.resource_type.as_deref().map(one_line).unwrap_or_default(),
            "parent": {"trustZone": boundary.map_or(NO_BOUNDARY.to_owned(), zone_id)},
            "representations": representations(element, at, self.nodes.get(&at), asset.source.as_ref()),
            "assets": data,
            "threats": self.threats_of(&asset.id),
            "tags": [asset.element.name()],
            "attributes": {
                "address": &*asset.id,
                "element": asset.element.name(),
                "sensitivity": asset.sensitivity.as_deref(),
                "environment": asset.environment.as_deref(),
                "owner": asset.owner.as_deref(),
                "merges": asset.merges.iter().map(|address| &**address).collect::<Vec<_>>(),
                "properties": properties,
                "modelled": asset.modelled,
            },
        })
    }

    fn dataflow(&self, flow: &Flow) -> Json {
        json!({
            "id": &*flow.id,
            "name": one_line(&flow.label),
            "description": "",
            "bidirectional": false,
            "source": &*flow.source,
            "destination": &*flow.target,
            "threats": self.threats_of(&flow.id),
            "tags": [flow.kind.name()],
            "attributes": {
                "kind": flow.kind.name(),
                "protocol": flow.protocol.as_deref(),
                "port": flow.port.as_deref(),
                "encrypted": flow.encrypted.name(),
                "assumed": flow.assumed,
                "modelled": flow.modelled,
                "evidence": flow.evidence.iter().map(words::place).collect::<Vec<_>>(),
            },
        })
    }

    fn threats_of(&self, id: &str) -> Vec<Json> {
        let threats = self.threats.get(id).map_or(&[][..], Vec::as_slice);
        let entry = |threat: &&Threat| {
            let (state, done) = match threat.state {
                ThreatState::Open => ("exposed", "required"),
                ThreatState::Mitigated => ("mitigated", "implemented"),
                ThreatState::Accepted => ("accepted", "rejected"),
            };
            let mitigation = self.mitigations.get(mitigation(threat));
            let mitigations: Vec<Json> = mitigation
                .map(|at| json!({"mitigation": mitigation_id(*at), "state": done}))
                .into_iter()
                .collect();
            json!({"threat": &*threat.id, "state": state, "mitigations": mitigations})
        };
        threats.iter().map(entry).collect()
    }
}

/// The id of a boundary's zone: an asset may have the boundary's own.
fn zone_id(boundary: &str) -> String {
    format!("boundary:{boundary}")
}

/// What closes a threat, or what would.
fn mitigation(threat: &Threat) -> &Arc<str> {
    match (&threat.note, threat.state) {
        (Some(note), ThreatState::Mitigated | ThreatState::Accepted) => note,
        _ => &threat.remediation,
    }
}

fn representations(
    word: &str,
    at: usize,
    rect: Option<&Rect>,
    source: Option<&Location>,
) -> Vec<Json> {
    let drawn = rect.map(|rect| {
        json!({
            "representation": DIAGRAM,
            "id": format!("{word}-{at}"),
            "position": {"x": rect.x, "y": rect.y},
            "size": {"width": rect.width, "height": rect.height},
        })
    });
    let written = source.map(|source| {
        json!({"representation": CODE, "id": format!("{word}-{at}-code"), "file": &*source.file, "line": source.line})
    });
    drawn.into_iter().chain(written).collect()
}

fn threat(threat: &Threat) -> Json {
    let dread = threat.dread.dread;
    let percent = |factors: &[Factor]| {
        let sum: u32 = factors.iter().map(|factor| u32::from(dread.get(*factor))).sum();
        sum * 10 / u32::try_from(factors.len()).unwrap_or(1).max(1)
    };
    let factors: Map<String, Json> = Factor::ALL
        .iter()
        .map(|factor| (factor.name().to_owned(), dread.get(*factor).into()))
        .collect();
    let cwes: Vec<&str> = threat.class.cwe.iter().map(|id| &**id).collect();
    json!({
        "id": &*threat.id,
        "name": one_line(&threat.class.name),
        "description": one_line(&threat.remediation),
        "categories": threat.stride.iter().map(category).collect::<Vec<_>>(),
        "cwes": cwes,
        "risk": {
            "likelihood": percent(&[Factor::Reproducibility, Factor::Exploitability, Factor::Discoverability]),
            "impact": percent(&[Factor::Damage, Factor::AffectedUsers]),
        },
        "attributes": {
            "class": &*threat.class.id,
            "target": &*threat.target,
            "state": threat.state.name(),
            "score": threat.dread.score.to_string(),
            "severity": threat.dread.severity.name(),
            "dread": factors,
            "evidence": threat.evidence.iter().map(words::place).collect::<Vec<_>>(),
        },
    })
}

/// A STRIDE category as threat-modelling tools write it.
pub(super) fn category(stride: Stride) -> String {
    let name = stride.name();
    let mut characters = name.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// A band as threat-modelling tools write it.
pub(super) fn band(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}
