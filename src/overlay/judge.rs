//! Lets what people say close threats.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::join::assets_of;
use super::{Overlay, Verdict};
use crate::model::{ThreatModel, ThreatState};
use crate::source::{Problem, ProblemKind};

/// Applies mitigations and accepted risks to open threats. To be called after threats are found, before paths are searched and STRIDE is
/// counted: a threat that is mitigated opens no path. Gives what is said about threats that are not there.
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
    problems
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
