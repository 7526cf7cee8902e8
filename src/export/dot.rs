//! The data-flow diagram for Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::dot as escape;
use super::outline::{self, Outline};
use super::{Export, words};
use crate::model::{Element, Flow, FlowKind, ThreatModel};

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(digraph(export.model).as_bytes())
}

fn digraph(model: &ThreatModel) -> String {
    let mut text = format!(
        "digraph \"{}\" {{\n  rankdir=LR;\n  newrank=true;\n  nodesep=0.4;\n  ranksep=0.9;\n  \
         graph [fontname=\"Helvetica\", fontsize=11, style=\"rounded,dashed\", color=\"#8fa0b5\"];\n  \
         node [fontname=\"Helvetica\", fontsize=11, style=filled];\n  \
         edge [fontname=\"Helvetica\", fontsize=9, color=\"#3b6fb6\"];\n",
        escape(words::title(model))
    );
    zone(&mut text, model, &Outline::of(model), None, 1);
    let nodes: BTreeMap<&str, usize> =
        model.assets.iter().enumerate().map(|(at, asset)| (&*asset.id, at)).collect();
    for bundle in outline::bundles(model) {
        let flows: Vec<&Flow> = bundle.iter().map(|at| &model.flows[*at]).collect();
        let Some(first) = flows.first() else { continue };
        let ends = nodes.get(&*first.source).zip(nodes.get(&*first.target));
        let Some((source, target)) = ends else { continue };
        let dashed = first.kind != FlowKind::Network || flows.iter().all(|flow| flow.assumed);
        let style = if dashed { ", style=dashed" } else { "" };
        let label = escape(&outline::joined_labels(&flows));
        let _ = writeln!(text, "  n{source} -> n{target} [label=\"{label}\"{style}];");
    }
    text.push_str("}\n");
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
        let (asset, place) = (&model.assets[*asset], asset);
        let look = match asset.element {
            Element::ExternalEntity => "shape=box, fillcolor=\"#fff4e6\"",
            Element::Process => "shape=box, style=\"filled,rounded\", fillcolor=\"#e8f1ff\"",
            Element::DataStore => "shape=cylinder, fillcolor=\"#e7f7ef\"",
            Element::Identity => "shape=hexagon, fillcolor=\"#f4ebff\"",
        };
        let (name, kind) = (escape(&asset.name), escape(&asset.kind.replace('_', " ")));
        let _ = writeln!(text, "{indent}n{place} [label=\"{name}\\n{kind}\", {look}];");
    }
    for boundary in outline.zones(at) {
        let name = escape(&model.boundaries[*boundary].name);
        let _ =
            writeln!(text, "{indent}subgraph cluster_z{boundary} {{\n{indent}  label=\"{name}\";");
        zone(text, model, outline, Some(*boundary), depth + 1);
        let _ = writeln!(text, "{indent}}}");
    }
}
