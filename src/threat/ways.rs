//! Ways in from the internet, by how far they are open, and which of them a class of threats is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::ThreatClass;
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::scene::Flow;

use super::controls;
use super::situation::ports;
use super::surroundings::{MAX_HOPS, Ports, Surroundings};

/// Id of the class of floods, and of the class of web attacks that nothing filters.
const FLOODS: &str = "T028";
pub const UNFILTERED: &str = "T032";

/// A way in from the internet.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How far it is open.
    pub reach: Reach,
    /// Flows on the way, by position, first to last.
    pub flows: BTreeSet<usize>,
}

/// All of a node, the most open first.
pub type Ways = Arc<[Entry]>;

impl Surroundings<'_, '_> {
    /// The most open way by which the internet gets to a node on some ports, itself or through balancers.
    pub fn entry(&self, node: usize, ports: Ports) -> Option<Entry> {
        self.ways_in(node, ports).first().cloned()
    }

    /// All such ways: those that are equally open are one, the most open comes first.
    pub fn ways_in(&self, node: usize, ports: Ports) -> Ways {
        if let Some(known) = self.entries.borrow().get(&(node, ports)) {
            return Arc::clone(known);
        }
        let found: Ways = self.find_ways(node, ports, MAX_HOPS).into();
        self.entries.borrow_mut().insert((node, ports), Arc::clone(&found));
        found
    }

    fn find_ways(&self, node: usize, ports: Ports, hops: usize) -> Vec<Entry> {
        let Some(internet) = self.internet else { return Vec::new() };
        let mut found: Vec<Entry> = Vec::new();
        let mut offer = |entry: Entry| match found.iter_mut().find(|it| it.reach == entry.reach) {
            Some(known) => known.flows.extend(entry.flows),
            None => found.push(entry),
        };
        for at in self.walk(&self.into[node]) {
            let flow = self.flow(*at);
            let is_to = self.is_to(flow, ports);
            // What a balancer takes at a port of the web stays a request of the web, whatever the port behind.
            let may_be = ports == Ports::Web
                && flow.source != internet
                && self.is_to(flow, Ports::Published);
            if !is_to && !may_be {
                continue;
            }
            let own = reach_of(flow);
            if flow.source == internet {
                offer(Entry { reach: own, flows: BTreeSet::from([*at]) });
            } else if (self.is_passing(flow.source) || self.is_front(flow.source))
                && hops > 0
                && flow.source != node
            {
                for mut entry in self.find_ways(flow.source, Ports::Any, hops - 1) {
                    entry.flows.retain(|first| self.passes(*first, *at));
                    let mut fronts = entry.flows.iter().map(|first| self.flow(*first));
                    let is_asked =
                        is_to || fronts.any(|it| it.target == flow.source && self.is_to(it, ports));
                    if is_asked && !entry.flows.is_empty() {
                        entry.reach = entry.reach.min(own);
                        entry.flows.insert(*at);
                        offer(entry);
                    }
                }
            }
        }
        found.sort_by_key(|entry| std::cmp::Reverse(entry.reach));
        found
    }

    /// Whether a balancer passes what comes by one flow on by another: a route says so, or no route says anything.
    pub fn passes(&self, front: usize, back: usize) -> bool {
        let (front, back) = (self.flow(front), self.flow(back));
        if front.target != back.source {
            return true;
        }
        let Some(routes) = self.routes.get(&(back.source, back.target)) else { return true };
        let network = &self.graph.network;
        // What answers inside only hears who stands in a network.
        let outside = self.presence(front.source).is_none();
        let routes = routes.iter().filter(|at| !(outside && network.inner.contains(at)));
        for route in routes.map(|route| &network.routes[*route]) {
            let is = |traffic: Traffic, flow: &Flow| match traffic.port {
                Some(port) => flow.port.as_deref() == Some(port.to_string().as_str()),
                None => flow.port.as_deref() == Some("any"),
            };
            if is(route.front, front) && is(route.back, back) {
                return true;
            }
        }
        false
    }

    /// The most open way in to a node that floods meet it on: a balancer takes them for what is behind.
    pub(super) fn way_of_floods(&self, node: usize) -> Option<Entry> {
        let direct = |at: &usize| {
            let flow = self.flow(*at);
            Some(flow.source) == self.internet && flow.target == node
        };
        let ways = self.ways_in(node, Ports::Published);
        ways.iter().find(|way| way.flows.iter().any(direct)).cloned()
    }

    /// The most open way in to a node of requests of the web that nothing at the edge answers itself; past no web firewall, if there is one.
    pub(super) fn way_of_requests(&self, node: usize) -> Option<Entry> {
        let ways = self.ways_of_requests(node);
        let known = ways.iter().filter(|way| way.reach > Reach::Unknown);
        let mut bare = known.filter(|way| {
            controls::guard_on(self, node, std::slice::from_ref(way), &controls::WAF).0
                != Some(true)
        });
        bare.next().or(ways.first()).cloned()
    }

    /// All ways in of requests of the web that nothing at the edge answers itself: what does takes web attacks for what it passes them on to,
    /// also through balancers.
    pub(super) fn ways_of_requests(&self, node: usize) -> Vec<Entry> {
        let ways = self.ways_in(node, Ports::Web);
        ways.iter().filter_map(|way| self.past_no_front(way, node)).collect()
    }

    /// What of a way in leads past no front.
    fn past_no_front(&self, way: &Entry, node: usize) -> Option<Entry> {
        let mut own = Entry { reach: way.reach, flows: BTreeSet::new() };
        let mut begins = false;
        let mut open = vec![node];
        let mut seen = BTreeSet::from([node]);
        while let Some(at) = open.pop() {
            for flow in self.into[at].iter().filter(|flow| way.flows.contains(flow)) {
                let source = self.flow(*flow).source;
                if self.is_front(source) {
                    continue;
                }
                own.flows.insert(*flow);
                begins |= Some(source) == self.internet;
                if Some(source) != self.internet && seen.insert(source) {
                    open.push(source);
                }
            }
        }
        begins.then_some(own)
    }

    /// The way in that a class is about which does not ask for the most open one, if there is one.
    pub(super) fn own_way(&self, node: usize, class: &ThreatClass) -> Option<Entry> {
        match &*class.id {
            FLOODS => self.way_of_floods(node),
            UNFILTERED => self.way_of_requests(node),
            _ => None,
        }
    }

    /// The way in that a class is about, on the ports that it is about.
    pub(super) fn way_of(&self, node: usize, class: &ThreatClass) -> Option<Entry> {
        self.own_way(node, class).or_else(|| self.entry(node, ports(class)))
    }
}

fn reach_of(flow: &Flow) -> Reach {
    if flow.assumed {
        Reach::Unknown
    } else if flow.restricted {
        Reach::Restricted
    } else {
        Reach::Open
    }
}
