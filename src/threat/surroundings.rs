//! Where each node sits: who reaches it, what it reaches, how far its rights go, what depends on it.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::finding::context::{Dimension, Known, State};
use crate::graph::Graph;
use crate::graph::identity::Trust;
use crate::graph::network::filter::{Direction, Layer, Party, Protocol, Rule, Traffic};
use crate::graph::network::reach::Reach;
use crate::graph::network::{PODS, Peer, Presence, Tri, Within};
use crate::graph::others::STATE;
use crate::graph::scene::{Flow, Scene};
use crate::model::{Element, FlowKind};
use crate::source::{Place, fits};

use super::asked::{Asked, Proven};
use super::lookups;
use super::machines::Machine;
use super::paths;
use super::ways::{Entry, Ways};
use super::words::Words;

/// How many balancers traffic may pass one after the other.
pub(super) const MAX_HOPS: usize = 4;
/// What the flow to a mounted medium is called.
pub(super) const MOUNTS: &str = "mounts";
/// Kinds of processes that run as nobody.
const NOBODYS: [&str; 7] =
    ["api", "dns", "gateway", "edge_cdn", "waf", "identity_provider", "event_bus"];

/// Which ports are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ports {
    /// All.
    Any,
    /// Those over which people manage hosts.
    Management,
    /// Those of the web.
    Web,
    /// All but those over which people manage hosts.
    Published,
}

/// How many, by port.
type ByPort = BTreeMap<Option<Arc<str>>, usize>;

/// A graph with its flows by both ends.
#[derive(Debug)]
pub struct Surroundings<'g, 'a> {
    /// The graph.
    pub graph: &'g Graph<'a>,
    /// Words that people use.
    pub words: &'g Words,
    /// Flows that leave a node, by position.
    pub out: Vec<Vec<usize>>,
    /// Flows that arrive at a node, by position.
    pub into: Vec<Vec<usize>>,
    /// The node `internet`.
    pub internet: Option<usize>,
    /// The environment of the document as a whole.
    pub(super) environment: Option<(State, Vec<Place>)>,
    /// How many hosts stand in each network.
    crowd: BTreeMap<usize, usize>,
    /// By zone, the nodes in it and in the zones in it.
    pub inside: Vec<Vec<usize>>,
    /// By resource that is a filter or a rule of one, the nodes that it stands before.
    behind: BTreeMap<usize, Vec<usize>>,
    /// Those of them that stand before doors of services in networks.
    before_endpoints: BTreeSet<usize>,
    /// Routes by the node that passes on and the node behind it, by position.
    pub(super) routes: BTreeMap<(usize, usize), Vec<usize>>,
    /// By end of a join of networks (a resource), the others, with what says so.
    joins: BTreeMap<usize, Vec<(usize, Place)>>,
    /// By zone around an end of a join, the zones of the others, with what says so.
    zone_joins: BTreeMap<usize, Vec<(usize, Place)>>,
    /// What each node acts as, by position in the list of trusts.
    acts_as: BTreeMap<usize, Vec<usize>>,
    /// Ways in from the internet by node and ports.
    pub(super) entries: RefCell<BTreeMap<(usize, Ports), Ways>>,
    /// What identities reach that many workloads act as.
    identities: RefCell<BTreeMap<(usize, usize), Proven>>,
    /// Whom settings name, by where.
    pub(super) named: OnceCell<BTreeMap<Place, Vec<usize>>>,
    /// The most sensitive of what the account of AWS holds.
    pub(super) of_aws: OnceCell<Proven>,
    /// How many nodes stand behind a balancer, by port.
    behind_balancers: RefCell<BTreeMap<usize, ByPort>>,
    /// Nodes that answer requests themselves and pass them on.
    fronts: BTreeSet<usize>,
    /// Gateways that pass traffic on to others: firewalls that translate addresses.
    gateways: BTreeSet<usize>,
    pub(super) machine: OnceCell<Machine>,
    /// What was asked of nodes before: each is found once, however many threats a node has and however many nodes reach it.
    pub(super) asked: Asked,
    /// The state of each node's environment, once somebody asks.
    pub(super) environments: OnceCell<Vec<Option<State>>>,
}

impl<'g, 'a> Surroundings<'g, 'a> {
    /// Look at a graph.
    pub fn new(graph: &'g Graph<'a>, words: &'g Words) -> Self {
        let scene = &graph.scene;
        let mut out = vec![Vec::new(); scene.nodes.len()];
        let mut into = vec![Vec::new(); scene.nodes.len()];
        for (at, flow) in scene.flows.iter().enumerate() {
            out[flow.source].push(at);
            into[flow.target].push(at);
        }
        let mut crowd: BTreeMap<usize, usize> = BTreeMap::new();
        for presence in graph.network.presences.iter().flatten() {
            if let Some(network) = presence.network {
                *crowd.entry(network).or_default() += 1;
            }
        }
        Self {
            graph,
            words,
            out,
            into,
            internet: scene.node("internet"),
            environment: words.document_environment(scene),
            crowd,
            inside: scene.inside(),
            behind: lookups::behind(graph),
            before_endpoints: lookups::before_endpoints(graph),
            routes: lookups::routes(graph),
            acts_as: lookups::acts_as(graph),
            joins: lookups::joins(graph),
            zone_joins: lookups::zone_joins(graph),
            entries: RefCell::new(BTreeMap::new()),
            identities: RefCell::new(BTreeMap::new()),
            named: OnceCell::new(),
            of_aws: OnceCell::new(),
            behind_balancers: RefCell::new(BTreeMap::new()),
            fronts: lookups::passing_on(graph, "api"),
            gateways: lookups::passing_on(graph, "gateway"),
            machine: OnceCell::new(),
            asked: Asked::default(),
            environments: OnceCell::new(),
        }
    }

    /// The graph's scene.
    pub fn scene(&self) -> &'g Scene<'a> {
        &self.graph.scene
    }

    /// A flow.
    pub fn flow(&self, at: usize) -> &'g Flow {
        &self.graph.scene.flows[at]
    }

    /// Whether a node only passes traffic on.
    pub fn is_passing(&self, node: usize) -> bool {
        let kind = &*self.scene().nodes[node].kind;
        matches!(kind, "load_balancer" | "edge_cdn") || self.gateways.contains(&node)
    }

    /// Whether a node answers requests itself and passes them on: an Ingress, a gateway of a mesh.
    pub fn is_front(&self, node: usize) -> bool {
        self.fronts.contains(&node)
    }

    /// The most sensitive store whose medium a node mounts: to reach such a node is to reach what it keeps.
    pub fn kept(&self, node: usize) -> Option<(State, Vec<Place>)> {
        self.asked.kept.of(node, || self.find_kept(node))
    }

    /// Note that so many flows are looked at, and give them.
    pub(super) fn walk<'s>(&self, flows: &'s [usize]) -> &'s [usize] {
        self.asked.walked.set(self.asked.walked.get() + flows.len());
        flows
    }

    fn find_kept(&self, node: usize) -> Proven {
        let mut best = None;
        if self.scene().holds(node, crate::graph::kubernetes::KEEPS_DATA) {
            best = self.sensitivity(node);
        }
        for at in self.walk(&self.out[node]) {
            let flow = self.flow(*at);
            let is_store = self.scene().nodes[flow.target].element == Element::DataStore;
            if is_store && flow.kind == FlowKind::Data && &*flow.label == MOUNTS {
                best = max(best, self.sensitivity(flow.target));
            }
        }
        best
    }

    /// The presence of a node in a network.
    pub fn presence(&self, node: usize) -> Option<&'g Presence> {
        self.graph.network.presences.get(node)?.as_ref()
    }

    /// Whether a flow goes to one of the ports asked about.
    pub fn is_to(&self, flow: &Flow, ports: Ports) -> bool {
        let Some(port) = flow.port.as_deref().filter(|_| flow.kind == FlowKind::Network) else {
            return false;
        };
        match ports {
            Ports::Any => true,
            Ports::Management => self.words.is_management(port),
            Ports::Web => {
                flow.protocol.as_deref() != Some("udp")
                    && (self.words.is_web(port) || self.takes_requests(flow, port))
            }
            Ports::Published => !self.words.is_only_management(port),
        }
    }

    /// Whether what answers at a port takes requests of the web there, whatever the port.
    fn takes_requests(&self, flow: &Flow, port: &str) -> bool {
        let Ok(port) = port.parse() else { return false };
        let front = |protocol| (flow.target, Traffic { protocol, port: Some(port) });
        let known = &self.graph.network.requests;
        [Protocol::Tcp, Protocol::Any].into_iter().any(|protocol| known.contains(&front(protocol)))
    }

    /// The nodes that a filter, or a rule of one, stands before; sorted.
    pub fn behind(&self, filter: usize) -> &[usize] {
        self.behind.get(&filter).map_or(&[], Vec::as_slice)
    }

    /// Whether a filter, or a rule of one, stands before doors of services in networks.
    pub fn is_before_endpoints(&self, filter: usize) -> bool {
        self.before_endpoints.contains(&filter)
    }

    /// Evidence of flows, in order of the flows.
    pub fn evidence(&self, flows: impl IntoIterator<Item = usize>) -> Vec<Place> {
        let flows: Vec<usize> = flows.into_iter().collect();
        let all = self.walk(&flows).iter().flat_map(|flow| &self.flow(*flow).evidence);
        all.copied()
            .collect::<indexmap::IndexSet<Place, rustc_hash::FxBuildHasher>>()
            .into_iter()
            .collect()
    }

    /// How many nodes a balancer sends to by a flow's port.
    pub(super) fn behind_balancer(&self, flow: &Flow) -> usize {
        let mut all = self.behind_balancers.borrow_mut();
        let counts = all.entry(flow.source).or_insert_with(|| {
            let mut nodes: BTreeMap<Option<Arc<str>>, BTreeSet<usize>> = BTreeMap::new();
            for other in self.out[flow.source].iter().map(|at| self.flow(*at)) {
                nodes.entry(other.port.clone()).or_default().insert(other.target);
            }
            nodes.into_iter().map(|(port, nodes)| (port, nodes.len())).collect()
        });
        counts.get(&flow.port).copied().unwrap_or(0)
    }

    /// Exposure of a node on some ports.
    pub fn exposure(&self, node: usize, ports: Ports) -> Known {
        self.asked.exposure.of((node, ports), || self.find_exposure(node, ports))
    }

    fn find_exposure(&self, node: usize, ports: Ports) -> Known {
        let known = |word: &str, proof| Known::of(Dimension::Exposure, word, proof);
        if self.scene().nodes[node].element == Element::Identity {
            return self.exposure_of_identity(node, ports);
        }
        if let Some(entry) = self.entry(node, ports) {
            return self.exposure_by(node, &entry);
        }
        let place: Vec<Place> = self.scene().nodes[node].place.into_iter().collect();
        if self.scene().nodes[node].resource.is_none() {
            return Known::Unknown;
        }
        let from_others = self.walk(&self.into[node]).iter().any(|flow| {
            self.scene().nodes[self.flow(*flow).source].kind.as_ref() == "external_account"
        });
        if from_others {
            return known("cross_account", place);
        }
        if let Some(proof) = self.reached_over_peering(node) {
            return known("cross_account", proof);
        }
        let used =
            self.into[node].iter().any(|flow| Some(self.flow(*flow).source) != self.internet);
        match self.presence(node).filter(|presence| !presence.sends_only) {
            _ if used => known("internal", place),
            None => known("internal", place),
            Some(presence) if presence.open_ended || presence.public.state == Tri::Unknown => {
                Known::Unknown
            }
            Some(presence) => match self.open_to_network(presence) {
                Tri::Yes => known("internal", place),
                Tri::No => known("isolated", place),
                Tri::Unknown => Known::Unknown,
            },
        }
    }

    /// Exposure of a node to whoever comes by a way in.
    pub(super) fn exposure_by(&self, node: usize, entry: &Entry) -> Known {
        let proof = self.evidence(entry.flows.iter().copied());
        let known = |word: &str| Known::of(Dimension::Exposure, word, proof.clone());
        match entry.reach {
            Reach::Open => known("internet_open"),
            // Programs of anybody at the same provider are no named ranges.
            Reach::Restricted if self.scene().holds(node, "to_tenants_only") => {
                known("cross_account")
            }
            Reach::Restricted => known("internet_restricted"),
            Reach::Unknown | Reach::Closed => Known::Unknown,
        }
    }

    /// What lets hosts of another network that is joined to its own in: a connection, or filters that let anybody there pass.
    fn reached_over_peering(&self, node: usize) -> Option<Vec<Place>> {
        let own = self.presence(node)?;
        for at in &self.into[node] {
            let flow = self.flow(*at);
            let source = self.presence(flow.source).and_then(|source| source.network);
            // What pods send comes from their machines.
            let elsewhere =
                source.is_some_and(|source| ![own.network, Some(PODS)].contains(&Some(source)));
            if flow.kind == FlowKind::Network && elsewhere && !flow.assumed {
                return Some(self.evidence([*at]));
            }
        }
        for (peer, place) in self.peers(own) {
            let stranger = self.stranger_in(peer);
            if self.lets_in(own, &stranger, false) == Tri::Yes {
                return Some(vec![place]);
            }
        }
        None
    }

    /// Networks (or subnets of others) that a host's own is joined to, with what says so.
    pub(super) fn peers(&self, own: &Presence) -> Vec<(usize, Place)> {
        let is_own = |end: usize| Some(end) == own.network || own.subnets.contains(&end);
        let mut found = Vec::new();
        for end in own.subnets.iter().chain(&own.network) {
            let joined = self.joins.get(end).into_iter().flatten();
            let ends = |other: usize| self.graph.network.ends_before(own, *end, other);
            found.extend(joined.copied().filter(|(other, _)| !is_own(*other) && !ends(*other)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Zones apart from a zone to which what lies in it is joined, with what says so; in the order of the joins.
    pub(super) fn joined_to(&self, zone: usize) -> impl Iterator<Item = (usize, Place)> {
        let scene = self.scene();
        let ends = self.zone_joins.get(&zone).into_iter().flatten();
        ends.copied().filter(move |(other, _)| !scene.ancestors(*other).contains(&zone))
    }

    /// Who holds what is written in a role of a cluster.
    pub(super) fn holders_of(&self, role: usize) -> Option<Vec<usize>> {
        Some(self.graph.identity.holders.get(&role)?.iter().copied().collect())
    }

    /// Whether a rule of a filter lets nothing pass, whatever it says.
    pub(super) fn is_shadowed(&self, rule: usize) -> bool {
        self.graph.network.shadowed.contains(&rule)
    }

    /// Whom a node may act as.
    pub(super) fn trusts_of(&self, node: usize) -> impl Iterator<Item = &'g Trust> {
        let graph = self.graph;
        let own = self.acts_as.get(&node).into_iter().flatten();
        own.map(move |at| &graph.identity.trusts[*at])
    }

    /// Identities that a node runs as.
    pub(super) fn roles_of(&self, node: usize) -> impl Iterator<Item = usize> {
        let own = self.trusts_of(node);
        own.filter(|trust| &*trust.label == "runs as").map(|trust| trust.target)
    }

    /// Whether anybody else in its network gets to a host.
    fn open_to_network(&self, presence: &Presence) -> Tri {
        let Some(network) = presence.network else { return Tri::Unknown };
        let alone = self.crowd.get(&network).is_none_or(|count| *count < 2);
        if alone && !self.graph.network.is_joined(network) {
            return Tri::No;
        }
        self.lets_in(presence, &self.stranger(presence), true)
    }

    /// Whether a host's filters let a stranger in on some port that they speak of, or, where that counts, hosts that they name: who is in
    /// a group that a rule names is somebody else in the network. The same for all hosts with the same filters.
    fn lets_in(&self, presence: &Presence, stranger: &Presence, named: bool) -> Tri {
        let layers = presence.layers.iter().map(|layer| Arc::as_ptr(layer).addr()).collect();
        self.asked.lets_in.of((stranger.network, named, layers), || {
            let party = Party::Host(usize::MAX, stranger);
            let each = presence.layers.iter().map(|layer| opens(layer, &party, named));
            each.fold(Tri::Yes, Tri::and)
        })
    }

    /// A host of the same network that no filter knows.
    pub(super) fn stranger(&self, presence: &Presence) -> Presence {
        match presence.network {
            Some(network) => self.stranger_in(network),
            None => Presence { within: Within::All, ..Presence::default() },
        }
    }

    /// A host of a network (or subnet) that no filter knows.
    fn stranger_in(&self, network: usize) -> Presence {
        let resources = &self.scene().index.document.resources;
        let range = resources.get(network).map(|network| {
            let attributes = &network.attributes;
            let mut texts: Vec<&str> = Vec::new();
            for name in ["address_space", "address_prefixes", "cidr_block"] {
                match attributes.get(name) {
                    Some(Value::String(text)) => texts.push(text),
                    Some(Value::Array(items)) => {
                        texts.extend(items.iter().filter_map(Value::as_str));
                    }
                    _ => {}
                }
            }
            texts.into_iter().filter_map(crate::graph::network::filter::range).collect::<Vec<_>>()
        });
        Presence {
            network: Some(network),
            ranges: range.unwrap_or_default(),
            within: Within::All,
            ..Presence::default()
        }
    }

    fn exposure_of_identity(&self, node: usize, ports: Ports) -> Known {
        let users = self
            .walk(&self.into[node])
            .iter()
            .map(|flow| self.flow(*flow))
            .filter(|flow| flow.kind == FlowKind::Identity);
        let users = users
            .map(|flow| flow.source)
            .filter(|user| self.scene().nodes[*user].element != Element::Identity);
        let mut users: Vec<usize> = users.collect();
        if users.is_empty() {
            // An account of a store is accepted there.
            users =
                self.scene().nodes[node].resource.map_or_else(Vec::new, |at| self.stores_of(at));
        }
        let mut best = Known::Unknown;
        for user in users {
            let known = self.exposure(user, ports);
            best = match (&best, &known) {
                (Known::State(a, _), Known::State(b, _)) if a <= b => best,
                (_, Known::State(..)) => known,
                _ => best,
            };
        }
        best
    }

    /// The most sensitive store that a node is, or can reach with its own rights.
    pub fn data(&self, node: usize) -> Known {
        self.asked.data.of(node, || self.find_data(node))
    }

    fn find_data(&self, node: usize) -> Known {
        let own = self.sensitivity(node);
        let is_store = self.scene().nodes[node].element == Element::DataStore;
        if is_store {
            let held = self.held(node);
            return held.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof));
        }
        // A directory is the store of its users.
        let is_directory = &*self.scene().nodes[node].kind == "identity_provider";
        let tagged = max(own.filter(|_| is_directory || self.is_tagged(node)), self.kept(node));
        let tagged = max(tagged, max(self.of_objects(node), self.of_account(node)));
        let mut seen = BTreeSet::from([node]);
        let reached = self.reached(node, &mut seen, MAX_HOPS, self.passes_requests(node));
        match max(tagged, reached) {
            Some((state, proof)) => Known::State(state, proof),
            None if self.scene().nodes[node].resource.is_none() => Known::Unknown,
            None => Known::State(State(0), self.scene().nodes[node].place.into_iter().collect()),
        }
    }

    pub(super) fn is_tagged(&self, node: usize) -> bool {
        self.scene().nodes[node].resource.is_some_and(|at| {
            let stated = self.words.stated(self.scene(), at);
            stated.is_some_and(|stated| stated.sensitivity.is_some())
                || self.classified(node).is_some()
        })
    }

    /// How sensitive its data is by its tags, or those of what it is made from and gets them of.
    fn classified(&self, node: usize) -> Option<(State, Vec<Place>)> {
        let scene = self.scene();
        let mut parts = self.labelling(node).map(|part| scene.index.resource(part));
        parts.find_map(|part| self.words.classification(part))
    }

    /// The resources whose tags a node has: its own, then those that it is made from, by the table `labelling_types`.
    pub(super) fn labelling(&self, node: usize) -> impl Iterator<Item = usize> {
        let scene = self.scene();
        let kind = |part: usize| scene.index.resource(part).type_name();
        let types = scene.vocabulary.table("labelling_types");
        let gives = move |part: &usize| types.iter().flatten().any(|own| **own == *kind(*part));
        let parts = scene.nodes[node].parts.iter().copied();
        parts.clone().take(1).chain(parts.skip(1).filter(gives))
    }

    /// Whether a flow of a cluster's machine is that of pods on it: what these send leaves by the machine.
    pub fn is_carried(&self, at: usize) -> bool {
        let flow = self.flow(at);
        let of_pods = |node: usize| {
            self.presence(node).is_some_and(|presence| presence.network == Some(PODS))
        };
        let mut programs = self.graph.network.hosted.get(&flow.source).into_iter().flatten();
        let same = |program: &usize| {
            self.into[flow.target].iter().map(|other| self.flow(*other)).any(|other| {
                other.kind == flow.kind && other.port == flow.port && other.source == *program
            })
        };
        if programs.any(same) {
            return true;
        }
        let zone = self.scene().nodes[flow.source].zone;
        let in_cluster = zone.is_some_and(|zone| &*self.scene().zones[zone].kind == "cluster");
        in_cluster
            && !of_pods(flow.source)
            && matches!(
                &*self.scene().nodes[flow.source].kind,
                "compute_vm" | "compute_orchestrator"
            )
            && self.into[flow.target].iter().map(|other| self.flow(*other)).any(|other| {
                other.kind == flow.kind && other.port == flow.port && of_pods(other.source)
            })
    }

    /// Whether requests go through a node to what stands behind it, tier after tier.
    fn passes_requests(&self, node: usize) -> bool {
        self.is_passing(node) || matches!(&*self.scene().nodes[node].kind, "api" | "gateway")
    }

    /// The most sensitive store behind a node: what it sends to, what its identity may read; where requests go through it, also what the
    /// tiers that answer them call.
    fn reached(
        &self,
        node: usize,
        seen: &mut BTreeSet<usize>,
        hops: usize,
        through: bool,
    ) -> Option<(State, Vec<Place>)> {
        let scene = self.scene();
        let mut best = None;
        if hops == 0 {
            return None;
        }
        let through = through || self.passes_requests(node);
        for at in self.walk(&self.out[node]) {
            let flow = self.flow(*at);
            let target = &scene.nodes[flow.target];
            let carries = match flow.kind {
                FlowKind::Network | FlowKind::Data | FlowKind::Permission | FlowKind::Secret => {
                    true
                }
                FlowKind::Identity => target.element == Element::Identity,
                _ => false,
            };
            if !carries || self.only_looks(flow) || !seen.insert(flow.target) {
                continue;
            }
            if target.element == Element::Process && flow.kind == FlowKind::Network {
                best = max(best, self.kept(flow.target));
            }
            if target.element == Element::DataStore {
                best = max(best, self.held(flow.target));
                // Who reads messages does so for whoever sent them.
                if through && paths::TAKES_MESSAGES.contains(&&*target.kind) {
                    best = max(best, self.reached(flow.target, seen, hops - 1, through));
                }
            } else if target.element == Element::Identity {
                best = max(best, self.reached_as(flow.target, hops - 1));
            } else if through || target.stands_for_store() {
                best = max(best, self.reached(flow.target, seen, hops - 1, through));
            }
        }
        best
    }

    /// Whether a right shows how a thing is set up, and nothing that it holds: by the table `looking_rights`.
    pub(super) fn only_looks(&self, flow: &Flow) -> bool {
        flow.kind == FlowKind::Permission
            && self.asked.looks.of(Arc::clone(&flow.label), || {
                let table = self.scene().vocabulary.table("looking_rights");
                let looks = |part: &str| table.iter().flatten().any(|row| fits(row, part));
                flow.label.split(", ").all(looks)
            })
    }

    /// The most sensitive store that an identity may read: the same for all that act as it.
    fn reached_as(&self, identity: usize, hops: usize) -> Option<(State, Vec<Place>)> {
        if let Some(known) = self.identities.borrow().get(&(identity, hops)) {
            return known.clone();
        }
        let found = self.reached(identity, &mut BTreeSet::from([identity]), hops, false);
        let found = max(found, self.of_account(identity));
        self.identities.borrow_mut().insert((identity, hops), found.clone());
        found
    }

    /// The sensitivity of what a node holds: by tag, else by the vocabulary.
    pub fn sensitivity(&self, node: usize) -> Option<(State, Vec<Place>)> {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let stated = given.resource.and_then(|at| self.words.stated(scene, at));
        if let Some(state) = stated.and_then(|stated| stated.sensitivity) {
            return Some((state, stated.and_then(|stated| stated.place).into_iter().collect()));
        }
        // Whatever else lies there, the state holds all that it is about.
        if let Some(fact) = given.facts.get(STATE) {
            return Some((State(3), fact.proof.clone()));
        }
        if let Some(found) = self.classified(node) {
            return Some(found);
        }
        let said = self.sensitivity_of_made(node).or_else(|| self.classified_by_namespace(node));
        if said.is_some() {
            return said;
        }
        let state = Dimension::Data.state(given.sensitivity.as_deref()?)?;
        Some((state, given.place.into_iter().collect()))
    }

    /// How far the rights of a node go.
    pub fn privilege(&self, node: usize) -> Known {
        let scene = self.scene();
        let given = &scene.nodes[node];
        let identity = &self.graph.identity;
        if given.element == Element::Identity {
            return identity
                .privilege
                .get(&node)
                .map_or(Known::Unknown, |(state, proof)| Known::State(*state, proof.clone()));
        }
        let runs_as_nobody = given.element != Element::Process
            || self.is_passing(node)
            || NOBODYS.contains(&&*given.kind);
        if runs_as_nobody {
            return Known::NotApplicable;
        }
        if given.resource.is_none() {
            return Known::Unknown;
        }
        let place: Vec<Place> = given.place.into_iter().collect();
        let mut best = identity.privilege.get(&node).cloned();
        let own = self.acts_as.get(&node).into_iter().flatten();
        let own = own.map(|at| &identity.trusts[*at]);
        for trust in own.filter(|trust| &*trust.label == "runs as") {
            match identity.privilege.get(&trust.target) {
                Some(known) => best = max(best, Some(known.clone())),
                None => return Known::Unknown,
            }
        }
        if identity.open_ended.contains(&node) {
            return Known::Unknown;
        }
        // What pods may do in a cloud is theirs as what they may do in the cluster is.
        let best = max(best, self.cloud_privilege(node));
        let (state, proof) = best.unwrap_or((State(0), place));
        Known::State(state, proof)
    }

    /// Text of an id that people can read.
    pub fn id(&self, node: usize) -> &Arc<str> {
        &self.scene().nodes[node].id
    }
}

/// Whether a filter lets a party in on some port that it speaks of, or, where that counts, somebody whom it names.
fn opens(layer: &Layer, party: &Party<'_>, named: bool) -> Tri {
    let rules = || layer.rules.iter().filter(|rule| rule.allow && rule.direction == Direction::In);
    if layer.default_in || named && rules().any(|rule| rule.peers.iter().any(names_hosts)) {
        return Tri::Yes;
    }
    let traffic = |rule: &Rule| {
        let port = rule.ports.as_ref().and_then(|ports| ports.0.first()).map(|range| range.0);
        Traffic { protocol: rule.protocol, port }
    };
    let all: BTreeSet<Traffic> = rules().map(traffic).collect();
    let mut some = Tri::No;
    for traffic in all {
        some = some.or(layer.decide(Direction::In, party, traffic).passes);
        if some == Tri::Yes {
            break;
        }
    }
    some
}

/// Whether a peer is some hosts of the network in particular.
fn names_hosts(peer: &Peer) -> bool {
    match peer {
        Peer::Group(_) | Peer::Zone(_) | Peer::Tag(_) => true,
        Peer::Range(range) => !crate::graph::network::filter::is_public(range),
        Peer::Nodes(nodes) | Peer::Kin(nodes) => !nodes.is_empty(),
        _ => false,
    }
}

/// The greater of two states.
pub(super) fn max(
    a: Option<(State, Vec<Place>)>,
    b: Option<(State, Vec<Place>)>,
) -> Option<(State, Vec<Place>)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}
