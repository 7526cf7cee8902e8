//! Stores of what programs run, and who may replace it there.

use std::collections::BTreeSet;

use crate::graph::identity::{Level, Scope};
use crate::graph::others::IS_RUN;
use crate::graph::scene::Flow;
use crate::model::{Element, FlowKind};
use crate::source::fits;
use crate::threat::surroundings::Surroundings;

use super::{Search, Trail, Way};

/// Stores of code that programs run. An image that is pushed takes the place of no other where its tags do not move, which is another matter.
pub(super) fn all(around: &Surroundings<'_, '_>) -> BTreeSet<usize> {
    let scene = around.scene();
    let flows = scene.flows.iter().filter(|flow| &*flow.label == IS_RUN);
    let sources = flows.map(|flow| flow.source);
    sources.filter(|node| scene.nodes[*node].element == Element::DataStore).collect()
}

impl Search<'_, '_, '_> {
    /// Whether a trail may replace what a store holds that programs run: by a threat that opens it for that, or by a right.
    pub(super) fn replaces(&self, trail: &Trail, store: usize) -> bool {
        let around = self.around;
        if !trail.controls || !self.shelves.contains(&store) {
            return false;
        }
        let opened = || {
            trail.steps.last().is_some_and(|step| step.at == store)
                && self.opening(store, Way::Artifact, None).is_some()
        };
        let by_right = || {
            let last = trail.flows.last().map(|at| around.flow(*at));
            last.filter(|flow| flow.kind == FlowKind::Permission)
                .is_some_and(|flow| self.may_write(flow.source, store))
        };
        opened() || by_right()
    }

    /// On from a store to what runs what is replaced there: of the threats that open the store, the one that lets do so counts.
    pub(super) fn replace(&self, flow: &Flow, next: &mut Trail) {
        let threat = self.opening(flow.source, Way::Artifact, None);
        let last = next.steps.last_mut().filter(|step| step.at == flow.source);
        if let Some((last, threat)) = last.zip(threat) {
            *last = self.step(threat, flow.source);
        }
        next.foothold = Some(flow.target);
    }

    /// Whether an identity may change what a store holds.
    fn may_write(&self, principal: usize, store: usize) -> bool {
        let scene = self.around.scene();
        let zones = scene.nodes[store].zone.map(|zone| scene.ancestors(zone)).unwrap_or_default();
        let holds = |scope: Scope| match scope {
            Scope::Node(node) => node == store,
            Scope::Zone(zone) => zones.contains(&zone),
            Scope::Account => true,
            Scope::Unknown => false,
        };
        self.writing.of((principal, store), || {
            let mut grants = self.around.graph.identity.grants.iter();
            grants.any(|it| {
                let is_own = it.principal == principal && holds(it.scope);
                is_own && it.level >= Level::Write && self.replaces_objects(&it.label)
            })
        })
    }

    /// Whether a right, as it is shown, lets put one object in the place of another, by the table `replacing_rights`. Of more actions than
    /// are shown, one may.
    fn replaces_objects(&self, label: &str) -> bool {
        let rights = self.around.scene().vocabulary.table("replacing_rights").iter().flatten();
        let rights: Vec<String> = rights.map(|right| right.to_ascii_lowercase()).collect();
        let replaces = |part: &str| {
            let part = part.to_ascii_lowercase();
            rights.iter().any(|right| fits(&part, right))
        };
        label.ends_with('…') || label.split(", ").any(replaces)
    }
}
