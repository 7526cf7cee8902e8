//! How much depends on a node, and in which environment it stands.

use crate::finding::context::{Dimension, Known, State};
use crate::graph::kubernetes::KEEPS_DATA;
use crate::graph::scene::Flow;
use crate::model::{Element, FlowKind};
use crate::pack::Verb;
use crate::source::Place;

use super::surroundings::{Ports, Surroundings};

/// A state with what proves it.
type Proven = (State, Vec<Place>);

impl Surroundings<'_, '_> {
    /// How much depends on a node.
    pub fn blast(&self, node: usize) -> Known {
        self.asked.blast.of(node, || self.find_blast(node))
    }

    fn find_blast(&self, node: usize) -> Known {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let place: Vec<Place> = given.place.into_iter().collect();
        let known = |word: &str| Known::of(Dimension::Blast, word, place.clone());
        if given.id.starts_with("backend.") {
            return Known::Unknown;
        }
        if let Some(proof) = self.crosses(node) {
            return Known::of(Dimension::Blast, "beyond", proof);
        }
        let Some(at) = given.resource else { return known("majority") };
        if let Some((state, proof)) = self.words.criticality(scene.index.resource(at)) {
            return Known::State(state, proof);
        }
        let quiet = |flow: &&Flow| {
            Some(flow.target) == self.internet
                || self.is_to(flow, Ports::Management) && !self.is_to(flow, Ports::Published)
                || flow.port.as_deref() == Some("53")
        };
        let uses = self
            .walk(&self.out[node])
            .iter()
            .map(|at| self.flow(*at))
            .filter(|flow| !quiet(flow))
            .count();
        let used = self
            .walk(&self.into[node])
            .iter()
            .map(|at| self.flow(*at))
            .filter(|flow| !quiet(flow))
            .count();
        let is_cluster = &*given.kind == "compute_orchestrator";
        if self.out[node].is_empty() && self.into[node].is_empty() && !is_cluster {
            return known("none");
        }
        if self.words.is_sandbox(scene, node) {
            return known("few");
        }
        // All that runs in a cluster depends on it, wherever that is written.
        if is_cluster {
            return known("majority");
        }
        if uses == 0 && used == 0 {
            return known("few");
        }
        known("majority")
    }

    /// What shows that its rights, routes or data cross to another environment, account or system.
    fn crosses(&self, node: usize) -> Option<Vec<Place>> {
        let scene = self.scene();
        let own = self.environment_state(node);
        let outsider = |other: usize| &*scene.nodes[other].kind == "external_account";
        let differs = |other: Option<State>| matches!((own, other), (Some(a), Some(b)) if a != b);
        let foreign = |other: usize| outsider(other) || differs(self.environment_state(other));
        // Its rights are those of the identities that it runs as.
        let roles = self.roles_of(node);
        for actor in std::iter::once(node).chain(roles) {
            let key = (actor, own.map(|state| state.0));
            let out = self.asked.leads_out.of(key, || {
                let mut out = self.walk(&self.out[actor]).iter().copied();
                out.find(|at| {
                    let target = self.flow(*at).target;
                    Some(target) != self.internet && foreign(target)
                })
            });
            if let Some(at) = out {
                return Some(self.evidence([at]));
            }
        }
        // What whoever is in another owner's network reaches is theirs to depend on, too.
        let reached = self.walk(&self.into[node]).iter().find(|at| {
            let flow = self.flow(**at);
            flow.kind == FlowKind::Network && outsider(flow.source)
        });
        if let Some(at) = reached {
            return Some(self.evidence([*at]));
        }
        // Whoever may read a store takes its data home.
        let taken = self.walk(&self.into[node]).iter().find(|at| {
            let flow = self.flow(**at);
            scene.nodes[node].element == Element::DataStore
                && matches!(flow.kind, FlowKind::Permission | FlowKind::Data)
                && outsider(flow.source)
        });
        if let Some(at) = taken {
            return Some(self.evidence([*at]));
        }
        let presence = self.presence(node)?;
        let joined = self.peers(presence).into_iter().find(|(peer, _)| {
            let zone = scene.zone_of.get(*peer).copied().flatten();
            differs(zone.and_then(|zone| Some(self.zone_environment(zone)?.0)))
        });
        joined.map(|(_, place)| vec![place])
    }

    /// How much depends on a zone.
    pub fn zone_blast(&self, zone: usize) -> Known {
        let scene = self.scene();
        let place: Vec<Place> = scene.zones[zone].place.into_iter().collect();
        if self.inside[zone].is_empty() {
            return Known::of(Dimension::Blast, "none", place);
        }
        let own = self.zone_environment(zone).map(|(state, _)| state);
        for (other, place) in self.joined_to(zone) {
            let other = self.zone_environment(other).map(|(state, _)| state);
            if matches!((own, other), (Some(a), Some(b)) if a != b) {
                return Known::of(Dimension::Blast, "beyond", vec![place]);
            }
        }
        let joined = self.graph.network.neighbors.iter().filter(|neighbor| !neighbor.is_site);
        let mut joined = joined.filter(|neighbor| scene.zone_of[neighbor.own] == Some(zone));
        if let Some(neighbor) = joined.next() {
            let place = scene.index.resource(neighbor.connection).header;
            return Known::of(Dimension::Blast, "beyond", vec![place]);
        }
        Known::of(Dimension::Blast, "majority", place)
    }

    /// How far the rights go that pods have in a cloud, by what they run as there or their account stands for.
    pub fn cloud_privilege(&self, node: usize) -> Option<Proven> {
        let scene = self.scene();
        let provider = |node: usize| {
            let own = scene.nodes[node].resource.map(|at| scene.index.resource(at));
            own.map(|own| &*own.provider)
        };
        if provider(node) != Some("kubernetes") {
            return None;
        }
        // An account that no resource stands for is one of the cluster, or one of which nothing is known.
        let in_cloud = |node: usize| provider(node).is_some_and(|it| it != "kubernetes");
        let accounts: Vec<usize> = self.roles_of(node).collect();
        let stood_for = accounts.iter().flat_map(|account| self.trusts_of(*account));
        let stood_for =
            stood_for.filter(|trust| trust.opened_by.is_none()).map(|trust| trust.target);
        let all = stood_for
            .chain(accounts.iter().copied())
            .filter(|own| scene.nodes[*own].element == Element::Identity && in_cloud(*own));
        let known = all.filter_map(|own| self.graph.identity.privilege.get(&own).cloned());
        known.max_by_key(|(state, _)| *state)
    }

    /// The state of a node's environment, where it is known.
    pub fn environment_state(&self, node: usize) -> Option<State> {
        let state = |node| match self.environment(node) {
            Known::State(state, _) => Some(state),
            _ => None,
        };
        let all = (0..self.scene().nodes.len()).map(state);
        self.environments.get_or_init(|| all.collect()).get(node).copied().flatten()
    }

    /// The environment that a node belongs to: what people state, its tags and those of the zones around it, what the document says as
    /// a whole (variables, tags, workspace, folder), its name and those of the zones around it.
    pub fn environment(&self, node: usize) -> Known {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let stated = given.resource.and_then(|at| self.words.stated(scene, at));
        if let Some(state) = stated.and_then(|stated| stated.environment) {
            return Known::State(
                state,
                stated.and_then(|stated| stated.place).into_iter().collect(),
            );
        }
        if let Some((state, proof)) = self.environment_of_made(node) {
            return Known::State(state, proof);
        }
        let mut labelling = self.labelling(node).filter(|_| given.resource.is_some());
        let tagged = labelling.find_map(|at| self.words.environment(scene.index.resource(at)));
        let named = || {
            given.resource?;
            Some((self.words.in_name(&given.name)?, given.place.into_iter().collect()))
        };
        let around = self.lies_in(node);
        tagged
            .or_else(|| self.zone_tagged(around?))
            .or_else(|| self.environment.clone())
            .or_else(named)
            .or_else(|| self.zone_named(around?))
            .map_or(Known::Unknown, |(state, proof)| Known::State(state, proof))
    }

    /// The zone that a node was made in: of identities, which stand in the zone of all of them, the one that they name.
    fn lies_in(&self, node: usize) -> Option<usize> {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let named = given.resource.filter(|_| given.element == Element::Identity).and_then(|at| {
            let mut targets = scene.relations.targets(at, Verb::ContainedIn);
            targets.find_map(|relation| scene.zone_of[relation.to])
        });
        named.or(given.zone)
    }

    /// Whether a node is the internet, or somebody there.
    pub(super) fn is_on_internet(&self, node: usize) -> bool {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let zone = given.zone.map(|zone| &*scene.zones[zone].kind);
        Some(node) == self.internet || &*given.kind == "external" && zone == Some("internet")
    }

    /// The environment of the document as a whole.
    pub fn document_environment(&self) -> Option<Proven> {
        self.environment.clone()
    }

    /// The environment of a zone: by tags, by the document, by names; its own before those of the zones around it.
    pub fn zone_environment(&self, zone: usize) -> Option<Proven> {
        let tagged = self.zone_tagged(zone);
        tagged.or_else(|| self.environment.clone()).or_else(|| self.zone_named(zone))
    }

    fn zone_tagged(&self, zone: usize) -> Option<Proven> {
        let scene = self.scene();
        let of = |zone: &usize| {
            let given = &scene.zones[*zone];
            let tagged =
                given.resource.and_then(|at| self.words.environment(scene.index.resource(at)));
            // People call namespaces by what runs in them.
            let named = || {
                let state =
                    self.words.named(&given.name).filter(|_| &*given.kind == "namespace")?;
                Some((state, given.place.into_iter().collect()))
            };
            tagged.or_else(named)
        };
        scene.ancestors(zone).iter().find_map(of)
    }

    /// How sensitive people say that the data of its namespace is, of what keeps some: settings are none, and what secrets open may lie
    /// elsewhere.
    pub(super) fn classified_by_namespace(&self, node: usize) -> Option<Proven> {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let keeps = given.element == Element::DataStore && &*given.kind != "config"
            || scene.holds(node, KEEPS_DATA);
        let around = given.zone.filter(|_| keeps).map(|zone| &scene.zones[zone]);
        let namespace = around.filter(|zone| &*zone.kind == "namespace")?.resource?;
        let found = self.words.classification(scene.index.resource(namespace))?;
        let least = given.sensitivity.as_deref().filter(|_| &*given.kind == "secret_store");
        let least = least.and_then(|word| Dimension::Data.state(word));
        least.is_none_or(|least| least <= found.0).then_some(found)
    }

    fn zone_named(&self, zone: usize) -> Option<Proven> {
        let scene = self.scene();
        scene.ancestors(zone).iter().find_map(|zone| {
            let given = &scene.zones[*zone];
            given.resource?;
            Some((self.words.in_name(&given.name)?, given.place.into_iter().collect()))
        })
    }
}
