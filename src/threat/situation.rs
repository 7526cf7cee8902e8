//! The situation of a threat: the state of each dimension for what is harmed, as its class sees it.

use rustc_hash::FxHashSet;

use crate::document::{Pointer, Value};

use crate::finding::ThreatClass;
use crate::finding::context::{Dimension, Known, Situation, State};
use crate::graph::kubernetes::only_cluster;
use crate::graph::scene::{Fact, Flow};
use crate::model::Element;
use crate::source::Place;

use super::controls;
use super::surroundings::{Ports, Surroundings};

/// What is harmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A node.
    Node(usize),
    /// A flow.
    Flow(usize),
    /// A zone.
    Zone(usize),
    /// A resource that is neither node nor zone.
    Resource(usize),
}

/// Classes of breaking out of a container: by itself, over what it mounts.
const BREAKOUTS: [&str; 2] = ["T016", "T017"];

/// Id of the class of taking the credentials of a machine.
const CREDENTIALS: &str = "T014";

/// Id of the class of secrets in code.
const SECRETS: &str = "T008";

/// Where an object of a cluster holds a key of a cloud, which the cloud's own interface on the internet accepts: by the names of the table
/// `cloud_keys`.
fn cloud_key(around: &Surroundings<'_, '_>, node: usize) -> Option<Place> {
    let scene = around.scene();
    let resource = scene.index.resource(scene.nodes[node].resource?);
    let names = scene.vocabulary.table("cloud_keys");
    ["stringData", "data"].into_iter().find_map(|field| {
        let entries = resource.attributes.get(field)?.as_object()?;
        let (name, _) = entries.iter().find(|(name, value)| {
            let name = name.to_lowercase();
            value.as_str().is_some_and(|text| !text.trim().is_empty())
                && names.iter().flatten().any(|own| **own == *name)
        })?;
        Some(resource.place_of(&Pointer::root().key(field).key(name)))
    })
}

/// Which ports a class is about, for the exposure.
pub fn ports(class: &ThreatClass) -> Ports {
    match &*class.applies_to {
        "compute_vm" => Ports::Management,
        "api" => Ports::Published,
        _ => Ports::Any,
    }
}

/// The situation of a target for a class. `proof` is what a finding proves, for what the class itself states.
pub fn of(
    around: &Surroundings<'_, '_>,
    target: Target,
    class: &ThreatClass,
    proof: &[Place],
) -> Situation {
    let mut situation = match target {
        Target::Node(node) => of_node(around, node, class),
        Target::Flow(flow) => of_flow(around, around.flow(flow)),
        Target::Zone(zone) => of_zone(around, zone),
        Target::Resource(at) => of_resource(around, at),
    };
    // A class that takes for granted that nobody is asked is only found where that is so.
    let asks_nobody = class.assumptions.states[Dimension::Auth as usize] == Some(State(0));
    let asks = matches!(target, Target::Node(node) if asks(around, node));
    if asks_nobody && !proof.is_empty() && !asks {
        situation.set(Dimension::Auth, Known::State(State(0), proof.to_vec()));
    }
    situation
}

/// Whether a door asks, whatever the class takes for granted: a role that lets nobody in without a second factor, the API of a cluster
/// that a cloud runs.
fn asks(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let scene = around.scene();
    let given = &scene.nodes[node];
    let word = given.facts.get("auth").and_then(|fact| fact.value.as_ref()?.as_str());
    let is_cluster =
        &*given.kind == "compute_orchestrator" && word.is_some_and(|word| word != "none");
    is_cluster || scene.holds(node, "second_factor")
}

fn of_node(around: &Surroundings<'_, '_>, node: usize, class: &ThreatClass) -> Situation {
    let mut situation = Situation::default();
    let exposure = match around.own_way(node, class) {
        Some(way) => around.exposure_by(node, &way),
        None => around.exposure(node, ports(class)),
    };
    situation.set(Dimension::Exposure, exposure);
    situation.set(Dimension::Auth, auth(around, node));
    situation.set(Dimension::Data, around.data(node));
    situation.set(Dimension::Privilege, around.privilege(node));
    situation.set(Dimension::Blast, around.blast(node));
    situation.set(Dimension::Environment, around.environment(node));
    if &*class.id == SECRETS
        && let Some(place) = cloud_key(around, node)
    {
        let open = Known::of(Dimension::Exposure, "internet_open", vec![place]);
        situation.set(Dimension::Exposure, open);
    }
    // A program that nobody calls holds secrets that others take, who knows where.
    let is_isolated = matches!(situation.get(Dimension::Exposure), Known::State(State(4), _));
    if &*class.id == SECRETS
        && is_isolated
        && around.scene().nodes[node].element == Element::Process
    {
        situation.set(Dimension::Exposure, Known::Unknown);
    }
    let own = around.scene().nodes[node].resource;
    let in_cluster =
        own.is_some_and(|at| &*around.scene().index.resource(at).provider == "kubernetes");
    // Who breaks out has what the machine has, and so has who takes the credentials of the machines of a cluster.
    let breaks_out = in_cluster && BREAKOUTS.contains(&&*class.id);
    let takes_credentials =
        &*class.id == CREDENTIALS && (in_cluster || only_cluster(around.scene()) == Some(node));
    if breaks_out || takes_credentials {
        let machine = around.machine();
        situation.set(Dimension::Data, machine.data.clone());
        situation.set(Dimension::Privilege, machine.rights.clone());
    }
    if breaks_out {
        let place = around.scene().nodes[node].place.into_iter().collect();
        situation.set(Dimension::Blast, Known::of(Dimension::Blast, "majority", place));
    }
    situation.controls = controls::of(around, node, class);
    if counts_for(around, controls::BASTION, class)
        && situation.controls.iter().any(|(name, _)| **name == *controls::BASTION)
        && let Some(proof) = controls::bastion(around, node)
    {
        // Everybody gets to the bastion, and from there to the host.
        let open = Known::of(Dimension::Exposure, "internet_open", proof);
        situation.set(Dimension::Exposure, open);
    }
    situation
}

/// Whether a control counts for a class.
fn counts_for(around: &Surroundings<'_, '_>, control: &str, class: &ThreatClass) -> bool {
    let mut controls = around.scene().vocabulary.weights.controls.iter();
    controls.any(|own| *own.name == *control && own.classes.contains(&class.id))
}

/// What the door of a node asks for, by the vocabulary.
fn auth(around: &Surroundings<'_, '_>, node: usize) -> Known {
    let given = &around.scene().nodes[node];
    match given.facts.get("auth") {
        Some(Fact { value: Some(Value::String(word)), proof }) => {
            Known::of(Dimension::Auth, word, proof.clone())
        }
        _ if given.element == Element::Identity => Known::NotApplicable,
        _ => Known::Unknown,
    }
}

/// A flow is as exposed as its source is foreign, and carries what its ends hold.
fn of_flow(around: &Surroundings<'_, '_>, flow: &Flow) -> Situation {
    let mut situation = Situation::default();
    let [from, to] = [flow.source, flow.target].map(|end| around.is_on_internet(end));
    let outside = from || to;
    let foreign = &*around.scene().nodes[flow.source].kind == "external_account";
    let word = match (outside, flow.restricted) {
        (true, _) if flow.assumed => None,
        (true, false) => Some("internet_open"),
        // Programs of anybody at the same provider are no named ranges.
        (true, true) if from && around.scene().holds(flow.target, "to_tenants_only") => {
            Some("cross_account")
        }
        (true, true) => Some("internet_restricted"),
        (false, _) if foreign => Some("cross_account"),
        (false, _) => Some("internal"),
    };
    let exposure = word.map(|word| Known::of(Dimension::Exposure, word, flow.evidence.clone()));
    situation.set(Dimension::Exposure, exposure.unwrap_or(Known::Unknown));
    let ends = [flow.target, flow.source].map(|end| around.data(end));
    let [target, source] = ends;
    situation
        .set(Dimension::Data, if matches!(target, Known::State(..)) { target } else { source });
    situation.set(Dimension::Privilege, Known::NotApplicable);
    situation.set(Dimension::Blast, around.blast(flow.target));
    let inner = if to { flow.source } else { flow.target };
    situation.set(Dimension::Environment, around.environment(inner));
    situation
}

fn of_zone(around: &Surroundings<'_, '_>, zone: usize) -> Situation {
    let mut situation = Situation::default();
    let scene = around.scene();
    let place: Vec<Place> = scene.zones[zone].place.into_iter().collect();
    let inside = &around.inside[zone];
    let mut data: Option<(State, Vec<Place>)> = None;
    for node in inside {
        if let Known::State(state, proof) = around.data(*node)
            && data.as_ref().is_none_or(|(known, _)| *known < state)
        {
            data = Some((state, proof));
        }
    }
    situation.set(Dimension::Exposure, Known::of(Dimension::Exposure, "internal", place));
    situation.set(
        Dimension::Data,
        data.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof)),
    );
    situation.set(Dimension::Privilege, Known::NotApplicable);
    situation.set(Dimension::Blast, around.zone_blast(zone));
    let environment = around.zone_environment(zone);
    situation.set(
        Dimension::Environment,
        environment.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof)),
    );
    situation
}

/// Of what belongs to nothing here, only the environment is known: another configuration may attach it.
fn of_resource(around: &Surroundings<'_, '_>, at: usize) -> Situation {
    let mut situation = Situation::default();
    let resource = around.scene().index.resource(at);
    let environment = around.words.environment(resource).or_else(|| around.document_environment());
    situation.set(
        Dimension::Environment,
        environment.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof)),
    );
    situation
}

/// Places that belong to the evidence of a threat beside what found it: the way in, the door.
pub fn evidence(
    around: &Surroundings<'_, '_>,
    target: Target,
    class: &ThreatClass,
    situation: &Situation,
    evidence: &mut Vec<Place>,
) {
    let Target::Node(node) = target else { return };
    let mut known: FxHashSet<Place> = evidence.iter().copied().collect();
    let mut add = |place: &Place| {
        if known.insert(*place) {
            evidence.push(*place);
        }
    };
    if class.assumptions.states[Dimension::Exposure as usize].is_some()
        && ports(class) != Ports::Any
        && let Some(entry) = around.way_of(node, class)
    {
        around.evidence(entry.flows).iter().for_each(&mut add);
    }
    if class.assumptions.states[Dimension::Auth as usize].is_some()
        && let Known::State(_, proof) = situation.get(Dimension::Auth)
    {
        proof.iter().for_each(&mut add);
    }
}
