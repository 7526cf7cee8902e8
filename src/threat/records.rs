//! What rules over the model see of an asset or zone: a record as `attr`, and the places of its facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Map, Value};
use crate::engine::Evaluated;
use crate::engine::cel::{Subject, Surroundings as Neighbors};
use crate::finding::context::{Dimension, Known};
use crate::graph::network::reach::Reach;
use crate::graph::network::{PODS, Presence, Tri};
use crate::graph::scene::Facts;
use crate::model::FlowKind;
use crate::pack::Expression;
use crate::source::Place;

use super::controls;
use super::crossing;
use super::situation::Target;
use super::surroundings::{Ports, Surroundings};

/// One thing that rules over the model judge.
#[derive(Debug)]
pub struct Record {
    /// `asset`, `flow` or `boundary`.
    pub what: &'static str,
    /// Which.
    pub target: Target,
    /// Its id.
    pub id: Arc<str>,
    value: Value,
    proofs: BTreeMap<Arc<str>, Vec<Place>>,
}

impl Record {
    /// Whether a condition holds; the error says why it does not compile.
    pub fn test<'e>(&self, condition: &'e Expression) -> Result<Evaluated<bool>, &'e str> {
        let empty = Value::object(Map::new());
        let subject = Subject {
            resource: &self.value,
            attributes: &self.value,
            defaults: &empty,
            parsed: &empty,
            item: None,
            params: &empty,
            surroundings: &Alone,
        };
        Ok(condition.program()?.test(&subject))
    }

    /// Places of named facts, each once, in the order of the names.
    pub fn evidence(&self, names: &[Arc<str>]) -> Vec<Place> {
        let mut places = Vec::new();
        for place in names.iter().filter_map(|name| self.proofs.get(name)).flatten() {
            if !places.contains(place) {
                places.push(*place);
            }
        }
        places
    }
}

/// Rules over the model see no other resources.
struct Alone;

impl Neighbors for Alone {
    fn is_default(&self, _: &str) -> bool {
        false
    }

    fn related(&self, _kind: &str) -> Vec<Value> {
        Vec::new()
    }

    fn references(&self, _pointer: &str) -> Vec<Value> {
        Vec::new()
    }

    fn referrers(&self, _pointer: &str) -> Vec<Value> {
        Vec::new()
    }

    fn document(&self) -> Value {
        Value::Null
    }
}

/// Records of all assets, flows and zones, each made when its turn comes: all at once would be as large as the document.
pub fn all(around: &Surroundings<'_, '_>) -> impl Iterator<Item = Record> {
    let secrets = around.secrets_in_state();
    let scene = around.scene();
    let assets = (0..scene.nodes.len()).map(move |node| asset(around, node, &secrets));
    let flows = (0..scene.flows.len()).map(move |flow| of_flow(around, flow));
    assets.chain(flows).chain((0..scene.zones.len()).map(move |zone| boundary(around, zone)))
}

/// Members and proofs on their way into a record.
#[derive(Default)]
struct Fields {
    members: Map,
    proofs: BTreeMap<Arc<str>, Vec<Place>>,
}

impl Fields {
    fn text(&mut self, name: &str, text: impl Into<Arc<str>>) {
        self.members.insert(name.into(), Value::String(text.into()));
    }

    fn optional(&mut self, name: &str, text: Option<&str>) {
        self.members.insert(name.into(), text.map_or(Value::Null, Value::string));
    }

    /// A yes, a no, or not known, with what proves it.
    fn state(&mut self, name: &str, state: Option<bool>, proof: Vec<Place>) {
        let value =
            state.map_or_else(|| Value::unknown(format!("{name} is not known")), Value::Bool);
        self.members.insert(name.into(), value);
        self.proofs.insert(name.into(), proof);
    }

    fn dimension(&mut self, dimension: Dimension, known: &Known) {
        let value = match known {
            Known::State(state, _) => Value::string(
                dimension.states().get(usize::from(state.0)).copied().unwrap_or_default(),
            ),
            Known::Unknown => Value::unknown(format!("{} is not known", dimension.name())),
            Known::NotApplicable => Value::Null,
        };
        self.members.insert(dimension.name().into(), value);
        if let Known::State(_, proof) = known {
            self.proofs.insert(dimension.name().into(), proof.clone());
        }
    }

    fn facts(&mut self, facts: &Facts) {
        let mut is = Map::new();
        for (name, fact) in facts {
            let unknown = || Value::unknown(format!("{name} is not known"));
            is.insert(Arc::clone(name), fact.value.clone().unwrap_or_else(unknown));
            self.proofs.entry(Arc::clone(name)).or_insert_with(|| fact.proof.clone());
        }
        self.members.insert("is".into(), Value::object(is));
    }
}

/// Whether it is known where in a network a host stands.
fn is_placed(presence: &Presence) -> bool {
    !presence.subnets.is_empty() || presence.network == Some(PODS)
}

fn asset(around: &Surroundings<'_, '_>, node: usize, secrets: &[Place]) -> Record {
    let scene = around.scene();
    let given = &scene.nodes[node];
    let place: Vec<Place> = given.place.into_iter().collect();
    let mut fields = Fields::default();
    fields.text("id", Arc::clone(&given.id));
    fields.text("kind", Arc::clone(&given.kind));
    fields.text("element", given.element.name());
    let provider = given.resource.map(|at| &*scene.index.resource(at).provider);
    fields.optional("provider", provider);
    fields.optional("type", given.resource.map(|at| scene.index.resource(at).type_name()));
    fields.proofs.insert("place".into(), place);
    fields.proofs.insert("address".into(), addresses(around, node));
    fields.members.insert("passing".into(), Value::Bool(around.is_passing(node)));
    let refuses = scene.state(node, "refuses_strangers");
    // A flood meets what stands first; a balancer takes it for what is behind.
    let ways = [
        ("entry", around.way_of_floods(node)),
        ("web", around.way_of_requests(node)),
        ("management", around.entry(node, Ports::Management)),
    ];
    for (name, entry) in ways {
        let state = match entry.as_ref().map(|entry| entry.reach) {
            Some(Reach::Open | Reach::Restricted) => Some(true),
            Some(Reach::Unknown) => None,
            Some(Reach::Closed) | None => Some(false),
        };
        // What the provider turns away reaches no application.
        let state = match refuses {
            Tri::Yes if name != "management" => Some(false),
            Tri::Unknown if name != "management" => state.filter(|state| !state),
            _ => state,
        };
        let proof = entry
            .map(|entry| around.evidence(entry.flows.iter().rev().copied()))
            .unwrap_or_default();
        fields.state(name, state, proof);
    }
    guards(around, node, &mut fields);
    let out = around.out[node].iter().find(|flow| {
        let flow = around.flow(**flow);
        Some(flow.target) == around.internet && flow.port.as_deref() == Some("any")
    });
    let mut proof = out.map(|flow| around.evidence([*flow])).unwrap_or_default();
    if proof.is_empty() {
        proof.extend(given.place);
    }
    fields.state("egress", Some(out.is_some()), proof);
    let lateral = around.lateral(node);
    let (state, proof) = match lateral {
        Some((state, proof)) => (Some(state), proof),
        None if around.presence(node).is_some_and(is_placed) => (None, Vec::new()),
        None => (Some(false), Vec::new()),
    };
    fields.state("lateral", state, proof);
    let proof = around.alterable_by_audited(node);
    fields.state("alterable_by_audited", Some(!proof.is_empty()), proof);
    let keeps = around.kept(node).is_some();
    fields.members.insert("keeps_data".into(), Value::Bool(keeps));
    let mut lower = around.evidence(crossing::into(around, node));
    lower.extend(crossing::from_accounts(around, node));
    fields.state("lower_environment", Some(!lower.is_empty()), lower);
    fields.members.insert("siblings".into(), Value::Int(siblings(around, node)));
    fields.members.insert("serves".into(), Value::Bool(serves(around, node)));
    fields.members.insert("secrets_in_state".into(), Value::Bool(!secrets.is_empty()));
    // The state alone carries them: a copy a node would be as many as nodes times secrets.
    if scene.holds(node, "state") {
        fields.proofs.insert("secrets_in_state".into(), secrets.to_vec());
    }
    for (dimension, known) in [
        (Dimension::Exposure, around.exposure(node, Ports::Any)),
        (Dimension::Privilege, around.privilege(node)),
        (Dimension::Environment, around.environment(node)),
        (Dimension::Blast, around.blast(node)),
        (Dimension::Data, around.data(node)),
    ] {
        fields.dimension(dimension, &known);
    }
    let own =
        around.sensitivity(node).map(|(state, _)| Dimension::Data.states()[usize::from(state.0)]);
    fields.optional("sensitivity", own);
    let parts =
        given.parts.iter().map(|part| Value::string(scene.index.resource(*part).type_name()));
    fields.members.insert("parts".into(), Value::array(parts.collect()));
    fields.facts(&given.facts);
    Record {
        what: "asset",
        target: Target::Node(node),
        id: Arc::clone(&given.id),
        value: Value::object(fields.members),
        proofs: fields.proofs,
    }
}

/// Where the parts of a node that make it known to the internet are written.
fn addresses(around: &Surroundings<'_, '_>, node: usize) -> Vec<Place> {
    let scene = around.scene();
    let given = &scene.nodes[node];
    let parts = given.parts.iter().filter(|part| Some(**part) != given.resource);
    let edge = |part: &&usize| {
        scene.meanings[**part]
            .as_ref()
            .is_some_and(|meaning| meaning.boundary.as_deref() == Some("internet_edge"))
    };
    parts.filter(edge).map(|part| scene.index.resource(*part).header).collect()
}

fn guards(around: &Surroundings<'_, '_>, node: usize, fields: &mut Fields) {
    let mut into = around.into[node].iter().map(|flow| around.flow(*flow));
    let balanced = into.any(|it| it.kind == FlowKind::Network && around.is_passing(it.source));
    fields.members.insert("balanced".into(), Value::Bool(balanced));
    let cloud = around.cloud_privilege(node);
    let states = Dimension::Privilege.states();
    fields
        .optional("cloud_privilege", cloud.as_ref().map(|(state, _)| states[usize::from(state.0)]));
    fields
        .proofs
        .insert("cloud_privilege".into(), cloud.map(|(_, proof)| proof).unwrap_or_default());
    let floods = controls::guard(around, node, Ports::Published, &controls::FLOODS);
    for (name, (state, proof)) in
        [("waf", controls::filtered(around, node)), ("flood_protection", floods)]
    {
        fields.state(name, state, proof);
    }
}

/// How many nodes stand behind the same balancers, itself included; 1 where none does.
fn siblings(around: &Surroundings<'_, '_>, node: usize) -> i64 {
    let before = around.into[node]
        .iter()
        .map(|flow| around.flow(*flow))
        .filter(|flow| around.is_passing(flow.source));
    let most = before.map(|flow| around.behind_balancer(flow));
    i64::try_from(most.max().unwrap_or(1)).unwrap_or(i64::MAX)
}

/// Whether anybody sends it requests.
fn serves(around: &Surroundings<'_, '_>, node: usize) -> bool {
    around.into[node]
        .iter()
        .map(|flow| around.flow(*flow))
        .any(|flow| flow.kind == FlowKind::Network && around.is_to(flow, Ports::Published))
}

fn of_flow(around: &Surroundings<'_, '_>, at: usize) -> Record {
    let flow = around.flow(at);
    let mut fields = Fields::default();
    fields.text("kind", flow.kind.name());
    fields.optional("protocol", flow.protocol.as_deref());
    fields.optional("port", flow.port.as_deref());
    fields.text("encrypted", flow.encrypted.name());
    fields.text("source", Arc::clone(around.id(flow.source)));
    fields.text("target", Arc::clone(around.id(flow.target)));
    fields.text("source_kind", Arc::clone(&around.scene().nodes[flow.source].kind));
    fields.text("target_kind", Arc::clone(&around.scene().nodes[flow.target].kind));
    fields
        .members
        .insert("from_internet".into(), Value::Bool(Some(flow.source) == around.internet));
    fields.members.insert("carried".into(), Value::Bool(around.is_carried(at)));
    fields.proofs.insert("place".into(), flow.evidence.clone());
    let id = format!("{} > {}", around.id(flow.source), around.id(flow.target)).into();
    Record {
        what: "flow",
        target: Target::Flow(at),
        id,
        value: Value::object(fields.members),
        proofs: fields.proofs,
    }
}

fn boundary(around: &Surroundings<'_, '_>, zone: usize) -> Record {
    let scene = around.scene();
    let given = &scene.zones[zone];
    let mut fields = Fields::default();
    fields.text("id", Arc::clone(&given.id));
    fields.text("kind", Arc::clone(&given.kind));
    let owned = given
        .resource
        .is_some_and(|at| scene.index.resource(at).mode == crate::document::Mode::Managed);
    fields.members.insert("owned".into(), Value::Bool(owned));
    let joined = around.graph.network.neighbors.iter();
    let joined =
        joined.filter(|neighbor| !neighbor.is_site && scene.zone_of[neighbor.own] == Some(zone));
    let proof: Vec<Place> =
        joined.map(|neighbor| scene.index.resource(neighbor.connection).header).collect();
    fields.state("joined_to_others", Some(!proof.is_empty()), proof);
    let inside = around.inside[zone].len();
    fields.members.insert("assets".into(), Value::Int(i64::try_from(inside).unwrap_or(i64::MAX)));
    fields.proofs.insert("place".into(), given.place.into_iter().collect());
    fields.facts(&given.facts);
    Record {
        what: "boundary",
        target: Target::Zone(zone),
        id: Arc::clone(&given.id),
        value: Value::object(fields.members),
        proofs: fields.proofs,
    }
}
