//! Filters: rules in order, or lists of what is allowed.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;
use std::sync::{Arc, OnceLock};

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::{PODS, Presence, Tri, Within};
use crate::document::{Value, nearest};
use crate::source::Place;

/// Towards the node, or from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    In,
    Out,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Protocol {
    Any,
    Tcp,
    Udp,
    Icmp,
    Other,
}

impl Protocol {
    /// By its name or IANA number, as providers write it.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "-1" | "*" | "all" | "any" => Self::Any,
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "icmpv6" | "1" | "58" => Self::Icmp,
            _ => Self::Other,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Other => "other",
        }
    }

    /// Whether a rule about this protocol is about another.
    pub fn covers(self, other: Self) -> bool {
        self == Self::Any || self == other || other == Self::Any
    }
}

/// Ranges of ports, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports(pub Vec<(u16, u16)>);

impl Ports {
    /// Every port.
    pub fn all() -> Self {
        Self(vec![(0, u16::MAX)])
    }

    /// One port.
    pub fn one(port: u16) -> Self {
        Self(vec![(port, port)])
    }

    /// Whether a port is among them.
    pub fn has(&self, port: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }

    /// Whether these are all ports.
    pub fn is_all(&self) -> bool {
        self.0.iter().any(|(first, last)| *first <= 1 && *last == u16::MAX)
    }

    /// `443`, `8000-8080`, `80,443`, `any`.
    pub fn shown(&self) -> Arc<str> {
        if self.is_all() {
            return "any".into();
        }
        let range = |(first, last): &(u16, u16)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        self.0.iter().map(range).collect::<Vec<_>>().join(",").into()
    }

    /// From `22`, `"20-25"`, `"*"`, or a list of these; `None` where it is none of them.
    pub fn parse(value: &Value) -> Option<Self> {
        match value {
            Value::Int(port) => Some(Self::one(u16::try_from(*port).ok()?)),
            Value::String(text) => Self::text(text),
            Value::Array(items) => {
                let mut ranges = Vec::new();
                for item in items.iter() {
                    ranges.extend(Self::parse(item)?.0);
                }
                ranges.sort_unstable();
                ranges.dedup();
                Some(Self(ranges))
            }
            _ => None,
        }
    }

    fn text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" || text.eq_ignore_ascii_case("any") || text == "-1" {
            return Some(Self::all());
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.trim().parse::<u16>().ok();
        Some(Self(vec![(port(first)?, port(last)?)]))
    }
}

/// A port and protocol that somebody asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traffic {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its port; none for any.
    pub port: Option<u16>,
}

impl Traffic {
    /// TCP to a port.
    pub fn tcp(port: u16) -> Self {
        Self { protocol: Protocol::Tcp, port: Some(port) }
    }
}

/// Whom a rule speaks of.
#[derive(Clone, Debug, PartialEq)]
pub enum Peer {
    /// Everyone.
    Everyone,
    /// Everyone on the internet and nobody of the network.
    Internet,
    /// A range of addresses.
    Range(IpNet),
    /// Whoever belongs to a group (a resource).
    Group(usize),
    /// Whoever carries a network tag.
    Tag(Arc<str>),
    /// Whoever stands in a subnet or network (a resource).
    Zone(usize),
    /// Everyone in the network and in those joined to it.
    Network,
    /// The provider's balancer and its health checks.
    Balancer,
    /// These nodes and no others; sorted.
    Nodes(Arc<[usize]>),
    /// All nodes of a place that the filter's own host stands in, too, sorted: lets them in, and means none of them in particular.
    Kin(Arc<[usize]>),
    /// Networks outside that people trust.
    Trusted,
    /// A range of addresses outside the network of a cluster's pods: none of these has one.
    Outside(IpNet),
    /// A range from which the provider's own services send: nobody from outside, and no host.
    Services(IpNet),
    /// Hosts of the network that the document does not hold; whether the balancer is among them.
    Elsewhere(Tri),
    /// Not known.
    Unknown,
}

impl Peer {
    /// Whether all whom another one means are meant by it, too.
    fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => false,
            (Self::Everyone, _) => true,
            (Self::Range(own), Self::Range(other) | Self::Outside(other)) => own.contains(other),
            // Whoever carries a tag or stands in a group has an address of the inside.
            (Self::Range(own), Self::Tag(_) | Self::Group(_)) => is_any(own),
            _ => self == other,
        }
    }

    /// These nodes and no others.
    pub fn nodes(nodes: impl IntoIterator<Item = usize>) -> Self {
        let mut nodes: Vec<usize> = nodes.into_iter().collect();
        nodes.sort_unstable();
        nodes.dedup();
        Self::Nodes(nodes.into())
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which way.
    pub direction: Direction,
    /// Whether it lets pass.
    pub allow: bool,
    /// Lower ones come first.
    pub order: i64,
    /// Of which protocol.
    pub protocol: Protocol,
    /// To which ports; none where they are not known.
    pub ports: Option<Ports>,
    /// From or to whom.
    pub peers: Vec<Peer>,
    /// The resource that states it; none for a default of the provider.
    pub resource: Option<usize>,
    /// Where it is written; where what it is a default of is written.
    pub place: Option<Place>,
    /// The name of a default.
    pub default: Option<&'static str>,
}

impl Rule {
    /// Whether it is about the port of some traffic.
    fn is_to(&self, traffic: Traffic) -> Tri {
        match (&self.ports, traffic.port) {
            (Some(ports), None) if ports.is_all() => Tri::Yes,
            (None, _) | (Some(_), None) => Tri::Unknown,
            (Some(ports), Some(port)) => ports.has(port).into(),
        }
    }

    /// Whether it, by itself, is sure to let a party pass.
    pub fn lets(&self, party: &Party<'_>, traffic: Traffic) -> bool {
        let fit = fit(self, party);
        let port = self.is_to(traffic);
        let whole = port.and(fit.whole) == Tri::Yes;
        let part = port == Tri::Yes && fit.whole == Tri::No && fit.part;
        self.allow && self.protocol.covers(traffic.protocol) && (whole || part)
    }

    /// Whether it is about all that another one is about, and comes before it.
    pub fn hides(&self, other: &Self) -> bool {
        let whole = match (&self.ports, &other.ports) {
            (Some(own), _) if own.is_all() => true,
            (Some(own), Some(ports)) => ports
                .0
                .iter()
                .all(|(first, last)| own.0.iter().any(|(from, to)| from <= first && last <= to)),
            _ => false,
        };
        let protocol = self.protocol == Protocol::Any
            || self.protocol == other.protocol && self.protocol != Protocol::Other;
        let peer = |peer: &Peer| self.peers.iter().any(|own| own.holds(peer));
        self.direction == other.direction
            && (self.order, self.allow) < (other.order, other.allow)
            && protocol
            && whole
            && other.peers.iter().all(peer)
    }

    /// What a provider lets pass where nobody wrote a rule: all traffic of a peer, first in order.
    pub fn default_of(
        name: &'static str,
        direction: Direction,
        peer: Peer,
        place: Option<Place>,
    ) -> Self {
        Self {
            direction,
            allow: true,
            order: 0,
            protocol: Protocol::Any,
            ports: Some(Ports::all()),
            peers: vec![peer],
            resource: None,
            place,
            default: Some(name),
        }
    }
}

/// Filters that act as one: rules in order, the first that fits decides.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Layer {
    /// Rules sorted by order; of equal order, denials first.
    pub rules: Vec<Rule>,
    /// What holds for traffic in that no rule fits.
    pub default_in: bool,
    /// What holds for traffic out that no rule fits.
    pub default_out: bool,
    /// Whether some rules may not be known, so that their absence proves nothing.
    pub open_ended: bool,
    /// Resources that these filters are.
    pub resources: Vec<usize>,
    /// Whether answers need a rule of their own, the other way.
    pub stateless: bool,
    /// Whether only what enters or leaves the subnet meets it.
    pub at_edge: bool,
    /// Rules by whom they name, where there are many; made on first use.
    pub named: OnceLock<Named>,
    /// Rules by the ports that they speak of, where there are many; made on first use.
    pub by_port: OnceLock<ByPort>,
    /// Where not empty: filters of which one stands before each address; `rules` then holds those of all.
    pub alternatives: Vec<Layer>,
}

/// More rules than these are looked up by whom they name.
const MANY: usize = 64;

/// A port that answers go to, within every system's range of ports for clients.
const ANSWERED: u16 = 50_000;

/// Families of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Family {
    Any,
    V4,
    V6,
}

impl Family {
    fn has(self, range: &IpNet) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => matches!(range, IpNet::V4(_)),
            Self::V6 => matches!(range, IpNet::V6(_)),
        }
    }
}

/// Who asks to pass.
#[derive(Clone, Copy, Debug)]
pub enum Party<'p> {
    /// Anyone on the internet who has an address of a family.
    Internet(Family),
    /// A node that stands in a network.
    Host(usize, &'p Presence),
    /// A balancer that sends from these ranges.
    Ranges(&'p [IpNet]),
    /// The provider's balancer.
    Balancer,
    /// What comes over a balancer, with the address of the sender, of the balancer, or of a machine that passes it on.
    Balanced,
    /// A service of the provider that sends from its own addresses on the internet.
    Service(usize),
}

/// What a layer says.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether traffic passes.
    pub passes: Tri,
    /// Whether it passes for named outside ranges only.
    pub restricted: bool,
    /// The rule that decides; none where the default does.
    pub rule: Option<Rule>,
}

/// Positions of a layer's rules by the groups and nodes that they name, and of those that name something else.
#[derive(Clone, Debug, Default)]
pub struct Named {
    groups: FxHashMap<usize, Vec<usize>>,
    nodes: FxHashMap<usize, Vec<usize>>,
    others: Vec<usize>,
}

impl Named {
    fn new(rules: &[Rule]) -> Self {
        let mut named = Self::default();
        for (at, rule) in rules.iter().enumerate() {
            let by_name =
                |peer: &Peer| matches!(peer, Peer::Group(_) | Peer::Nodes(_) | Peer::Kin(_));
            if !rule.peers.iter().all(by_name) {
                named.others.push(at);
                continue;
            }
            for peer in &rule.peers {
                match peer {
                    Peer::Group(group) => named.groups.entry(*group).or_default().push(at),
                    Peer::Nodes(nodes) | Peer::Kin(nodes) => {
                        for node in nodes.iter() {
                            named.nodes.entry(*node).or_default().push(at);
                        }
                    }
                    _ => {}
                }
            }
        }
        named
    }

    /// Positions of rules that may be about a host, in order.
    fn about(&self, node: usize, host: &Presence) -> Vec<usize> {
        let groups = host.groups.iter().filter_map(|group| self.groups.get(group));
        let own = std::iter::once(&node).chain(&host.acts_as);
        let nodes = own.filter_map(|node| self.nodes.get(node));
        let mut found: Vec<usize> = groups.chain(nodes).flatten().copied().collect();
        found.extend(&self.others);
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Positions of a layer's rules by the single ports that they speak of, and of those that speak of more.
#[derive(Clone, Debug, Default)]
pub struct ByPort {
    ports: FxHashMap<u16, Vec<usize>>,
    others: Vec<usize>,
}

impl ByPort {
    fn new(rules: &[Rule]) -> Self {
        let mut found = Self::default();
        for (at, rule) in rules.iter().enumerate() {
            let single = |(first, last): &(u16, u16)| first == last;
            match &rule.ports {
                Some(ports) if ports.0.len() < MANY && ports.0.iter().all(single) => {
                    let own: BTreeSet<u16> = ports.0.iter().map(|range| range.0).collect();
                    for port in own {
                        found.ports.entry(port).or_default().push(at);
                    }
                }
                _ => found.others.push(at),
            }
        }
        found
    }

    /// Positions of rules that may be about a port, in order.
    fn about(&self, port: u16) -> Vec<usize> {
        let own = self.ports.get(&port).into_iter().flatten();
        let mut found: Vec<usize> = own.chain(&self.others).copied().collect();
        found.sort_unstable();
        found
    }
}

impl Layer {
    /// Rules that may be about traffic of a party, in order: where there are many, without those that name other hosts or ports.
    fn rules_for<'l>(
        &'l self,
        party: &Party<'_>,
        traffic: Traffic,
    ) -> Box<dyn Iterator<Item = &'l Rule> + 'l> {
        match traffic.port {
            Some(port) if self.rules.len() > MANY => {
                let known = self.by_port.get_or_init(|| ByPort::new(&self.rules));
                if known.others.len() <= MANY {
                    return Box::new(known.about(port).into_iter().map(|at| &self.rules[at]));
                }
                self.about(party)
            }
            _ => self.about(party),
        }
    }

    /// Rules that may be about a party, in order: where there are many, without those that name other hosts.
    pub fn about<'l>(&'l self, party: &Party<'_>) -> Box<dyn Iterator<Item = &'l Rule> + 'l> {
        match party {
            Party::Host(node, host) if self.rules.len() > MANY && !host.open_ended => {
                let named = self.named.get_or_init(|| Named::new(&self.rules));
                Box::new(named.about(*node, host).into_iter().map(|at| &self.rules[at]))
            }
            _ => Box::new(self.rules.iter()),
        }
    }

    /// Whether a rule that is written lets a party in on a port and names it in particular, beside whomever else that or another one
    /// lets in.
    pub fn means(&self, party: &Party<'_>, traffic: Traffic) -> bool {
        let names = |rule: &Rule| {
            let mut own = rule.peers.iter().filter(|peer| !super::reach::wide(peer));
            own.any(|peer| peer_fits(peer, party).0 == Tri::Yes)
        };
        self.about(party).any(|rule| {
            rule.allow
                && rule.direction == Direction::In
                && rule.default.is_none()
                && rule.protocol.covers(traffic.protocol)
                && rule.is_to(traffic) == Tri::Yes
                && names(rule)
        })
    }

    /// Forget what was kept about rules that have changed.
    pub fn forget(&mut self) {
        self.named = OnceLock::new();
        self.by_port = OnceLock::new();
    }

    /// Put rules in order: by order, denials first among equals.
    pub fn sort(&mut self) {
        self.rules.sort_by_key(|rule| (rule.order, rule.allow));
    }

    /// Whether traffic of a party passes. `Unknown` where a rule that may fit before is not known.
    pub fn decide(&self, direction: Direction, party: &Party<'_>, traffic: Traffic) -> Decision {
        let best = |a: Decision, b: Decision| {
            if (b.passes, !b.restricted) > (a.passes, !a.restricted) { b } else { a }
        };
        let each = self.alternatives.iter().map(|layer| layer.decide(direction, party, traffic));
        if let Some(decision) = each.reduce(best) {
            return decision;
        }
        let mut decision = self.by_rules(direction, party, traffic);
        if self.stateless && decision.passes != Tri::No {
            let back = match direction {
                Direction::In => Direction::Out,
                Direction::Out => Direction::In,
            };
            let answer = Traffic { port: Some(ANSWERED), ..traffic };
            let answer = self.by_rules(back, party, answer);
            decision.passes = decision.passes.and(answer.passes);
            decision.restricted |= answer.restricted;
        }
        decision
    }

    fn by_rules(&self, direction: Direction, party: &Party<'_>, traffic: Traffic) -> Decision {
        let mut restricted: Option<(&Rule, Tri)> = None;
        // Ranges of rules for parts that together may be everyone.
        let mut parts: Vec<IpNet> = Vec::new();
        let mut doubt = self.open_ended;
        // What an allowance is worth: less behind a denial of which it is not known whether it is meant.
        let mut allowed = Tri::Yes;
        let mut last = match direction {
            Direction::In => (self.default_in, None),
            Direction::Out => (self.default_out, None),
        };
        let rules = self.rules_for(party, traffic).filter(|rule| rule.direction == direction);
        for rule in rules.filter(|rule| rule.protocol.covers(traffic.protocol)) {
            let port = rule.is_to(traffic);
            let fit = fit(rule, party);
            match port.and(fit.whole) {
                Tri::Yes => {
                    last = (rule.allow, Some(rule));
                    break;
                }
                Tri::Unknown => {
                    allowed = if rule.allow { allowed } else { Tri::Unknown };
                    // What is not read as a whole may let pass, too.
                    doubt |= rule.allow || rule.ports.is_none();
                }
                Tri::No if port == Tri::Yes && fit.part && rule.allow => {
                    restricted = restricted.or(Some((rule, allowed)));
                    parts.extend(rule.peers.iter().filter_map(|peer| ranged(peer, party)));
                }
                Tri::No => {}
            }
        }
        if let Some((rule, allowed)) = restricted
            && !last.0
            && parts.len() > 1
            && covers_all(&parts)
        {
            return Decision { passes: allowed, restricted: false, rule: Some(rule.clone()) };
        }
        settle(last, restricted, doubt, allowed)
    }
}

/// What holds where a rule or default decides: after rules for a part of the party, after what may let it pass, after what may deny it.
fn settle(
    (passes, rule): (bool, Option<&Rule>),
    restricted: Option<(&Rule, Tri)>,
    doubt: bool,
    allowed: Tri,
) -> Decision {
    if passes {
        return Decision { passes: allowed, restricted: false, rule: rule.cloned() };
    }
    if let Some((restricted, allowed)) = restricted {
        return Decision { passes: allowed, restricted: true, rule: Some(restricted.clone()) };
    }
    let passes = if doubt { Tri::Unknown } else { Tri::No };
    Decision { passes, restricted: false, rule: rule.cloned() }
}

/// How a rule's peers fit a party: whether all of it is meant, and whether a part of it is.
struct Fit {
    whole: Tri,
    part: bool,
}

/// The range of the internet that a peer is.
fn ranged(peer: &Peer, party: &Party<'_>) -> Option<IpNet> {
    match (peer, party) {
        (Peer::Range(range) | Peer::Outside(range), Party::Internet(family))
            if family.has(range) =>
        {
            Some(*range)
        }
        _ => None,
    }
}

fn fit(rule: &Rule, party: &Party<'_>) -> Fit {
    let mut fit = Fit { whole: Tri::No, part: false };
    for peer in &rule.peers {
        let (whole, part) = peer_fits(peer, party);
        fit.whole = fit.whole.or(whole);
        fit.part |= part;
    }
    fit
}

fn peer_fits(peer: &Peer, party: &Party<'_>) -> (Tri, bool) {
    match (peer, party) {
        (Peer::Everyone, _)
        | (Peer::Internet, Party::Internet(_) | Party::Service(_))
        | (Peer::Balancer, Party::Balancer)
        | (Peer::Network, Party::Host(..)) => (Tri::Yes, true),
        (Peer::Unknown, _) => (Tri::Unknown, false),
        // Its addresses are public and change.
        (Peer::Range(range), Party::Service(_)) if is_any(range) => (Tri::Yes, true),
        (Peer::Range(range), Party::Service(_)) if is_public(range) => (Tri::Unknown, false),
        (Peer::Nodes(nodes) | Peer::Kin(nodes), Party::Service(node)) => {
            (nodes.binary_search(node).is_ok().into(), false)
        }
        (Peer::Outside(range), Party::Balancer | Party::Balanced) if !is_public(range) => {
            (Tri::Unknown, false)
        }
        (Peer::Elsewhere(balancer), Party::Balancer) => (*balancer, *balancer == Tri::Yes),
        (Peer::Range(range) | Peer::Outside(range), Party::Internet(family))
            if family.has(range) =>
        {
            (is_any(range).into(), is_public(range))
        }
        (Peer::Range(range) | Peer::Services(range), Party::Ranges(ranges)) => {
            let within = |each: &IpNet| overlaps(range, each);
            ((!ranges.is_empty() && ranges.iter().all(within)).into(), ranges.iter().any(within))
        }
        (Peer::Range(range), Party::Host(_, host)) => range_fits(range, host),
        (Peer::Outside(range), Party::Host(_, host)) if stands_elsewhere(host) => {
            range_fits(range, host)
        }
        (Peer::Group(group), Party::Host(_, host)) => {
            let member = Tri::from(host.groups.contains(group));
            (
                if member == Tri::No && host.open_ended { Tri::Unknown } else { member },
                member == Tri::Yes,
            )
        }
        (Peer::Tag(tag), Party::Host(_, host)) => (host.tags.contains(tag).into(), false),
        (Peer::Zone(zone), Party::Host(_, host)) => {
            ((host.subnets.contains(zone) || host.network == Some(*zone)).into(), false)
        }
        (Peer::Nodes(nodes) | Peer::Kin(nodes), Party::Host(node, host)) => {
            let has = |node: &usize| nodes.binary_search(node).is_ok();
            ((has(node) || host.acts_as.iter().any(has)).into(), false)
        }
        _ => (Tri::No, false),
    }
}

/// Whether a host is known to stand in a network other than that of a cluster's pods.
fn stands_elsewhere(host: &Presence) -> bool {
    match host.network {
        Some(network) => network != PODS,
        None => host.network_name.is_some(),
    }
}

/// Whether a host's addresses lie in a range.
fn range_fits(range: &IpNet, host: &Presence) -> (Tri, bool) {
    if is_any(range) {
        return (Tri::Yes, true);
    }
    if host.ranges.is_empty() {
        return (Tri::Unknown, false);
    }
    if host.within == Within::All {
        let holds = host.ranges.iter().all(|own| range.contains(own));
        return (holds.into(), holds);
    }
    let touches = host.ranges.iter().any(|own| overlaps(range, own));
    if host.within == Within::Some && touches && !host.ranges.iter().all(|own| range.contains(own))
    {
        return (Tri::Unknown, false);
    }
    (touches.into(), touches)
}

fn overlaps(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

/// Whether ranges together are every address of the internet of some family.
pub fn covers_all(ranges: &[IpNet]) -> bool {
    static BESIDE: OnceLock<Vec<IpNet>> = OnceLock::new();
    if ranges.len() < 2 {
        return ranges.iter().any(is_any);
    }
    let parsed =
        || PRIVATE.iter().chain(&RESERVED).filter_map(|range| range.parse().ok()).collect();
    let all: Vec<IpNet> = ranges.iter().chain(BESIDE.get_or_init(parsed)).copied().collect();
    let whole = |range: &IpNet| match range {
        IpNet::V4(_) => range.prefix_len() == 0,
        // Addresses of the internet lie in `2000::/3`.
        IpNet::V6(own) => {
            own.prefix_len() <= 3 && own.contains(&Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0))
        }
    };
    IpNet::aggregate(&all).iter().any(whole)
}

/// Whether a range is every address of its family.
pub fn is_any(range: &IpNet) -> bool {
    range.prefix_len() == 0
}

/// Ranges that no address of the internet is in.
const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
];

/// Further ones, in which nobody sends. Source: IANA IPv4 Special-Purpose Address Registry.
const RESERVED: [&str; 3] = ["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"];

/// Whether a range holds addresses of the internet.
pub fn is_public(range: &IpNet) -> bool {
    static RANGES: OnceLock<Vec<IpNet>> = OnceLock::new();
    let parsed = || PRIVATE.iter().filter_map(|private| private.parse().ok()).collect();
    !RANGES.get_or_init(parsed).iter().any(|private| private.contains(range))
}

/// A range from its text: `10.0.0.0/8`, or one address.
pub fn range(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>().ok().or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))
}

/// A number that may be written as text.
pub fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Int(int) => Some(*int),
        Value::String(text) => text.trim().parse().ok(),
        Value::Digits(digits) => {
            let near = nearest(digits);
            #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
            (near.abs() < 1e15).then_some(near as i64)
        }
        _ => None,
    }
}
