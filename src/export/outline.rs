//! What every written diagram is made of: zones with their zones and assets, flows with the same ends bundled.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Flow, FlowKind, ThreatModel};

/// Zones as a tree; those without an asset are left out.
#[derive(Debug, Default)]
pub(super) struct Outline {
    zones: BTreeMap<Option<usize>, Vec<usize>>,
    assets: BTreeMap<Option<usize>, Vec<usize>>,
}

impl Outline {
    pub fn of(model: &ThreatModel) -> Self {
        let mut outline = Self::default();
        let find = |id: &str| model.boundaries.binary_search_by(|it| (*it.id).cmp(id)).ok();
        for (at, asset) in model.assets.iter().enumerate() {
            let mut inner = asset.boundary.as_deref().and_then(find);
            outline.assets.entry(inner).or_default().push(at);
            let mut seen = Vec::new();
            while let Some(zone) = inner.filter(|zone| !seen.contains(zone)) {
                seen.push(zone);
                let around = model.boundaries[zone].parent.as_deref().and_then(find);
                // A zone that holds itself would be drawn without end.
                let around = around.filter(|around| !seen.contains(around));
                let siblings = outline.zones.entry(around).or_default();
                if let Err(place) = siblings.binary_search(&zone) {
                    siblings.insert(place, zone);
                }
                inner = around;
            }
        }
        outline
    }

    /// Zones directly within a zone, or at the top.
    pub fn zones(&self, at: Option<usize>) -> &[usize] {
        self.zones.get(&at).map_or(&[], Vec::as_slice)
    }

    /// Assets directly within a zone, or at the top.
    pub fn assets(&self, at: Option<usize>) -> &[usize] {
        self.assets.get(&at).map_or(&[], Vec::as_slice)
    }
}

/// Flows with the same ends and kind, together, in the order of their first.
pub(super) fn bundles(model: &ThreatModel) -> Vec<Vec<usize>> {
    let mut at: BTreeMap<(&str, &str, FlowKind), usize> = BTreeMap::new();
    let mut bundles: Vec<Vec<usize>> = Vec::new();
    for (position, flow) in model.flows.iter().enumerate() {
        let bundle = *at.entry((&flow.source, &flow.target, flow.kind)).or_insert_with(|| {
            bundles.push(Vec::new());
            bundles.len() - 1
        });
        bundles[bundle].push(position);
    }
    bundles
}

/// Labels of flows, each once.
pub(super) fn joined_labels(flows: &[&Flow]) -> String {
    let mut labels: Vec<Arc<str>> = Vec::new();
    for flow in flows {
        if !flow.label.trim().is_empty() && !labels.contains(&flow.label) {
            labels.push(Arc::clone(&flow.label));
        }
    }
    labels.join(", ")
}
