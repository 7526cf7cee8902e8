//! The model for OWASP Threat Dragon, version 2 of its format: one diagram with everything that is drawn, threats on its cells.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::escape::one_line;
use super::ids::uuid;
use super::json::pretty;
use super::layout::{Diagram, Edge, Node, Rect, Zone};
use super::otm::{band, category};
use super::{Export, words};
use crate::model::{Asset, Element, Encrypted, Flow, FlowKind, Threat, ThreatModel, ThreatState};

/// The version of the format.
const VERSION: &str = "2.3.0";

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let model = export.model;
    let mut writer = Writer { model, number: 0 };
    let cells = writer.cells();
    let title = one_line(words::title(model));
    let document = json!({
        "version": VERSION,
        "summary": {
            "title": title,
            "owner": "",
            "description": format!("Derived from configuration by dreadnought {}.", export.version),
            "id": 0,
        },
        "detail": {
            "contributors": [],
            "diagrams": [{
                "id": 0,
                "title": "Data-flow diagram",
                "diagramType": "STRIDE",
                "placeholder": "",
                "thumbnail": "./public/content/images/thumbnail.stride.jpg",
                "version": VERSION,
                "description": title,
                "cells": cells,
            }],
            "diagramTop": 1,
            "reviewer": "",
            "threatTop": writer.number,
        },
    });
    pretty(&document, out)
}

struct Writer<'a> {
    model: &'a ThreatModel,
    /// Threats so far.
    number: u32,
}

impl Writer<'_> {
    fn cells(&mut self) -> Vec<Json> {
        let diagram = Diagram::of(self.model);
        let mut cells: Vec<Json> = diagram.zones.iter().map(|zone| self.zone(zone)).collect();
        for node in &diagram.nodes {
            cells.push(self.node(node));
        }
        for edge in &diagram.edges {
            cells.push(self.flow(edge));
        }
        cells
    }

    fn zone(&self, zone: &Zone) -> Json {
        let boundary = &self.model.boundaries[zone.boundary];
        let name = one_line(&boundary.name);
        // Inner zones lie before outer ones, all behind nodes.
        let depth = i32::try_from(zone.depth).unwrap_or(i32::MAX).min(900);
        json!({
            "id": uuid(&["boundary", &boundary.id]),
            "shape": "trust-boundary-box",
            "zIndex": depth - 1000,
            "visible": true,
            "position": position(zone.rect),
            "size": size(zone.rect),
            "attrs": {"label": {"text": name}},
            "data": {
                "type": "tm.BoundaryBox",
                "name": name,
                "description": one_line(&format!("{} {}", boundary.kind, boundary.id)),
                "isTrustBoundary": true,
                "hasOpenThreats": false,
            },
        })
    }

    fn node(&mut self, node: &Node) -> Json {
        let asset = &self.model.assets[node.asset];
        let (threats, open) = self.threats(&[&asset.id]);
        let (shape, kind) = match asset.element {
            Element::Process => ("process", "tm.Process"),
            Element::DataStore => ("store", "tm.Store"),
            Element::ExternalEntity | Element::Identity => ("actor", "tm.Actor"),
        };
        let name = one_line(&asset.name);
        let mut data = json!({
            "type": kind,
            "name": name,
            "description": one_line(&format!("{} {}", asset.kind, asset.id)),
            "outOfScope": false,
            "reasonOutOfScope": "",
            "hasOpenThreats": open,
            "threats": threats,
        });
        for (name, holds) in flags(asset) {
            data[name] = holds.into();
        }
        json!({
            "id": cell(&asset.id),
            "shape": shape,
            "zIndex": 1,
            "visible": true,
            "position": position(node.rect),
            "size": size(node.rect),
            "attrs": {"text": {"text": name}, "body": stroke(open)},
            "ports": {"groups": {}, "items": []},
            "data": data,
        })
    }

    fn flow(&mut self, edge: &Edge) -> Json {
        let flows: Vec<&Flow> = edge.flows.iter().map(|at| &self.model.flows[*at]).collect();
        let ids: Vec<&str> = flows.iter().map(|flow| &*flow.id).collect();
        let (threats, open) = self.threats(&ids);
        let ends = flows.first().map(|flow| (&*flow.source, &*flow.target)).unwrap_or_default();
        let name = one_line(&super::outline::joined_labels(&flows));
        let inner = edge.points.len().saturating_sub(1).max(1);
        let corners = &edge.points[1..inner];
        let vertices: Vec<Json> = corners.iter().map(|(x, y)| json!({"x": x, "y": y})).collect();
        let protocols: Vec<&str> =
            flows.iter().filter_map(|flow| flow.protocol.as_deref()).collect();
        let is_public = |flow: &&Flow| {
            flow.kind == FlowKind::Network
                && self.model.assets.iter().any(|asset| {
                    asset.element == Element::ExternalEntity
                        && (asset.id == flow.source || asset.id == flow.target)
                })
        };
        let mut line = stroke(open);
        line["targetMarker"] = json!({"name": "block"});
        line["sourceMarker"] = json!({"name": ""});
        json!({
            "id": uuid(&[&["flow"], ids.as_slice()].concat()),
            "shape": "flow",
            "zIndex": 10,
            "visible": true,
            "connector": "rounded",
            "source": {"cell": cell(ends.0)},
            "target": {"cell": cell(ends.1)},
            "vertices": vertices,
            "labels": [{"position": 0.5, "attrs": {"labelText": {"text": name}}}],
            "attrs": {"line": line},
            "data": {
                "type": "tm.Flow",
                "name": name,
                "description": one_line(&ids.join(", ")),
                "outOfScope": false,
                "reasonOutOfScope": "",
                "isBidirectional": false,
                "isEncrypted": flows.iter().all(|flow| flow.encrypted == Encrypted::Yes),
                "isPublicNetwork": flows.iter().any(is_public),
                "protocol": one_line(protocols.first().copied().unwrap_or_default()),
                "hasOpenThreats": open,
                "threats": threats,
            },
        })
    }

    /// The threats of assets or flows, and whether one is open.
    fn threats(&mut self, ids: &[&str]) -> (Vec<Json>, bool) {
        let model = self.model;
        let mine = model.threats.iter().filter(|threat| ids.contains(&&*threat.target));
        let mine: Vec<&Threat> = mine.collect();
        let open = mine.iter().any(|threat| threat.state == ThreatState::Open);
        (mine.into_iter().map(|threat| self.threat(threat)).collect(), open)
    }

    fn threat(&mut self, threat: &Threat) -> Json {
        self.number += 1;
        let status = match threat.state {
            ThreatState::Open => "Open",
            ThreatState::Mitigated => "Mitigated",
            ThreatState::Accepted => "Accepted",
        };
        let class = &threat.class;
        let evidence = match one_line(&words::places(&threat.evidence)) {
            places if places.is_empty() => String::new(),
            places => format!(". Evidence: {places}"),
        };
        let (name, id) = (one_line(&class.name), one_line(&class.id));
        let description = format!("{name} ({id}, STRIDE {}){evidence}", threat.stride);
        json!({
            "id": uuid(&["threat", &threat.id]),
            "title": one_line(&class.name),
            "status": status,
            "severity": band(threat.dread.severity),
            "type": threat.stride.iter().next().map(category).unwrap_or_default(),
            "modelType": "STRIDE",
            "description": description,
            "mitigation": one_line(threat.note.as_deref().unwrap_or(&threat.remediation)),
            "new": false,
            "number": self.number,
            "score": threat.dread.score.to_string(),
        })
    }
}

fn cell(asset: &str) -> String {
    uuid(&["asset", asset])
}

fn position(rect: Rect) -> Json {
    json!({"x": rect.x, "y": rect.y})
}

fn size(rect: Rect) -> Json {
    json!({"width": rect.width, "height": rect.height})
}

/// Threat Dragon draws what has open threats in red. Its schema wants a text for the dashes.
fn stroke(open: bool) -> Json {
    let (color, width) = if open { ("red", 2.5) } else { ("#333333", 1.5) };
    json!({"stroke": color, "strokeWidth": width, "strokeDasharray": "0"})
}

/// What Threat Dragon asks about an element, where the model knows it.
fn flags(asset: &Asset) -> Vec<(&'static str, bool)> {
    let is = |name: &str| {
        asset.properties.iter().any(|(property, state)| **property == *name && **state == *"true")
    };
    match asset.element {
        Element::DataStore => vec![
            ("isALog", asset.kind.contains("log")),
            ("isEncrypted", is("encrypted_at_rest")),
            ("isSigned", false),
            ("storesCredentials", asset.kind.contains("secret") || asset.kind.contains("key")),
            ("storesInventory", false),
        ],
        Element::Process => vec![
            ("isWebApplication", false),
            ("handlesCardPayment", false),
            ("handlesGoodsOrServices", false),
        ],
        Element::ExternalEntity | Element::Identity => {
            vec![("providesAuthentication", asset.kind.contains("identity"))]
        }
    }
}
