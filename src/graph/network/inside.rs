//! Flows inside a network: to balancers that stand there, and from bastions to the machines that they manage.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::addresses;
use crate::graph::scene::Scene;
use crate::model::Encrypted;

use super::filter::{Ports, Traffic};
use super::flows::{Flows, Members, New, by_port, hosts, runs_programs, said_or_by_port, shown};
use super::reach::{self, Reach};
use super::{Network, PLACES, Presence, Route, Tri, azure, naming};

/// From hosts to balancers of their network: where settings name the balancer, or its filters the host. One that stands on the internet
/// is named to people, too, and what it passes on to does not call it.
pub fn to_balancers(scene: &Scene<'_>, network: &Network, flows: &mut Flows) {
    let members = Members::new(scene, network);
    let mut by_balancer: BTreeMap<usize, Vec<&Route>> = BTreeMap::new();
    for route in network.routes.iter().filter(|it| &*scene.nodes[it.via].kind == "load_balancer") {
        by_balancer.entry(route.via).or_default().push(route);
    }
    let fronts: BTreeSet<usize> = network.fronts.iter().map(|front| front.node).collect();
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    for (via, routes) in by_balancer {
        let at = presence(via);
        let is_public = at.is_some_and(|at| at.public.state != Tri::No) || fronts.contains(&via);
        let naming = if is_public { BTreeMap::new() } else { naming::of(scene, via, |_| true) };
        let mut sources = at.map(|at| members.named_by(network, at)).unwrap_or_default();
        sources.extend(naming.keys().copied());
        let ends: BTreeSet<usize> = routes.iter().map(|route| route.target).collect();
        let doors: BTreeMap<(Traffic, usize), &Route> =
            routes.iter().map(|route| ((route.front, route.target), *route)).collect();
        for source in sources {
            if ends.contains(&source) || !runs_programs(scene, source) {
                continue;
            }
            let Some(host) = presence(source) else { continue };
            for ((traffic, _), route) in &doors {
                if flows.is_full() {
                    return;
                }
                let to = |at| reach::between(network, (source, host), (via, at), *traffic);
                let passage = at.map(to).or_else(|| {
                    let places = network.standing.get(&via).filter(|all| all.len() <= PLACES)?;
                    let all = places.iter().map(to);
                    all.max_by_key(|passage| passage.passes).map(meant)
                });
                let open = || reach::Passage { passes: Tri::Yes, proof: Vec::new(), meant: true };
                let passage = passage.unwrap_or_else(open);
                let named = naming.get(&source);
                if passage.passes == Tri::No || !passage.meant && named.is_none() {
                    continue;
                }
                let mut proof = named.map(|named| named.places(scene)).unwrap_or_default();
                proof.extend(&passage.proof);
                proof.extend(&route.front_proof);
                let reached =
                    |passes| if passes == Tri::Yes { Reach::Open } else { Reach::Unknown };
                if route.keeps_source
                    && let Some(end) = presence(route.target)
                {
                    // What stands behind sees the host, and has to let that in.
                    let ends = ((source, host), (route.target, end));
                    let whole = reach::between(network, ends.0, ends.1, route.back);
                    if whole.passes == Tri::No {
                        continue;
                    }
                    let mut proof = route.back_proof.clone();
                    proof.extend(whole.proof);
                    let new = New::network(
                        said_or_by_port(route.back_encrypted, route.back),
                        proof,
                        reached(whole.passes),
                    );
                    flows.add((via, route.target), shown(route.back), new);
                }
                let spoken = named.map_or(Encrypted::Unknown, |named| named.spoken(scene));
                let front =
                    addresses::settled(said_or_by_port(route.front_encrypted, *traffic), spoken);
                let new = New::network(front, proof, reached(passage.passes));
                flows.add((source, via), shown(*traffic), new);
            }
        }
    }
}

/// A way that nothing at the balancer stands against.
fn meant(passage: reach::Passage) -> reach::Passage {
    reach::Passage { meant: true, ..passage }
}

/// From bastions of the provider to the machines of their network, and of those that they reach beside it, that they manage, by the first port that the filters open.
pub fn bastions(scene: &Scene<'_>, network: &Network, flows: &mut Flows) {
    let is_bastion = |node: usize| {
        let meaning = scene.nodes[node].resource.and_then(|at| scene.meanings[at].as_ref());
        meaning.is_some_and(|meaning| meaning.boundary.as_deref() == Some("admin_edge"))
    };
    let mut bastions = hosts(network).filter(|(node, _)| is_bastion(*node)).peekable();
    let any = bastions.peek().is_some();
    let ways = if any { azure::bastion_ways(scene) } else { BTreeSet::new() };
    for (bastion, own) in bastions {
        let Some(place) = scene.nodes[bastion].place else { continue };
        let leaves = azure::leaves_network(scene, bastion);
        let is_near = |host: &Presence| {
            let ends = own.network.zip(host.network);
            host.network == own.network || leaves && ends.is_some_and(|ends| ways.contains(&ends))
        };
        let machines = hosts(network)
            .filter(|(node, host)| &*scene.nodes[*node].kind == "compute_vm" && is_near(host));
        for (node, host) in machines.filter(|_| own.network.is_some()) {
            if flows.is_full() {
                return;
            }
            let kind = scene.nodes[node].resource.map(|at| scene.index.resource(at).type_name());
            let windows = kind.is_some_and(|kind| kind.contains("windows"));
            let ports = if windows { [3389, 22] } else { [22, 3389] };
            let way = ports.into_iter().find_map(|port| {
                let traffic = Traffic::tcp(port);
                let passage = reach::between(network, (bastion, own), (node, host), traffic);
                (passage.passes == Tri::Yes).then_some((port, passage))
            });
            if let Some((port, passage)) = way {
                let mut proof = vec![place];
                proof.extend(passage.proof);
                let new = New::network(by_port(&Ports::one(port)), proof, Reach::Open);
                flows.add((bastion, node), shown(Traffic::tcp(port)), new);
            }
        }
    }
}
