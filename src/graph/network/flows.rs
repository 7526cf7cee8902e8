//! Network flows: from the internet in, through balancers, between hosts and stores, out, and to resolvers.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use crate::document::Value;
use crate::graph::addresses;
use crate::graph::scene::{Fact, Flow, Scene};
use crate::model::{Element, Encrypted, FlowKind};
use crate::source::Place;

use super::filter::{Direction, Peer, Ports, Protocol, Rule, Traffic, is_public};
use super::reach::{self, Reach};
use super::{Network, Presence, Tri, inside, naming, passing};

/// Kinds of nodes that only pass traffic on.
pub const PASSING: [&str; 3] = ["load_balancer", "edge_cdn", "gateway"];

/// Make all network flows. Says whether some were left out, and between how many pairs of hosts they were sought.
pub fn build(scene: &mut Scene<'_>, network: &Network) -> (bool, usize) {
    let most = scene.bounds.flows + scene.bounds.of_a_node * scene.nodes.len();
    let mut flows = Flows { found: BTreeMap::new(), most, left_out: false };
    let internet = scene.internet();
    direct(scene, network, internet, &mut flows);
    fronts(network, internet, &mut flows);
    services(scene, network, internet, &mut flows);
    passing::routes(scene, network, internet, &mut flows);
    links(scene, network, &mut flows);
    doors(scene, network, &mut flows);
    inside::bastions(scene, network, &mut flows);
    let mut pairs = between(scene, network, &mut flows);
    inside::to_balancers(scene, network, &mut flows);
    pairs += joined(scene, network, &mut flows);
    pairs += from_neighbors(scene, network, &mut flows);
    egress(scene, network, internet, &mut flows);
    names(scene, network, internet, &mut flows);
    for flow in flows.found.values_mut().filter(|flow| flow.source == internet) {
        if let Some(proof) = network.screened.get(&flow.target) {
            flow.restricted |= !flow.assumed;
            flow.evidence.extend(proof);
        }
    }
    scene.flows.extend(flows.found.into_values());
    (flows.left_out, pairs)
}

/// Flows, each once by its ends, protocol and port.
pub(super) struct Flows {
    found: BTreeMap<(usize, usize, Arc<str>, Arc<str>), Flow>,
    /// At how many flows no more are sought that come in crowds.
    most: usize,
    left_out: bool,
}

impl Flows {
    /// Whether no more flows are sought that come in crowds; then some are left out.
    pub(super) fn is_full(&mut self) -> bool {
        let full = self.found.len() >= self.most;
        self.left_out |= full;
        full
    }

    pub(super) fn add(
        &mut self,
        ends: (usize, usize),
        (protocol, port): (Protocol, Arc<str>),
        flow: New,
    ) {
        let protocol: Arc<str> = protocol.name().into();
        let key = (ends.0, ends.1, Arc::clone(&protocol), Arc::clone(&port));
        let label = format!("{protocol}/{port}").into();
        let merged = self.found.entry(key).or_insert_with(|| Flow {
            source: ends.0,
            target: ends.1,
            kind: flow.kind,
            protocol: Some(protocol),
            port: Some(port),
            encrypted: flow.encrypted,
            label,
            evidence: Vec::new(),
            assumed: flow.assumed,
            restricted: flow.restricted,
        });
        for place in flow.evidence {
            if !merged.evidence.contains(&place) {
                merged.evidence.push(place);
            }
        }
        merged.assumed &= flow.assumed;
        merged.restricted &= flow.restricted;
    }
}

/// What is known of a flow beside its ends and port.
pub(super) struct New {
    kind: FlowKind,
    encrypted: Encrypted,
    evidence: Vec<Place>,
    assumed: bool,
    restricted: bool,
}

impl New {
    pub(super) fn network(encrypted: Encrypted, evidence: Vec<Place>, reach: Reach) -> Self {
        Self {
            kind: FlowKind::Network,
            encrypted,
            evidence,
            assumed: reach == Reach::Unknown,
            restricted: reach == Reach::Restricted,
        }
    }
}

pub(super) fn shown(traffic: Traffic) -> (Protocol, Arc<str>) {
    let port = traffic.port.map_or_else(|| "any".into(), |port| port.to_string().into());
    (traffic.protocol, port)
}

/// What a proxy speaks to the store that it stands before: TLS, where it takes nothing else. Source: Amazon RDS User Guide, "Creating an RDS
/// Proxy", on requiring TLS: to the database it uses the same as its clients.
fn handed_on(scene: &Scene<'_>, (source, target): (usize, usize)) -> Encrypted {
    let own = &scene.nodes[source];
    let store = &scene.nodes[target];
    let is_its = own.stands_for_store() && store.element == Element::DataStore;
    if is_its && own.kind == store.kind && scene.holds(source, "encrypted_in_transit") {
        Encrypted::Yes
    } else {
        Encrypted::Unknown
    }
}

/// Whether what is spoken on a port is encrypted, where the port says so.
pub(super) fn by_port(ports: &Ports) -> Encrypted {
    match ports.0.as_slice() {
        [(22 | 5986, last)] if *last == 22 || *last == 5986 => Encrypted::Yes,
        [(80, 80)] => Encrypted::No,
        _ => Encrypted::Unknown,
    }
}

/// What is said of a port of a balancer, else by the port.
pub(super) fn said_or_by_port(said: Tri, traffic: Traffic) -> Encrypted {
    match (said, traffic.port) {
        (Tri::Unknown, Some(port)) => by_port(&Ports::one(port)),
        _ => tls(said),
    }
}

/// Hosts with an address of their own.
fn direct(scene: &Scene<'_>, network: &Network, internet: usize, flows: &mut Flows) {
    for (node, presence) in hosts(network) {
        if presence.public.state == Tri::No
            || presence.sends_only
            || PASSING.contains(&&*scene.nodes[node].kind)
        {
            continue;
        }
        for (protocol, ports) in offered(presence, Direction::In) {
            if flows.is_full() {
                return;
            }
            let traffic = Traffic { protocol, port: ports.0.first().map(|range| range.0) };
            let traffic = if ports.is_all() { Traffic { port: None, ..traffic } } else { traffic };
            let way = reach::from_internet(presence, traffic);
            if way.reach != Reach::Closed {
                let mut proof = way.proof;
                let encrypted = match by_port(&ports) {
                    Encrypted::Unknown => of_itself(scene, node, &ports, &mut proof),
                    known => known,
                };
                let new = New::network(encrypted, proof, way.reach);
                flows.add((internet, node), (protocol, ports.shown()), new);
            }
        }
    }
}

/// Whether a store or an API speaks encrypted where it listens, which it does for all who call it.
fn of_itself(scene: &Scene<'_>, node: usize, ports: &Ports, proof: &mut Vec<Place>) -> Encrypted {
    let own = &scene.nodes[node];
    let is_own = (own.element == Element::DataStore || &*own.kind == "api")
        && port_of(scene, node).is_some_and(|port| *ports == Ports::one(port));
    if is_own { in_transit(scene, node, proof) } else { Encrypted::Unknown }
}

/// What filters let in from outside, or out, as protocols and ports. Without any filter: everything.
fn offered(presence: &Presence, direction: Direction) -> BTreeSet<(Protocol, Ports)> {
    let outside = |peer: &Peer| match peer {
        Peer::Everyone | Peer::Internet | Peer::Unknown => true,
        Peer::Range(range) | Peer::Outside(range) => is_public(range),
        _ => false,
    };
    let mut found = BTreeSet::new();
    let carriers = || presence.leaves_by.iter().flatten().filter(|_| direction == Direction::Out);
    for rule in presence.layers.iter().chain(carriers()).flat_map(|layer| &layer.rules) {
        if rule.allow && rule.direction == direction && rule.peers.iter().any(outside) {
            match &rule.ports {
                Some(ports) => {
                    for range in &ports.0 {
                        found.insert((rule.protocol, Ports(vec![*range])));
                    }
                }
                None => {
                    found.insert((rule.protocol, Ports::all()));
                }
            }
        }
    }
    // Everything is said by what is said apart, where filters in a row name less.
    let narrow = found.iter().any(|(_, ports)| !ports.is_all());
    let several = presence.layers.len() > 1 || carriers().next().is_some();
    if narrow && several {
        found.retain(|(_, ports)| !ports.is_all());
    }
    found.retain(|(protocol, _)| *protocol != Protocol::Icmp);
    found
}

pub(super) fn hosts(network: &Network) -> impl Iterator<Item = (usize, &Presence)> {
    network
        .presences
        .iter()
        .enumerate()
        .filter_map(|(node, presence)| Some((node, presence.as_ref()?)))
}

/// What answers on the internet by itself.
fn fronts(network: &Network, internet: usize, flows: &mut Flows) {
    for front in &network.fronts {
        if front.open != Reach::Closed {
            // What only sends elsewhere answers nobody in clear text, whatever its port.
            let new = New::network(tls(front.encrypted), front.proof.clone(), front.open);
            flows.add((internet, front.node), shown(front.traffic), new);
        }
    }
}

/// Services with an endpoint on the internet, by the vocabulary: `public`, and `restricted` where only named sources get in.
fn services(scene: &Scene<'_>, network: &Network, internet: usize, flows: &mut Flows) {
    for (node, given) in scene.nodes.iter().enumerate() {
        if &*given.kind == "dns" {
            continue;
        }
        // What has addresses in a network is decided by its filters.
        let presence = network.presences.get(node).and_then(Option::as_ref);
        if presence.is_some_and(|presence| !presence.sends_only) {
            continue;
        }
        let Some((reach, mut proof)) = on_internet(scene, node) else { continue };
        let encrypted = in_transit(scene, node, &mut proof);
        let traffic = Traffic::tcp(port_of(scene, node).unwrap_or(443));
        flows.add((internet, node), shown(traffic), New::network(encrypted, proof, reach));
    }
}

/// How far a service answers on the internet by the vocabulary, and what says so; `None` where it does not.
pub(super) fn on_internet(scene: &Scene<'_>, node: usize) -> Option<(Reach, Vec<Place>)> {
    let given = &scene.nodes[node];
    let public = given.facts.get("public")?;
    let restricted = given.facts.get("restricted");
    let state = |fact: Option<&Fact>| match fact.map(|fact| &fact.value) {
        Some(Some(Value::Bool(state))) => Tri::from(*state),
        Some(_) => Tri::Unknown,
        None => Tri::No,
    };
    let reach = match (state(Some(public)), state(restricted)) {
        (Tri::No, _) => return None,
        (Tri::Yes, Tri::Yes) => Reach::Restricted,
        // Who gets in is not known, or whether anybody does.
        (Tri::Unknown, _) | (Tri::Yes, Tri::Unknown) => Reach::Unknown,
        (Tri::Yes, Tri::No) => Reach::Open,
    };
    let mut proof = public.proof.clone();
    proof.extend(restricted.into_iter().flat_map(|fact| &fact.proof));
    Some((reach, proof))
}

pub(super) fn tls(only: Tri) -> Encrypted {
    match only {
        Tri::Yes => Encrypted::Yes,
        Tri::No => Encrypted::No,
        Tri::Unknown => Encrypted::Unknown,
    }
}

/// From hosts to stores and services: where the source refers to the target, or a filter there names the source. How many pairs it looked
/// at.
fn between(scene: &Scene<'_>, network: &Network, flows: &mut Flows) -> usize {
    let members = Members::new(scene, network);
    let mut pairs = 0;
    for (target, at) in hosts(network) {
        let is_store = scene.nodes[target].element == Element::DataStore;
        if at.sends_only || PASSING.contains(&&*scene.nodes[target].kind) {
            continue;
        }
        let mut sources = members.named_by(network, at);
        let naming = naming::of(scene, target, |_| true);
        sources.extend(naming.keys().copied());
        for source in sources {
            let Some(host) = network.presences[source].as_ref().filter(|_| source != target) else {
                continue;
            };
            if scene.nodes[source].element != Element::Process
                || PASSING.contains(&&*scene.nodes[source].kind)
            {
                continue;
            }
            if pairs == scene.bounds.pairs || flows.is_full() {
                flows.left_out = true;
                return pairs;
            }
            pairs += 1;
            let named = naming.get(&source);
            let called = named.and_then(|named| named.called(scene));
            let said = called.and_then(|call| call.port);
            let mut all = listening(scene, target, at, (source, host));
            // Where no filter says anything, whoever calls says where.
            if all.is_empty() && !is_store {
                all.extend(said.map(Ports::one));
            }
            for ports in all {
                let ports = said.filter(|port| ports.has(*port)).map_or(ports, Ports::one);
                if !is_store && named.is_none() && members.is_of_store(at, &ports) {
                    continue;
                }
                let traffic =
                    Traffic { protocol: Protocol::Tcp, port: ports.0.first().map(|range| range.0) };
                let passage = reach::between(network, (source, host), (target, at), traffic);
                let meant = passage.meant || called.is_some() || is_store && named.is_some();
                if passage.passes == Tri::No || !meant {
                    continue;
                }
                let mut proof = named.map(|named| named.places(scene)).unwrap_or_default();
                proof.extend(&passage.proof);
                let spoken = match named.map_or(Encrypted::Unknown, |named| named.spoken(scene)) {
                    Encrypted::Unknown => handed_on(scene, (source, target)),
                    known => known,
                };
                let receiver = receiver(scene, network, (target, traffic), &mut proof);
                let encrypted = match addresses::settled(receiver, spoken) {
                    Encrypted::Unknown => by_port(&ports),
                    known => known,
                };
                let reach = if passage.passes == Tri::Yes { Reach::Open } else { Reach::Unknown };
                flows.add(
                    (source, target),
                    (Protocol::Tcp, ports.shown()),
                    New::network(encrypted, proof, reach),
                );
            }
        }
    }
    pairs
}

/// From hosts of one network to those of another that is joined to it, where no filter is written at the target: whoever joined them
/// let them in. Between hosts of one network that is left to the network itself. How many pairs it looked at.
fn joined(scene: &Scene<'_>, network: &Network, flows: &mut Flows) -> usize {
    let members = Members::new(scene, network);
    let none = Vec::new();
    let mut pairs = 0;
    for (a, b, _) in &network.peerings {
        for (from, to) in [(a, b), (b, a)] {
            let open = members.by_zone.get(to).unwrap_or(&none).iter().filter_map(|target| {
                let at = network.presences[*target].as_ref()?;
                let passing = PASSING.contains(&&*scene.nodes[*target].kind);
                (is_unfiltered(at) && !passing && !at.sends_only).then_some((*target, at))
            });
            for (target, at) in open {
                for source in members.by_zone.get(from).unwrap_or(&none) {
                    let given = &scene.nodes[*source];
                    let Some(host) = network.presences[*source].as_ref() else { continue };
                    let acts = given.element == Element::Process
                        && !PASSING.contains(&&*given.kind)
                        && host.network != at.network;
                    if !acts || target == *source {
                        continue;
                    }
                    if pairs == scene.bounds.pairs || flows.is_full() {
                        flows.left_out = true;
                        return pairs;
                    }
                    pairs += 1;
                    let port = port_of(scene, target);
                    let traffic = match port {
                        Some(_) => Traffic { protocol: Protocol::Tcp, port },
                        None => Traffic { protocol: Protocol::Any, port: None },
                    };
                    let passage = reach::between(network, (*source, host), (target, at), traffic);
                    if passage.passes != Tri::Yes {
                        continue;
                    }
                    let new = New::network(Encrypted::Unknown, passage.proof, Reach::Open);
                    flows.add((*source, target), shown(traffic), new);
                }
            }
        }
    }
    pairs
}

/// From networks of others to what they are joined to, where the filters there let them in. How many pairs it looked at.
fn from_neighbors(scene: &Scene<'_>, network: &Network, flows: &mut Flows) -> usize {
    let members = Members::new(scene, network);
    let mut pairs = 0;
    for neighbor in &network.neighbors {
        let Some(host) = network.presences[neighbor.node].as_ref() else { continue };
        for target in members.by_zone.get(&neighbor.own).into_iter().flatten() {
            let Some(at) = network.presences[*target].as_ref() else { continue };
            let passing = PASSING.contains(&&*scene.nodes[*target].kind);
            if passing || at.sends_only || *target == neighbor.node {
                continue;
            }
            if pairs == scene.bounds.pairs || flows.is_full() {
                flows.left_out = true;
                return pairs;
            }
            pairs += 1;
            let mut open = listening(scene, *target, at, (neighbor.node, host));
            if open.is_empty() {
                open.push(Ports::all());
            }
            for ports in open {
                let port = if ports.is_all() { None } else { ports.0.first().map(|range| range.0) };
                let traffic = Traffic { protocol: Protocol::Tcp, port };
                let ends = ((neighbor.node, host), (*target, at));
                let passage = reach::between(network, ends.0, ends.1, traffic);
                if passage.passes != Tri::Yes {
                    continue;
                }
                let mut proof = vec![scene.index.resource(neighbor.connection).header];
                proof.extend(passage.proof);
                let encrypted = match receiver(scene, network, (*target, traffic), &mut proof) {
                    Encrypted::Unknown => by_port(&ports),
                    known => known,
                };
                let new = New::network(encrypted, proof, Reach::Open);
                flows.add((neighbor.node, *target), (Protocol::Tcp, ports.shown()), new);
            }
        }
    }
    pairs
}

/// Whether a host has no filter but what its provider does where nobody wrote one, which lets its network in.
fn is_unfiltered(at: &Presence) -> bool {
    let of_network = |rule: &Rule| {
        rule.allow && rule.direction == Direction::In && rule.peers.contains(&Peer::Network)
    };
    !at.layers.is_empty()
        && !at.open_ended
        && at.layers.iter().all(|layer| {
            layer.resources.is_empty()
                && layer.rules.iter().all(|rule| rule.default.is_some() && rule.place.is_none())
                && layer.rules.iter().any(of_network)
        })
}

/// Connections that configuration names, where the filters let them pass.
fn links(scene: &Scene<'_>, network: &Network, flows: &mut Flows) {
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    for link in &network.links {
        // What stands in no network has no filters on the way.
        let passage = match (presence(link.source), presence(link.target)) {
            (Some(host), Some(at))
                if host.network.is_some() && at.network.is_some() && !at.sends_only =>
            {
                reach::between(network, (link.source, host), (link.target, at), link.traffic)
            }
            _ => reach::Passage { passes: Tri::Yes, proof: Vec::new(), meant: true },
        };
        if passage.passes == Tri::No || link.source == link.target {
            continue;
        }
        let mut proof = link.proof.clone();
        proof.extend(&passage.proof);
        let receiver = receiver(scene, network, (link.target, link.traffic), &mut proof);
        let encrypted = match addresses::settled(receiver, link.spoken) {
            Encrypted::Unknown => by_port(&link.traffic.port.map_or_else(Ports::all, Ports::one)),
            known => known,
        };
        let reach = if passage.passes == Tri::Yes { link.reach } else { Reach::Unknown };
        flows.add(
            (link.source, link.target),
            shown(link.traffic),
            New::network(encrypted, proof, reach),
        );
    }
}

/// Connections through doors to another network.
fn doors(scene: &Scene<'_>, network: &Network, flows: &mut Flows) {
    for link in &network.doors {
        let mut proof = link.proof.clone();
        let receiver = receiver(scene, network, (link.target, link.traffic), &mut proof);
        let encrypted = match addresses::settled(receiver, link.spoken) {
            Encrypted::Unknown => by_port(&link.traffic.port.map_or_else(Ports::all, Ports::one)),
            known => known,
        };
        let new = New::network(encrypted, proof, link.reach);
        flows.add((link.source, link.target), shown(link.traffic), new);
    }
}

/// Where a node listens: its own port, else the ports that a filter opens for this source in particular.
fn listening(
    scene: &Scene<'_>,
    target: usize,
    at: &Presence,
    source: (usize, &Presence),
) -> Vec<Ports> {
    if let Some(port) = port_of(scene, target) {
        return vec![Ports::one(port)];
    }
    let mut found = BTreeSet::new();
    let party = super::filter::Party::Host(source.0, source.1);
    for rule in at.layers.iter().flat_map(|layer| layer.about(&party)) {
        let names_less = rule.default.is_none() && rule.allow && rule.direction == Direction::In;
        let Some(ports) = rule.ports.as_ref().filter(|_| names_less) else { continue };
        for range in &ports.0 {
            let traffic = Traffic { protocol: Protocol::Tcp, port: Some(range.0) };
            if !rule.lets(&party, traffic) {
                continue;
            }
            // Of many ports, those on which something is known to listen.
            let known = at.listens.iter().filter(|own| rule.protocol.covers(own.protocol));
            let known = known.filter_map(|own| own.port);
            let known: Vec<u16> = known.filter(|own| (range.0..=range.1).contains(own)).collect();
            let deaf =
                at.hears.as_ref().is_some_and(|own| own.range(range.0..=range.1).next().is_none());
            if deaf {
                continue;
            }
            if range.0 == range.1 || known.is_empty() {
                found.insert(Ports(vec![*range]));
            } else {
                found.extend(known.into_iter().map(Ports::one));
            }
        }
    }
    found.into_iter().collect()
}

/// The port that the vocabulary gives a node.
pub fn port_of(scene: &Scene<'_>, node: usize) -> Option<u16> {
    match scene.nodes[node].facts.get("port")?.value.as_ref()? {
        Value::Int(port) => u16::try_from(*port).ok(),
        Value::Float(port) => (1.0..65536.0).contains(port).then(|| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to fit"
            )]
            let port = *port as u16;
            port
        }),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether connections to a port of a node are encrypted: by what is said of the port, else of the node.
fn receiver(
    scene: &Scene<'_>,
    network: &Network,
    (node, traffic): (usize, Traffic),
    proof: &mut Vec<Place>,
) -> Encrypted {
    let said = traffic.port.and_then(|port| network.spoken.get(&(node, port)));
    let Some((strict, place)) = said else { return in_transit(scene, node, proof) };
    proof.push(*place);
    if *strict { Encrypted::Yes } else { Encrypted::Optional }
}

/// Whether connections to a node are encrypted, by the vocabulary.
pub fn in_transit(scene: &Scene<'_>, node: usize, proof: &mut Vec<Place>) -> Encrypted {
    let Some(fact) = scene.nodes[node].facts.get("encrypted_in_transit") else {
        return Encrypted::Unknown;
    };
    match fact.value {
        Some(Value::Bool(true)) => {
            // What holds by itself is written nowhere.
            let own = scene.nodes[node].resource.map(|at| scene.index.resource(at).header);
            proof.extend(fact.proof.iter().filter(|place| Some(**place) != own));
            Encrypted::Yes
        }
        Some(Value::Bool(false)) => {
            proof.extend(&fact.proof);
            // A receiver that only speaks in clear text leaves nobody a choice.
            if scene.holds(node, "plain_only") { Encrypted::No } else { Encrypted::Optional }
        }
        _ => Encrypted::Unknown,
    }
}

/// Whether a node runs programs, which open connections.
pub fn runs_programs(scene: &Scene<'_>, node: usize) -> bool {
    let given = &scene.nodes[node];
    given.kind.starts_with("compute_") && given.element == Element::Process
}

/// Hosts by what filters may call them.
pub(super) struct Members {
    by_group: BTreeMap<usize, Vec<usize>>,
    by_zone: BTreeMap<usize, Vec<usize>>,
    by_tag: BTreeMap<Arc<str>, Vec<usize>>,
    ranges: BTreeMap<IpNet, Vec<usize>>,
    /// Hosts of which the network is not known.
    elsewhere: Vec<usize>,
    /// By end of a join of networks, the others.
    joins: BTreeMap<usize, Vec<usize>>,
    /// By group, the ports at which stores in it listen.
    stores: BTreeMap<usize, Vec<u16>>,
}

impl Members {
    pub(super) fn new(scene: &Scene<'_>, network: &Network) -> Self {
        let mut members = Self {
            by_group: BTreeMap::new(),
            by_zone: BTreeMap::new(),
            by_tag: BTreeMap::new(),
            ranges: BTreeMap::new(),
            elsewhere: Vec::new(),
            joins: BTreeMap::new(),
            stores: BTreeMap::new(),
        };
        for (a, b, _) in &network.peerings {
            members.joins.entry(*a).or_default().push(*b);
            members.joins.entry(*b).or_default().push(*a);
        }
        for (node, host) in hosts(network) {
            if host.network.is_none() {
                members.elsewhere.push(node);
            }
            let is_store = scene.nodes[node].element == Element::DataStore;
            let port = if is_store { port_of(scene, node) } else { None };
            for group in &host.groups {
                members.by_group.entry(*group).or_default().push(node);
                members.stores.entry(*group).or_default().extend(port);
            }
            for zone in host.subnets.iter().chain(&host.network) {
                members.by_zone.entry(*zone).or_default().push(node);
            }
            for tag in &host.tags {
                members.by_tag.entry(Arc::clone(tag)).or_default().push(node);
            }
            for range in &host.ranges {
                members.ranges.entry(*range).or_default().push(node);
            }
        }
        members
    }

    /// Hosts whose packets may get to a host whose network is known: those of its own network, of those joined to it, and of others that
    /// are not known.
    fn routed_to(&self, at: &Presence) -> Option<BTreeSet<usize>> {
        let own = at.network?;
        let ends = at.subnets.iter().chain([&own]);
        let joined = ends.filter_map(|end| self.joins.get(end)).flatten();
        let zones = joined.chain([&own]).filter_map(|zone| self.by_zone.get(zone));
        Some(zones.flatten().chain(&self.elsewhere).copied().collect())
    }

    /// Hosts that a node's filters name in particular.
    /// Whether ports are those of a store that is in one group with a host: who opens them to the group means the store.
    fn is_of_store(&self, at: &Presence, ports: &Ports) -> bool {
        let mut stores = at.groups.iter().filter_map(|group| self.stores.get(group)).flatten();
        stores.any(|port| *ports == Ports::one(*port))
    }

    pub(super) fn named_by(&self, network: &Network, at: &Presence) -> BTreeSet<usize> {
        let routed = OnceCell::new();
        let mut found = BTreeSet::new();
        let rules = at.layers.iter().flat_map(|layer| &layer.rules);
        for rule in rules.filter(|rule| rule.allow && rule.direction == Direction::In) {
            for peer in &rule.peers {
                match peer {
                    Peer::Group(group) => {
                        found.extend(self.by_group.get(group).into_iter().flatten());
                    }
                    Peer::Zone(zone) => found.extend(self.by_zone.get(zone).into_iter().flatten()),
                    Peer::Tag(tag) => found.extend(self.by_tag.get(tag).into_iter().flatten()),
                    Peer::Nodes(nodes) => found.extend(nodes.iter()),
                    Peer::Range(range) if !super::filter::is_any(range) => {
                        let meets = |own: &IpNet| range.contains(own) || own.contains(range);
                        let Some(routed) = routed.get_or_init(|| self.routed_to(at)) else {
                            let inside = self.ranges.iter().filter(|(own, _)| meets(own));
                            found.extend(inside.flat_map(|(_, nodes)| nodes));
                            continue;
                        };
                        let ranges = |node: &usize| network.presences[*node].as_ref();
                        let inside = |node: &&usize| {
                            ranges(node).is_some_and(|host| host.ranges.iter().any(meets))
                        };
                        found.extend(routed.iter().filter(inside));
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

/// Hosts that may open connections to the internet.
fn egress(scene: &Scene<'_>, network: &Network, internet: usize, flows: &mut Flows) {
    for (node, presence) in hosts(network) {
        if !scene.nodes[node].kind.starts_with("compute_") {
            continue;
        }
        let any = Traffic { protocol: Protocol::Any, port: None };
        let way = reach::to_internet(presence, any);
        if way.reach == Reach::Open {
            let new = New::network(Encrypted::Unknown, way.proof, way.reach);
            flows.add((node, internet), shown(any), new);
            continue;
        }
        // Where not all may leave, what may. Questions for names go to whoever answers them.
        for (protocol, ports) in offered(presence, Direction::Out) {
            let port = ports.0.first().map(|range| range.0).filter(|_| !ports.is_all());
            if port == Some(53) || flows.is_full() {
                continue;
            }
            let mut way = reach::to_internet(presence, Traffic { protocol, port });
            // What denies a few ports of all leaves the others.
            if way.reach < Reach::Restricted && ports.is_all() && protocol.covers(Protocol::Tcp) {
                way = reach::to_internet(presence, Traffic::tcp(unnamed(presence)));
            }
            if way.reach >= Reach::Restricted {
                let new = New::network(by_port(&ports), way.proof, way.reach);
                flows.add((node, internet), (protocol, ports.shown()), new);
            }
        }
    }
}

/// A port to the internet that no rule names among a few.
fn unnamed(presence: &Presence) -> u16 {
    let layers = presence.layers.iter().chain(presence.leaves_by.iter().flatten());
    let rules = layers.flat_map(|layer| &layer.rules).filter(|it| it.direction == Direction::Out);
    let few: Vec<&Ports> =
        rules.filter_map(|it| it.ports.as_ref()).filter(|it| !it.is_all()).collect();
    let named = |port: &u16| few.iter().any(|ports| ports.has(*port));
    [50_000, 20_000, 9, 443].into_iter().find(|port| !named(port)).unwrap_or(443)
}

/// Names: the internet asks public zones, hosts ask the private zones of their network.
fn names(scene: &Scene<'_>, network: &Network, internet: usize, flows: &mut Flows) {
    let dns = |evidence| New {
        kind: FlowKind::Network,
        encrypted: Encrypted::No,
        evidence,
        assumed: false,
        restricted: false,
    };
    let private: BTreeSet<usize> = network.resolvers.iter().map(|(node, ..)| *node).collect();
    for node in 0..scene.nodes.len() {
        if &*scene.nodes[node].kind == "dns"
            && !private.contains(&node)
            && !scene.lacks(node, "public")
        {
            let is_public = scene.holds(node, "public");
            if is_public {
                let evidence = scene.nodes[node].place.into_iter().collect();
                flows.add((internet, node), (Protocol::Udp, "53".into()), dns(evidence));
            }
        }
    }
    let mut asking: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, presence) in hosts(network) {
        if let Some(own) =
            presence.network.filter(|_| scene.nodes[node].kind.starts_with("compute_"))
        {
            asking.entry(own).or_default().push(node);
        }
    }
    for (resolver, network_of, place) in &network.resolvers {
        for node in asking.get(network_of).into_iter().flatten() {
            flows.add((*node, *resolver), (Protocol::Udp, "53".into()), dns(vec![*place]));
        }
    }
}
