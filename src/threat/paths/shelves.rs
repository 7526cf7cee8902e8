//! Stores of what programs run, and who may replace it there.

use std::collections::BTreeSet;

use crate::graph::identity::{Level, Scope};
use crate::graph::others::IS_RUN;
use crate::graph::scene::Flow;
use crate::model::{Element, FlowKind};
use crate::source::fits;
use crate::threat::asked::Answers;
use crate::threat::surroundings::Surroundings;

use super::{Search, Trail, Way};

/// Stores of code that programs run. Images are none: what is pushed replaces nothing where tags do not move.
#[derive(Debug)]
pub(super) struct Shelves {
    stores: BTreeSet<usize>,
    /// The same with the programs.
    run: BTreeSet<(usize, usize)>,
    /// Rights by which one object takes the place of another, in small letters: the table `replacing_rights`.
    rights: Vec<String>,
    /// Which identities may do so in which stores.
    may: Answers<(usize, usize), bool>,
}

impl Shelves {
    pub(super) fn new(around: &Surroundings<'_, '_>) -> Self {
        let scene = around.scene();
        let flows = scene.flows.iter().filter(|flow| &*flow.label == IS_RUN);
        let is_store = |node: usize| scene.nodes[node].element == Element::DataStore;
        let run = flows.map(|flow| (flow.source, flow.target)).filter(|(from, _)| is_store(*from));
        let run: BTreeSet<(usize, usize)> = run.collect();
        let rights = scene.vocabulary.table("replacing_rights").iter().flatten();
        Self {
            stores: run.iter().map(|(store, _)| *store).collect(),
            run,
            rights: rights.map(|right| right.to_ascii_lowercase()).collect(),
            may: Answers::default(),
        }
    }

    /// Whether a program is made of what lies in a store: whoever made it read that, with rights of his own.
    pub(super) fn makes(&self, store: usize, program: usize) -> bool {
        self.run.contains(&(store, program))
    }

    /// Whether an identity may replace what a store holds.
    fn may_write(&self, around: &Surroundings<'_, '_>, principal: usize, store: usize) -> bool {
        let scene = around.scene();
        self.may.of((principal, store), || {
            let zone = scene.nodes[store].zone;
            let zones = zone.map(|zone| scene.ancestors(zone)).unwrap_or_default();
            let holds = |scope: Scope| match scope {
                Scope::Node(node) => node == store,
                Scope::Zone(zone) => zones.contains(&zone),
                Scope::Account => true,
                Scope::Unknown => false,
            };
            let mut own = around.graph.identity.grants_of(principal).iter();
            own.any(|it| it.level >= Level::Write && holds(it.scope) && self.replaces(&it.label))
        })
    }

    /// Whether a right, as it is shown, lets put one object in the place of another. Of more actions than are shown, one may.
    fn replaces(&self, label: &str) -> bool {
        let replaces = |part: &str| {
            let part = part.to_ascii_lowercase();
            self.rights.iter().any(|right| fits(&part, right))
        };
        label.ends_with('…') || label.split(", ").any(replaces)
    }
}

impl Search<'_, '_, '_> {
    /// Whether a trail may replace what a store holds that programs run: by a threat that opens it for that, or by a right.
    pub(super) fn replaces(&self, trail: &Trail, store: usize) -> bool {
        if !trail.controls || !self.shelves.stores.contains(&store) {
            return false;
        }
        let opened = || {
            trail.steps.last().is_some_and(|step| step.at == store)
                && self.opening(store, Way::Artifact, None).is_some()
        };
        let by_right = || {
            let last = trail.flows.last().map(|at| self.around.flow(*at));
            last.filter(|flow| flow.kind == FlowKind::Permission)
                .is_some_and(|flow| self.shelves.may_write(self.around, flow.source, store))
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
}
