//! What no resource stands behind (state, third-party modules, the repository), and flows of logs, secrets, data and code.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Backend, ModuleCall, Pointer, Value};
use crate::model::{Element, Encrypted, FlowKind};
use crate::pack::Verb;
use crate::source::Place;

use super::relations::{Relation, leads};
use super::scene::{Fact, Flow, Scene};

/// The fact of what keeps the state.
pub const STATE: &str = "state";
/// Label of a flow from a store of code to what runs it.
pub const IS_RUN: &str = "is run by";
/// What the flow of messages to whoever takes them out is called.
pub const READ_BY: &str = "is read by";

/// Nodes for the state and for modules of others.
pub fn declarations(scene: &mut Scene<'_>) {
    let document = scene.index.document;
    if let Some(backend) = &document.backend
        && &*backend.kind != "local"
    {
        let id = format!("backend.{}", backend.kind);
        let fact = Fact { value: Some(Value::Bool(true)), proof: vec![backend.place] };
        if let Some(node) = keeper(scene, backend) {
            scene.call_node(&id, node);
            scene.nodes[node].facts.insert(STATE.into(), fact);
        } else {
            backend_node(scene, backend, (&id, fact));
        }
    }
    for module in document.modules.iter().filter(|module| is_foreign(module)) {
        let last = module.address.rsplit('.').next().unwrap_or_default();
        let node = scene.plain_node(&module.address, last, "supply_chain", Element::ExternalEntity);
        let zone = scene.plain_zone("third_party", "Third-party modules", "module");
        scene.nodes[node].zone = Some(zone);
        let source = module.spans.get(&Pointer::root().key("source"));
        scene.nodes[node].place = Some(source.unwrap_or(module.place));
    }
}

/// A node for the state, where nothing of the document keeps it.
fn backend_node(scene: &mut Scene<'_>, backend: &Backend, (id, fact): (&str, Fact)) {
    let node = scene.plain_node(id, "Terraform state", "datastore_object", Element::DataStore);
    let mut rows = scene.vocabulary.table("backends").iter();
    let row = rows.find(|row| row.first().is_some_and(|kind| **kind == *backend.kind));
    let kind = row.and_then(|row| row.get(1)).cloned().unwrap_or_else(|| "state".into());
    let within = row.and_then(|row| backend.attributes.get(row.get(2)?)?.as_str());
    let name = within
        .map_or_else(|| "State storage".to_owned(), |within| format!("State storage ({within})"));
    let zone = scene.plain_zone("state", &name, &kind);
    let given = &mut scene.nodes[node];
    given.zone = Some(zone);
    given.place = Some(backend.place);
    given.sensitivity = Some("restricted".into());
    given.facts.insert(STATE.into(), fact);
}

/// The store of the document that keeps the state, by the table `backend_stores`.
fn keeper(scene: &Scene<'_>, backend: &Backend) -> Option<usize> {
    let rows = scene.vocabulary.table("backend_stores").iter();
    let mut own = rows.filter(|row| row.first().is_some_and(|kind| **kind == *backend.kind));
    own.find_map(|row| {
        let [_, says, kind, attribute] = row.as_slice() else { return None };
        let name = backend.attributes.get(says)?.as_str().filter(|name| !name.is_empty())?;
        let named = |at: &&usize| {
            let resource = scene.index.resource(**at);
            resource.attributes.get(attribute).and_then(Value::as_str) == Some(name)
        };
        let at = scene.index.of_type(kind).iter().find(named)?;
        scene.node_of[*at]
    })
}

/// Whether a module's code is somebody else's: its source is no folder of the project.
fn is_foreign(module: &ModuleCall) -> bool {
    let source = &*module.source;
    !(source.is_empty()
        || source.starts_with("./")
        || source.starts_with("../")
        || source == "."
        || source == "..")
}

/// Flows that no network carries.
pub fn flows(scene: &mut Scene<'_>) {
    let mut flows = Vec::new();
    relations(scene, &mut flows);
    supply_chain(scene, &mut flows);
    let mut found: BTreeMap<(usize, usize, FlowKind, Arc<str>), Flow> = BTreeMap::new();
    for flow in flows {
        let key = (flow.source, flow.target, flow.kind, Arc::clone(&flow.label));
        let known =
            found.entry(key).or_insert_with(|| Flow { evidence: Vec::new(), ..flow.clone() });
        for place in flow.evidence {
            if !known.evidence.contains(&place) {
                known.evidence.push(place);
            }
        }
    }
    scene.flows.extend(found.into_values());
}

/// What a verb carries: the flow's kind, its label, and whether it runs against the reference.
fn carried(verb: Verb) -> Option<(FlowKind, &'static str, bool)> {
    Some(match verb {
        Verb::LogsTo => (FlowKind::Log, "logs", false),
        Verb::Reads => (FlowKind::Data, "reads", false),
        Verb::Writes => (FlowKind::Data, "writes", false),
        Verb::Mounts => (FlowKind::Data, "mounts", false),
        Verb::Triggers => (FlowKind::Data, "triggers", false),
        Verb::TriggeredBy => (FlowKind::Data, "triggers", true),
        Verb::Invokes => (FlowKind::Data, "invokes", false),
        Verb::InvokedBy => (FlowKind::Data, "invokes", true),
        Verb::Copies => (FlowKind::Data, "copies", true),
        Verb::CopiedTo => (FlowKind::Data, "copies", false),
        Verb::ReferencesSecret => (FlowKind::Secret, "uses secret", false),
        Verb::Pulls => (FlowKind::SupplyChain, "pulls", true),
        Verb::Runs => (FlowKind::SupplyChain, IS_RUN, true),
        Verb::DeploysTo => (FlowKind::SupplyChain, "deploys", false),
        Verb::Authn | Verb::AuthenticatedBy => (FlowKind::Identity, "authenticates", true),
        _ => return None,
    })
}

/// Whether what is written of two nodes makes a flow between them that no network carries.
pub fn carry(scene: &Scene<'_>, a: usize, b: usize) -> bool {
    let says = |from: usize, to: usize| {
        let parts = scene.nodes[from].parts.iter();
        let relations = parts.flat_map(|part| scene.relations.outgoing(*part));
        let mut own = relations.filter(|it| scene.node_of[it.to] == Some(to));
        own.any(|it| carried(it.verb).is_some() && fits(scene, it, to))
    };
    says(a, b) || says(b, a)
}

fn relations(scene: &Scene<'_>, flows: &mut Vec<Flow>) {
    let resources = 0..scene.node_of.len();
    let nodes = resources.flat_map(|at| scene.nodes_of(at).map(move |node| (at, node)));
    for (at, from) in nodes {
        for relation in scene.relations.outgoing(at) {
            let Some((kind, label, reversed)) = carried(relation.verb) else { continue };
            let Some(to) = scene.node_of[relation.to].filter(|to| *to != from) else { continue };
            if !fits(scene, relation, to) {
                continue;
            }
            // Messages go to whoever reads them.
            let is_taken = relation.verb == Verb::Reads && holds_messages(scene, to);
            let label = if is_taken { READ_BY } else { label };
            let (source, target) = if reversed || is_taken { (to, from) } else { (from, to) };
            let place = scene.index.place_of(at, &relation.at, relation.to);
            flows.push(plain(source, target, kind, label, vec![place]));
        }
    }
}

/// Whether what a verb says can be said of the node that it is said of.
fn fits(scene: &Scene<'_>, relation: &Relation, to: usize) -> bool {
    match relation.verb {
        Verb::ReferencesSecret => is_secret(scene, to),
        Verb::Pulls => is_registry(scene, to),
        Verb::Runs => scene.nodes[to].element == Element::DataStore,
        // A text that names a secret among others does not read it a second time.
        Verb::Reads => !uses_secret(scene, relation.from, relation.to),
        Verb::CopiedTo | Verb::Triggers | Verb::TriggeredBy | Verb::Invokes | Verb::InvokedBy => {
            !is_off(scene, relation)
        }
        Verb::LogsTo => !names_many(scene, relation) || &*scene.nodes[to].kind == "log_store",
        _ => true,
    }
}

/// Whether the attribute of a relation names things of several kinds, each of which only what fits it is about.
fn names_many(scene: &Scene<'_>, relation: &Relation) -> bool {
    let edges = scene.meanings[relation.from].iter().flat_map(|meaning| &meaning.edges);
    edges.into_iter().any(|(verb, path)| *verb != relation.verb && leads(path, &relation.at))
}

/// Whether what a relation says is switched off, by the table `switches`: by a block around it, by the resource, or by what this is a
/// part of.
fn is_off(scene: &Scene<'_>, relation: &Relation) -> bool {
    let owner = scene.node_of[relation.from].and_then(|node| scene.nodes[node].resource);
    let around = std::iter::successors(relation.at.parent(), Pointer::parent);
    let mut all =
        around.map(|at| (relation.from, at)).chain(owner.map(|owner| (owner, Pointer::root())));
    all.any(|(from, at)| {
        let resource = scene.index.resource(from);
        let mut rows = scene.vocabulary.table("switches").iter().filter(|row| row.len() == 3);
        rows.any(|row| {
            let value = || resource.attributes.at(&at)?.get(&row[1]);
            *row[0] == *resource.kind
                && match value() {
                    Some(Value::String(text)) => text == &row[2],
                    Some(Value::Bool(on)) => on.to_string() == *row[2],
                    _ => false,
                }
        })
    })
}

/// Whether a node takes messages for others.
pub fn holds_messages(scene: &Scene<'_>, node: usize) -> bool {
    let kinds = scene.vocabulary.table("message_kinds").iter().flatten();
    kinds.into_iter().any(|kind| **kind == *scene.nodes[node].kind)
}

fn is_secret(scene: &Scene<'_>, node: usize) -> bool {
    matches!(&*scene.nodes[node].kind, "secret_store" | "config")
}

/// Whether a resource says of another one that it holds a secret of its.
fn uses_secret(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    let node = scene.node_of[to];
    node.is_some_and(|node| is_secret(scene, node))
        && scene.relations.targets(at, Verb::ReferencesSecret).any(|secret| secret.to == to)
}

/// Whether code comes from there: what else the name of an image refers to is no source of it.
fn is_registry(scene: &Scene<'_>, node: usize) -> bool {
    matches!(&*scene.nodes[node].kind, "registry" | "repository")
}

/// Code of third parties runs when the state is read and written.
fn supply_chain(scene: &Scene<'_>, flows: &mut Vec<Flow>) {
    let Some(state) = (0..scene.nodes.len()).find(|node| scene.holds(*node, STATE)) else { return };
    for (node, module) in scene.nodes.iter().enumerate() {
        if &*module.kind == "supply_chain" && module.resource.is_none() {
            let evidence = module.place.into_iter().collect();
            flows.push(plain(node, state, FlowKind::SupplyChain, "runs at plan time", evidence));
        }
    }
}

/// A flow that no network carries.
pub fn plain(
    source: usize,
    target: usize,
    kind: FlowKind,
    label: &str,
    evidence: Vec<Place>,
) -> Flow {
    Flow {
        source,
        target,
        kind,
        protocol: None,
        port: None,
        encrypted: Encrypted::NotApplicable,
        label: label.into(),
        evidence,
        assumed: false,
        restricted: false,
    }
}
