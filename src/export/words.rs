//! Pieces of text that several formats share.

use serde_json::Value as Json;

use super::Export;
use crate::finding::{Factor, Severity};
use crate::model::{Asset, AttackPath, Fix, Location, PathStep, Threat, ThreatModel, ThreatState};

/// The bands, worst first.
pub(super) const BANDS: [Severity; 4] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

/// Factors with their short names.
pub(super) const FACTORS: [(Factor, &str); 5] = [
    (Factor::Damage, "D"),
    (Factor::Reproducibility, "R"),
    (Factor::Exploitability, "E"),
    (Factor::AffectedUsers, "A"),
    (Factor::Discoverability, "Di"),
];

/// Packs that made the model, each with its version and so many digits of its digest.
pub(super) fn packs(export: &Export<'_>, digits: usize) -> Vec<String> {
    let packs = export.beside.get("packs").and_then(Json::as_array);
    let text = |pack: &Json, name: &str| pack[name].as_str().unwrap_or_default().to_owned();
    let one = |pack: &Json| {
        let digest = text(pack, "digest");
        let digest: String = digest.chars().take("sha256:".len().saturating_add(digits)).collect();
        format!("{} {} {digest}", text(pack, "name"), text(pack, "version"))
    };
    packs.into_iter().flatten().map(one).collect()
}

/// `1 path`, `2 paths`.
pub(super) fn count(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {noun}s"),
    }
}

/// What the model is of.
pub(super) fn title(model: &ThreatModel) -> &str {
    if model.title.trim().is_empty() { "Threat model" } else { &model.title }
}

/// `main.tf:7`.
pub(super) fn place(location: &Location) -> String {
    format!("{}:{}", location.file, location.line)
}

/// Places, the first few of them.
pub(super) fn places(locations: &[Location]) -> String {
    let shown: Vec<String> = locations.iter().take(6).map(place).collect();
    let more = locations.len().saturating_sub(6);
    let rest = if more == 0 { String::new() } else { format!(", and {more} more") };
    shown.join(", ") + &rest
}

/// How many threats stand open, by band: `1 high, 3 medium`.
pub(super) fn bands(model: &ThreatModel) -> String {
    let of = |band: Severity| open(model).filter(|threat| threat.dread.severity == band).count();
    let counts = BANDS.iter().map(|band| (of(*band), band.name())).filter(|(count, _)| *count > 0);
    counts.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

/// Threats that stand open.
pub(super) fn open(model: &ThreatModel) -> impl Iterator<Item = &Threat> {
    model.threats.iter().filter(|threat| threat.state == ThreatState::Open)
}

/// What the target of a threat is called: a flow by its ends.
pub(super) fn target(model: &ThreatModel, id: &str) -> String {
    // Targets are mostly assets, and there may be many flows.
    match model.asset(id).is_none().then(|| model.flow(id)).flatten() {
        Some(flow) => {
            let (from, to) = (model.name_of(&flow.source), model.name_of(&flow.target));
            format!("{from} → {to} ({})", flow.label)
        }
        None => model.name_of(id).to_owned(),
    }
}

/// Where a step of a path happens, in the path's own names of its nodes.
pub(super) fn step_at(model: &ThreatModel, path: &AttackPath, step: &PathStep) -> String {
    let names = model.names_apart(&path.nodes);
    let on_it = path.nodes.iter().zip(names).find(|(node, _)| **node == step.at);
    on_it.map_or_else(|| target(model, &step.at), |(_, name)| name)
}

/// `4/6`, or `n/a` where nothing of the context applies.
pub(super) fn confidence(threat: &Threat) -> String {
    let confidence = threat.dread.confidence;
    match confidence.of {
        0 => "n/a".to_owned(),
        of => format!("{}/{of}", confidence.known),
    }
}

/// `public: false, encrypted_at_rest: unknown`.
pub(super) fn properties(asset: &Asset) -> String {
    let all = asset.properties.iter().map(|(name, state)| format!("{name}: {state}"));
    all.collect::<Vec<_>>().join(", ")
}

/// How many letters of STRIDE have threats, are mitigated, and cannot be decided.
pub(super) fn coverage(model: &ThreatModel) -> [(usize, &'static str); 3] {
    let of = |state: &str| model.coverage.iter().filter(|it| it.state() == state).count();
    [
        (of("threats"), "with threats"),
        (of("mitigated"), "mitigated"),
        (of("undecidable"), "not decidable from code"),
    ]
}

/// What a boundary is called: an asset may have the same id.
pub(super) fn zone(model: &ThreatModel, id: &str) -> String {
    model.boundary(id).map_or(id, |boundary| &*boundary.name).to_owned()
}

/// A change, and for what it is to be made: the same advice may stand for many.
pub(super) fn fix(model: &ThreatModel, fix: &Fix) -> String {
    let change = fix.change.trim_end().trim_end_matches('.');
    match fix.id.split_once('@').map(|(_, id)| target(model, id)) {
        Some(target) => format!("{target}: {change}"),
        None => change.to_owned(),
    }
}
