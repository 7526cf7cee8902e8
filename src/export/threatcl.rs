//! The model for threatcl: one `threatmodel` block in HCL, written with hcl-rs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use hcl::expr::{Expression, TemplateExpr};
use hcl::{Block, BlockBuilder, Body};

use super::escape::one_line;
use super::ids::Names;
use super::{Export, outline, words};
use crate::finding::{Dread, Factor, Stride};
use crate::model::{Element, Flow, Threat, ThreatModel, ThreatState};

/// The version of the format.
const VERSION: &str = "0.7.0";

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let body = Body::builder()
        .add_attribute(("spec_version", VERSION))
        .add_block(threatmodel(export))
        .build();
    let text = hcl::format::to_string(&body).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// A text as an expression that HCL takes literally. The text is escaped here: hcl-rs lets a marker live that follows another one
/// (`${ $%{ if x }`).
fn literal(text: &str) -> Expression {
    let mut escaped = String::new();
    let text = one_line(text);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' | '"' => escaped.extend(['\\', c]),
            '$' | '%' if characters.peek() == Some(&'{') => escaped.extend([c, c]),
            c => escaped.push(c),
        }
    }
    TemplateExpr::QuotedString(escaped).into()
}

/// A text as a label and wherever that is named: labels go through hcl-rs, so no marker may stand in them.
fn label(text: &str) -> String {
    one_line(text).replace("${", "$ {").replace("%{", "% {")
}

fn list(texts: impl IntoIterator<Item = String>) -> Expression {
    Expression::Array(texts.into_iter().map(Expression::from).collect())
}

fn threatmodel(export: &Export<'_>) -> Block {
    let model = export.model;
    let faces_internet = model.flows.iter().any(|flow| &*flow.source == "internet");
    let size = match model.assets.len() {
        0..=15 => "Small",
        16..=60 => "Medium",
        _ => "Large",
    };
    let attributes = Block::builder("attributes")
        .add_attribute(("new_initiative", "false"))
        .add_attribute(("internet_facing", if faces_internet { "true" } else { "false" }))
        .add_attribute(("initiative_size", size))
        .build();
    let mut block = Block::builder("threatmodel")
        .add_label(label(words::title(model)))
        .add_attribute(("description", literal(&description(model))))
        .add_attribute(("author", literal(&format!("dreadnought {}", export.version))))
        .add_block(attributes);
    let mut names = Names::default();
    let stores: BTreeMap<&str, String> = model
        .assets
        .iter()
        .filter(|asset| asset.element == Element::DataStore)
        .map(|asset| (&*asset.id, names.give(&label(&asset.name), &label(&asset.id))))
        .collect();
    block = information_assets(block, model, &stores);
    for assumption in &model.assumptions {
        let assumption = Block::builder("exclusion")
            .add_attribute(("description", literal(&format!("Assumed: {assumption}"))));
        block = block.add_block(assumption.build());
    }
    block = dependencies(block, model);
    let mut names = Names::default();
    for threat in &model.threats {
        block = block.add_block(self::threat(model, threat, &stores, &mut names));
    }
    if !model.assets.is_empty() {
        block = block.add_block(diagram(model, &stores));
    }
    block.build()
}

fn description(model: &ThreatModel) -> String {
    format!(
        "Derived from configuration: {}, {}, {}",
        words::count(model.assets.len(), "asset"),
        words::count(model.flows.len(), "flow"),
        words::count(model.paths.len(), "attack path")
    )
}

/// Data stores, with the three classifications that there are.
fn information_assets(
    mut block: BlockBuilder,
    model: &ThreatModel,
    stores: &BTreeMap<&str, String>,
) -> BlockBuilder {
    for asset in &model.assets {
        let Some(name) = stores.get(&*asset.id) else { continue };
        let classification = match asset.sensitivity.as_deref() {
            Some("restricted") => "Restricted",
            Some("none") => "Public",
            _ => "Confidential",
        };
        let store = Block::builder("information_asset")
            .add_label(name.as_str())
            .add_attribute(("description", literal(&format!("{} {}", asset.kind, asset.id))))
            .add_attribute(("information_classification", classification))
            .add_attribute(("source", "dreadnought"));
        block = block.add_block(store.build());
    }
    block
}

/// Code from third parties.
fn dependencies(mut block: BlockBuilder, model: &ThreatModel) -> BlockBuilder {
    let mut names = Names::default();
    for asset in model.assets.iter().filter(|asset| &*asset.kind == "supply_chain") {
        let dependency = Block::builder("third_party_dependency")
            .add_label(names.give(&label(&asset.name), &label(&asset.id)))
            .add_attribute(("description", literal(&asset.id)))
            .add_attribute(("uptime_dependency", "none"));
        block = block.add_block(dependency.build());
    }
    block
}

fn threat(
    model: &ThreatModel,
    threat: &Threat,
    stores: &BTreeMap<&str, String>,
    names: &mut Names,
) -> Block {
    let (class, dread) = (&threat.class, threat.dread.dread);
    let target = words::target(model, &threat.target);
    let name = names.give(&label(&format!("{} on {target}", class.name)), &label(&threat.target));
    let evidence = words::places(&threat.evidence);
    let evidence =
        if evidence.is_empty() { String::new() } else { format!(" Evidence: {evidence}.") };
    let text = format!("{} {}. DREAD {}.{evidence}", class.id, class.name, threat.dread.score);
    let risk = Block::builder("risk")
        .add_attribute((
            "likelihood",
            level(
                dread,
                &[Factor::Reproducibility, Factor::Exploitability, Factor::Discoverability],
            ),
        ))
        .add_attribute(("impact", level(dread, &[Factor::Damage, Factor::AffectedUsers])))
        .add_attribute(("severity", threat.dread.severity.name()))
        .add_attribute(("rationale", literal(&rationale(threat))));
    let mut block = Block::builder("threat")
        .add_label(name)
        .add_attribute(("description", literal(&text)))
        .add_attribute(("impacts", list(impacts(threat))))
        .add_attribute(("stride", list(threat.stride.iter().map(stride))));
    if let Some(store) = stores.get(&*threat.target) {
        block = block.add_attribute(("information_asset_refs", list([store.clone()])));
    }
    block = block.add_block(risk.build());
    let (control, done) = match (&threat.note, threat.state) {
        (Some(note), ThreatState::Mitigated) => (note, true),
        _ => (&threat.remediation, false),
    };
    if !control.trim().is_empty() {
        let control = Block::builder("control")
            .add_label(if done { "In place" } else { "To do" })
            .add_attribute(("description", literal(control)))
            .add_attribute(("implemented", done));
        block = block.add_block(control.build());
    }
    block.build()
}

fn rationale(threat: &Threat) -> String {
    let steps = threat.dread.steps.iter().map(|step| {
        format!("{} {:+} ({})", step.factor.name().replace('_', " "), step.step, step.reason)
    });
    let steps: Vec<String> = steps.collect();
    let base: Vec<String> =
        Factor::ALL.iter().map(|factor| threat.dread.base.get(*factor).to_string()).collect();
    let moved = if steps.is_empty() { String::new() } else { format!("; {}", steps.join("; ")) };
    format!("DREAD base {}{moved}; confidence {}", base.join(" "), words::confidence(threat))
}

/// The mean of factors in the five levels that there are.
fn level(dread: Dread, factors: &[Factor]) -> &'static str {
    let sum: usize = factors.iter().map(|factor| usize::from(dread.get(*factor))).sum();
    match sum / factors.len().max(1) {
        0 | 1 => "very_low",
        2 | 3 => "low",
        4 | 5 => "medium",
        6 | 7 => "high",
        _ => "very_high",
    }
}

fn impacts(threat: &Threat) -> BTreeSet<String> {
    let impact = |stride: Stride| match stride {
        Stride::InformationDisclosure | Stride::Spoofing => "Confidentiality",
        Stride::Tampering | Stride::Repudiation | Stride::ElevationOfPrivilege => "Integrity",
        Stride::DenialOfService => "Availability",
    };
    threat.stride.iter().map(|stride| impact(stride).to_owned()).collect()
}

fn stride(stride: Stride) -> String {
    let name = match stride {
        Stride::Spoofing => "Spoofing",
        Stride::Tampering => "Tampering",
        Stride::Repudiation => "Repudiation",
        Stride::InformationDisclosure => "Info Disclosure",
        Stride::DenialOfService => "Denial Of Service",
        Stride::ElevationOfPrivilege => "Elevation Of Privilege",
    };
    name.to_owned()
}

fn diagram(model: &ThreatModel, stores: &BTreeMap<&str, String>) -> Block {
    let mut names = Names::default();
    let mut elements: BTreeMap<&str, String> = BTreeMap::new();
    let mut block = Block::builder("data_flow_diagram_v2").add_label("Derived from configuration");
    let mut zones = Names::default();
    let zones: BTreeMap<&Arc<str>, String> = model
        .boundaries
        .iter()
        .map(|zone| (&zone.id, zones.give(&label(&zone.name), &label(&zone.id))))
        .collect();
    for asset in &model.assets {
        let kind = match asset.element {
            Element::Process => "process",
            Element::DataStore => "data_store",
            Element::ExternalEntity | Element::Identity => "external_element",
        };
        let name = names.give(&label(&asset.name), &label(&asset.id));
        let mut element = Block::builder(kind).add_label(name.as_str());
        if let Some(zone) = asset.boundary.as_ref().and_then(|id| zones.get(id)) {
            element = element.add_attribute(("trust_zone", zone.as_str()));
        }
        if let Some(store) = stores.get(&*asset.id) {
            element = element.add_attribute(("information_asset", store.as_str()));
        }
        elements.insert(&asset.id, name);
        block = block.add_block(element.build());
    }
    // Ends of flows must be unique, whatever travels.
    let mut ends: BTreeMap<(&str, &str), Vec<&Flow>> = BTreeMap::new();
    for flow in &model.flows {
        ends.entry((&flow.source, &flow.target)).or_default().push(flow);
    }
    for ((source, target), flows) in ends {
        let Some((from, to)) = elements.get(source).zip(elements.get(target)) else { continue };
        let name = outline::joined_labels(&flows);
        let name = if name.is_empty() { flows[0].kind.name().to_owned() } else { name };
        let mut flow = Block::builder("flow")
            .add_label(label(&name))
            .add_attribute(("from", from.as_str()))
            .add_attribute(("to", to.as_str()));
        if let Some(protocol) = flows.iter().find_map(|flow| flow.protocol.as_deref()) {
            flow = flow.add_attribute(("protocol", literal(protocol)));
        }
        block = block.add_block(flow.build());
    }
    block.build()
}
