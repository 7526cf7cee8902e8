//! Controllers of Ingresses and gateways that run in the cluster: an entry of the seventh layer is reached as they are.
//!
//! Source: kubernetes.io, "Ingress class"; kubernetes.github.io/ingress-nginx, "Command line arguments".

use std::collections::BTreeSet;

use crate::document::{Resource, Value};
use crate::graph::kubernetes::{Workload, annotation, image_speaks_of, text};
use crate::graph::network::reach::{self, Reach};
use crate::graph::network::{Network, Tri};
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

/// The fact that a node only passes on what entries of the seventh layer in the document take.
pub const CARRIES: &str = "carries_entries";

/// Controllers, by their images: positions among the workloads.
pub struct Controllers<'w, 'a> {
    all: Vec<&'w Workload<'a>>,
}

impl<'w, 'a> Controllers<'w, 'a> {
    /// Of a document. Whose image runs beside another has it as a helper.
    pub fn new(scene: &Scene<'_>, all: &'w [Workload<'a>]) -> Self {
        let words = scene.vocabulary.table("kubernetes_ingress_images");
        let speaks = |it: &&Workload<'_>| {
            let main = |it: &&Value| text(it, &["kind"]) == Some("container");
            let mut images = it.containers().iter().filter(main).map(|it| text(it, &["image"]));
            let mut some = false;
            let every = images.all(|image| {
                some = true;
                image.is_some_and(|image| image_speaks_of(image, words))
            });
            every && some
        };
        let mut all: Vec<_> = all.iter().filter(speaks).collect();
        all.sort_unstable_by_key(|it| it.node);
        Self { all }
    }

    /// Nodes of those that serve an entry: of its class, where the entry and a controller name one; else all.
    pub fn serving(&self, scene: &Scene<'_>, entry: &Resource) -> Vec<usize> {
        let class = text(&entry.attributes, &["spec", "ingressClassName"])
            .or_else(|| annotation(entry, "kubernetes.io/ingress.class"));
        let names = class.map(|class| {
            let kinds = scene.index.of_type("IngressClass").iter();
            let own = kinds.map(|at| scene.index.resource(*at)).filter(|it| &*it.name == class);
            let own = own.filter_map(|it| text(&it.attributes, &["spec", "controller"]));
            own.chain([class]).collect::<Vec<&str>>()
        });
        let picked = |fits: &dyn Fn(&[&str]) -> bool| -> Vec<usize> {
            let of = self.all.iter().filter(|it| fits(&classes(it)));
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

/// How far controllers are open, where balancers of the document stand before them and nothing else that might let more in.
pub fn openness(nodes: &[usize], network: &Network) -> Option<(Reach, Vec<Place>)> {
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    if network.fronts.iter().any(|front| nodes.contains(&front.node)) {
        return None;
    }
    let mut best: Option<(Reach, Vec<Place>)> = None;
    for route in network.routes.iter().filter(|route| nodes.contains(&route.target)) {
        let host = presence(route.via)?;
        if host.public.state == Tri::Unknown {
            return None;
        }
        let way = reach::from_internet(host, route.front);
        if best.as_ref().is_none_or(|(known, _)| way.reach > *known) {
            let proof = way.rules.iter().filter_map(|rule| rule.place).collect();
            best = Some((way.reach, proof));
        }
    }
    best.filter(|(reach, _)| *reach != Reach::Unknown)
}

/// Set of nodes that they only carry what entries take: controllers of entries, Services that lead to these alone.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let controllers = Controllers::new(scene, all);
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for at in scene.index.of_type("Ingress").iter().chain(scene.index.of_type("Gateway")) {
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
