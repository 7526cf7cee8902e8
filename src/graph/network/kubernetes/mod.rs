//! Kubernetes: network policies, Services, Ingresses, gateways, ports of hosts.
//!
//! Source: kubernetes.io, "Network Policies", "Service", "Ingress", "Gateway API"; the documentation of cloud load balancer controllers.

mod application_gateways;
mod attaching;
mod blocks;
mod controllers;
mod foreign;
mod fronts;
mod gateways;
mod granting;
pub mod groups;
mod hearing;
mod named;
mod operated;
mod shields;
mod traefik;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Pointer, Resource, Value};
use crate::graph::kubernetes::hosts::{number, ports};
use crate::graph::kubernetes::select::{Namespaces, selects, selects_all};
use crate::graph::kubernetes::{
    self, Workload, annotation, annotation_place, mesh, text, workloads,
};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::authorization::Policies;
use super::filter::{
    Direction, Layer, Peer, Ports, Protocol, Rule, Traffic, is_any, is_public, range,
};
use super::reach::Reach;
use super::{Front, Network, PODS, Presence, Public, Route, Tri};

use controllers::Controllers;
use foreign::Foreign;
use shields::Shields;

/// Set what is known of controllers of entries.
pub fn facts(scene: &mut Scene<'_>) {
    let all = workloads(scene);
    controllers::facts(scene, &all);
    shields::facts(scene);
}

/// Fill in what the objects of a cluster say.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let all = workloads(scene);
    if all.is_empty() {
        return;
    }
    let pods = Pods {
        mesh: Policies::new(scene, &all),
        scene,
        namespaces: Namespaces::new(scene),
        names: names(&all),
        foreign: Foreign::new(scene, all.len()),
        all: &all,
        gateways: gateways::namespaces(scene),
        by_namespace: by_namespace(&all),
        selected: RefCell::new(BTreeMap::new()),
        peers: RefCell::new(BTreeMap::new()),
        layers: RefCell::new(BTreeMap::new()),
    };
    for workload in &all {
        let presence = presence(&pods, workload);
        host_ports(workload, network);
        network.presences[workload.node] = Some(presence);
    }
    network.spoken = mesh::ports(scene, &all);
    services(scene, &all, network);
    let mut controllers = Controllers::new(scene, &all);
    controllers.judge(scene, network);
    let before = (&controllers, &Shields::new(scene));
    ingresses(scene, &all, before, network);
    gateways::read(scene, &all, before, network);
    traefik::read(scene, &all, &controllers, network);
    application_gateways::place(scene, network);
    named::read(scene, &all, network);
}

/// Policies that select a pod, and whether there may be others.
type Selecting = (Vec<usize>, bool);

/// The pods of a document.
struct Pods<'s, 'a> {
    scene: &'s Scene<'a>,
    mesh: Policies<'s, 'a>,
    namespaces: Namespaces<'a>,
    names: Vec<Arc<str>>,
    /// Policies of other kinds, whose rules are not read.
    foreign: Foreign<'a>,
    all: &'s [Workload<'a>],
    /// Namespaces in which gateways stand: what runs a gateway may run beside it.
    gateways: Vec<Arc<str>>,
    /// Positions in `all` by namespace.
    by_namespace: BTreeMap<Arc<str>, Vec<usize>>,
    /// Whom selectors over namespaces mean, by their words.
    selected: RefCell<BTreeMap<String, Peer>>,
    /// Whom each item of each policy means: policy, way, position.
    peers: RefCell<BTreeMap<(usize, bool, usize), Vec<Peer>>>,
    /// Filters of policies (and whether there may be others) that name no port, which are the same for all pods that these select.
    layers: RefCell<BTreeMap<Selecting, Arc<Layer>>>,
}

fn by_namespace(all: &[Workload<'_>]) -> BTreeMap<Arc<str>, Vec<usize>> {
    let mut found: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
    for (at, workload) in all.iter().enumerate() {
        found.entry(Arc::clone(workload.namespace)).or_default().push(at);
    }
    found
}

fn names(all: &[Workload<'_>]) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = all.iter().map(|it| Arc::clone(it.namespace)).collect();
    names.sort();
    names.dedup();
    names
}

fn presence(pods: &Pods<'_, '_>, workload: &Workload<'_>) -> Presence {
    let mut presence = Presence { network: Some(PODS), ..Presence::default() };
    presence.listens = listens(workload);
    presence.hears = hearing::ports(pods.scene, workload);
    presence.layers.extend(pods.mesh.layer(workload).map(Arc::new));
    // Policies do not hold for pods on the network of their machine.
    if !workload.on_host_network() {
        presence.layers.extend(layer(pods, workload));
        presence.layers.extend(pods.foreign.layer(workload).map(Arc::new));
        presence.open_ended = pods.foreign.any_wide;
    }
    presence.egress = Public { state: Tri::Yes, proof: Vec::new() };
    if presence.layers.is_empty() {
        presence.egress.proof.push(workload.resource.header);
    }
    presence
}

/// The ports of a workload's containers.
fn listens(workload: &Workload<'_>) -> Vec<Traffic> {
    let mut found: Vec<Traffic> = container_ports(workload)
        .filter_map(|(_, port)| {
            let port_number = number(port.get("containerPort"))?;
            Some(Traffic { protocol: protocol(port), port: Some(port_number) })
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Every port of every container, with where it is written.
fn container_ports<'a>(workload: &Workload<'a>) -> impl Iterator<Item = (Pointer, &'a Value)> {
    let workload = *workload;
    workload.containers().iter().flat_map(move |container| {
        let at = workload.pointer(container).key("ports");
        let ports = container.get("ports").and_then(Value::as_array).unwrap_or_default();
        ports.iter().enumerate().map(move |(position, port)| (at.index(position), port))
    })
}

fn protocol(port: &Value) -> Protocol {
    port.get("protocol").and_then(Value::as_str).map_or(Protocol::Tcp, Protocol::parse)
}

/// A port by number or name, as a pod of this workload understands it.
fn resolve(workload: &Workload<'_>, port: &Value) -> Option<u16> {
    if let Some(number) = number(Some(port)) {
        return Some(number);
    }
    let name = port.as_str()?;
    container_ports(workload)
        .find(|(_, port)| port.get("name").and_then(Value::as_str) == Some(name))
        .and_then(|(_, port)| number(port.get("containerPort")))
}

/// Ports of the machine that lead to a pod: who reaches the machine is not in the configuration.
fn host_ports(workload: &Workload<'_>, network: &mut Network) {
    for (at, port) in container_ports(workload) {
        let own = number(port.get("hostPort"));
        let own = own.or_else(|| {
            workload.on_host_network().then(|| number(port.get("containerPort"))).flatten()
        });
        if let Some(own) = own {
            network.fronts.push(Front {
                node: workload.node,
                traffic: Traffic { protocol: protocol(port), port: Some(own) },
                encrypted: Tri::Unknown,
                open: Reach::Unknown,
                proof: vec![workload.resource.place_of(&at)],
            });
        }
    }
}

/// The policies that select a workload, as one filter: what one of them allows is allowed.
fn layer(pods: &Pods<'_, '_>, workload: &Workload<'_>) -> Option<Arc<Layer>> {
    let mut policies = Vec::new();
    let mut unread = false;
    for edge in pods.scene.index.incoming(workload.at) {
        match &*pods.scene.index.resource(edge.from).kind {
            "NetworkPolicy" => policies.push(edge.from),
            "CiliumNetworkPolicy" => unread = true,
            _ => {}
        }
    }
    policies.sort_unstable();
    policies.dedup();
    let own = operated::listeners(workload);
    if policies.is_empty() && !unread && own.is_none() {
        return None;
    }
    // Others may select it.
    unread |= pods.scene.index.document.is_cut;
    let is_same =
        own.is_none() && !policies.iter().any(|at| names_ports(pods.scene.index.resource(*at)));
    let key = (policies.clone(), unread);
    if is_same && let Some(known) = pods.layers.borrow().get(&key) {
        return Some(Arc::clone(known));
    }
    let mut layer = Layer {
        default_in: true,
        default_out: true,
        open_ended: unread,
        resources: policies.clone(),
        ..Layer::default()
    };
    if unread {
        (layer.default_in, layer.default_out) = (false, false);
    }
    for at in policies {
        let policy = pods.scene.index.resource(at);
        for direction in directions(policy) {
            match direction {
                Direction::In => layer.default_in = false,
                Direction::Out => layer.default_out = false,
            }
            rules(pods, workload, at, direction, &mut layer.rules);
        }
    }
    if let Some(own) = own {
        operated::rules(pods, workload, own, &mut layer);
    }
    layer.sort();
    let layer = Arc::new(layer);
    if is_same {
        pods.layers.borrow_mut().insert(key, Arc::clone(&layer));
    }
    Some(layer)
}

/// Whether a policy calls ports by names, which are each pod's own.
fn names_ports(policy: &Resource) -> bool {
    let spec = policy.attributes.get("spec");
    let lists = ["ingress", "egress"].into_iter().filter_map(|list| spec?.get(list)?.as_array());
    let ports = lists.flatten().filter_map(|rule| rule.get("ports")?.as_array()).flatten();
    ports.into_iter().any(|port| matches!(port.get("port"), Some(Value::String(_))))
}

/// The ways that a policy is about.
fn directions(policy: &Resource) -> Vec<Direction> {
    let spec = policy.attributes.get("spec");
    let types = spec.and_then(|spec| spec.get("policyTypes")?.as_array());
    match types {
        Some(types) if !types.is_empty() => {
            let word = |word: &str| types.iter().any(|it| it.as_str() == Some(word));
            let ways = [(word("Ingress"), Direction::In), (word("Egress"), Direction::Out)];
            ways.into_iter().filter_map(|(holds, way)| holds.then_some(way)).collect()
        }
        _ => {
            let out = spec.and_then(|spec| spec.get("egress")?.as_array());
            let out = out.is_some_and(|rules| !rules.is_empty());
            if out { vec![Direction::In, Direction::Out] } else { vec![Direction::In] }
        }
    }
}

fn rules(
    pods: &Pods<'_, '_>,
    workload: &Workload<'_>,
    at: usize,
    direction: Direction,
    into: &mut Vec<Rule>,
) {
    let policy = pods.scene.index.resource(at);
    let (list, side) = match direction {
        Direction::In => ("ingress", "from"),
        Direction::Out => ("egress", "to"),
    };
    let list_at = Pointer::root().key("spec").key(list);
    let items = policy.attributes.at(&list_at).and_then(Value::as_array).unwrap_or_default();
    for (position, item) in items.iter().enumerate() {
        let others = item.get(side).and_then(Value::as_array).unwrap_or_default();
        let key = (at, direction == Direction::In, position);
        let known = pods.peers.borrow().get(&key).cloned();
        let peers = known.unwrap_or_else(|| {
            let found: Vec<Peer> = if others.is_empty() {
                vec![Peer::Everyone]
            } else {
                let side_at = list_at.index(position).key(side);
                let each = others.iter().enumerate();
                each.flat_map(|(at_peer, peer)| peers(pods, (at, &side_at.index(at_peer)), peer))
                    .collect()
            };
            pods.peers.borrow_mut().insert(key, found.clone());
            found
        });
        let ports = item.get("ports").and_then(Value::as_array).unwrap_or_default();
        let all = [(Protocol::Any, Some(Ports::all()))];
        let ports: Vec<(Protocol, Option<Ports>)> = if ports.is_empty() {
            all.into()
        } else {
            ports
                .iter()
                .filter(|port| direction == Direction::Out || !is_nobodys(workload, port))
                .map(|port| (protocol(port), named_ports(workload, direction, port)))
                .collect()
        };
        for (protocol, ports) in ports {
            into.push(Rule {
                direction,
                allow: true,
                order: 0,
                protocol,
                ports,
                peers: peers.clone(),
                resource: Some(at),
                place: Some(policy.place_of(&list_at.index(position))),
                default: None,
            });
        }
    }
}

/// Whether a rule calls a port by a name that no port of the pod has.
fn is_nobodys(workload: &Workload<'_>, port: &Value) -> bool {
    let written = port.get("port").filter(|port| matches!(port, Value::String(_)));
    written.is_some_and(|written| resolve(workload, written).is_none())
}

/// The ports of a policy's rule; none where a name means nothing here.
fn named_ports(workload: &Workload<'_>, direction: Direction, port: &Value) -> Option<Ports> {
    let Some(written) = port.get("port").filter(|port| !matches!(port, Value::Null)) else {
        return Some(Ports::all());
    };
    let first = match direction {
        Direction::In => resolve(workload, written)?,
        // Out, a name is that of the other side's port.
        Direction::Out => number(Some(written))?,
    };
    let last = number(port.get("endPort")).unwrap_or(first);
    Some(Ports(vec![(first, last.max(first))]))
}

/// Whom one item of `from` or `to` means.
fn peers(pods: &Pods<'_, '_>, (policy, at): (usize, &Pointer), peer: &Value) -> Vec<Peer> {
    if let Some(block) = peer.get("ipBlock") {
        return blocks::peers(pods.scene, (policy, &at.key("ipBlock")), block);
    }
    let policy = pods.scene.index.resource(policy);
    let written = |name: &str| peer.get(name).filter(|it| matches!(it, Value::Object(_)));
    let selector = written("podSelector");
    let Some(outer) = written("namespaceSelector") else {
        let Some(own) = &policy.scope.namespace else { return Vec::new() };
        return vec![kin(selector, true, selected(pods, selector, std::slice::from_ref(own)))];
    };
    if selects_all(outer) && selector.is_none_or(selects_all) {
        return vec![Peer::Network, Peer::Balancer];
    }
    let own = &policy.scope.namespace;
    let chosen = pods.namespaces.all(outer, &pods.names);
    let is_own = own.as_ref().is_some_and(|own| chosen.contains(own));
    let mut found = vec![kin(selector, is_own, across(pods, outer, selector))];
    let elsewhere = pods.namespaces.elsewhere(outer, &pods.names);
    let is_elsewhere = elsewhere.is_some();
    let mut said: Vec<&str> = elsewhere.unwrap_or_else(|| chosen.iter().map(|it| &**it).collect());
    let pairs = selector.and_then(|it| it.get("matchLabels")?.as_object());
    said.extend(pairs.into_iter().flatten().filter_map(|(_, value)| value.as_str()));
    let words = pods.scene.vocabulary.table("kubernetes_ingress_words");
    let speaks = said.iter().any(|said| words.iter().flatten().any(|it| said.contains(&**it)));
    // What runs a gateway, and is not in the document, may run beside it.
    let beside =
        selector.is_none_or(selects_all) && !pods.namespaces.all(outer, &pods.gateways).is_empty();
    if speaks || beside {
        found.push(Peer::Elsewhere(Tri::Yes));
    } else if is_elsewhere {
        found.push(Peer::Elsewhere(Tri::Unknown));
    }
    found
}

/// Those of the policy's own namespace, too, all of them, are nobody in particular.
fn kin(selector: Option<&Value>, is_own: bool, found: Peer) -> Peer {
    match found {
        Peer::Nodes(nodes) if is_own && selector.is_none_or(selects_all) => Peer::Kin(nodes),
        other => other,
    }
}

/// Workloads whose pods are selected, in namespaces that are selected: of the same words each time the same.
fn across(pods: &Pods<'_, '_>, outer: &Value, selector: Option<&Value>) -> Peer {
    let words = format!("{outer:?} {selector:?}");
    if let Some(known) = pods.selected.borrow().get(&words) {
        return known.clone();
    }
    let found = selected(pods, selector, &pods.namespaces.all(outer, &pods.names));
    pods.selected.borrow_mut().insert(words, found.clone());
    found
}

/// Nodes of workloads in some namespaces whose pods are selected.
fn selected(pods: &Pods<'_, '_>, selector: Option<&Value>, namespaces: &[Arc<str>]) -> Peer {
    let all = namespaces.iter().filter_map(|name| pods.by_namespace.get(name)).flatten();
    let all = all.map(|at| &pods.all[*at]);
    let fits = all.filter(|it| selector.is_none_or(|selector| selects(selector, it.labels)));
    Peer::nodes(fits.map(|it| it.node))
}

/// A port of a Service and the port of the pods behind it.
#[derive(Clone, Debug)]
struct Back {
    front: u16,
    traffic: Traffic,
    /// The name, number of the node port, place in the Service.
    name: Option<Arc<str>>,
    node_port: Option<u16>,
    place: Place,
    app: Option<Arc<str>>,
}

/// The workloads behind a Service, with its ports.
fn behind<'w, 'a>(
    scene: &Scene<'a>,
    all: &'w [Workload<'a>],
    service: usize,
) -> Vec<(&'w Workload<'a>, Vec<Back>)> {
    if let Some(own) = operated::behind(scene, all, service) {
        return vec![own];
    }
    let resource = scene.index.resource(service);
    let mut positions: Vec<usize> = scene.index.outgoing(service).iter().map(|it| it.to).collect();
    positions.sort_unstable();
    positions.dedup();
    let list = Pointer::root().key("spec").key("ports");
    let found = positions.into_iter().filter_map(|at| {
        let workload = &all[all.binary_search_by_key(&at, |it| it.at).ok()?];
        let backs = ports(resource).iter().enumerate().filter_map(|(position, port)| {
            let front = number(port.get("port"))?;
            let target = port.get("targetPort").filter(|it| !matches!(it, Value::Null));
            let back = target.map_or(Some(front), |target| resolve(workload, target));
            let word = |name: &str| port.get(name).and_then(Value::as_str).map(Arc::from);
            Some(Back {
                front,
                traffic: Traffic { protocol: protocol(port), port: back },
                name: word("name"),
                node_port: number(port.get("nodePort")),
                place: resource.place_of(&list.index(position)),
                app: word("appProtocol"),
            })
        });
        Some((workload, backs.collect()))
    });
    found.collect()
}

/// Services that are entries: load balancers and ports of all machines.
fn services(scene: &Scene<'_>, all: &[Workload<'_>], network: &mut Network) {
    for at in scene.index.of_type("Service") {
        let resource = scene.index.resource(*at);
        let balancer = match kubernetes::special(resource) {
            Some("Service/LoadBalancer") => true,
            Some("Service/NodePort") => false,
            _ => continue,
        };
        let Some(via) = scene.node_of[*at] else { continue };
        if scene.nodes[via].resource != Some(*at) {
            continue;
        }
        let header = resource.place_of(&Pointer::root().key("spec").key("type"));
        let balanced = text(&resource.attributes, &["spec", "type"]) == Some("LoadBalancer");
        // Whether machines have addresses on the internet is not in the manifests, but where a Service names some.
        let (public, proof, sources) = match kubernetes::public_addresses(resource) {
            Some(place) if !balanced || internal(scene, resource) => (Tri::Yes, place, None),
            _ if balancer => {
                ((!internal(scene, resource)).into(), header, sources(scene, resource))
            }
            _ => (Tri::Unknown, header, sources(scene, resource)),
        };
        network.presences[via] = Some(Presence {
            public: Public { state: public, proof: vec![proof] },
            layers: sources.map(Arc::new).into_iter().collect(),
            ..Presence::default()
        });
        let certificate =
            annotation(resource, "service.beta.kubernetes.io/aws-load-balancer-ssl-cert").is_some();
        for (workload, backs) in behind(scene, all, *at) {
            for back in backs {
                let front = if balancer { Some(back.front) } else { back.node_port };
                let encrypted = match (&back.app, back.front) {
                    _ if certificate => Tri::Yes,
                    (Some(app), _) if matches!(&**app, "https" | "kubernetes.io/wss") => Tri::Yes,
                    (_, 80) => Tri::No,
                    _ => Tri::Unknown,
                };
                network.routes.push(Route {
                    via,
                    front: Traffic { protocol: back.traffic.protocol, port: front },
                    target: workload.node,
                    back: back.traffic,
                    keeps_source: true,
                    from: Vec::new(),
                    front_encrypted: encrypted,
                    back_encrypted: if certificate { Tri::Unknown } else { encrypted },
                    front_proof: vec![back.place],
                    back_proof: vec![
                        resource.place_of(&Pointer::root().key("spec").key("selector")),
                    ],
                });
            }
        }
    }
}

/// Whether a Service, Ingress or gateway stands inside only.
fn internal(scene: &Scene<'_>, resource: &Resource) -> bool {
    says_internal(scene, |name| annotation(resource, name))
        || internal_by_controller(resource)
        || gateways::is_inside(scene, resource)
}

/// Whether annotations keep an entry inside.
fn says_internal<'r>(scene: &Scene<'_>, annotation: impl Fn(&str) -> Option<&'r str>) -> bool {
    let rows = scene.vocabulary.table("kubernetes_internal").iter();
    let mut rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
    rows.any(|(name, value)| {
        annotation(name).is_some_and(|written| {
            let written = written.trim();
            if &**value == "*" { written != "false" } else { written.eq_ignore_ascii_case(value) }
        })
    })
}

/// The AWS load balancer controller makes what it makes internal where nothing is said.
fn internal_by_controller(resource: &Resource) -> bool {
    let spec = |name: &str| text(&resource.attributes, &["spec", name]);
    let is = |name: &str, words: &[&str]| {
        annotation(resource, name).is_some_and(|it| words.contains(&it))
    };
    let by_service =
        is("service.beta.kubernetes.io/aws-load-balancer-type", &["external", "nlb-ip"])
            || spec("loadBalancerClass") == Some("service.k8s.aws/nlb");
    let by_ingress = &*resource.kind == "Ingress"
        && (spec("ingressClassName") == Some("alb") || is("kubernetes.io/ingress.class", &["alb"]));
    let outside = is("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internet-facing"])
        || is("alb.ingress.kubernetes.io/scheme", &["internet-facing"]);
    (by_service || by_ingress) && !outside
}

/// The ranges that a Service or Ingress lets in, with where they are written.
fn source_ranges(scene: &Scene<'_>, resource: &Resource) -> Option<(Vec<ipnet::IpNet>, Place)> {
    let at = Pointer::root().key("spec").key("loadBalancerSourceRanges");
    if let Some(items) = resource.attributes.at(&at).and_then(Value::as_array)
        && !items.is_empty()
    {
        let ranges = items.iter().filter_map(|it| range(it.as_str()?)).collect();
        return Some((ranges, resource.place_of(&at)));
    }
    scene.vocabulary.table("kubernetes_sources").iter().flatten().find_map(|name| {
        let ranges = annotation(resource, name)?.split(',').filter_map(range).collect();
        Some((ranges, annotation_place(resource, name)))
    })
}

fn sources(scene: &Scene<'_>, resource: &Resource) -> Option<Layer> {
    let (ranges, place) = source_ranges(scene, resource)?;
    let rule = Rule {
        direction: Direction::In,
        allow: true,
        order: 0,
        protocol: Protocol::Any,
        ports: Some(Ports::all()),
        peers: ranges.into_iter().map(Peer::Range).collect(),
        resource: None,
        place: Some(place),
        default: None,
    };
    Some(Layer { rules: vec![rule], default_out: true, ..Layer::default() })
}

/// How far an Ingress or gateway is open, and what says so.
fn openness(scene: &Scene<'_>, resource: &Resource) -> (Reach, Vec<Place>) {
    if internal(scene, resource) {
        return (Reach::Closed, Vec::new());
    }
    match source_ranges(scene, resource) {
        Some((ranges, _)) if ranges.iter().any(is_any) => (Reach::Open, Vec::new()),
        Some((ranges, place)) if ranges.iter().any(is_public) => (Reach::Restricted, vec![place]),
        Some(_) => (Reach::Closed, Vec::new()),
        None => (Reach::Open, Vec::new()),
    }
}

/// A Service that an entry names, with the port and where.
type Backend = (usize, Option<Value>, Place);

/// An entry of the seventh layer: its node, its resource, what it listens on.
struct Entry<'r> {
    via: usize,
    resource: &'r Resource,
    fronts: Vec<(Traffic, Tri, Place)>,
}

/// Add an entry's fronts and the ways from it to a Service's pods.
fn lead(
    scene: &Scene<'_>,
    all: &[Workload<'_>],
    entry: &Entry<'_>,
    backends: &[Backend],
    limit: Option<(Reach, Vec<Place>)>,
    network: &mut Network,
) {
    let (mut open, mut proof) = openness(scene, entry.resource);
    // It is open no further than what serves it and what stands before it.
    if let Some((reach, more)) = limit.filter(|(reach, _)| *reach < open) {
        (open, proof) = (reach, more);
    }
    for (traffic, encrypted, place) in &entry.fronts {
        let mut proof = proof.clone();
        proof.insert(0, *place);
        network.fronts.push(Front {
            node: entry.via,
            traffic: *traffic,
            encrypted: *encrypted,
            open,
            proof,
        });
    }
    let first = entry.fronts.first();
    for (service, port, place) in backends {
        for (workload, backs) in behind(scene, all, *service) {
            for back in backs {
                let meant = match port {
                    None => true,
                    Some(Value::String(name)) => {
                        back.name.as_ref() == Some(name)
                            || number(port.as_ref()) == Some(back.front)
                    }
                    Some(_) => number(port.as_ref()) == Some(back.front),
                };
                if !meant || workload.node == entry.via {
                    continue;
                }
                network.routes.push(Route {
                    via: entry.via,
                    front: first.map_or(Traffic::tcp(443), |(traffic, ..)| *traffic),
                    target: workload.node,
                    back: back.traffic,
                    keeps_source: false,
                    from: Vec::new(),
                    front_encrypted: first.map_or(Tri::Unknown, |(_, encrypted, _)| *encrypted),
                    back_encrypted: back_encrypted(entry.resource, &back),
                    front_proof: first.iter().map(|(.., place)| *place).collect(),
                    back_proof: vec![*place, back.place],
                });
            }
        }
    }
}

fn back_encrypted(entry: &Resource, back: &Back) -> Tri {
    let named = |name: &str| {
        annotation(entry, name)
            .is_some_and(|it| ["HTTPS", "GRPCS"].iter().any(|word| it.eq_ignore_ascii_case(word)))
    };
    if named("nginx.ingress.kubernetes.io/backend-protocol")
        || named("alb.ingress.kubernetes.io/backend-protocol")
        || back.app.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("https"))
    {
        return Tri::Yes;
    }
    if back.traffic.port == Some(80) { Tri::No } else { Tri::Unknown }
}

/// Ingresses.
fn ingresses(
    scene: &Scene<'_>,
    all: &[Workload<'_>],
    (controllers, shields): (&Controllers<'_, '_>, &Shields<'_>),
    network: &mut Network,
) {
    for at in scene.index.of_type("Ingress") {
        let Some(via) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        let serving = controllers.serving(scene, resource);
        let fronts = fronts::of_ingress(scene, network, resource, &serving);
        let entry = Entry { via, resource, fronts };
        let backends = ingress_backends(scene, *at);
        let limit = shields.limit(scene, *at, controllers.openness(&serving));
        lead(scene, all, &entry, &backends, limit, network);
        through(via, &serving, network);
    }
}

/// The Services that an Ingress names: position, port, place.
fn ingress_backends(scene: &Scene<'_>, at: usize) -> Vec<Backend> {
    // `…/service/name`, or `…/serviceName` of old.
    backends(scene, at, |backend| {
        let new = backend.get("port");
        new.and_then(|port| port.get("number").or_else(|| port.get("name")))
            .or_else(|| backend.get("servicePort"))
    })
}

/// The Services that something refers to; `port` finds the port in what holds the name.
fn backends(scene: &Scene<'_>, at: usize, port: impl Fn(&Value) -> Option<&Value>) -> Vec<Backend> {
    let resource = scene.index.resource(at);
    let edges = scene.index.outgoing(at).iter();
    edges
        .filter(|edge| &*scene.index.resource(edge.to).kind == "Service")
        .map(|edge| {
            let holder = edge.at.parent().unwrap_or_default();
            let port = resource.attributes.at(&holder).and_then(&port).cloned();
            (edge.to, port, resource.place_of(&edge.at))
        })
        .collect()
}

/// Where controllers run in the cluster, their pods send what an Ingress passes on: policies have to let one of them in.
fn through(via: usize, controllers: &[usize], network: &mut Network) {
    let [first, ..] = controllers else { return };
    if network.presences[via].is_none() {
        let presence = network.presences[*first].clone().unwrap_or_default();
        // It stands where the controller stands; its own front is already there.
        network.presences[via] = Some(Presence {
            public: Public::default(),
            egress: Public::default(),
            layers: Vec::new(),
            acts_as: controllers.to_vec(),
            ..presence
        });
    }
}
