//! Controllers of Ingresses and gateways that run in the cluster: an entry of the seventh layer is reached as they are.
//!
//! Source: kubernetes.io, "Ingress class"; kubernetes.github.io/ingress-nginx, "Command line arguments"; istio.io, "Gateway" (`selector`: the
//! pods that a gateway is configured on, in every namespace).

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Resource, Value};
use crate::graph::kubernetes::{Workload, annotation, images, special, text};
use crate::graph::network::passing::heard_by_pods;
use crate::graph::network::reach::{self, Reach};
use crate::graph::network::{Network, Route, Tri};
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::traefik;

/// The fact that a node only passes on what entries of the seventh layer in the document take.
pub const CARRIES: &str = "carries_entries";

/// Annotations of Services behind balancers that somebody else makes.
const BEFORE: [&str; 2] = ["cloud.google.com/neg", "controller.autoneg.dev/neg"];

/// How far a controller is open, and what says so.
type Open = (Reach, Vec<Place>);

/// Controllers, by their images.
pub struct Controllers<'w, 'a> {
    all: Vec<&'w Workload<'a>>,
    /// Nodes of those that gateways of a mesh select, by the gateway's address.
    selected: BTreeMap<&'a str, Vec<usize>>,
    /// How far each is open; none where more may get to it than the document says.
    open: BTreeMap<usize, Option<Open>>,
}

impl<'w, 'a> Controllers<'w, 'a> {
    /// Of a document. Whose image runs beside another has it as a helper.
    pub fn new(scene: &Scene<'a>, all: &'w [Workload<'a>]) -> Self {
        let selected = selected(scene, all);
        let words = scene.vocabulary.table("kubernetes_ingress_images");
        let speaks = |it: &&Workload<'_>| {
            let main = |it: &&Value| text(it, &["kind"]) == Some("container");
            let mut images = it.containers().iter().filter(main).map(|it| text(it, &["image"]));
            let mut some = false;
            let every = images.all(|image| {
                some = true;
                image.is_some_and(|image| images::speaks_of(image, words))
            });
            every && some
        };
        let mut all: Vec<_> = all.iter().filter(speaks).collect();
        all.sort_unstable_by_key(|it| it.node);
        Self { all, selected, open: BTreeMap::new() }
    }

    /// Look how far they are open, by the balancers of the document before them, when these are there.
    pub fn judge(&mut self, scene: &Scene<'_>, network: &Network) {
        let mut own: BTreeSet<usize> = self.all.iter().map(|it| it.node).collect();
        own.extend(self.selected.values().flatten());
        let routes = network.routes.iter().enumerate();
        for (at, route) in routes.filter(|(_, route)| own.contains(&route.target)) {
            let found = before(scene, network, (at, route));
            let known = self.open.entry(route.target).or_insert_with(|| found.clone());
            *known = match (known.take(), found) {
                (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
                _ => None,
            };
        }
        for node in self.selected.values().flatten() {
            if !self.open.contains_key(node) && is_kept_inside(scene, *node) {
                self.open.insert(*node, Some((Reach::Closed, Vec::new())));
            }
        }
        for front in network.fronts.iter().filter(|front| own.contains(&front.node)) {
            self.open.insert(front.node, None);
        }
    }

    /// How far some of them are open together; none where that is not known, or where nothing stands before them.
    pub fn openness(&self, nodes: &[usize]) -> Option<&Open> {
        let known = nodes.iter().filter_map(|node| self.open.get(node));
        let all: Option<Vec<&Open>> = known.map(Option::as_ref).collect();
        let best = all?.into_iter().max_by_key(|(reach, _)| *reach);
        best.filter(|(reach, _)| *reach != Reach::Unknown)
    }

    /// Nodes of those that serve an entry: of its class, where the entry and a controller name one; else all.
    /// Those that a gateway of a mesh selects, where there are some.
    pub fn serving(&self, scene: &Scene<'_>, entry: &Resource) -> Vec<usize> {
        if let Some(selected) = self.selected.get(&*entry.address) {
            return selected.clone();
        }
        let class = text(&entry.attributes, &["spec", "ingressClassName"])
            .or_else(|| annotation(entry, "kubernetes.io/ingress.class"));
        let names = class.map(|class| {
            let kinds = scene.index.of_type("IngressClass").iter();
            let own = kinds.map(|at| scene.index.resource(*at)).filter(|it| &*it.name == class);
            let own = own.filter_map(|it| text(&it.attributes, &["spec", "controller"]));
            own.chain([class]).collect::<Vec<&str>>()
        });
        let is_traefiks = &*entry.kind == traefik::ENTRY;
        let picked = |fits: &dyn Fn(&[&str]) -> bool| -> Vec<usize> {
            let of = self.all.iter().filter(|it| !is_traefiks || is_traefik(it));
            let of = of.filter(|it| fits(&classes(it)));
            of.map(|it| it.node).collect()
        };
        let named = |own: &[&str]| {
            names.iter().flatten().any(|name| own.iter().any(|argument| argument == name))
        };
        let found = picked(&named);
        if !found.is_empty() {
            return found;
        }
        let silent = picked(&|own| own.is_empty());
        if silent.is_empty() { picked(&|_| true) } else { silent }
    }
}

/// Whether a workload runs Traefik, which alone serves its own kinds.
fn is_traefik(workload: &Workload<'_>) -> bool {
    let images = workload.containers().iter().filter_map(|it| text(it, &["image"]));
    images.into_iter().any(|image| images::speaks_of(image, &[vec!["traefik".into()]]))
}

/// Whether Services lead to a workload, and all of them are of the cluster only, with nothing before them.
fn is_kept_inside(scene: &Scene<'_>, node: usize) -> bool {
    let parts = scene.nodes[node].parts.iter().flat_map(|part| scene.index.incoming(*part));
    let services: BTreeSet<usize> =
        parts.map(|edge| edge.from).filter(|at| is_service(scene, *at)).collect();
    let is_inner = |at: &usize| {
        let service = scene.index.resource(*at);
        let mut named =
            scene.index.incoming(*at).iter().map(|edge| scene.index.resource(edge.from));
        special(service).is_none()
            && BEFORE.iter().all(|name| annotation(service, name).is_none())
            && !named.any(|other| is_entry(&other.kind))
    };
    scene.index.of_type("TargetGroupBinding").is_empty()
        && !services.is_empty()
        && services.iter().all(is_inner)
}

fn is_service(scene: &Scene<'_>, at: usize) -> bool {
    &*scene.index.resource(at).kind == "Service"
}

/// Whether objects of a kind lead from outside to the Services that they name.
fn is_entry(kind: &str) -> bool {
    kind == "Ingress" || kind.ends_with("Route") || kind == "VirtualService"
}

/// The workloads whose pods gateways of a mesh select.
fn selected<'a>(scene: &Scene<'a>, all: &[Workload<'a>]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut by_label: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (position, workload) in all.iter().enumerate() {
        for (key, value) in workload.labels.into_iter().flatten() {
            if let Some(value) = value.as_str() {
                by_label.entry((key, value)).or_default().push(position);
            }
        }
    }
    let document = scene.index.document;
    let mut left = scene.bounds.named;
    let gateways = scene.index.of_type("Gateway").iter().filter_map(|at| {
        let gateway = &document.resources[*at];
        let selector = gateway.attributes.get("spec")?.get("selector")?.as_object()?;
        let mut pairs = selector.into_iter().map(|(key, value)| {
            let fits = value.as_str().and_then(|value| by_label.get(&(&**key, value)));
            fits.map_or(&[][..], Vec::as_slice)
        });
        let first = pairs.next()?;
        left = left.checked_sub(first.len())?;
        let mut found: BTreeSet<usize> = first.iter().copied().collect();
        for others in pairs {
            found.retain(|position| others.binary_search(position).is_ok());
        }
        let nodes: Vec<usize> = found.into_iter().map(|position| all[position].node).collect();
        (!nodes.is_empty()).then_some((&*gateway.address, nodes))
    });
    gateways.collect()
}

/// How far a balancer before a controller is open, and the controller's pods behind it.
fn before(scene: &Scene<'_>, network: &Network, (at, route): (usize, &Route)) -> Option<Open> {
    let host = network.presences.get(route.via)?.as_ref()?;
    if host.public.state == Tri::Unknown {
        return None;
    }
    let mut way = reach::from_internet(host, route.front);
    if let Some(behind) = heard_by_pods(scene, network, (at, route)) {
        way.limit(&behind);
    }
    Some((way.reach, way.rules.iter().filter_map(|rule| rule.place).collect()))
}

/// The classes that a controller's arguments name.
fn classes<'a>(workload: &Workload<'a>) -> Vec<&'a str> {
    let lists = workload.containers().iter().flat_map(|it| {
        ["command", "args"].into_iter().filter_map(|list| it.get(list)?.as_array()).flatten()
    });
    let arguments = lists.filter_map(Value::as_str);
    let value = |argument: &'a str| {
        let (name, value) = argument.split_once('=')?;
        let name = name.trim_start_matches('-');
        matches!(name, "ingress-class" | "controller-class" | "ingress.class" | "ingressclass")
            .then_some(value)
    };
    arguments.filter_map(value).collect()
}

/// Set of nodes that they only carry what entries take: controllers of entries, Services that lead to these alone.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let controllers = Controllers::new(scene, all);
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let entries = ["Ingress", "Gateway", traefik::ENTRY];
    for at in entries.into_iter().flat_map(|kind| scene.index.of_type(kind)) {
        let leads = scene.node_of[*at].is_some();
        if leads {
            found.extend(controllers.serving(scene, scene.index.resource(*at)));
        }
    }
    let carriers = found.clone();
    for at in scene.index.of_type("Service") {
        let Some(via) = scene.node_of[*at] else { continue };
        let behind: BTreeSet<usize> = scene
            .index
            .outgoing(*at)
            .iter()
            .filter_map(|edge| all.binary_search_by_key(&edge.to, |it| it.at).ok())
            .map(|position| all[position].node)
            .collect();
        if !behind.is_empty() && behind.is_subset(&carriers) {
            found.insert(via);
        }
    }
    for node in found {
        let proof = scene.nodes[node].place.into_iter().collect();
        let fact = Fact { value: Some(Value::Bool(true)), proof };
        scene.nodes[node].facts.insert(CARRIES.into(), fact);
    }
}
