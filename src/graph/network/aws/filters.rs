//! Security groups and network access lists.
//!
//! Source: Amazon VPC User Guide, "Security group rules", "Network ACL rules", "Default security groups"; the AWS provider removes the
//! default rule for outbound traffic of a group that it makes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Existence, Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{Direction, Layer, Peer, Ports, Protocol, Rule, number, range};
use crate::graph::relations::leads;
use crate::graph::scene::Scene;

use super::routing::{is_network, is_subnet};

/// The list of addresses from which `CloudFront` asks origins.
const CLOUDFRONT_LIST: &str = "com.amazonaws.global.cloudfront.origin-facing";

/// What EKS calls a group of machines, and the block that says who administers them.
const NODES: &str = "aws_eks_node_group";
const ADMINISTRATORS: &str = "remote_access";

/// Stands for the default group of the account's default network, where no resource does.
pub const DEFAULT_GROUP: usize = usize::MAX;

/// Security groups as one filter: what any of them allows passes. A network stands for its default group, a cluster for its own.
pub fn security_groups(scene: &Scene<'_>, groups: &BTreeSet<usize>, open: bool) -> Layer {
    // A group of machines is no filter itself.
    let is_filter = |group: &usize| &*scene.index.resource(*group).kind != NODES;
    let resources = groups.iter().copied().filter(is_filter).collect();
    let mut layer = Layer { open_ended: open, resources, ..Layer::default() };
    for group in groups {
        let resource = scene.index.resource(*group);
        match &*resource.kind {
            "aws_security_group" | "aws_default_security_group" => {
                inline(scene, *group, &mut layer);
                layer.open_ended |= look::may_be_extended(scene, *group);
            }
            _ if is_network(scene, *group) => match replaced(scene, *group) {
                Some(default) => inline(scene, default, &mut layer),
                None => implicit(scene, *group, &mut layer, "default security group"),
            },
            "aws_eks_cluster" => implicit(scene, *group, &mut layer, "cluster security group"),
            NODES => administrators(scene, *group, &mut layer),
            _ => layer.open_ended = true,
        }
        attached(scene, *group, &mut layer);
    }
    layer.sort();
    layer
}

/// The default group of a network that the configuration takes over.
pub fn replaced(scene: &Scene<'_>, network: usize) -> Option<usize> {
    look::users(scene, network, "aws_default_security_group", "vpc_id").next()
}

/// The default group of the account's default network, of which nothing is written: its members talk to each other.
pub fn of_nothing() -> Layer {
    let mut layer = Layer { default_out: true, ..Layer::default() };
    let members = Peer::Group(DEFAULT_GROUP);
    let rule = Rule::default_of("default security group", Direction::In, members, None);
    layer.rules.push(rule);
    layer
}

/// What holds for groups that nobody wrote: their members talk to each other, and to everyone outside.
fn implicit(scene: &Scene<'_>, group: usize, layer: &mut Layer, name: &'static str) {
    let place = Some(scene.index.resource(group).header);
    for (direction, peer) in [(Direction::In, Peer::Group(group)), (Direction::Out, Peer::Everyone)]
    {
        layer.rules.push(Rule::default_of(name, direction, peer, place));
    }
}

/// Whether EKS makes a group for those who administer the machines of a node group.
pub fn is_administered(scene: &Scene<'_>, at: usize) -> bool {
    let resource = scene.index.resource(at);
    &*resource.kind == NODES && !look::listed(&resource.attributes, ADMINISTRATORS).is_empty()
}

/// The group that EKS makes where a node group says by which key its machines are administered: it lets in the groups that are named,
/// and everybody where none is.
///
/// Source: Amazon EKS API Reference, `RemoteAccessConfig`.
fn administrators(scene: &Scene<'_>, at: usize, layer: &mut Layer) {
    let resource = scene.index.resource(at);
    for (position, block) in look::blocks(&resource.attributes, ADMINISTRATORS) {
        let pointer = Pointer::root().key(ADMINISTRATORS).index(position);
        let key = match block.get("ec2_ssh_key") {
            None | Some(Value::Null) if matches!(block, Value::Unknown(_)) => {
                layer.open_ended = true;
                continue;
            }
            None | Some(Value::Null) => continue,
            Some(key) => key,
        };
        let list = pointer.key("source_security_group_ids");
        let mut peers = groups(scene, at, block.get("source_security_group_ids"), &list);
        if peers.is_empty() {
            let given = pointer.key("ec2_ssh_key");
            let may_be_none = matches!(key, Value::Unknown(unknown) if !unknown.not_null)
                && look::at(scene, at, &given).next().is_none();
            let everybody = range("0.0.0.0/0").map_or(Peer::Everyone, Peer::Range);
            peers.push(if may_be_none { Peer::Unknown } else { everybody });
        }
        layer.rules.push(Rule {
            direction: Direction::In,
            allow: true,
            order: 0,
            protocol: Protocol::Tcp,
            ports: administered_port(resource.attributes.get("ami_type")).map(Ports::one),
            peers,
            resource: Some(at),
            place: Some(resource.place_of(&pointer)),
            default: None,
        });
    }
}

/// The port by which machines of an image are administered, where it is known what they run.
fn administered_port(image: Option<&Value>) -> Option<u16> {
    let windows = |name: &str| name.starts_with("WINDOWS_");
    match image {
        Some(Value::String(name)) if windows(name) => Some(3389),
        Some(Value::Unknown(unknown)) if windows(&unknown.prefix) => Some(3389),
        Some(Value::Unknown(_)) => None,
        _ => Some(22),
    }
}

/// Rules inside a group.
fn inline(scene: &Scene<'_>, group: usize, layer: &mut Layer) {
    let resource = scene.index.resource(group);
    for (name, direction) in [("ingress", Direction::In), ("egress", Direction::Out)] {
        if let Some(Value::Unknown(_)) = resource.attributes.get(name) {
            layer.open_ended = true;
        }
        for (position, item) in look::blocks(&resource.attributes, name) {
            let pointer = Pointer::root().key(name).index(position);
            if matches!(item, Value::Unknown(_)) {
                layer.open_ended = true;
                continue;
            }
            let mut peers = Vec::new();
            for list in ["cidr_blocks", "ipv6_cidr_blocks"] {
                peers.extend(addresses(scene, group, item.get(list), &pointer.key(list)));
            }
            peers.extend(lists(scene, group, item.get("prefix_list_ids"), &pointer));
            peers.extend(groups(
                scene,
                group,
                item.get("security_groups"),
                &pointer.key("security_groups"),
            ));
            if item.get("self") == Some(&Value::Bool(true)) {
                peers.push(Peer::Group(group));
            }
            layer.rules.push(Rule {
                direction,
                allow: true,
                order: 0,
                protocol: protocol(item.get("protocol")),
                ports: ports(item, "protocol"),
                peers,
                resource: Some(group),
                place: Some(resource.place_of(&pointer)),
                default: None,
            });
        }
    }
}

/// Rules that are resources of their own.
fn attached(scene: &Scene<'_>, group: usize, layer: &mut Layer) {
    let mut seen = BTreeSet::new();
    for edge in scene.index.incoming(group) {
        if !leads("security_group_id", &edge.at) || !seen.insert(edge.from) {
            continue;
        }
        let at = edge.from;
        let resource = scene.index.resource(at);
        let attributes = &resource.attributes;
        let root = Pointer::root();
        let (direction, word, peers) = match &*resource.kind {
            "aws_security_group_rule" => {
                let direction = match look::text(attributes, "type") {
                    Some("ingress") => Direction::In,
                    Some("egress") => Direction::Out,
                    _ => {
                        layer.open_ended = true;
                        continue;
                    }
                };
                let mut peers = Vec::new();
                for list in ["cidr_blocks", "ipv6_cidr_blocks"] {
                    peers.extend(addresses(scene, at, attributes.get(list), &root.key(list)));
                }
                peers.extend(lists(scene, at, attributes.get("prefix_list_ids"), &root));
                let source = attributes.get("source_security_group_id");
                peers.extend(groups(scene, at, source, &root.key("source_security_group_id")));
                if attributes.get("self") == Some(&Value::Bool(true)) {
                    peers.push(Peer::Group(group));
                }
                (direction, "protocol", peers)
            }
            "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule" => {
                let inward = resource.kind.ends_with("ingress_rule");
                let mut peers = Vec::new();
                for one in ["cidr_ipv4", "cidr_ipv6"] {
                    peers.extend(addresses(scene, at, attributes.get(one), &root.key(one)));
                }
                let list = attributes.get("prefix_list_id");
                peers.extend(lists(scene, at, list, &root));
                let other = attributes.get("referenced_security_group_id");
                peers.extend(groups(scene, at, other, &root.key("referenced_security_group_id")));
                let direction = if inward { Direction::In } else { Direction::Out };
                (direction, "ip_protocol", peers)
            }
            _ => continue,
        };
        layer.rules.push(Rule {
            direction,
            allow: true,
            order: 0,
            protocol: protocol(attributes.get(word)),
            ports: ports(attributes, word),
            peers,
            resource: Some(at),
            place: Some(resource.header),
            default: None,
        });
        layer.open_ended |= resource.existence == Existence::Unknown;
    }
}

fn protocol(value: Option<&Value>) -> Protocol {
    match value {
        Some(Value::String(text)) => Protocol::parse(text),
        Some(Value::Int(number)) => Protocol::parse(&number.to_string()),
        _ => Protocol::Any,
    }
}

/// Ports of a rule; all where its protocol is any, none where they are not known.
fn ports(item: &Value, protocol_name: &str) -> Option<Ports> {
    match protocol(item.get(protocol_name)) {
        Protocol::Any if !matches!(item.get(protocol_name), Some(Value::Unknown(_))) => {
            return Some(Ports::all());
        }
        Protocol::Icmp | Protocol::Other => return Some(Ports::all()),
        _ => {}
    }
    let port = |name: &str| number(item.get(name));
    match (port("from_port"), port("to_port")) {
        (Some(-1), _) => Some(Ports::all()),
        (Some(first), Some(last)) => {
            Some(Ports(vec![(u16::try_from(first).ok()?, u16::try_from(last).ok()?)]))
        }
        _ => None,
    }
}

/// Items of a value that may be one or a list, with where each stands.
fn items<'v>(value: Option<&'v Value>, pointer: &Pointer) -> Vec<(Pointer, &'v Value)> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => {
            items.iter().enumerate().map(|(at, item)| (pointer.index(at), item)).collect()
        }
        Some(value) => vec![(pointer.clone(), value)],
    }
}

fn addresses(scene: &Scene<'_>, at: usize, value: Option<&Value>, pointer: &Pointer) -> Vec<Peer> {
    items(value, pointer)
        .into_iter()
        .flat_map(|(pointer, item)| match item {
            Value::String(text) => vec![range(text).map_or(Peer::Unknown, Peer::Range)],
            Value::Null => Vec::new(),
            _ => standing_for(scene, at, &pointer),
        })
        .collect()
}

/// An address that is not known, by what it is the address of.
fn standing_for(scene: &Scene<'_>, at: usize, pointer: &Pointer) -> Vec<Peer> {
    let edges = scene.index.outgoing(at).iter();
    let mut peers: Vec<Peer> = edges
        .filter(|edge| pointer.covers(&edge.at) || edge.at.covers(pointer))
        .map(|edge| {
            let to = edge.to;
            if is_subnet(scene, to) || is_network(scene, to) {
                Peer::Zone(to)
            } else if matches!(scene.index.resource(to).type_name(), "aws_eip" | "aws_nat_gateway")
            {
                // One address that is ours.
                Peer::nodes([])
            } else {
                let host = scene.node_of[to].filter(|_| edge.attribute.as_str().contains("_ip"));
                host.map_or(Peer::Unknown, |node| Peer::nodes([node]))
            }
        })
        .collect();
    if peers.is_empty() {
        peers.push(Peer::Unknown);
    }
    peers
}

fn groups(scene: &Scene<'_>, at: usize, value: Option<&Value>, pointer: &Pointer) -> Vec<Peer> {
    items(value, pointer)
        .into_iter()
        .filter(|(_, item)| !matches!(item, Value::Null))
        .flat_map(|(pointer, item)| {
            let edges = scene.index.outgoing(at).iter();
            let mut peers: Vec<Peer> = edges
                .filter(|edge| pointer.covers(&edge.at) || edge.at.covers(&pointer))
                .map(|edge| group_of(scene, edge.to, &edge.attribute))
                .collect();
            if peers.is_empty() {
                // A group by its id is one that nothing here is in; one that is not known may be any.
                let known = matches!(item, Value::String(text) if text.starts_with("sg-"));
                peers.push(if known { Peer::nodes([]) } else { Peer::Unknown });
            }
            peers
        })
        .collect()
}

/// The group that a reference means.
fn group_of(scene: &Scene<'_>, to: usize, attribute: &Pointer) -> Peer {
    let resource = scene.index.resource(to);
    match resource.type_name() {
        "aws_default_security_group" => {
            let network = look::first(scene, to, "vpc_id");
            Peer::Group(network.unwrap_or(to))
        }
        "aws_security_group" | "aws_eks_cluster" | "aws_vpc" | "aws_default_vpc" => Peer::Group(to),
        // A balancer of the old kind names the group that it sends from.
        "aws_elb" if attribute.as_str().contains("source_security_group") => {
            scene.node_of[to].map_or(Peer::Unknown, |node| Peer::nodes([node]))
        }
        _ => Peer::Unknown,
    }
}

fn lists(scene: &Scene<'_>, at: usize, value: Option<&Value>, pointer: &Pointer) -> Vec<Peer> {
    if items(value, pointer).is_empty() {
        return Vec::new();
    }
    let mut peers = Vec::new();
    for path in ["prefix_list_ids", "prefix_list_id"] {
        let whole = pointer.key(path);
        for to in look::at(scene, at, &whole) {
            peers.extend(list(scene, to));
        }
    }
    if peers.is_empty() {
        peers.push(Peer::Unknown);
    }
    peers
}

/// Who is on a list of prefixes.
fn list(scene: &Scene<'_>, to: usize) -> Vec<Peer> {
    let resource = scene.index.resource(to);
    let name = look::text(&resource.attributes, "name");
    match resource.type_name() {
        "aws_ec2_managed_prefix_list" | "aws_prefix_list" if name == Some(CLOUDFRONT_LIST) => {
            let nodes = scene.index.of_type("aws_cloudfront_distribution").iter();
            vec![Peer::nodes(nodes.filter_map(|at| scene.node_of[*at]))]
        }
        "aws_ec2_managed_prefix_list" if &*resource.kind == resource.type_name() => {
            let mut peers: Vec<Peer> = look::leaves(&resource.attributes, "entry.cidr")
                .into_iter()
                .map(|(_, value)| value.as_str().and_then(range).map_or(Peer::Unknown, Peer::Range))
                .collect();
            let entries =
                look::users(scene, to, "aws_ec2_managed_prefix_list_entry", "prefix_list_id");
            for entry in entries {
                let cidr = look::text(&scene.index.resource(entry).attributes, "cidr");
                peers.push(cidr.and_then(range).map_or(Peer::Unknown, Peer::Range));
            }
            peers
        }
        // The provider's own services behind an endpoint of the network.
        "aws_vpc_endpoint" => vec![Peer::nodes([])],
        _ => vec![Peer::Unknown],
    }
}

/// A network access list: numbered rules, the lowest that fits decides, and answers need a rule too.
pub fn access_list(scene: &Scene<'_>, list: usize) -> Layer {
    let resource = scene.index.resource(list);
    let mut layer = Layer {
        resources: vec![list],
        stateless: true,
        at_edge: true,
        open_ended: look::may_be_extended(scene, list),
        ..Layer::default()
    };
    for (name, direction) in [("ingress", Direction::In), ("egress", Direction::Out)] {
        if let Some(Value::Unknown(_)) = resource.attributes.get(name) {
            layer.open_ended = true;
        }
        for (position, item) in look::blocks(&resource.attributes, name) {
            let pointer = Pointer::root().key(name).index(position);
            let number = number(item.get("rule_no"));
            layer.rules.push(entry(scene, list, item, &pointer, (direction, "action", number)));
        }
    }
    let mut seen = BTreeSet::new();
    for edge in scene.index.incoming(list) {
        let other = scene.index.resource(edge.from);
        if &*other.kind != "aws_network_acl_rule" || !seen.insert(edge.from) {
            continue;
        }
        let outward = other.attributes.get("egress") == Some(&Value::Bool(true));
        let direction = if outward { Direction::Out } else { Direction::In };
        let number = number(other.attributes.get("rule_number"));
        let root = Pointer::root();
        let shape = (direction, "rule_action", number);
        layer.rules.push(entry(scene, edge.from, &other.attributes, &root, shape));
    }
    layer.sort();
    layer
}

fn entry(
    scene: &Scene<'_>,
    at: usize,
    item: &Value,
    pointer: &Pointer,
    (direction, action, order): (Direction, &str, Option<i64>),
) -> Rule {
    let mut peers = Vec::new();
    for name in ["cidr_block", "ipv6_cidr_block"] {
        let value = item.get(name).filter(|value| value.as_str() != Some(""));
        peers.extend(addresses(scene, at, value, &pointer.key(name)));
    }
    let allow = item.get(action).and_then(Value::as_str);
    Rule {
        direction,
        allow: allow.is_some_and(|word| word.eq_ignore_ascii_case("allow")),
        order: order.unwrap_or(0),
        protocol: protocol(item.get("protocol")),
        ports: if allow.is_some() && order.is_some() { ports(item, "protocol") } else { None },
        peers,
        resource: Some(at),
        place: Some(scene.index.resource(at).place_of(pointer)),
        default: None,
    }
}

/// The lists before subnets as one filter; `None` where the provider's own list, which lets everything pass, stands before them all.
pub fn access_lists(scene: &Scene<'_>, lists: &BTreeSet<Option<usize>>) -> Option<Layer> {
    if lists.iter().all(Option::is_none) {
        return None;
    }
    let mut layers: Vec<Layer> = lists
        .iter()
        .map(|list| match list {
            Some(list) => access_list(scene, *list),
            None => Layer { default_in: true, default_out: true, ..Layer::default() },
        })
        .collect();
    if layers.len() == 1 {
        return layers.pop();
    }
    let rules = layers.iter().flat_map(|layer| layer.rules.clone()).collect();
    let resources = lists.iter().flatten().copied().collect();
    Some(Layer { rules, resources, at_edge: true, alternatives: layers, ..Layer::default() })
}

/// Filters of hosts with the same groups, or subnets with the same lists: each made once.
#[derive(Debug, Default)]
pub struct Shared {
    groups: RefCell<BTreeMap<Groups, Arc<Layer>>>,
    lists: RefCell<BTreeMap<Lists, Option<Arc<Layer>>>>,
}

/// Groups, and whether some are not known.
type Groups = (BTreeSet<usize>, bool);
/// Lists before subnets; none where it is the provider's own.
type Lists = BTreeSet<Option<usize>>;

impl Shared {
    /// See [`security_groups`].
    pub fn groups(&self, scene: &Scene<'_>, groups: &BTreeSet<usize>, open: bool) -> Arc<Layer> {
        let mut known = self.groups.borrow_mut();
        let make = || Arc::new(security_groups(scene, groups, open));
        Arc::clone(known.entry((groups.clone(), open)).or_insert_with(make))
    }

    /// See [`access_lists`].
    pub fn lists(&self, scene: &Scene<'_>, lists: &BTreeSet<Option<usize>>) -> Option<Arc<Layer>> {
        let mut known = self.lists.borrow_mut();
        let make = || access_lists(scene, lists).map(Arc::new);
        known.entry(lists.clone()).or_insert_with(make).clone()
    }
}
