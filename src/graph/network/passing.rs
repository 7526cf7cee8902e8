//! Flows through balancers, gateways and proxies: to their fronts, and on to what stands behind.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use crate::graph::scene::Scene;

use super::filter::Traffic;
use super::flows::{Flows, New, said_or_by_port, shown};
use super::reach::{self, Reach, Way};
use super::{Network, PODS, Presence, Route, Tri};

/// Add what routes carry.
pub fn routes(scene: &Scene<'_>, network: &Network, internet: usize, flows: &mut Flows) {
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    let heard = heard(scene, network);
    for (at, route) in network.routes.iter().enumerate() {
        let front_encrypted = said_or_by_port(route.front_encrypted, route.front);
        let answers = !network.inner.contains(&at);
        if let Some(host) = presence(route.via).filter(|_| answers) {
            let mut way = reach::from_internet(host, route.front);
            if let Some(behind) = heard.get(&(route.via, route.front)) {
                way.limit(behind);
            }
            if way.reach != Reach::Closed {
                let mut proof = route.front_proof.clone();
                proof.extend(way.rules.iter().filter_map(|rule| rule.place));
                let new = New::network(front_encrypted, proof, way.reach);
                flows.add((internet, route.via), shown(route.front), new);
            }
        }
        let mut way = onward(scene, network, (at, route));
        if let Some((reach, place)) = network.heard.get(&at) {
            way.reach = way.reach.min(*reach);
            way.proof.push(*place);
        }
        if way.reach != Reach::Closed && route.via != route.target {
            let mut proof = route.back_proof.clone();
            proof.extend(way.proof);
            let encrypted = said_or_by_port(route.back_encrypted, route.back);
            flows.add(
                (route.via, route.target),
                shown(route.back),
                New::network(encrypted, proof, way.reach),
            );
        }
    }
}

/// How far fronts of Services hear the internet at which pods answer, who see who calls: what they do is done by the pods behind, and the
/// policies of none let more in.
fn heard(scene: &Scene<'_>, network: &Network) -> BTreeMap<(usize, Traffic), Way> {
    let mut found: BTreeMap<(usize, Traffic), Way> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for (at, route) in network.routes.iter().enumerate() {
        let front = (route.via, route.front);
        match heard_by_pods(scene, network, (at, route)) {
            None => {
                others.insert(front);
            }
            Some(way) => match found.entry(front) {
                Entry::Occupied(mut known) if way.reach > known.get().reach => {
                    known.insert(way);
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert(way);
                }
            },
        }
    }
    found.retain(|front, _| !others.contains(front));
    found
}

/// How far pods hear the internet behind a route (at its position) that keeps the senders' addresses; none of other routes. What is not known takes
/// nothing away: machines may pass on what comes in with their own addresses.
pub fn heard_by_pods(
    scene: &Scene<'_>,
    network: &Network,
    (at, route): (usize, &Route),
) -> Option<Way> {
    let host = network.presences.get(route.target).and_then(Option::as_ref)?;
    if !route.keeps_source || host.network != Some(PODS) {
        return None;
    }
    let way = onward(scene, network, (at, route));
    let by_machines =
        || !is_local(scene, route.via) && reach::balanced(host, route.back).reach != Reach::Closed;
    // Who lets in machines lets in all that these pass on in their own name.
    let is_open = match way.reach {
        Reach::Unknown => true,
        Reach::Restricted => by_machines(),
        Reach::Open | Reach::Closed => false,
    };
    Some(if is_open { Way::open() } else { way })
}

/// Whether a Service only leads to pods on the machine that somebody calls, so that they see who does. Source: kubernetes.io, "Preserving the
/// client source IP".
fn is_local(scene: &Scene<'_>, service: usize) -> bool {
    let at = scene.nodes[service].resource;
    let spec = at.and_then(|at| scene.index.resource(at).attributes.get("spec"));
    spec.and_then(|spec| spec.get("externalTrafficPolicy")?.as_str()) == Some("Local")
}

/// How far what a route (at its position) passes on gets to its target.
fn onward(scene: &Scene<'_>, network: &Network, (at, route): (usize, &Route)) -> Way {
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    let heard = presence(route.target).filter(|host| !host.sends_only);
    let Some(host) = heard.filter(|_| !network.unasked.contains(&at)) else {
        return Way::open();
    };
    if network.inside.contains(&at) {
        return reach::inside_from_service(route.via, host, route.back);
    }
    // What enters a network by interfaces of its own is a host there, whoever sends.
    let link = network.linked.get(&at);
    if link.is_none()
        && presence(route.via).is_none()
        && route.from.is_empty()
        && !route.keeps_source
        && is_asked_from_outside(scene, route.via, host)
    {
        return reach::from_service(route.via, host, route.back);
    }
    let via = link.or_else(|| presence(route.via)).map(|presence| (route.via, presence));
    // Who sends through one inside is a host of the network, as it is itself.
    let inside = via.is_some_and(|(_, own)| own.public.state == Tri::No);
    let keeps_source = route.keeps_source && !inside;
    let way = reach::behind(via, &route.from, keeps_source, (route.target, host), route.back);
    // Pods see the sender, or an address of the network around the cluster: whose, is up to who makes the balancer.
    let around = host.network == Some(PODS) && via.is_none_or(|(_, own)| own.network.is_none());
    if around && route.keeps_source && way.reach == Reach::Closed {
        return reach::balanced(host, route.back);
    }
    way
}

/// Whether a service that passes requests on asks a host as the internet does: networks for content always, APIs where it is there.
fn is_asked_from_outside(scene: &Scene<'_>, via: usize, host: &Presence) -> bool {
    match &*scene.nodes[via].kind {
        "edge_cdn" => true,
        "api" => host.public.state == Tri::Yes,
        _ => false,
    }
}
