//! Lets what people say close threats.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::join::assets_of;
use super::{Overlay, Verdict};
use crate::model::{ThreatModel, ThreatState};
use crate::source::{Problem, ProblemKind};

/// Applies mitigations and accepted risks to open threats: one that is mitigated opens no path, an accepted one does. Gives what is said
/// about threats that are not there.
pub fn judge(model: &mut ThreatModel, overlays: &[Overlay]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for overlay in overlays {
        let mut assets: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
        for component in &overlay.components {
            let ids = assets_of(model, component);
            for verdict in &component.verdicts {
                apply(model, &ids, verdict, &component.id, &mut problems);
            }
            assets.insert(&component.id, ids);
        }
        for flow in &overlay.flows {
            let ends = |id: &str| assets.get(id).map_or(&[][..], Vec::as_slice);
            let (sources, targets) = (ends(&flow.source), ends(&flow.target));
            let is_meant = |known: &&crate::model::Flow| {
                known.id == flow.id
                    || (sources.contains(&known.source) && targets.contains(&known.target))
            };
            let ids: Vec<Arc<str>> =
                model.flows.iter().filter(is_meant).map(|known| Arc::clone(&known.id)).collect();
            for verdict in &flow.verdicts {
                apply(model, &ids, verdict, &flow.id, &mut problems);
            }
        }
    }
    settle(model);
    problems
}

/// Paths, fixes and coverage after threats were closed.
fn settle(model: &mut ThreatModel) {
    let closed: BTreeMap<Arc<str>, (ThreatState, Arc<str>)> = model
        .threats
        .iter()
        .filter(|threat| threat.state != ThreatState::Open)
        .map(|threat| {
            (Arc::clone(&threat.id), (threat.state, threat.note.clone().unwrap_or_default()))
        })
        .collect();
    if closed.is_empty() {
        return;
    }
    let is_mitigated =
        |id: &Arc<str>| closed.get(id).is_some_and(|(state, _)| *state == ThreatState::Mitigated);
    let before = model.paths.len();
    model.paths.retain(|path| {
        !path.steps.iter().any(|step| step.threat.as_ref().is_some_and(is_mitigated))
    });
    if model.paths.len() < before {
        let paths = &model.paths;
        model.fixes.retain_mut(|fix| {
            let cuts = paths.iter().filter(|path| cuts(&fix.id, path));
            let scores: Vec<u32> = cuts.map(|path| u32::from(path.score.0)).collect();
            (fix.paths, fix.score) = (scores.len(), scores.iter().sum());
            !scores.is_empty()
        });
    }
    for entry in &mut model.coverage {
        for (id, (state, note)) in &closed {
            if entry.threats.contains(id) {
                entry.threats.retain(|threat| threat != id);
                let note: Arc<str> = format!("{}: {note}", state.name()).into();
                if !entry.mitigations.contains(&note) {
                    entry.mitigations.push(note);
                }
            }
        }
    }
}

/// Whether a fix cuts a path: it closes a threat that opens it, or a flow that it runs over.
fn cuts(fix: &str, path: &crate::model::AttackPath) -> bool {
    match fix.strip_prefix("flow:") {
        Some(flow) => path.flows.iter().any(|id| **id == *flow),
        None => path.steps.iter().any(|step| step.threat.as_deref() == Some(fix)),
    }
}

fn apply(
    model: &mut ThreatModel,
    ids: &[Arc<str>],
    verdict: &Verdict,
    by: &str,
    problems: &mut Vec<Problem>,
) {
    let mut is_there = false;
    for threat in &mut model.threats {
        if threat.class.id != verdict.class || !ids.contains(&threat.target) {
            continue;
        }
        is_there = true;
        if threat.state == ThreatState::Open {
            threat.state = verdict.state;
            let location = &verdict.spot.location;
            let note = format!("{} ({}:{})", verdict.note, location.file, location.line);
            threat.note = Some(note.into());
        }
    }
    if !is_there {
        let word = if verdict.state == ThreatState::Accepted { "accepted" } else { "mitigated" };
        let message = format!("`{by}` has no threat {} that could be {word}", verdict.class);
        problems.push(Problem::new(ProblemKind::Note, message).at(verdict.spot.place));
    }
}
