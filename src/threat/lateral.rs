//! Whether a node is open to its whole network.

use crate::graph::network::INTERFACE;
use crate::graph::network::filter::{Direction, Party, Protocol, Traffic};
use crate::graph::network::flows::port_of;
use crate::graph::network::{PODS, Presence, Tri};
use crate::source::Place;

use super::surroundings::Surroundings;

impl Surroundings<'_, '_> {
    /// Whether any host of its network reaches a node, beyond those that a rule names, and where that is written; of pods
    /// where they keep data.
    pub fn lateral(&self, node: usize) -> Option<(bool, Vec<Place>)> {
        let Some(presence) = self.presence(node).filter(|presence| !presence.sends_only) else {
            return self.lateral_by_door(node);
        };
        // Of pods, only those that keep data are asked about: a cluster has many, and many policies.
        if presence.network == Some(PODS) && self.kept(node).is_none() {
            return None;
        }
        // A store that a provider runs beside a network may stand in no subnet of it; pods stand in none.
        let beside = presence.network.is_some() && presence.layers.is_empty();
        let placed = !presence.subnets.is_empty() || presence.network == Some(PODS) || beside;
        if !placed || presence.open_ended {
            return None;
        }
        let ports = self.own_ports(node, presence).into_iter();
        let ways = ports.map(|traffic| self.lets_stranger_in(presence, traffic));
        let (passes, mut proof) = ways.max_by_key(|(passes, _)| *passes)?;
        match passes {
            Tri::No => return Some((false, Vec::new())),
            Tri::Unknown => return None,
            Tri::Yes => {}
        }
        if proof.is_empty() {
            proof.extend(self.scene().nodes[node].place);
        }
        Some((true, proof))
    }

    /// The same of a store that stands in no network and has doors in some. Who calls the interface of a provider's service is said by
    /// rights, whoever gets to the door.
    fn lateral_by_door(&self, node: usize) -> Option<(bool, Vec<Place>)> {
        let port = port_of(self.scene(), node).filter(|port| *port != INTERFACE)?;
        let doors = self.graph.network.endpoints.get(&node)?.iter();
        let ways = doors.map(|(door, place)| {
            let (passes, mut proof) = self.lets_stranger_in(door, Traffic::tcp(port));
            proof.push(*place);
            (passes, proof)
        });
        match ways.max_by_key(|(passes, _)| *passes)? {
            (Tri::Yes, proof) => Some((true, proof)),
            (Tri::No, _) => Some((false, Vec::new())),
            (Tri::Unknown, _) => None,
        }
    }

    /// Whether all filters before a host let somebody in whom no rule knows, and the rules that do.
    fn lets_stranger_in(&self, presence: &Presence, traffic: Traffic) -> (Tri, Vec<Place>) {
        let stranger = self.stranger(presence);
        let_in(presence, &Party::Host(usize::MAX, &stranger), traffic)
    }

    /// The ports that others use of a node.
    fn own_ports(&self, node: usize, presence: &Presence) -> Vec<Traffic> {
        let port = port_of(self.scene(), node);
        if port.is_some() || presence.listens.is_empty() {
            return vec![Traffic { protocol: Protocol::Tcp, port: port.or(Some(1)) }];
        }
        presence.listens.clone()
    }
}

/// Whether all filters before a host let traffic of a party in, and the rules that do.
fn let_in(presence: &Presence, party: &Party<'_>, traffic: Traffic) -> (Tri, Vec<Place>) {
    let mut proof = Vec::new();
    let mut passes = Tri::Yes;
    for layer in &presence.layers {
        let decision = layer.decide(Direction::In, party, traffic);
        passes = passes.and(decision.passes);
        proof.extend(decision.rule.and_then(|rule| rule.place));
    }
    (passes, proof)
}
