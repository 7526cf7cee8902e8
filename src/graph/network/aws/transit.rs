//! What transit gateways pass on: the route table that holds for each attachment, and where its routes lead.
//!
//! Source: Amazon VPC Transit Gateways, "How transit gateways work" (route tables, associations, propagation, route evaluation order),
//! "Transit gateway attachments to a VPC" (appliance mode); AWS provider documentation of the types named.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::document::{Existence, Value};
use crate::graph::look;
use crate::graph::network::filter::range;
use crate::graph::scene::Scene;

/// How many routes to parts of a range are looked at.
const PARTS: usize = 64;
/// How many networks that look at what passes are tried.
const INSPECTING: usize = 16;
/// How many attachments of one network to one gateway count; there is no more than one at a time.
const ENDS: usize = 4;

/// Types of attachments, and their attribute that names the gateway.
const ATTACHMENTS: [(&str, &str); 2] = [
    ("aws_ec2_transit_gateway_vpc_attachment", "transit_gateway_id"),
    ("aws_vpn_connection", "transit_gateway_id"),
];

const GATEWAY: &str = "aws_ec2_transit_gateway";
const TABLE: &str = "aws_ec2_transit_gateway_route_table";
const ATTACHMENT: &str = "transit_gateway_attachment_id";
const OF_TABLE: &str = "transit_gateway_route_table_id";

/// The table that holds for an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// This one: a table, or a gateway that stands for its own.
    Table(usize),
    Nothing,
    Unknown,
}

/// Where a route leads: an attachment, or nowhere in the document.
type Target = Option<usize>;

/// A route table.
#[derive(Debug, Default)]
struct Table {
    routes: BTreeMap<IpNet, Target>,
    /// Attachments that it has routes to of which it is not known where they lead.
    somewhere: BTreeSet<usize>,
}

/// All transit gateways of a document.
#[derive(Debug, Default)]
pub struct Transit {
    tables: BTreeMap<usize, Table>,
    /// By attachment.
    holds: BTreeMap<usize, Holds>,
    /// Attachments by gateway and network.
    of_network: BTreeMap<(usize, usize), Vec<usize>>,
    /// Attachments of networks where appliances look at what passes, and send it on.
    inspecting: BTreeSet<usize>,
}

/// The table that an attribute names; a gateway stands for its own.
fn table(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let is_table = |to: &usize| matches!(&*scene.index.resource(*to).kind, GATEWAY | TABLE);
    look::first(scene, at, OF_TABLE).filter(is_table)
}

/// Whether something is switched on by default, where nothing written says otherwise; `None` where that is not known.
fn by_default(value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Null) => Some(true),
        Some(Value::Bool(on)) => Some(*on),
        Some(Value::String(word)) => Some(&**word != "disable" && &**word != "false"),
        Some(_) => None,
    }
}

impl Transit {
    /// Read all gateways, attachments and tables.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut transit = Self::default();
        let associations = joins(scene, "association");
        let propagations = joins(scene, "propagation");
        let defaults = ["association", "propagation"].map(|word| defaults(scene, word));
        let mut networks: BTreeMap<usize, (Vec<IpNet>, bool)> = BTreeMap::new();
        for (kind, path) in ATTACHMENTS {
            for at in scene.index.of_type(kind) {
                let Some(gateway) = look::first(scene, *at, path) else { continue };
                let of_its_own = |word: &str, position: usize| {
                    own(scene, *at, gateway, word, &defaults[position])
                };
                let holds = match associations.get(at).and_then(|tables| tables.first()) {
                    Some(holds) => *holds,
                    None => of_its_own("association", 0),
                };
                transit.holds.insert(*at, holds);
                let mut into = propagations.get(at).cloned().unwrap_or_default();
                into.push(of_its_own("propagation", 1));
                let network = look::first(scene, *at, "vpc_id");
                let make = |network| (ranges(scene, network), has_firewall(scene, network));
                let known = network.map(|at| &*networks.entry(at).or_insert_with(|| make(at)));
                for holds in into {
                    if let Holds::Table(table) = holds {
                        transit.tables.entry(table).or_default().propagate(*at, known);
                    }
                }
                if let Some(network) = network {
                    transit.of_network.entry((gateway, network)).or_default().push(*at);
                    let mode =
                        look::text(&scene.index.resource(*at).attributes, "appliance_mode_support");
                    if mode == Some("enable") || known.is_some_and(|known| known.1) {
                        transit.inspecting.insert(*at);
                    }
                }
            }
        }
        transit.statics(scene);
        transit
    }

    /// Routes that are written; of two with one destination, these hold before propagated ones.
    fn statics(&mut self, scene: &Scene<'_>) {
        for at in scene.index.of_type("aws_ec2_transit_gateway_route") {
            let resource = scene.index.resource(*at);
            let Some(table) = table(scene, *at) else { continue };
            let hole = resource.attributes.get("blackhole") == Some(&Value::Bool(true));
            let target = look::first(scene, *at, ATTACHMENT).filter(|_| !hole);
            let destination = look::text(&resource.attributes, "destination_cidr_block");
            let destination = destination.and_then(range);
            let certain = resource.existence == Existence::Known;
            let table = self.tables.entry(table).or_default();
            match destination {
                Some(destination) if certain => {
                    table.routes.insert(destination.trunc(), target);
                }
                _ => table.somewhere.extend(target),
            }
        }
        for at in scene.index.of_type("aws_ec2_transit_gateway_prefix_list_reference") {
            let Some(table) = table(scene, *at) else { continue };
            let hole =
                scene.index.resource(*at).attributes.get("blackhole") == Some(&Value::Bool(true));
            let target = look::first(scene, *at, ATTACHMENT).filter(|_| !hole);
            let list = look::first(scene, *at, "prefix_list_id");
            let entries = list.map_or_else(Vec::new, |list| {
                look::leaves(&scene.index.resource(list).attributes, "entry.cidr")
            });
            let known = entries.iter().filter_map(|(_, value)| value.as_str().and_then(range));
            let known: Vec<IpNet> = known.collect();
            let table = self.tables.entry(table).or_default();
            if known.is_empty() {
                table.somewhere.extend(target);
            }
            table.routes.extend(known.into_iter().map(|range| (range.trunc(), target)));
        }
    }

    /// Whether a gateway passes on what one network sends to ranges of another; so, too, where that is not known.
    pub fn passes(&self, gateway: usize, from: usize, to: usize, ranges: &[IpNet]) -> bool {
        let of = |network: usize| self.of_network.get(&(gateway, network));
        let (Some(sources), Some(targets)) = (of(from), of(to)) else { return true };
        let ends = || targets.iter().take(ENDS);
        sources.iter().take(ENDS).any(|from| ends().any(|to| self.leads(*from, *to, ranges)))
    }

    /// Whether a tunnel that ends at a gateway and a network get to each other over it; so, too, where that is not known.
    pub fn joins(&self, scene: &Scene<'_>, tunnel: usize, network: usize) -> bool {
        let gateway = look::first(scene, tunnel, "transit_gateway_id");
        let ends = gateway.and_then(|gateway| self.of_network.get(&(gateway, network)));
        let Some(ends) = ends.filter(|_| self.holds.contains_key(&tunnel)) else { return true };
        let ranges = ranges(scene, network);
        let mut ends = ends.iter().take(ENDS);
        ends.any(|end| self.leads(tunnel, *end, &ranges) && self.leads(*end, tunnel, &[]))
    }

    /// Where routes lead, by the attachments that they are written for.
    pub fn written(&self) -> BTreeMap<usize, BTreeSet<IpNet>> {
        let mut found: BTreeMap<usize, BTreeSet<IpNet>> = BTreeMap::new();
        for (range, target) in self.tables.values().flat_map(|table| &table.routes) {
            if let Some(attachment) = target {
                found.entry(*attachment).or_default().insert(*range);
            }
        }
        found
    }

    /// Whether what comes over one attachment gets to ranges behind another; so, too, where that is not known.
    fn leads(&self, from: usize, to: usize, ranges: &[IpNet]) -> bool {
        if self.directly(from, to, ranges) {
            return true;
        }
        // Through a network that looks at all of it and sends it on.
        let others = self.inspecting.iter().filter(|each| **each != from && **each != to);
        let mut through = others.take(INSPECTING);
        through.any(|each| self.directly(from, *each, ranges) && self.directly(*each, to, ranges))
    }

    fn directly(&self, from: usize, to: usize, ranges: &[IpNet]) -> bool {
        match self.holds.get(&from) {
            Some(Holds::Table(table)) => {
                self.tables.get(table).is_some_and(|table| table.leads(to, ranges))
            }
            Some(Holds::Nothing) => false,
            Some(Holds::Unknown) | None => true,
        }
    }
}

impl Table {
    /// Routes to the ranges of an attachment's network.
    fn propagate(&mut self, at: usize, network: Option<&(Vec<IpNet>, bool)>) {
        let ranges = network.map_or(&[][..], |network| &network.0);
        if ranges.is_empty() {
            self.somewhere.insert(at);
        }
        for range in ranges {
            self.routes.entry(range.trunc()).or_insert(Some(at));
        }
    }

    /// Whether the most specific route to some of the ranges, or to a part of them, leads to an attachment.
    fn leads(&self, to: usize, ranges: &[IpNet]) -> bool {
        if self.somewhere.contains(&to) {
            return true;
        }
        if ranges.is_empty() {
            return self.routes.values().any(|target| *target == Some(to));
        }
        ranges.iter().any(|range| {
            let mut wider = std::iter::successors(Some(range.trunc()), IpNet::supernet);
            let whole = wider.find_map(|wider| self.routes.get(&wider));
            let parts = self.routes.range(range.trunc()..).take(PARTS);
            let mut parts = parts.take_while(|(part, _)| range.contains(*part)).skip(1);
            whole == Some(&Some(to)) || parts.any(|(_, target)| *target == Some(to))
        })
    }
}

/// Ranges of a network.
pub fn ranges(scene: &Scene<'_>, network: usize) -> Vec<IpNet> {
    let attributes = &scene.index.resource(network).attributes;
    let own = ["cidr_block", "ipv6_cidr_block"].into_iter();
    let own = own.filter_map(|name| look::text(attributes, name));
    let more = look::users(scene, network, "aws_vpc_ipv4_cidr_block_association", "vpc_id");
    let more = more.filter_map(|at| look::text(&scene.index.resource(at).attributes, "cidr_block"));
    own.chain(more).filter_map(range).collect()
}

/// Tables that resources of their own join attachments to, by attachment. Where it is not known whether they do, that comes first.
fn joins(scene: &Scene<'_>, word: &str) -> BTreeMap<usize, Vec<Holds>> {
    let mut found: BTreeMap<usize, Vec<Holds>> = BTreeMap::new();
    for at in scene.index.of_type(&format!("{TABLE}_{word}")) {
        let may_be = scene.index.resource(*at).existence == Existence::Unknown;
        let holds = table(scene, *at).map_or(Holds::Unknown, Holds::Table);
        for (attachment, _) in look::named(scene, *at, ATTACHMENT).targets {
            let sure = scene.index.resource(attachment).existence == Existence::Known;
            let holds =
                if may_be && sure && word == "association" { Holds::Unknown } else { holds };
            found.entry(attachment).or_default().push(holds);
        }
    }
    found
}

/// Tables that gateways are told to take in place of the ones that they have of their own, by gateway.
fn defaults(scene: &Scene<'_>, word: &str) -> BTreeMap<usize, Holds> {
    let kind = format!("{GATEWAY}_default_route_table_{word}");
    let of = |at: &usize| {
        let gateway = look::first(scene, *at, "transit_gateway_id")?;
        Some((gateway, table(scene, *at).map_or(Holds::Unknown, Holds::Table)))
    };
    scene.index.of_type(&kind).iter().filter_map(of).collect()
}

/// The table that a gateway itself joins an attachment to.
fn own(
    scene: &Scene<'_>,
    attachment: usize,
    gateway: usize,
    word: &str,
    told: &BTreeMap<usize, Holds>,
) -> Holds {
    let resource = scene.index.resource(gateway);
    let extended = |at: usize| look::may_be_extended(scene, at);
    if &*resource.kind != GATEWAY || extended(gateway) || extended(attachment) {
        return Holds::Unknown;
    }
    let of_gateway = by_default(resource.attributes.get(&format!("default_route_table_{word}")));
    let name = format!("transit_gateway_default_route_table_{word}");
    let accepter = "aws_ec2_transit_gateway_vpc_attachment_accepter";
    let accepter = look::users(scene, attachment, accepter, ATTACHMENT);
    let says = |at: usize| by_default(scene.index.resource(at).attributes.get(&name));
    let mut all = accepter.chain([attachment]).map(says).chain([of_gateway]);
    let own = told.get(&gateway).copied().unwrap_or(Holds::Table(gateway));
    all.try_fold(own, |holds, on| match on {
        Some(true) => Ok(holds),
        Some(false) => Err(Holds::Nothing),
        None => Err(Holds::Unknown),
    })
    .unwrap_or_else(|holds| holds)
}

/// Whether a firewall stands in a network, or an endpoint that leads to appliances.
fn has_firewall(scene: &Scene<'_>, network: usize) -> bool {
    let mut firewalls = look::users(scene, network, "aws_networkfirewall_firewall", "vpc_id");
    let mut doors = look::users(scene, network, "aws_vpc_endpoint", "vpc_id");
    firewalls.next().is_some()
        || doors.any(|door| {
            let kind = look::text(&scene.index.resource(door).attributes, "vpc_endpoint_type");
            kind == Some("GatewayLoadBalancer")
        })
}
