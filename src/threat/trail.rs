//! Whether those that a log is about may alter it.

use crate::graph::look;
use crate::graph::network::flows::runs_programs;
use crate::model::{Element, FlowKind};
use crate::pack::Verb;
use crate::source::Place;

use super::surroundings::Surroundings;

/// The table of types that send the trail of an account somewhere, with the attribute and the type that it has to name where that decides.
const TRAILS: &str = "account_trails";

impl Surroundings<'_, '_> {
    /// What lets a workload change or delete the log that is kept of it in a store: its own one, or the trail of its account. Of rights
    /// on everything, the workload's own threat speaks.
    pub fn alterable_by_audited(&self, store: usize) -> Vec<Place> {
        let mut of_store =
            self.graph.identity.erasing.range((store, 0)..=(store, usize::MAX)).peekable();
        if of_store.peek().is_none() || self.scene().nodes[store].element != Element::DataStore {
            return Vec::new();
        }
        let keeps_trail = self.keeps_trail(store);
        let is_audited = |workload: usize| keeps_trail || self.logs_to(workload, store);
        let mut proof: Vec<Place> = of_store
            .filter(|((_, principal), _)| self.workloads(*principal).any(is_audited))
            .flat_map(|(_, places)| places)
            .copied()
            .collect();
        proof.sort();
        proof.dedup();
        proof
    }

    /// Workloads with the rights of a principal: itself, and what runs as it.
    fn workloads(&self, principal: usize) -> impl Iterator<Item = usize> {
        let users = self.into[principal].iter().map(|at| self.flow(*at));
        let users = users.filter(|flow| flow.kind == FlowKind::Identity).map(|flow| flow.source);
        users.chain([principal]).filter(move |user| {
            let runs_as = || self.roles_of(*user).any(|role| role == principal);
            runs_programs(self.scene(), *user) && (*user == principal || runs_as())
        })
    }

    fn logs_to(&self, workload: usize, store: usize) -> bool {
        let mut out = self.out[workload].iter().map(|at| self.flow(*at));
        out.any(|flow| flow.kind == FlowKind::Log && flow.target == store)
    }

    /// Whether the trail of an account is kept in a store.
    fn keeps_trail(&self, store: usize) -> bool {
        let scene = self.scene();
        let mut writers = scene.nodes[store]
            .parts
            .iter()
            .flat_map(|part| scene.relations.sources(*part, Verb::LogsTo))
            .map(|relation| relation.from);
        let rows = scene.vocabulary.table(TRAILS);
        let is_trail = |at: usize| {
            let kind = scene.index.resource(at).type_name();
            rows.iter().any(|row| match row.as_slice() {
                [own] => **own == *kind,
                [own, path, target] => {
                    let named = look::named(scene, at, path).targets;
                    let mut named = named.iter().map(|(to, _)| scene.index.resource(*to));
                    **own == *kind && named.any(|it| it.type_name() == &**target)
                }
                _ => false,
            })
        };
        writers.any(is_trail)
    }
}
