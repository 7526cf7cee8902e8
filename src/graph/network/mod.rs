//! Who can send packets to whom: addresses, filters, routes, balancers, in the same words for every provider.
//!
//! A provider's folder (`aws`, `azure` …) says where each node stands ([`Presence`]), which filters stand before it, what has an
//! address on the internet, and how balancers pass traffic on ([`Route`]). [`reach`] decides over that.

pub mod authorization;
pub mod aws;
pub mod azure;
pub mod closed;
pub mod filter;
pub mod flows;
pub mod gcp;
mod inside;
pub mod kubernetes;
pub mod machines;
pub mod naming;
pub mod neighbors;
mod passing;
pub mod reach;
pub mod settings;
mod sites;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::Encrypted;
use crate::source::Place;

pub use filter::{Direction, Layer, Peer, Ports, Protocol, Rule, Traffic};

/// Stands for the network of a cluster's pods, which no resource is.
pub const PODS: usize = usize::MAX;

/// Stands for the network that every project of Google Cloud begins with, which no resource is.
pub const DEFAULT: usize = usize::MAX - 1;

/// The port of interfaces that providers serve for all their customers.
pub const INTERFACE: u16 = 443;

/// A yes, a no, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tri {
    No,
    Unknown,
    Yes,
}

impl Tri {
    /// The worse of two that both have to hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// The better of two of which one has to hold.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The same as a truth value, where it is known.
    #[must_use]
    pub fn known(self) -> Option<bool> {
        match self {
            Self::No => Some(false),
            Self::Unknown => None,
            Self::Yes => Some(true),
        }
    }
}

impl From<bool> for Tri {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Whether a thing has an address on the internet, and what proves it.
#[derive(Clone, Debug)]
pub struct Public {
    /// Whether packets from the internet are routed to it.
    pub state: Tri,
    /// What proves it: the address, the route.
    pub proof: Vec<Place>,
}

impl Default for Public {
    fn default() -> Self {
        Self { state: Tri::No, proof: Vec::new() }
    }
}

/// In how many places a balancer inside is asked for; one that stands in more answers everywhere, for all that is known.
pub const PLACES: usize = 16;

/// How a host stands in its ranges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// At an address of each that nobody has to know: a rule for a part of one means it.
    #[default]
    Each,
    /// Anywhere, not at one address: a rule has to let all of them in.
    All,
    /// At one address, of which it is not known where it is.
    Some,
}

/// Where a node stands in a network.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    /// Resources that are its subnets.
    pub subnets: Vec<usize>,
    /// The resource that is its network (a VPC or virtual network), where known; [`PODS`].
    pub network: Option<usize>,
    /// What its network is known by where no resource stands for it: the account's default one.
    pub network_name: Option<Arc<str>>,
    /// Ranges that its addresses lie in; empty where not known.
    pub ranges: Vec<IpNet>,
    /// Groups that filters of others may name: security groups, application security groups, tags.
    pub groups: Vec<usize>,
    /// Names that filters of others may give it: network tags.
    pub tags: Vec<Arc<str>>,
    /// Nodes that send its packets for it: the pods of a controller.
    pub acts_as: Vec<usize>,
    /// Ports that it is known to listen on.
    pub listens: Vec<Traffic>,
    /// Ports apart from which it listens on none, for all that is written; `None` where that is not known.
    pub hears: Option<BTreeSet<u16>>,
    /// All filters on the way in and out; each has to let traffic pass. Shared by hosts that have the same.
    pub layers: Vec<Arc<Layer>>,
    /// Where others carry what it sends to the internet: the filters on each of these ways, beside its own.
    pub leaves_by: Vec<Vec<Arc<Layer>>>,
    /// Its own address on the internet.
    pub public: Public,
    /// The same by family, IPv4 first, where they are told apart.
    pub by_family: Option<Box<[Public; 2]>>,
    /// Whether it can open connections to the internet, through whatever.
    pub egress: Public,
    /// Whether it only sends from there: who calls it does so elsewhere, and no filter there is in the way.
    pub sends_only: bool,
    /// How it stands in its ranges.
    pub within: Within,
    /// Whether it is joined to its network by a peering, which carries nothing on that comes by another one.
    pub by_peering: bool,
    /// Whether where it stands is only partly known, so that nothing rests on what it lacks.
    pub open_ended: bool,
}

impl Presence {
    /// All filters, its own and those of what carries what it sends.
    fn filters_mut(&mut self) -> impl Iterator<Item = &mut Arc<Layer>> {
        self.layers.iter_mut().chain(self.leaves_by.iter_mut().flatten())
    }
}

/// How a balancer, gateway or proxy passes traffic on to a node.
#[derive(Clone, Debug)]
pub struct Route {
    /// The node that passes on.
    pub via: usize,
    /// The port at its front.
    pub front: Traffic,
    /// The node behind it.
    pub target: usize,
    /// The port there.
    pub back: Traffic,
    /// Whether the target sees the sender's own address, so that its filters have to let the sender in, not the balancer.
    pub keeps_source: bool,
    /// Ranges from which the balancer sends, where it is not a host of the network.
    pub from: Vec<IpNet>,
    /// Whether the front speaks TLS only.
    pub front_encrypted: Tri,
    /// Whether the back speaks TLS only.
    pub back_encrypted: Tri,
    /// What makes the front: listener, rule, address.
    pub front_proof: Vec<Place>,
    /// What joins the target to it.
    pub back_proof: Vec<Place>,
}

impl Route {
    /// What a front on TLS asks of a node behind it: the port and encryption there, what makes the front, what joins the node to it.
    pub fn over_tls(ends: (usize, usize), back: (u16, Tri), front: Place, joined: Place) -> Self {
        Self {
            via: ends.0,
            front: Traffic::tcp(443),
            target: ends.1,
            back: Traffic::tcp(back.0),
            keeps_source: false,
            from: Vec::new(),
            front_encrypted: Tri::Yes,
            back_encrypted: back.1,
            front_proof: vec![front],
            back_proof: vec![joined],
        }
    }
}

/// What one provider knows of the network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// By node; `None` for what stands in no network.
    pub presences: Vec<Option<Presence>>,
    /// What balancers pass on.
    pub routes: Vec<Route>,
    /// Those of them (positions) whose front only answers inside, whatever other addresses the balancer has.
    pub inner: BTreeSet<usize>,
    /// Those that no filter before the target is asked about.
    pub unasked: BTreeSet<usize>,
    /// Those of services that reach into a network, to hosts without an address on the internet.
    pub inside: BTreeSet<usize>,
    /// Where those stand (by position) that enter a network by interfaces of their own.
    pub linked: BTreeMap<usize, Presence>,
    /// Whether a web firewall that blocks stands before what a route (by position) passes on, where that is not the balancer's own.
    pub firewalled: BTreeMap<usize, (Tri, Place)>,
    /// How far a route (by position) hears the internet where it is for named addresses only, and what says so.
    pub heard: BTreeMap<usize, (reach::Reach, Place)>,
    /// Of single ports of pods, by node and port: whether only TLS is spoken there, which a mesh sees to, and what says so.
    pub spoken: BTreeMap<(usize, u16), (bool, Place)>,
    /// Fronts that are on the internet by themselves, whatever stands behind: node, traffic, whether TLS only, proof.
    pub fronts: Vec<Front>,
    /// Fronts that take requests of the web, whatever their port: node and traffic.
    pub requests: BTreeSet<(usize, Traffic)>,
    /// Connections that configuration names, which the filters still have to let pass.
    pub links: Vec<Link>,
    /// Connections through doors in a network to another one, whose filters have been asked already.
    pub doors: Vec<Link>,
    /// Where services that stand in no network have doors in some: the door and what says so, by service.
    pub endpoints: BTreeMap<usize, Vec<(Presence, Place)>>,
    /// Pairs of networks (resources) between which traffic is routed, with what says so.
    pub peerings: Vec<(usize, usize, Place)>,
    /// Those of them that carry nothing on to what is peered with one of the two.
    pub ending: FxHashSet<(usize, usize)>,
    /// Positions in `peerings` by both ends.
    pub peered: FxHashMap<(usize, usize), usize>,
    /// Zones that some peering names.
    pub joined: FxHashSet<usize>,
    /// Programs that run on machines of the document, by machine: what they send leaves by it.
    pub hosted: BTreeMap<usize, Vec<usize>>,
    /// Names of hosts: node that resolves, place. For DNS flows from whoever is in the network.
    pub resolvers: Vec<(usize, usize, Place)>,
    /// Networks of others that networks of the configuration are joined to.
    pub neighbors: Vec<neighbors::Neighbor>,
    /// Where balancers inside of networks answer that are no hosts there.
    pub standing: BTreeMap<usize, Vec<Presence>>,
    /// Routes over connections, until their other ends are known.
    pub ways: Vec<neighbors::Way>,
    /// Subnets by network, where routes are said by subnet: each with whether it is known which hold for it.
    pub routed: BTreeMap<usize, Vec<(usize, bool)>>,
    /// Rules (resources) that let nothing pass, since denials come before all that they allow.
    pub shadowed: BTreeSet<usize>,
    /// Nodes with a web firewall before them that lets named addresses pass only, with what says so.
    pub screened: BTreeMap<usize, Vec<Place>>,
    /// APIs and what they pass on to for callers only who have said who they are.
    pub guarded: BTreeSet<(usize, usize)>,
    /// Whether joins between networks were left out at a bound.
    pub left_out: bool,
}

impl Network {
    /// Keep some routes; what is said of others by position goes with them.
    pub fn keep_routes(&mut self, keep: impl Fn(&Route) -> bool) {
        let mut kept = BTreeMap::new();
        let routes = std::mem::take(&mut self.routes);
        for (at, route) in routes.into_iter().enumerate().filter(|(_, route)| keep(route)) {
            kept.insert(at, self.routes.len());
            self.routes.push(route);
        }
        let moved = |at: usize| kept.get(&at).copied();
        self.inner = std::mem::take(&mut self.inner).into_iter().filter_map(moved).collect();
        self.inside = std::mem::take(&mut self.inside).into_iter().filter_map(moved).collect();
        self.unasked = std::mem::take(&mut self.unasked).into_iter().filter_map(moved).collect();
        let linked = std::mem::take(&mut self.linked).into_iter();
        self.linked = linked.filter_map(|(at, own)| Some((moved(at)?, own))).collect();
        let firewalled = std::mem::take(&mut self.firewalled).into_iter();
        self.firewalled = firewalled.filter_map(|(at, own)| Some((moved(at)?, own))).collect();
        let heard = std::mem::take(&mut self.heard).into_iter();
        self.heard = heard.filter_map(|(at, own)| Some((moved(at)?, own))).collect();
    }

    /// Make the joins between networks ready to be asked for; none may be added after it.
    pub fn join(&mut self) {
        for (at, (a, b, _)) in self.peerings.iter().enumerate() {
            self.peered.entry((*a, *b)).or_insert(at);
            self.joined.extend([*a, *b]);
        }
    }

    /// Whether a host does not get over a join of two zones, since it is peered with one of them itself.
    pub fn ends_before(&self, host: &Presence, a: usize, b: usize) -> bool {
        host.by_peering && (self.ending.contains(&(a, b)) || self.ending.contains(&(b, a)))
    }

    /// The first join of two zones, whichever way.
    pub fn joining(&self, a: usize, b: usize) -> Option<usize> {
        let ways = [(a, b), (b, a)].into_iter().filter_map(|pair| self.peered.get(&pair).copied());
        ways.min()
    }

    /// Whether some join names a zone.
    pub fn is_joined(&self, zone: usize) -> bool {
        self.joined.contains(&zone)
    }

    /// Ranges that people trust count as nobody from outside.
    pub fn trust(&mut self, ranges: &[IpNet]) {
        if ranges.is_empty() {
            return;
        }
        // What is replaced lives on until all is done: its address stands for it.
        let mut kept = Vec::new();
        let trusted = |peer: &Peer| matches!(peer, Peer::Range(range) | Peer::Outside(range) if ranges.iter().any(|own| own.contains(range)));
        let mut changed: FxHashMap<*const Layer, Arc<Layer>> = FxHashMap::default();
        for layer in self.presences.iter_mut().flatten().flat_map(Presence::filters_mut) {
            if !layer.rules.iter().flat_map(|rule| &rule.peers).any(trusted) {
                continue;
            }
            let make = || {
                let mut own = Layer::clone(layer);
                for peer in own.rules.iter_mut().flat_map(|rule| &mut rule.peers) {
                    if trusted(peer) {
                        *peer = Peer::Trusted;
                    }
                }
                own.forget();
                Arc::new(own)
            };
            let own = Arc::clone(changed.entry(Arc::as_ptr(layer)).or_insert_with(make));
            kept.push(std::mem::replace(layer, own));
        }
    }
}

/// A connection that configuration names: an address in an environment variable, a setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The node that connects.
    pub source: usize,
    /// The node that it connects to.
    pub target: usize,
    /// Where that listens.
    pub traffic: Traffic,
    /// Whether what is spoken is encrypted, where the address says so.
    pub spoken: Encrypted,
    /// [`reach::Reach::Open`], or that it is not known whether it gets there.
    pub reach: reach::Reach,
    /// What names it.
    pub proof: Vec<Place>,
}

/// Something that answers on the internet.
#[derive(Clone, Debug)]
pub struct Front {
    /// The node.
    pub node: usize,
    /// Where it listens.
    pub traffic: Traffic,
    /// Whether it speaks TLS only.
    pub encrypted: Tri,
    /// How far it is open.
    pub open: reach::Reach,
    /// What proves it.
    pub proof: Vec<Place>,
}
