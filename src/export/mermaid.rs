//! The data-flow diagram as a Mermaid flowchart.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Export;
use super::escape::mermaid as escape;
use super::outline::{self, Outline};
use crate::model::{Asset, Element, FlowKind, ThreatModel};

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(flowchart(export.model).as_bytes())
}

/// The whole flowchart.
pub(super) fn flowchart(model: &ThreatModel) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let outline = Outline::of(model);
    zone(&mut text, model, &outline, None, 1);
    let nodes: BTreeMap<&str, usize> =
        model.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    for bundle in outline::bundles(model) {
        let flows: Vec<_> = bundle.iter().map(|at| &model.flows[*at]).collect();
        let Some(first) = flows.first() else { continue };
        let ends = nodes.get(&*first.source).zip(nodes.get(&*first.target));
        let Some((source, target)) = ends else { continue };
        let arrow = match first.kind {
            _ if flows.iter().all(|flow| flow.assumed) => "-.->",
            FlowKind::Network | FlowKind::Data => "-->",
            _ => "-.->",
        };
        let label = outline::joined_labels(&flows);
        let label =
            if label.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&label)) };
        let _ = writeln!(text, "  n{source} {arrow}{label} n{target}");
    }
    styles(&mut text, model);
    text
}

fn zone(
    text: &mut String,
    model: &ThreatModel,
    outline: &Outline,
    at: Option<usize>,
    depth: usize,
) {
    let indent = "  ".repeat(depth);
    for asset in outline.assets(at) {
        let _ = writeln!(text, "{indent}n{asset}{}", shape(&model.assets[*asset]));
    }
    for boundary in outline.zones(at) {
        let name = escape(&model.boundaries[*boundary].name);
        let _ = writeln!(text, "{indent}subgraph z{boundary}[\"{name}\"]");
        zone(text, model, outline, Some(*boundary), depth + 1);
        let _ = writeln!(text, "{indent}end");
    }
}

fn shape(asset: &Asset) -> String {
    let label = format!(
        "{}<br/><small>{}</small>",
        escape(&asset.name),
        escape(&asset.kind.replace('_', " "))
    );
    let (open, close) = match asset.element {
        Element::ExternalEntity => ("[", "]"),
        Element::Process => ("(", ")"),
        Element::DataStore => ("[(", ")]"),
        Element::Identity => ("{{", "}}"),
    };
    format!("{open}\"{label}\"{close}")
}

fn styles(text: &mut String, model: &ThreatModel) {
    let looks = [
        "fill:#fff4e6,stroke:#b45309,color:#1b2430",
        "fill:#e8f1ff,stroke:#2563c9,color:#1b2430",
        "fill:#e7f7ef,stroke:#15803d,color:#1b2430",
        "fill:#f4ebff,stroke:#7e3fc4,color:#1b2430",
    ];
    for (element, look) in Element::ALL.into_iter().zip(looks) {
        let members = model.assets.iter().enumerate().filter(|(_, asset)| asset.element == element);
        let members: Vec<String> = members.map(|(at, _)| format!("n{at}")).collect();
        if !members.is_empty() {
            let _ = writeln!(text, "  classDef {} {look}", element.name());
            let _ = writeln!(text, "  class {} {}", members.join(","), element.name());
        }
    }
}
