//! Where the hosts of AWS stand: subnets, groups, addresses, by the table `aws_hosts`.
//!
//! Its rows: type, attributes that name subnets, attribute that names a group of subnets, attributes that name security groups, the
//! attribute that gives a public address (`!` before it: that takes it; `=` after it: the value that does), and what holds where that
//! is not written: `subnet` (what the subnet says), `yes`, `no`.
//!
//! Source: AWS provider documentation of the types; Amazon EC2 User Guide, "Public IPv4 addresses".

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::{Layer, Presence, Public, Tri};
use crate::graph::nodes;
use crate::graph::relations::leads;
use crate::graph::replicas;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::beanstalk;
use super::filters::{self, DEFAULT_GROUP};
use super::routing::{Routing, is_network, is_subnet};
use super::{six, started};

/// What AWS Batch calls a job, what takes jobs in, and where they run.
const JOB: &str = "aws_batch_job_definition";
const QUEUE: &str = "aws_batch_job_queue";
const ENVIRONMENT: &str = "aws_batch_compute_environment";

/// A row of the table.
struct Row<'t> {
    subnets: &'t str,
    group: &'t str,
    security_groups: &'t str,
    public: &'t str,
    otherwise: &'t str,
}

fn row<'t>(scene: &'t Scene<'_>, table: &str, kind: &str) -> Option<Row<'t>> {
    let rows = scene.vocabulary.table(table).iter();
    let row = rows.filter(|row| row.len() == 6).find(|row| *row[0] == *kind)?;
    Some(Row {
        subnets: &row[1],
        group: &row[2],
        security_groups: &row[3],
        public: &row[4],
        otherwise: &row[5],
    })
}

/// What is known of where a node stands, on the way to its presence.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
struct Stand {
    subnets: BTreeSet<usize>,
    open: bool,
    groups: BTreeSet<usize>,
    groups_open: bool,
    wanted: Option<Public>,
    /// Whether it has an address of IPv6, where that is written.
    six: Option<Public>,
    /// Whether it has none of IPv4 on the internet.
    only_six: bool,
    otherwise: Option<&'static str>,
    /// Networks that security groups name.
    networks: BTreeSet<usize>,
    found: bool,
}

impl Stand {
    /// Of what is said of a public address, the most holds.
    fn wants(&mut self, said: Option<Public>) {
        let Some(said) = said else { return };
        if self.wanted.as_ref().is_none_or(|known| known.state < said.state) {
            self.wanted = Some(said);
        }
    }
}

/// The presence of a node, where it stands in a network at all.
pub fn presence(scene: &Scene<'_>, routing: &Routing, node: usize) -> Option<Presence> {
    let at = scene.nodes[node].resource?;
    let mut stand = Stand::default();
    for member in members(scene, node) {
        add(scene, member, &mut stand);
    }
    if &*scene.index.resource(at).kind == started::TASK {
        by_starters(scene, routing, at, &mut stand);
    }
    if !stand.found {
        return None;
    }
    let kind = &*scene.index.resource(at).kind;
    if !stands_in_network(scene, kind, &stand) {
        return None;
    }
    let mut presence = in_subnets(routing, &stand);
    let mut senders = scene.vocabulary.table("aws_senders").iter().flatten();
    presence.sends_only = senders.any(|sender| **sender == *kind);
    let in_default = presence.subnets.is_empty() && !stand.open;
    if in_default {
        presence.network = routing.default_network;
        if presence.network.is_none() {
            presence.network_name = Some("default VPC".into());
        }
    } else if presence.network.is_none() {
        presence.network = stand.networks.iter().next().copied();
    }
    let addresses = addresses(scene, node);
    let four = public(routing, &presence, &stand, &addresses, in_default);
    let faces = stand.wanted.as_ref().map_or(Tri::Yes, |wanted| wanted.state);
    let said = (&stand.six, stand.otherwise.map(|word| (word, faces)));
    let own_six = six::address(routing, &presence, said, &four, in_default);
    let six = six::public(routing, &presence, own_six.clone(), stand.otherwise);
    let four = if stand.only_six { Public::default() } else { four };
    presence.public = if six.state > four.state { six.clone() } else { four.clone() };
    presence.by_family = Some(Box::new([four, six]));
    layers(scene, routing, at, &stand, &mut presence);
    presence.egress = egress(routing, &presence, kind, (in_default, &own_six));
    // What is asked of a balancer that faces the internet does not rest on its subnets.
    presence.open_ended &= stand.otherwise != Some("yes") || presence.public.state != Tri::Yes;
    Some(presence)
}

/// Where interfaces stand by which something enters a network, as its resources say, the first of which is it.
pub fn interfaces(scene: &Scene<'_>, routing: &Routing, all: &[usize]) -> Option<Presence> {
    let mut stand = Stand::default();
    let at = *all.first()?;
    for at in all {
        add_by(scene, *at, &row(scene, "aws_links", &scene.index.resource(*at).kind)?, &mut stand);
    }
    let mut presence = Presence { sends_only: true, ..in_subnets(routing, &stand) };
    presence.network = presence.network.or_else(|| stand.networks.iter().next().copied());
    layers(scene, routing, at, &stand, &mut presence);
    Some(presence)
}

/// The subnets of what stands there, with their ranges and network.
fn in_subnets(routing: &Routing, stand: &Stand) -> Presence {
    let mut presence = Presence { open_ended: stand.open, ..Presence::default() };
    presence.subnets = stand.subnets.iter().copied().collect();
    for subnet in presence.subnets.iter().filter_map(|subnet| routing.subnet(*subnet)) {
        presence.ranges.extend(subnet.ranges.iter().copied());
        presence.network = presence.network.or(subnet.network);
    }
    presence
}

/// Some services stand in a network only where the configuration says so.
fn stands_in_network(scene: &Scene<'_>, kind: &str, stand: &Stand) -> bool {
    let optional = scene.vocabulary.table("aws_optional_hosts");
    if !optional.iter().any(|row| row.first().is_some_and(|first| **first == *kind)) {
        return true;
    }
    !stand.subnets.is_empty() || stand.open || !stand.groups.is_empty() || stand.groups_open
}

/// Resources that say where a node stands: itself, its parts, templates that it is made from, interfaces.
fn members(scene: &Scene<'_>, node: usize) -> Vec<usize> {
    let mut members = scene.nodes[node].parts.clone();
    for part in scene.nodes[node].parts.clone() {
        for edge in scene.index.outgoing(part) {
            let is_template = matches!(
                &*scene.index.resource(edge.to).kind,
                "aws_launch_template"
                    | "aws_launch_configuration"
                    | "aws_network_interface"
                    | "aws_spot_instance_request"
                    | "aws_glue_connection"
            );
            if is_template && !members.contains(&edge.to) && !nodes::only_mentions(scene, edge) {
                members.push(edge.to);
            }
        }
        if &*scene.index.resource(part).kind == JOB {
            members.extend(environments(scene, part));
        }
        for kind in ["aws_efs_mount_target", "aws_network_interface_sg_attachment"] {
            members.extend(scene.index.related(part, kind).into_iter().filter(|at| *at != part));
        }
        for edge in scene.index.incoming(part) {
            if &*scene.index.resource(edge.from).kind == "aws_network_interface"
                && leads("attachment.instance", &edge.at)
            {
                members.push(edge.from);
            }
        }
    }
    let mut seen = BTreeSet::new();
    members.retain(|member| seen.insert(*member));
    members
}

/// Where jobs of a definition run: in the environments of the queues to which something sends them, else in the only one there is.
fn environments(scene: &Scene<'_>, definition: usize) -> Vec<usize> {
    let senders = scene.index.incoming(definition).iter().map(|edge| edge.from);
    let queues = senders.flat_map(|sender| scene.index.outgoing(sender)).map(|edge| edge.to);
    let queues = queues.filter(|at| scene.index.resource(*at).type_name() == QUEUE);
    let named: Vec<usize> = queues
        .flat_map(|queue| scene.index.outgoing(queue))
        .map(|edge| edge.to)
        .filter(|at| &*scene.index.resource(*at).kind == ENVIRONMENT)
        .collect();
    match (named.as_slice(), scene.index.of_type(ENVIRONMENT)) {
        ([], [only]) => vec![*only],
        _ => named,
    }
}

fn add(scene: &Scene<'_>, member: usize, stand: &mut Stand) {
    let resource = scene.index.resource(member);
    if &*resource.kind == beanstalk::ENVIRONMENT {
        by_settings(scene, member, stand);
        return;
    }
    if let Some(row) = row(scene, "aws_hosts", &resource.kind) {
        add_by(scene, member, &row, stand);
    }
}

/// Add what a row of a table says.
fn add_by(scene: &Scene<'_>, member: usize, row: &Row<'_>, stand: &mut Stand) {
    stand.found = true;
    for path in row.subnets.split(' ').filter(|path| !path.is_empty()) {
        let named = look::named(scene, member, path);
        stand.open |= named.open;
        for (to, _) in named.targets {
            take_subnet(scene, to, stand);
        }
    }
    let group = replicas::subnet_group(scene, member, row.group);
    stand.open |= group.open;
    for (to, _) in group.targets {
        let inner = look::named(scene, to, "subnet_ids");
        stand.open |= inner.open || inner.is_empty();
        for (to, _) in inner.targets {
            take_subnet(scene, to, stand);
        }
    }
    for path in row.security_groups.split(' ').filter(|path| !path.is_empty()) {
        let named = look::named(scene, member, path);
        stand.groups_open |= named.open;
        for (to, _) in named.targets {
            take_group(scene, to, stand);
        }
    }
    stand.six = six::better(stand.six.take(), six::wanted(scene, member));
    stand.only_six |= six::only(scene, member);
    stand.wants(wanted(scene, member, row.public));
    let otherwise = match row.otherwise {
        "subnet" => "subnet",
        "yes" => "yes",
        _ => "no",
    };
    stand.otherwise = stand.otherwise.or(Some(otherwise));
}

/// The machines of an environment stand where its settings say.
fn by_settings(scene: &Scene<'_>, member: usize, stand: &mut Stand) {
    let stands = beanstalk::stands(scene, member);
    stand.found = true;
    stand.otherwise = stand.otherwise.or(Some("subnet"));
    for pointer in &stands.subnets {
        let before = stand.subnets.len();
        for to in look::at(scene, member, pointer) {
            take_subnet(scene, to, stand);
        }
        stand.open |= stand.subnets.len() == before;
    }
    for pointer in &stands.groups {
        let before = stand.groups.len();
        for to in look::at(scene, member, pointer) {
            take_group(scene, to, stand);
        }
        stand.groups_open |= stand.groups.len() == before;
    }
    // Without a group of one's own there is one that the service makes.
    stand.groups_open |= stands.groups.is_empty() && !stand.subnets.is_empty();
    if let Some((state, at)) = stands.addresses {
        let proof = vec![scene.index.resource(member).place_of(&at)];
        stand.wanted = Some(Public { state, proof });
    }
}

/// Tasks that belong to no service stand where those say that start them.
fn by_starters(scene: &Scene<'_>, routing: &Routing, task: usize, stand: &mut Stand) {
    for starter in started::starters(scene, task) {
        if let Some(row) = row(scene, "aws_starters", &scene.index.resource(starter).kind) {
            add_by(scene, starter, &row, stand);
        }
    }
    for told in routing.started.of(task) {
        stand.found = true;
        stand.open |= told.open;
        stand.groups_open |= told.groups_open;
        told.subnets.iter().for_each(|to| take_subnet(scene, *to, stand));
        told.groups.iter().for_each(|to| take_group(scene, *to, stand));
        stand.wants(told.public.clone());
    }
}

fn take_subnet(scene: &Scene<'_>, to: usize, stand: &mut Stand) {
    let resource = scene.index.resource(to);
    if is_subnet(scene, to) {
        stand.subnets.insert(to);
    } else if resource.kind.starts_with("data.") || is_network(scene, to) {
        stand.open = true;
    }
}

fn take_group(scene: &Scene<'_>, to: usize, stand: &mut Stand) {
    let kind = scene.index.resource(to).type_name();
    match kind {
        "aws_default_security_group" => {
            let network = look::first(scene, to, "vpc_id");
            stand.groups.insert(network.unwrap_or(to));
        }
        "aws_security_group" | "aws_eks_cluster" | "aws_vpc" | "aws_default_vpc" => {
            stand.groups.insert(to);
        }
        _ => stand.groups_open = true,
    }
    let networks = look::named(scene, to, "vpc_id").targets.into_iter();
    stand.networks.extend(networks.map(|(to, _)| to).filter(|to| is_network(scene, *to)));
}

/// What a resource says of a public address of its own.
fn wanted(scene: &Scene<'_>, member: usize, public: &str) -> Option<Public> {
    let resource = scene.index.resource(member);
    let (turned, path) = match public.strip_prefix('!') {
        Some(path) => (true, path),
        None => (false, public),
    };
    let (path, word) = path.split_once('=').unwrap_or((path, ""));
    if path.is_empty() {
        return None;
    }
    let written = look::leaves(&resource.attributes, path).into_iter().next();
    let (pointer, value) = match &written {
        Some((pointer, value)) => (pointer.clone(), *value),
        None => (Pointer::root().key(path), look::value(resource, path)?),
    };
    let state = match value {
        Value::Null => return None,
        // Whatever is named there is an address.
        _ if word == "*" => Tri::Yes,
        Value::Bool(gives) => Tri::from(*gives != turned),
        Value::String(text) if !word.is_empty() => Tri::from(**text == *word),
        Value::String(text) if matches!(&**text, "true" | "false") => {
            Tri::from((&**text == "true") != turned)
        }
        Value::Unknown(_) => Tri::Unknown,
        _ => return None,
    };
    let proof = if written.is_some() { vec![resource.place_of(&pointer)] } else { Vec::new() };
    Some(Public { state, proof })
}

/// Elastic addresses of a node: places of what joins them.
fn addresses(scene: &Scene<'_>, node: usize) -> Vec<Place> {
    let mut places = Vec::new();
    let mut of = |at: usize| {
        for edge in scene.index.incoming(at) {
            let from = scene.index.resource(edge.from);
            let joins = match &*from.kind {
                "aws_eip" => leads("instance", &edge.at) || leads("network_interface", &edge.at),
                "aws_eip_association" => {
                    leads("instance_id", &edge.at) || leads("network_interface_id", &edge.at)
                }
                _ => false,
            };
            if joins {
                places.push(from.place_of(&edge.at));
            }
        }
        let gives = matches!(
            &*scene.index.resource(at).kind,
            "aws_lb" | "aws_alb" | "aws_instance" | "aws_nat_gateway"
        );
        for edge in scene.index.outgoing(at).iter().filter(|_| gives) {
            if scene.index.resource(edge.to).type_name() == "aws_eip"
                && leads("subnet_mapping.allocation_id", &edge.at)
            {
                places.push(scene.index.resource(at).place_of(&edge.at));
            }
        }
    };
    for member in members(scene, node) {
        let is_own = scene.node_of[member] == Some(node)
            || &*scene.index.resource(member).kind == "aws_network_interface";
        if is_own {
            of(member);
        }
    }
    places.sort();
    places.dedup();
    places
}

/// Whether packets from the internet arrive: an address, and a route to an internet gateway.
fn public(
    routing: &Routing,
    presence: &Presence,
    stand: &Stand,
    addresses: &[Place],
    in_default: bool,
) -> Public {
    let mut public = match (&stand.wanted, addresses) {
        (_, [_, ..]) => Public { state: Tri::Yes, proof: addresses.to_vec() },
        (Some(wanted), []) => wanted.clone(),
        (None, []) => match stand.otherwise {
            Some("yes") => Public { state: Tri::Yes, proof: Vec::new() },
            Some("subnet") if in_default => Public { state: Tri::Yes, proof: Vec::new() },
            Some("subnet") => {
                let given = presence
                    .subnets
                    .iter()
                    .filter_map(|subnet| routing.subnet(*subnet))
                    .map(|subnet| &subnet.gives_addresses);
                let best = given.max_by_key(|given| given.state).cloned();
                let open = Public { state: Tri::Unknown, proof: Vec::new() };
                best.unwrap_or(if stand.open { open } else { Public::default() })
            }
            _ => Public::default(),
        },
    };
    if public.state == Tri::No {
        return Public::default();
    }
    let routed = routed(routing, presence, in_default, |subnet| &subnet.gateway);
    // A balancer that faces the internet is only made where a gateway leads there.
    let faces = stand.otherwise == Some("yes") && public.state == Tri::Yes;
    let reached = if faces && routed.state == Tri::Unknown { Tri::Yes } else { routed.state };
    public.state = public.state.and(reached);
    if public.state == Tri::No {
        return Public::default();
    }
    public.proof.extend(routed.proof);
    public
}

/// The best of a route from the subnets of a host.
pub(super) fn routed(
    routing: &Routing,
    presence: &Presence,
    in_default: bool,
    route: impl Fn(&super::routing::Subnet) -> &Public,
) -> Public {
    if in_default {
        return Public { state: Tri::Yes, proof: Vec::new() };
    }
    let routes = presence.subnets.iter().filter_map(|subnet| routing.subnet(*subnet)).map(route);
    let best = routes.max_by_key(|route| route.state).cloned();
    let open = Public { state: Tri::Unknown, proof: Vec::new() };
    match best {
        Some(best) if best.state == Tri::No && presence.open_ended => open,
        Some(best) => best,
        None => open,
    }
}

fn layers(scene: &Scene<'_>, routing: &Routing, at: usize, stand: &Stand, presence: &mut Presence) {
    let kind = &*scene.index.resource(at).kind;
    let mut groups = stand.groups.clone();
    let has_none = groups.is_empty() && !stand.groups_open;
    let is_plain_balancer = matches!(kind, "aws_lb" | "aws_alb")
        && look::text(&scene.index.resource(at).attributes, "load_balancer_type")
            .is_some_and(|kind| kind != "application");
    if kind == "aws_eks_node_group" && has_none {
        let clusters = look::named(scene, at, "cluster_name").targets;
        groups.extend(clusters.iter().map(|to| to.0));
        groups.extend(filters::is_administered(scene, at).then_some(at));
    } else if has_none {
        groups.extend(presence.network);
    }
    let layer: Option<Arc<Layer>> = if is_plain_balancer && has_none {
        groups.clear();
        None
    } else if groups.is_empty() && !stand.groups_open {
        if presence.network_name.is_some() {
            groups.insert(DEFAULT_GROUP);
            Some(Arc::new(filters::of_nothing()))
        } else {
            Some(Arc::new(Layer { open_ended: true, ..Layer::default() }))
        }
    } else {
        Some(routing.filters.groups(scene, &groups, stand.groups_open))
    };
    presence.layers.extend(layer);
    presence.groups = groups.into_iter().collect();
    let lists: BTreeSet<Option<usize>> = presence
        .subnets
        .iter()
        .filter_map(|subnet| routing.subnet(*subnet))
        .map(|subnet| subnet.rules)
        .collect();
    presence.layers.extend(routing.filters.lists(scene, &lists));
}

/// Whether a host gets out: by its own address and an internet gateway, or through address translation.
fn egress(
    routing: &Routing,
    presence: &Presence,
    kind: &str,
    (in_default, own_six): (bool, &Public),
) -> Public {
    // A function in a network has no public address, whatever its subnet says.
    if kind == "aws_lambda_function" && in_default {
        return Public::default();
    }
    if presence.public.state == Tri::Yes {
        return Public { state: Tri::Yes, proof: presence.public.proof.clone() };
    }
    let translated = if in_default {
        Public::default()
    } else {
        routed(routing, presence, false, |subnet| &subnet.translated)
    };
    let six = six::egress(routing, presence, own_six);
    let best = if six.state > translated.state { six } else { translated };
    if best.state == Tri::No { presence.public.clone() } else { best }
}
