//! The machines of a cluster: what is there for whoever gets out of a container.

use crate::finding::context::{Dimension, Known, State};
use crate::graph::kubernetes::pools;
use crate::model::Element;
use crate::source::Place;

use super::surroundings::{Surroundings, max};

/// What the machines of a cluster give.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The data that pods of the cluster reach.
    pub pods: Known,
    /// That, and what the machines reach themselves.
    pub data: Known,
    /// The rights of the accounts of all that runs there, and of the machines.
    pub rights: Known,
}

impl Surroundings<'_, '_> {
    /// What whoever gets out of a container has.
    pub fn machine(&self) -> &Machine {
        self.machine.get_or_init(|| {
            let scene = self.scene();
            let mut all: Vec<usize> =
                (0..scene.nodes.len()).filter(|node| self.runs_pods(*node)).collect();
            let pods = self.most_sensitive(&all);
            all.extend(pools::machines(scene));
            Machine { pods, data: self.most_sensitive(&all), rights: self.rights_of(&all) }
        })
    }

    fn most_sensitive(&self, nodes: &[usize]) -> Known {
        let mut data: Option<(State, Vec<Place>)> = None;
        for node in nodes {
            if let Known::State(state, proof) = self.data(*node) {
                data = max(data, Some((state, proof)));
            }
        }
        data.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof))
    }

    fn runs_pods(&self, node: usize) -> bool {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let own = given.resource.map(|at| &*scene.index.resource(at).provider);
        own == Some("kubernetes") && given.kind.starts_with("compute_")
    }

    /// How far the rights go of all that some nodes run as, with those that a machine of a cluster has of its own over what it runs.
    fn rights_of(&self, nodes: &[usize]) -> Known {
        let scene = self.scene();
        let identity = &self.graph.identity;
        let mut rights = (State(1), Vec::new());
        let mut known = true;
        let trusts = nodes.iter().flat_map(|node| self.trusts_of(*node));
        let accounts = trusts
            .map(|trust| trust.target)
            .filter(|node| scene.nodes[*node].element == Element::Identity);
        for account in accounts {
            match identity.privilege.get(&account) {
                Some(own) if own.0 > rights.0 => rights = own.clone(),
                Some(_) => {}
                None => known = false,
            }
        }
        let most = usize::from(rights.0.0) + 1 == Dimension::Privilege.states().len();
        if known || most { Known::State(rights.0, rights.1) } else { Known::Unknown }
    }
}
