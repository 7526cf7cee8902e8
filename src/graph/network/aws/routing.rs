//! Subnets of AWS and where their routes lead: internet gateways, NAT, peerings, transit gateways.
//!
//! Source: Amazon VPC User Guide, "Configure route tables", "Default VPCs"; AWS provider documentation of the types named.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::document::{Existence, Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{is_any, range};
use crate::graph::network::neighbors::Way as Over;
use crate::graph::network::{Network, Public, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::filters::Shared;
use super::started::Started;
use super::transit::Transit;

/// Types of networks.
const NETWORKS: [&str; 3] = ["aws_vpc", "aws_default_vpc", "data.aws_vpc"];

/// Types of subnets, those that stand for several among them.
const SUBNETS: [&str; 5] = [
    "aws_subnet",
    "aws_default_subnet",
    "data.aws_subnet",
    "data.aws_subnets",
    "data.aws_subnet_ids",
];

/// What is known of a subnet.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// Its network.
    pub network: Option<usize>,
    /// Its ranges.
    pub ranges: Vec<IpNet>,
    /// Whether a route leads from it to an internet gateway.
    pub gateway: Public,
    /// Whether a route leads from it to the internet through address translation.
    pub translated: Public,
    /// Whether what starts in it gets a public address where nothing else says so.
    pub gives_addresses: Public,
    /// The same for IPv6; none where nothing is known of it.
    pub gives_six: Option<Public>,
    /// Routes for IPv6 as for IPv4: to an internet gateway, and through one that lets out only.
    pub six: Routes,
    /// The list of rules before it, where it has one of its own.
    pub rules: Option<usize>,
    /// Routes to other networks: the connection, the destination, where.
    hops: Vec<(usize, Option<IpNet>, Place)>,
    /// Routes to sites, over a gateway for tunnels and lines.
    lines: Vec<(usize, Option<IpNet>)>,
    /// Whether it is known which routes hold for it.
    is_routed: bool,
}

/// Where routes of one family lead.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// To an internet gateway.
    pub gateway: Public,
    /// To the internet, from where nothing comes in.
    pub translated: Public,
}

/// An end of a connection: a subnet, and where its route leads.
type End<'s> = (usize, &'s Subnet, Option<IpNet>);

/// All subnets of a document.
#[derive(Debug)]
pub struct Routing {
    subnets: BTreeMap<usize, Subnet>,
    /// The account's default network, where a resource stands for it.
    pub default_network: Option<usize>,
    /// Filters that hosts share.
    pub filters: Shared,
    /// What states say of the tasks that they start.
    pub started: Started,
}

/// Where a route leads.
enum Way {
    Gateway,
    Translation(usize),
    /// Address translation that the configuration does not hold.
    Translated,
    Connection(usize),
    /// Over a gateway for tunnels and lines.
    Line(usize),
    /// What is no internet gateway, and may lead to the internet from where it ends.
    Onward,
    Unknown,
    Elsewhere,
}

/// One route.
struct Hop {
    destination: Option<IpNet>,
    /// Whether it is for IPv6.
    is_six: bool,
    way: Way,
    place: Place,
    certain: bool,
}

/// Whether a resource is a subnet.
pub fn is_subnet(scene: &Scene<'_>, at: usize) -> bool {
    SUBNETS.contains(&&*scene.index.resource(at).kind)
}

/// Whether a resource is a network.
pub fn is_network(scene: &Scene<'_>, at: usize) -> bool {
    NETWORKS.contains(&&*scene.index.resource(at).kind)
}

/// Whether a network is the account's default one.
pub fn is_default(scene: &Scene<'_>, network: usize) -> bool {
    let resource = scene.index.resource(network);
    &*resource.kind == "aws_default_vpc"
        || &*resource.kind == "data.aws_vpc"
            && resource.attributes.get("default") == Some(&Value::Bool(true))
}

impl Routing {
    /// Read all subnets and routes.
    pub fn new(scene: &Scene<'_>) -> Self {
        let all = |kinds: &[&str]| -> Vec<usize> {
            kinds.iter().flat_map(|kind| scene.index.of_type(kind)).copied().collect()
        };
        let default_network =
            all(&NETWORKS).into_iter().find(|network| is_default(scene, *network));
        let tables = Tables::new(scene);
        let mut routing = Self {
            subnets: BTreeMap::new(),
            default_network,
            filters: Shared::default(),
            started: Started::new(scene),
        };
        for at in all(&SUBNETS) {
            let subnet = subnet(scene, &tables, at, default_network);
            routing.subnets.insert(at, subnet);
        }
        routing.translations(scene, &tables);
        routing.rules(scene);
        routing
    }

    /// What is known of a subnet.
    pub fn subnet(&self, at: usize) -> Option<&Subnet> {
        self.subnets.get(&at)
    }

    /// Routes through address translation: the gateway has to stand where a route leads to the internet.
    fn translations(&mut self, scene: &Scene<'_>, tables: &Tables) {
        let gateways: BTreeMap<usize, Public> =
            self.subnets.iter().map(|(at, subnet)| (*at, subnet.gateway.clone())).collect();
        for (at, subnet) in &mut self.subnets {
            let Some(hops) = tables.of(scene, *at, subnet.network) else { continue };
            for hop in hops.iter().filter(|hop| is_everywhere(hop)) {
                let state = match hop.way {
                    Way::Translation(gateway) => translates(scene, gateway, &gateways),
                    Way::Translated => Tri::Yes,
                    Way::Unknown | Way::Onward | Way::Connection(_) => Tri::Unknown,
                    _ => continue,
                };
                let state = if hop.certain { state } else { state.and(Tri::Unknown) };
                let known =
                    if hop.is_six { &mut subnet.six.translated } else { &mut subnet.translated };
                if state > known.state {
                    *known = Public { state, proof: vec![hop.place] };
                }
            }
        }
    }

    /// Lists of rules before subnets.
    fn rules(&mut self, scene: &Scene<'_>) {
        for list in scene.index.of_type("aws_network_acl") {
            for (subnet, _) in look::named(scene, *list, "subnet_ids").targets {
                if let Some(subnet) = self.subnets.get_mut(&subnet) {
                    subnet.rules = Some(*list);
                }
            }
        }
        for join in scene.index.of_type("aws_network_acl_association") {
            let list = look::first(scene, *join, "network_acl_id");
            for (subnet, _) in look::named(scene, *join, "subnet_id").targets {
                if let (Some(subnet), Some(_)) = (self.subnets.get_mut(&subnet), list) {
                    subnet.rules = list;
                }
            }
        }
        let mut defaults = BTreeMap::new();
        for list in scene.index.of_type("aws_default_network_acl") {
            for (to, _) in look::named(scene, *list, "default_network_acl_id").targets {
                defaults.insert(to, *list);
            }
            for (subnet, _) in look::named(scene, *list, "subnet_ids").targets {
                if let Some(subnet) = self.subnets.get_mut(&subnet) {
                    subnet.rules = subnet.rules.or(Some(*list));
                }
            }
        }
        for subnet in self.subnets.values_mut() {
            let default = subnet.network.and_then(|network| defaults.get(&network).copied());
            subnet.rules = subnet.rules.or(default);
        }
    }

    /// All routes over connections.
    pub fn ways(&self) -> impl Iterator<Item = Over> {
        let each = |(at, subnet): (&usize, &Subnet)| {
            let at = *at;
            let hops = subnet.hops.iter().map(|(connection, to, _)| (*connection, *to));
            let all: Vec<_> = hops.chain(subnet.lines.iter().copied()).collect();
            all.into_iter().map(move |(connection, destination)| (connection, at, destination))
        };
        self.subnets.iter().flat_map(each)
    }

    /// Subnets by network, each with whether it is known which routes hold for it.
    pub fn routed(&self) -> BTreeMap<usize, Vec<(usize, bool)>> {
        let mut found: BTreeMap<usize, Vec<(usize, bool)>> = BTreeMap::new();
        for (at, subnet) in &self.subnets {
            if let Some(network) = subnet.network {
                found.entry(network).or_default().push((*at, subnet.is_routed));
            }
        }
        found
    }

    /// Pairs of subnets of different networks with routes to each other over one connection.
    pub fn connect(&self, scene: &Scene<'_>, network: &mut Network) {
        let mut by_connection: BTreeMap<usize, Vec<End<'_>>> = BTreeMap::new();
        for (at, subnet) in &self.subnets {
            for (connection, destination, _) in &subnet.hops {
                by_connection.entry(*connection).or_default().push((*at, subnet, *destination));
            }
        }
        let transit = Transit::new(scene);
        let mut budget = scene.bounds.joins;
        for (connection, ends) in by_connection {
            let place = scene.index.resource(connection).header;
            for (position, (a, from, there)) in ends.iter().enumerate() {
                for (b, to, back) in &ends[position + 1..] {
                    if budget == 0 {
                        network.left_out = true;
                        return;
                    }
                    budget -= 1;
                    let leads = |destination: &Option<IpNet>, subnet: &Subnet| {
                        destination.is_none_or(|destination| {
                            subnet.ranges.is_empty()
                                || subnet.ranges.iter().any(|range| destination.contains(range))
                        })
                    };
                    let over = |from: &Subnet, to: &Subnet| {
                        let ends = from.network.zip(to.network);
                        ends.is_none_or(|(a, b)| transit.passes(connection, a, b, &to.ranges))
                    };
                    let joined =
                        from.network != to.network && leads(there, to) && leads(back, from);
                    if joined && over(from, to) && over(to, from) {
                        network.peerings.push((*a, *b, place));
                    }
                }
            }
        }
    }
}

fn is_everywhere(hop: &Hop) -> bool {
    hop.destination.is_none_or(|range| is_any(&range))
}

/// Whether an address translation leads to the internet.
fn translates(scene: &Scene<'_>, gateway: usize, gateways: &BTreeMap<usize, Public>) -> Tri {
    let resource = scene.index.resource(gateway);
    match &*resource.kind {
        "aws_nat_gateway" => {
            if look::text(&resource.attributes, "connectivity_type") == Some("private") {
                return Tri::No;
            }
            let within = look::named(scene, gateway, "subnet_id");
            let states = within.targets.iter().filter_map(|(at, _)| gateways.get(at));
            let best = states.map(|gateway| gateway.state).max();
            best.unwrap_or(Tri::Unknown).max(if within.open { Tri::Unknown } else { Tri::No })
        }
        "aws_egress_only_internet_gateway" | "data.aws_nat_gateway" => Tri::Yes,
        _ => Tri::Unknown,
    }
}

fn subnet(scene: &Scene<'_>, tables: &Tables, at: usize, default_network: Option<usize>) -> Subnet {
    let resource = scene.index.resource(at);
    let is_default_subnet = &*resource.kind == "aws_default_subnet"
        || resource.attributes.get("default_for_az") == Some(&Value::Bool(true));
    let is_single = resource.kind.ends_with("subnet");
    let network = network_of(scene, at).or(default_network.filter(|_| is_default_subnet));
    let in_default = is_default_subnet || network.is_some_and(|network| is_default(scene, network));
    let ranges = ["cidr_block", "ipv6_cidr_block"]
        .iter()
        .filter(|_| is_single)
        .filter_map(|name| range(look::text(&resource.attributes, name)?))
        .collect();
    let mut subnet = Subnet {
        network,
        ranges,
        gateway: Public::default(),
        translated: Public::default(),
        gives_addresses: gives_addresses(scene, at, in_default),
        gives_six: gives_six(scene, at),
        six: Routes::default(),
        rules: None,
        hops: Vec::new(),
        lines: Vec::new(),
        is_routed: false,
    };
    let is_ours = &*resource.kind == "aws_subnet"
        && network.is_some_and(|network| &*scene.index.resource(network).kind == "aws_vpc");
    match tables.of(scene, at, network) {
        Some(hops) => {
            // What may lead anywhere may lead there, too.
            let is_known =
                |hop: &Hop| hop.certain && !matches!(hop.way, Way::Unknown | Way::Onward);
            subnet.is_routed = hops.iter().all(is_known) && !tables.may_learn(at, network);
            for hop in hops {
                let state = match hop.way {
                    Way::Gateway => Tri::Yes,
                    Way::Unknown => Tri::Unknown,
                    Way::Connection(connection) => {
                        subnet.hops.push((connection, hop.destination, hop.place));
                        continue;
                    }
                    Way::Line(gateway) => {
                        subnet.lines.push((gateway, hop.destination));
                        continue;
                    }
                    _ => continue,
                };
                let state = if hop.certain { state } else { state.and(Tri::Unknown) };
                let known = if hop.is_six { &mut subnet.six.gateway } else { &mut subnet.gateway };
                if is_everywhere(hop) && state > known.state {
                    *known = Public { state, proof: vec![hop.place] };
                }
            }
        }
        None if in_default => {
            subnet.gateway.state = Tri::Yes;
            subnet.six.gateway.state = Tri::Unknown;
        }
        // Without an association the main table holds, which leads nowhere else unless somebody says so.
        None if is_ours && !tables.open && !may_be_extended(scene, at, network) => {}
        None => {
            subnet.gateway.state = Tri::Unknown;
            subnet.translated.state = Tri::Unknown;
            subnet.six.gateway.state = Tri::Unknown;
            subnet.six.translated.state = Tri::Unknown;
        }
    }
    subnet
}

fn may_be_extended(scene: &Scene<'_>, subnet: usize, network: Option<usize>) -> bool {
    look::may_be_extended(scene, subnet)
        || network.is_some_and(|network| look::may_be_extended(scene, network))
}

/// The network that a subnet is in: its own attribute, or what a lookup filters by.
fn network_of(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let direct = ["vpc_id", "filter.values"].iter().find_map(|path| {
        let named = look::named(scene, at, path).targets.into_iter();
        named.map(|(to, _)| to).find(|to| is_network(scene, *to))
    });
    direct.or_else(|| {
        let looked_up = look::named(scene, at, "id").targets.into_iter();
        looked_up
            .map(|(to, _)| to)
            .filter(|to| *to != at && is_subnet(scene, *to) && managed(scene, *to))
            .find_map(|to| network_of(scene, to))
    })
}

fn managed(scene: &Scene<'_>, at: usize) -> bool {
    !scene.index.resource(at).kind.starts_with("data.")
}

fn gives_addresses(scene: &Scene<'_>, at: usize, in_default: bool) -> Public {
    let resource = scene.index.resource(at);
    let place = resource.place_of(&Pointer::root().key("map_public_ip_on_launch"));
    match resource.attributes.get("map_public_ip_on_launch") {
        Some(Value::Bool(gives)) => Public { state: (*gives).into(), proof: vec![place] },
        Some(Value::Unknown(_)) => Public { state: Tri::Unknown, proof: vec![place] },
        _ if in_default => Public { state: Tri::Yes, proof: Vec::new() },
        _ if managed(scene, at) => Public::default(),
        _ => Public { state: Tri::Unknown, proof: Vec::new() },
    }
}

fn gives_six(scene: &Scene<'_>, at: usize) -> Option<Public> {
    let resource = scene.index.resource(at);
    let name = "assign_ipv6_address_on_creation";
    let proof = vec![resource.place_of(&Pointer::root().key(name))];
    match resource.attributes.get(name) {
        Some(Value::Bool(gives)) => Some(Public { state: (*gives).into(), proof }),
        Some(Value::Unknown(_)) => Some(Public { state: Tri::Unknown, proof }),
        _ => managed(scene, at).then(Public::default),
    }
}

/// Route tables: what each holds, and which holds for what.
struct Tables {
    /// Routes by table; of a network, those of its main table.
    routes: BTreeMap<usize, Vec<Hop>>,
    by_subnet: BTreeMap<usize, usize>,
    main: BTreeMap<usize, usize>,
    /// Whether some association names what is not known.
    open: bool,
    /// Tables that may hold more than is written: what they learn is not known, or a module adds to them whose code is not there.
    learning: BTreeSet<usize>,
    /// Whether any may learn routes of a gateway.
    all_learn: bool,
}

impl Tables {
    fn new(scene: &Scene<'_>) -> Self {
        let mut tables = Self {
            routes: BTreeMap::new(),
            by_subnet: BTreeMap::new(),
            main: BTreeMap::new(),
            open: false,
            learning: BTreeSet::new(),
            all_learn: false,
        };
        for kind in ["aws_route_table", "aws_default_route_table"] {
            for at in scene.index.of_type(kind) {
                let attributes = &scene.index.resource(*at).attributes;
                let hops = tables.routes.entry(*at).or_default();
                if let Some(Value::Unknown(_)) = attributes.get("route") {
                    let place = scene.index.resource(*at).header;
                    for is_six in [false, true] {
                        let (destination, way, certain) = (None, Way::Unknown, true);
                        hops.push(Hop { destination, is_six, way, place, certain });
                    }
                }
                for (position, route) in look::blocks(attributes, "route") {
                    let pointer = Pointer::root().key("route").index(position);
                    hops.extend(hop(scene, *at, route, &pointer));
                }
                let learns = look::named(scene, *at, "propagating_vgws");
                for (gateway, pointer) in learns.targets {
                    hops.extend(learned(scene, *at, gateway, &pointer));
                }
                if learns.open || look::may_be_extended(scene, *at) {
                    tables.learning.insert(*at);
                }
            }
        }
        for at in scene.index.of_type("aws_vpn_gateway_route_propagation") {
            let named = look::named(scene, *at, "route_table_id");
            tables.all_learn |= named.targets.is_empty();
            let gateway = look::first(scene, *at, "vpn_gateway_id");
            for (table, pointer) in named.targets {
                match gateway {
                    Some(gateway) => {
                        let hop = learned(scene, *at, gateway, &pointer);
                        tables.routes.entry(table).or_default().extend(hop);
                    }
                    None => drop(tables.learning.insert(table)),
                }
            }
        }
        for at in scene.index.of_type("aws_route") {
            let attributes = &scene.index.resource(*at).attributes;
            for (table, _) in look::named(scene, *at, "route_table_id").targets {
                let hop = hop(scene, *at, attributes, &Pointer::root());
                tables.routes.entry(table).or_default().extend(hop);
            }
        }
        for at in scene.index.of_type("aws_default_route_table") {
            for (network, _) in look::named(scene, *at, "default_route_table_id").targets {
                tables.main.insert(network, *at);
            }
        }
        for at in scene.index.of_type("aws_main_route_table_association") {
            let network = look::first(scene, *at, "vpc_id");
            let table = look::first(scene, *at, "route_table_id");
            if let (Some(network), Some(table)) = (network, table) {
                tables.main.insert(network, table);
            }
        }
        for at in scene.index.of_type("aws_route_table_association") {
            let subnets = look::named(scene, *at, "subnet_id");
            let table = look::first(scene, *at, "route_table_id");
            tables.open |= subnets.open;
            for (subnet, _) in subnets.targets {
                match table {
                    Some(table) => {
                        tables.by_subnet.insert(subnet, table);
                    }
                    None => tables.open = true,
                }
            }
        }
        tables
    }

    /// Whether the table of a subnet may hold more routes than are known.
    fn may_learn(&self, subnet: usize, network: Option<usize>) -> bool {
        let main = || network.map(|network| self.main.get(&network).copied().unwrap_or(network));
        let table = self.by_subnet.get(&subnet).copied().or_else(main);
        self.all_learn || table.is_some_and(|table| self.learning.contains(&table))
    }

    /// The routes that hold for a subnet; none where no table is known.
    fn of(&self, scene: &Scene<'_>, subnet: usize, network: Option<usize>) -> Option<&[Hop]> {
        if let Some(table) = self.by_subnet.get(&subnet) {
            return self.routes.get(table).map(Vec::as_slice);
        }
        if self.open || network.is_some_and(|network| is_default(scene, network)) {
            return None;
        }
        let network = network?;
        let table = self.main.get(&network).copied().unwrap_or(network);
        self.routes.get(&table).map(Vec::as_slice)
    }
}

/// Attributes of a route that name what it leads to.
const TARGETS: [&str; 9] = [
    "gateway_id",
    "nat_gateway_id",
    "egress_only_gateway_id",
    "vpc_peering_connection_id",
    "transit_gateway_id",
    "network_interface_id",
    "instance_id",
    "vpc_endpoint_id",
    "core_network_arn",
];

/// One route, an object at a pointer of a resource.
fn hop(scene: &Scene<'_>, at: usize, route: &Value, pointer: &Pointer) -> Option<Hop> {
    let resource = scene.index.resource(at);
    let names =
        ["cidr_block", "ipv6_cidr_block", "destination_cidr_block", "destination_ipv6_cidr_block"];
    let mut all = names.iter().filter_map(|name| Some((name, route.get(name)?)));
    let written = all.find(|(_, value)| is_written(value));
    let is_six = written.is_some_and(|(name, _)| name.contains("ipv6"));
    let written = written.map(|(_, value)| value);
    let destination = match written {
        Some(Value::String(text)) => Some(range(text)?),
        Some(Value::Unknown(_)) => None,
        // A list of prefixes is not the whole internet.
        _ => return None,
    };
    let certain = resource.existence == Existence::Known && written.is_some_and(is_known);
    let place = resource.place_of(pointer);
    for name in TARGETS {
        let Some(value) = route.get(name).filter(|value| is_written(value)) else { continue };
        let target = look::at(scene, at, &pointer.key(name)).next();
        let way = match (target, value) {
            (Some(target), _) => way(scene, target),
            (None, Value::String(text)) if text.starts_with("igw-") => Way::Gateway,
            (None, Value::String(text)) if text.starts_with("vgw-") || &**text == "local" => {
                Way::Elsewhere
            }
            (None, _) => by_attribute(name),
        };
        return Some(Hop { destination, is_six, way, place, certain });
    }
    None
}

/// The routes that a table learns from a gateway for tunnels and lines.
fn learned(scene: &Scene<'_>, at: usize, gateway: usize, pointer: &Pointer) -> Option<Hop> {
    let way = way(scene, gateway);
    let (destination, place) = (None, scene.index.resource(at).place_of(pointer));
    matches!(way, Way::Line(_)).then_some(Hop {
        destination,
        is_six: false,
        way,
        place,
        certain: true,
    })
}

/// Where a route leads whose target the configuration does not hold, by the attribute that names it.
fn by_attribute(name: &str) -> Way {
    match name {
        "nat_gateway_id" | "egress_only_gateway_id" => Way::Translated,
        "gateway_id" | "vpc_endpoint_id" => Way::Unknown,
        _ => Way::Onward,
    }
}

fn is_written(value: &Value) -> bool {
    !matches!(value, Value::Null) && value.as_str() != Some("")
}

fn is_known(value: &Value) -> bool {
    !matches!(value, Value::Unknown(_))
}

fn way(scene: &Scene<'_>, target: usize) -> Way {
    let resource = scene.index.resource(target);
    match resource.type_name() {
        "aws_internet_gateway" => {
            let attached = !managed(scene, target)
                || look::leaf(&resource.attributes, "vpc_id").is_some()
                || look::users(
                    scene,
                    target,
                    "aws_internet_gateway_attachment",
                    "internet_gateway_id",
                )
                .next()
                .is_some();
            if attached { Way::Gateway } else { Way::Elsewhere }
        }
        "aws_internet_gateway_attachment" => Way::Gateway,
        "aws_nat_gateway" | "aws_egress_only_internet_gateway" => Way::Translation(target),
        "aws_vpc_peering_connection" | "aws_ec2_transit_gateway" => Way::Connection(target),
        "aws_vpc_peering_connection_accepter"
        | "aws_ec2_transit_gateway_vpc_attachment"
        | "aws_vpc_peering_connection_options" => {
            let named = ["vpc_peering_connection_id", "transit_gateway_id"];
            let named = named.iter().find_map(|path| look::first(scene, target, path));
            named.map_or(Way::Unknown, Way::Connection)
        }
        "aws_vpn_gateway" => Way::Line(target),
        "aws_vpn_gateway_attachment" => {
            look::first(scene, target, "vpn_gateway_id").map_or(Way::Unknown, Way::Line)
        }
        "aws_customer_gateway" => Way::Elsewhere,
        _ => Way::Unknown,
    }
}
