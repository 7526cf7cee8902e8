//! Policies of a mesh over who may call whom: Istio's `AuthorizationPolicy`.
//!
//! Source: istio.io, "Authorization Policy": denials come first; where some policy allows, what none allows is denied. Policies without
//! a selector hold for their namespace, those of the root namespace for the mesh. What holds for some requests only (a path, a token) lets
//! traffic pass and denies none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::kubernetes::select::Namespaces;
use crate::graph::kubernetes::{Workload, mesh, text};
use crate::graph::scene::Scene;

use super::Tri;
use super::filter::{Direction, Layer, Peer, Ports, Protocol, Rule, range};

/// The kind.
const POLICY: &str = "AuthorizationPolicy";

/// Conditions on requests, beside which port they go to.
const OF_REQUESTS: [&str; 6] = ["hosts", "methods", "paths", "notHosts", "notMethods", "notPaths"];

/// All policies of a document.
#[derive(Debug)]
pub struct Policies<'s, 'a> {
    scene: &'s Scene<'a>,
    all: &'s [Workload<'a>],
    namespaces: Namespaces<'a>,
    /// Those for a whole namespace.
    wide: BTreeMap<Arc<str>, Vec<usize>>,
}

impl<'s, 'a> Policies<'s, 'a> {
    /// Of a document and its workloads.
    pub fn new(scene: &'s Scene<'a>, all: &'s [Workload<'a>]) -> Self {
        let mut wide: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        for at in scene.index.of_type(POLICY) {
            let resource = scene.index.resource(*at);
            let spec = resource.attributes.get("spec");
            let names = |key: &str| {
                spec.and_then(|spec| spec.get(key)).is_some_and(|it| !matches!(it, Value::Null))
            };
            // What is attached to a gateway says nothing of workloads.
            let selects = names("selector") || names("targetRef") || names("targetRefs");
            if let Some(namespace) = resource.scope.namespace.as_ref().filter(|_| !selects) {
                wide.entry(Arc::clone(namespace)).or_default().push(*at);
            }
        }
        Self { scene, all, namespaces: Namespaces::new(scene), wide }
    }

    /// The policies that hold for a workload, as one filter. What is no part of the mesh is asked by nobody.
    pub fn layer(&self, workload: &Workload<'_>) -> Option<Layer> {
        let own = self.scene.index.incoming(workload.at).iter().map(|edge| edge.from);
        let own = own.filter(|from| &*self.scene.index.resource(*from).kind == POLICY);
        let of = |namespace: &str| self.wide.get(namespace).into_iter().flatten().copied();
        let mut policies: Vec<usize> =
            own.chain(of(workload.namespace)).chain(of(mesh::ROOT)).collect();
        policies.sort_unstable();
        policies.dedup();
        if policies.is_empty() || mesh::leaves_out(&self.namespaces, workload) {
            return None;
        }
        let mut layer = Layer { default_in: true, default_out: true, ..Layer::default() };
        for at in policies {
            self.add(at, &mut layer);
            layer.resources.push(at);
        }
        layer.sort();
        Some(layer)
    }

    fn add(&self, at: usize, layer: &mut Layer) {
        let policy = self.scene.index.resource(at);
        let allow = match text(&policy.attributes, &["spec", "action"]) {
            None | Some("ALLOW") => true,
            Some("DENY") => false,
            Some("AUDIT") => return,
            // Somebody else decides.
            Some(_) => {
                (layer.default_in, layer.open_ended) = (false, true);
                return;
            }
        };
        if allow {
            layer.default_in = false;
        }
        let list = Pointer::root().key("spec").key("rules");
        let rules = policy.attributes.at(&list).and_then(Value::as_array).unwrap_or_default();
        for (position, written) in rules.iter().enumerate() {
            let conditional = written.get("when").is_some_and(is_some);
            let peers = self.peers(written);
            let targets = targets(written, allow);
            for (ports, partly) in targets {
                // A denial of some requests denies nobody.
                if !allow && (conditional || partly) {
                    continue;
                }
                layer.rules.push(Rule {
                    direction: Direction::In,
                    allow,
                    order: i64::from(allow),
                    protocol: Protocol::Tcp,
                    ports: if conditional { None } else { ports },
                    peers: peers.clone(),
                    resource: Some(at),
                    place: Some(policy.place_of(&list.index(position))),
                    default: None,
                });
            }
        }
    }

    /// Whom a rule speaks of.
    fn peers(&self, rule: &Value) -> Vec<Peer> {
        let items = rule.get("from").and_then(Value::as_array).unwrap_or_default();
        if items.is_empty() {
            return vec![Peer::Everyone];
        }
        let sources = items.iter().filter_map(|item| item.get("source"));
        sources.map(|source| self.peer(source)).flat_map(Vec::into_iter).collect()
    }

    fn peer(&self, source: &Value) -> Vec<Peer> {
        let list = |key: &str| source.get(key).and_then(Value::as_array).unwrap_or_default();
        let unread = ["requestPrincipals", "notPrincipals", "notNamespaces"];
        let unread =
            unread.iter().chain(&["notIpBlocks", "notRequestPrincipals", "notRemoteIpBlocks"]);
        if unread.into_iter().any(|key| !list(key).is_empty()) {
            return vec![Peer::Unknown];
        }
        // Who sends, or for whom a proxy does that stands before: from outside, one and the same.
        let (near, remote) = (list("ipBlocks"), list("remoteIpBlocks"));
        if !near.is_empty() && !remote.is_empty() {
            return vec![Peer::Unknown];
        }
        let mut found = Vec::new();
        for block in near.iter().chain(remote) {
            found.push(block.as_str().and_then(range).map_or(Peer::Unknown, Peer::Range));
        }
        if !remote.is_empty() {
            found.push(Peer::Elsewhere(Tri::Unknown));
        }
        let mut nodes: Option<Vec<usize>> = None;
        for (key, is_it) in [
            ("principals", is_principal as fn(&Workload<'_>, &str) -> bool),
            ("namespaces", is_in as fn(&Workload<'_>, &str) -> bool),
            ("serviceAccounts", is_account as fn(&Workload<'_>, &str) -> bool),
        ] {
            let words = list(key);
            if words.is_empty() {
                continue;
            }
            let fits = |it: &&Workload<'_>| {
                words.iter().filter_map(Value::as_str).any(|word| is_it(it, word))
            };
            let named: Vec<usize> = self.all.iter().filter(fits).map(|it| it.node).collect();
            nodes = Some(match nodes {
                None => named,
                Some(known) => known.into_iter().filter(|it| named.contains(it)).collect(),
            });
        }
        match nodes {
            Some(nodes) => {
                // Whoever the document does not hold may be meant, the mesh's gateway among them.
                found.push(Peer::nodes(nodes));
                found.push(Peer::Elsewhere(Tri::Unknown));
            }
            None if found.is_empty() => found.push(Peer::Everyone),
            None => {}
        }
        found
    }
}

fn is_some(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// `*`, `prefix*`, `*suffix`, or the whole text.
fn like(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        _ => pattern == text,
    }
}

/// `cluster.local/ns/NAMESPACE/sa/ACCOUNT`, whatever the trust domain is called.
fn is_principal(workload: &Workload<'_>, pattern: &str) -> bool {
    let own = format!("cluster.local/ns/{}/sa/{}", workload.namespace, workload.account().0);
    if like(pattern, &own) {
        return true;
    }
    let rest = |text: &str| text.split_once("/ns/").map(|(_, rest)| rest.to_owned());
    match (rest(pattern), rest(&own)) {
        (Some(pattern), Some(own)) => like(&pattern, &own),
        _ => false,
    }
}

fn is_in(workload: &Workload<'_>, pattern: &str) -> bool {
    like(pattern, workload.namespace)
}

/// `NAMESPACE/ACCOUNT`.
fn is_account(workload: &Workload<'_>, pattern: &str) -> bool {
    let own = format!("{}/{}", workload.namespace, workload.account().0);
    pattern == own
}

/// The ports that a rule is about, and whether it is about some requests to them only.
fn targets(rule: &Value, allow: bool) -> Vec<(Option<Ports>, bool)> {
    let items = rule.get("to").and_then(Value::as_array).unwrap_or_default();
    if items.is_empty() {
        return vec![(Some(Ports::all()), false)];
    }
    let operations = items.iter().filter_map(|item| item.get("operation"));
    operations
        .map(|operation| {
            let partly = OF_REQUESTS.iter().any(|key| operation.get(key).is_some_and(is_some));
            let ports = match operation.get("ports") {
                Some(ports) if is_some(ports) => Ports::parse(ports),
                _ if operation.get("notPorts").is_some_and(is_some) => None,
                _ => Some(Ports::all()),
            };
            (ports, partly && !allow)
        })
        .collect()
}
