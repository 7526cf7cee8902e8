//! What reaches what.

use std::sync::Arc;

use super::filter::{Decision, Direction, Family, Party, Rule, Traffic};
use super::{Layer, Network, Presence, Public, Tri};
use crate::source::Place;

/// How far something is open to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nobody from there gets in.
    Closed,
    /// Not known.
    Unknown,
    /// Named outside ranges get in.
    Restricted,
    /// Everyone gets in.
    Open,
}

/// A way in, and what proves it.
#[derive(Clone, Debug)]
pub struct Way {
    /// How far it is open.
    pub reach: Reach,
    /// What proves it, in the order of the way.
    pub proof: Vec<Place>,
    /// Rules that let it through, one for each filter that has one.
    pub rules: Vec<Rule>,
}

impl Way {
    /// One past nothing.
    pub fn open() -> Self {
        Self { reach: Reach::Open, proof: Vec::new(), rules: Vec::new() }
    }

    /// Go on by another one: no further than both are open, with what says so.
    pub fn limit(&mut self, next: &Self) {
        if next.reach < self.reach {
            self.reach = next.reach;
            self.proof.extend(&next.proof);
            self.rules.extend(next.rules.iter().cloned());
        }
    }
}

/// How far the filters of a host let the internet in on a port, whatever its address.
pub fn past_filters(host: &Presence, traffic: Traffic) -> Way {
    past(host, traffic, Family::Any)
}

/// The same for whoever has an address of a family.
fn past(host: &Presence, traffic: Traffic, family: Family) -> Way {
    let mut way = Way::open();
    for layer in &host.layers {
        let decision = layer.decide(Direction::In, &Party::Internet(family), traffic);
        way.reach = way.reach.min(reach(&decision));
        take(&mut way, decision);
    }
    if host.open_ended {
        way.reach = way.reach.min(Reach::Unknown);
    }
    way
}

/// How far a host is open to the internet on a port, by its own address.
pub fn from_internet(host: &Presence, traffic: Traffic) -> Way {
    let Some(by_family) = host.by_family.as_deref() else {
        return by_address(host, traffic, (Family::Any, &host.public));
    };
    let [four, six] = by_family;
    let four = by_address(host, traffic, (Family::V4, four));
    let six = by_address(host, traffic, (Family::V6, six));
    if six.reach > four.reach { six } else { four }
}

/// The same by its address of one family.
fn by_address(host: &Presence, traffic: Traffic, (family, public): (Family, &Public)) -> Way {
    let mut way = past(host, traffic, family);
    way.reach = match public.state {
        Tri::Yes => way.reach,
        Tri::Unknown => way.reach.min(Reach::Unknown),
        Tri::No => Reach::Closed,
    };
    way.proof.splice(0..0, public.proof.iter().copied());
    way
}

fn reach(decision: &Decision) -> Reach {
    match decision.passes {
        Tri::No => Reach::Closed,
        Tri::Unknown => Reach::Unknown,
        Tri::Yes if decision.restricted => Reach::Restricted,
        Tri::Yes => Reach::Open,
    }
}

fn take(way: &mut Way, decision: Decision) {
    if decision.passes != Tri::No
        && let Some(rule) = decision.rule
    {
        if rule.default.is_none() {
            way.proof.extend(rule.place);
        }
        way.rules.push(rule);
    }
}

/// Whether one host may open a connection to another, and what lets it.
#[derive(Clone, Debug)]
pub struct Passage {
    /// Whether it may.
    pub passes: Tri,
    /// What proves it.
    pub proof: Vec<Place>,
    /// Whether a rule at the target that names less than everyone lets it in: somebody meant it.
    pub meant: bool,
}

/// From one host to another, by filters at both ends and the networks between.
pub fn between(
    network: &Network,
    source: (usize, &Presence),
    target: (usize, &Presence),
    traffic: Traffic,
) -> Passage {
    let mut passage = Passage { passes: Tri::Yes, proof: Vec::new(), meant: false };
    let mut together = joined(network, source.1, target.1, &mut passage.proof);
    let near = source.1.subnets.iter().any(|subnet| target.1.subnets.contains(subnet));
    for layer in source.1.layers.iter().filter(|layer| !(near && layer.at_edge)) {
        let decision = layer.decide(Direction::Out, &Party::Host(target.0, target.1), traffic);
        passage.passes = passage.passes.and(decision.passes);
    }
    for layer in target.1.layers.iter().filter(|layer| !(near && layer.at_edge)) {
        let party = Party::Host(source.0, source.1);
        let decision = layer.decide(Direction::In, &party, traffic);
        passage.passes = passage.passes.and(decision.passes);
        if let Some(rule) = decision.rule.filter(|rule| rule.default.is_none()) {
            passage.proof.extend(rule.place);
            passage.meant |= !rule.peers.iter().any(wide) || layer.means(&party, traffic);
            // Who names a group lets in those of its own network, whatever that is, or of one that is joined to it.
            let named = rule.peers.iter().any(|peer| match peer {
                super::Peer::Group(group) => source.1.groups.contains(group),
                _ => false,
            });
            if named && together == Tri::Unknown && nowhere(source.1) && nowhere(target.1) {
                together = Tri::Yes;
            }
        }
    }
    passage.passes = passage.passes.and(together);
    passage
}

/// Whether nothing is known of a host's network.
fn nowhere(host: &Presence) -> bool {
    host.network.is_none() && host.network_name.is_none()
}

/// Whether a peer is more than somebody in particular.
pub fn wide(peer: &super::Peer) -> bool {
    match peer {
        super::Peer::Everyone
        | super::Peer::Network
        | super::Peer::Kin(_)
        | super::Peer::Unknown => true,
        super::Peer::Range(range) => super::filter::is_any(range),
        _ => false,
    }
}

/// Whether two hosts stand in one network, or in two that are joined.
fn joined(network: &Network, source: &Presence, target: &Presence, proof: &mut Vec<Place>) -> Tri {
    match (source.network, target.network) {
        (Some(a), Some(b)) if a == b => Tri::Yes,
        (Some(a), Some(b)) => {
            let here = source.subnets.iter().chain([&a]);
            let first = here.flat_map(|x| {
                let there = target.subnets.iter().chain([&b]);
                let ends = |y: usize| {
                    network.ends_before(source, *x, y) || network.ends_before(target, *x, y)
                };
                there.filter(move |y| !ends(**y)).filter_map(|y| network.joining(*x, *y))
            });
            first.min().map_or(Tri::No, |at| {
                proof.push(network.peerings[at].2);
                Tri::Yes
            })
        }
        _ if source.subnets.iter().any(|subnet| target.subnets.contains(subnet)) => Tri::Yes,
        _ => match (&source.network_name, &target.network_name) {
            (Some(a), Some(b)) if a == b => Tri::Yes,
            _ => Tri::Unknown,
        },
    }
}

/// From a balancer to what stands behind it.
pub fn behind(
    via: Option<(usize, &Presence)>,
    from: &[ipnet::IpNet],
    keeps_source: bool,
    target: (usize, &Presence),
    traffic: Traffic,
) -> Way {
    if keeps_source {
        return past_filters(target.1, traffic);
    }
    let mut way = Way::open();
    let near = via.is_some_and(|(_, host)| {
        host.subnets.iter().any(|subnet| target.1.subnets.contains(subnet))
    });
    // What a balancer may not send does not arrive. One of which nothing is written would pass on nothing at all, which nobody means.
    let says = |layer: &&Arc<Layer>| {
        layer.rules.iter().any(|rule| rule.default.is_none() && rule.direction == Direction::Out)
    };
    let outward = via.iter().flat_map(|(_, host)| &host.layers).filter(says);
    for layer in outward.filter(|layer| !(near && layer.at_edge)) {
        let decision = layer.decide(Direction::Out, &Party::Host(target.0, target.1), traffic);
        let reach = if decision.passes == Tri::Yes { Reach::Open } else { reach(&decision) };
        way.reach = way.reach.min(reach);
    }
    for layer in target.1.layers.iter().filter(|layer| !(near && layer.at_edge)) {
        let decision = match via {
            _ if !from.is_empty() => layer.decide(Direction::In, &Party::Ranges(from), traffic),
            Some((node, host)) => layer.decide(Direction::In, &Party::Host(node, host), traffic),
            None => layer.decide(Direction::In, &Party::Balancer, traffic),
        };
        let reach = if decision.passes == Tri::Yes { Reach::Open } else { reach(&decision) };
        way.reach = way.reach.min(reach);
        take(&mut way, decision);
    }
    way
}

/// Over a balancer of which it is not known with whose address it passes on.
pub fn balanced(target: &Presence, traffic: Traffic) -> Way {
    let mut way = Way { reach: Reach::Unknown, proof: Vec::new(), rules: Vec::new() };
    for layer in &target.layers {
        let decision = layer.decide(Direction::In, &Party::Balanced, traffic);
        way.reach = way.reach.min(reach(&decision));
        take(&mut way, decision);
    }
    way
}

/// From a service of the provider that stands on the internet to a host with an address there.
pub fn from_service(service: usize, target: &Presence, traffic: Traffic) -> Way {
    let mut way = inside_from_service(service, target, traffic);
    way.proof.splice(0..0, target.public.proof.iter().copied());
    way.reach = match target.public.state {
        Tri::Yes => way.reach,
        Tri::Unknown => way.reach.min(Reach::Unknown),
        Tri::No => Reach::Closed,
    };
    way
}

/// From a service of the provider that reaches into the network of a host.
pub fn inside_from_service(service: usize, target: &Presence, traffic: Traffic) -> Way {
    let mut way = Way::open();
    for layer in &target.layers {
        let decision = layer.decide(Direction::In, &Party::Service(service), traffic);
        let reach = if decision.passes == Tri::Yes { Reach::Open } else { reach(&decision) };
        way.reach = way.reach.min(reach);
        take(&mut way, decision);
    }
    way
}

/// Stands for ports that rules seldom name: whoever may not ask for these may ask for a few at most.
const OTHERS: Traffic = Traffic { protocol: super::Protocol::Tcp, port: Some(50_000) };

/// How far a host may open connections to the internet.
pub fn to_internet(host: &Presence, traffic: Traffic) -> Way {
    let mut way = out(&host.layers, traffic);
    // Of the machines that carry what it sends, the one that lets out most; what is not known of them takes nothing away.
    let ways = host.leaves_by.iter().map(|layers| {
        let way = out(layers, traffic);
        let is_part = || traffic.port.is_none() && out(layers, OTHERS).reach == Reach::Closed;
        let reach = if way.reach == Reach::Unknown && !is_part() { Reach::Open } else { way.reach };
        Way { reach, ..way }
    });
    if let Some(best) = ways.reduce(|a, b| if b.reach > a.reach { b } else { a }) {
        way.reach = way.reach.min(best.reach);
        way.proof.extend(best.proof);
    }
    way.reach = match host.egress.state {
        Tri::Yes => way.reach,
        Tri::Unknown => way.reach.min(Reach::Unknown),
        Tri::No => Reach::Closed,
    };
    way.proof.extend(&host.egress.proof);
    way
}

/// How far filters let connections to the internet out.
fn out(layers: &[Arc<Layer>], traffic: Traffic) -> Way {
    let mut way = Way::open();
    for layer in layers {
        let decision = layer.decide(Direction::Out, &Party::Internet(Family::Any), traffic);
        way.reach = way.reach.min(reach(&decision));
        way.proof.extend(decision.rule.and_then(|rule| rule.place));
    }
    way
}
