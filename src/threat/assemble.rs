//! Parts of documents become one model: ids, places, order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Value};
use crate::finding::context::{Dimension, Known};
use crate::graph::scene::Scene;
use crate::model::{
    Asset, AttackPath, Boundary, ContextDread, Element, Fix, Flow, Location, PathStep, Step,
    Threat, ThreatModel,
};
use crate::source::{Place, Sources};

use super::paths::Found;
use super::situation::Target;
use super::surroundings::Surroundings;
use super::{Input, Options, Part, Scored, coverage};

/// Things that all documents share, whatever document speaks of them.
const SHARED: [&str; 3] = ["internet", "third_party", "repository"];

/// What a node's surroundings say of it, for the model.
#[derive(Clone, Debug, Default)]
pub struct NodeFacts {
    sensitivity: Option<Arc<str>>,
    environment: Option<Arc<str>>,
    owner: Option<Arc<str>>,
}

fn word(dimension: Dimension, known: &Known) -> Option<Arc<str>> {
    match known {
        Known::State(state, _) => {
            dimension.states().get(usize::from(state.0)).map(|word| Arc::from(*word))
        }
        _ => None,
    }
}

/// What the model says of each node beside the graph.
pub fn facts(around: &Surroundings<'_, '_>) -> Vec<NodeFacts> {
    let scene = around.scene();
    let of = |node: usize| {
        let given = &scene.nodes[node];
        let is_store = given.element == Element::DataStore;
        let sensitivity = around.sensitivity(node).filter(|_| is_store);
        NodeFacts {
            sensitivity: sensitivity
                .and_then(|(state, proof)| word(Dimension::Data, &Known::State(state, proof))),
            environment: (given.resource.is_some() || around.is_made(node))
                .then(|| word(Dimension::Environment, &around.environment(node)))
                .flatten(),
            owner: given.resource.and_then(|at| owner(around, at)),
        }
    };
    (0..scene.nodes.len()).map(of).collect()
}

/// Who owns a resource: by what people state, else by tag.
fn owner(around: &Surroundings<'_, '_>, at: usize) -> Option<Arc<str>> {
    let stated = around.words.stated(around.scene(), at).and_then(|stated| stated.owner.clone());
    stated.or_else(|| around.words.owner(around.scene().index.resource(at)))
}

/// The environment of each zone that a resource stands behind.
pub fn zone_environments(around: &Surroundings<'_, '_>) -> Vec<Option<Arc<str>>> {
    let scene = around.scene();
    let of = |zone: usize| {
        scene.zones[zone].resource?;
        let (state, proof) = around.zone_environment(zone)?;
        word(Dimension::Environment, &Known::State(state, proof))
    };
    (0..scene.zones.len()).map(of).collect()
}

/// Names of one part's things in the model.
struct Ids<'p, 'a> {
    part: &'p Part<'a>,
    prefix: String,
    sources: &'p Sources,
    flows: Vec<Arc<str>>,
}

impl<'p, 'a> Ids<'p, 'a> {
    fn new(part: &'p Part<'a>, several: bool, sources: &'p Sources) -> Self {
        let document = part.graph.scene.index.document;
        let prefix = if several { format!("{}:", document.root) } else { String::new() };
        let mut ids = Self { part, prefix, sources, flows: Vec::new() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for flow in &part.graph.scene.flows {
            let mut id = format!(
                "{} > {} {}",
                ids.node(flow.source),
                ids.node(flow.target),
                flow.kind.name()
            );
            if let (Some(protocol), Some(port)) = (&flow.protocol, &flow.port) {
                id = format!("{id} {protocol}/{port}");
            }
            let count = seen.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                id = format!("{id} #{count}");
            }
            ids.flows.push(id.into());
        }
        ids
    }

    fn scene(&self) -> &'p Scene<'a> {
        &self.part.graph.scene
    }

    fn plain(&self, id: &Arc<str>) -> Arc<str> {
        if self.prefix.is_empty() || SHARED.contains(&&**id) {
            Arc::clone(id)
        } else {
            format!("{}{id}", self.prefix).into()
        }
    }

    fn node(&self, node: usize) -> Arc<str> {
        self.plain(&self.scene().nodes[node].id)
    }

    fn zone(&self, zone: usize) -> Arc<str> {
        self.plain(&self.scene().zones[zone].id)
    }

    fn resource(&self, at: usize) -> Arc<str> {
        self.plain(&self.scene().index.resource(at).address)
    }

    fn target(&self, target: Target) -> Arc<str> {
        match target {
            Target::Node(node) => self.node(node),
            Target::Flow(flow) => Arc::clone(&self.flows[flow]),
            Target::Zone(zone) => self.zone(zone),
            Target::Resource(at) => self.resource(at),
        }
    }

    fn location(&self, place: Place) -> Location {
        let file = self.sources.get(place.file);
        Location { file: Arc::clone(&file.path), line: file.position(place.span.start).line }
    }

    /// Lines of places, each once, in the order given.
    fn locations(&self, places: &[Place]) -> Vec<Location> {
        let all = places.iter().map(|place| self.location(*place));
        all.collect::<indexmap::IndexSet<Location, rustc_hash::FxBuildHasher>>()
            .into_iter()
            .collect()
    }
}

/// One model of all parts.
pub fn model(parts: &[Part<'_>], input: &Input<'_>, options: &Options) -> ThreatModel {
    let several = parts.len() > 1;
    let mut model = ThreatModel::default();
    let mut without: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut fixes: BTreeMap<Arc<str>, Fix> = BTreeMap::new();
    for part in parts {
        let ids = Ids::new(part, several, input.sources);
        boundaries(&ids, &mut model);
        assets(&ids, &mut model);
        flows(&ids, &mut model);
        threats(&ids, options, &mut model);
        paths(&ids, options, &mut model, &mut fixes);
        let name = |target| ids.target(target);
        model.coverage.extend(coverage::of(part, &name));
        meaning(&ids, &mut model, &mut without);
        model.work += part.work;
        if part.stopped {
            let root = &ids.scene().index.document.root;
            model.paths_stopped =
                Some(format!("the search for paths in {root} stopped at its bound").into());
        }
        let assumptions = ids.scene().index.document.assumptions.iter().cloned();
        model.assumptions.extend(assumptions);
    }
    model.without_meaning = without.into_iter().collect();
    model.without_meaning.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    model.fixes = fixes.into_values().collect();
    order(&mut model);
    model
}

fn order(model: &mut ThreatModel) {
    model.boundaries.sort_by(|a, b| a.id.cmp(&b.id));
    model.boundaries.dedup_by(|a, b| a.id == b.id);
    model.assets.sort_by(|a, b| a.id.cmp(&b.id));
    model.assets.dedup_by(|a, b| a.id == b.id);
    model.flows.sort_by(|a, b| {
        (&a.source, &a.target, a.kind, &a.protocol, &a.port, &a.label, &a.id).cmp(&(
            &b.source,
            &b.target,
            b.kind,
            &b.protocol,
            &b.port,
            &b.label,
            &b.id,
        ))
    });
    model.flows.dedup_by(|a, b| a.id == b.id);
    model.threats.sort_by(|a, b| {
        let score = b.dread.score.cmp(&a.dread.score);
        score
            .then_with(|| (a.state, &a.class.id, &a.target).cmp(&(b.state, &b.class.id, &b.target)))
    });
    model.paths.sort_by(|a, b| {
        let score = b.score.cmp(&a.score).then_with(|| a.steps.len().cmp(&b.steps.len()));
        score.then_with(|| {
            (&a.from, &a.to, &a.nodes, &a.flows).cmp(&(&b.from, &b.to, &b.nodes, &b.flows))
        })
    });
    number(&mut model.paths);
    let titles: Vec<_> = model.paths.iter().map(|path| title(model, &path.nodes)).collect();
    for (path, title) in model.paths.iter_mut().zip(titles) {
        path.title = title;
    }
    model.fixes.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
    model.coverage.sort_by(|a, b| (&a.target, a.letter).cmp(&(&b.target, b.letter)));
    model.coverage.dedup_by(|a, b| a.target == b.target && a.letter == b.letter);
    model.assumptions.sort();
    model.assumptions.dedup();
}

/// `Internet to orders through shop`.
fn title(model: &ThreatModel, nodes: &[Arc<str>]) -> Arc<str> {
    let names = model.names_apart(nodes);
    match names.as_slice() {
        [first, through @ .., last] if !through.is_empty() => {
            format!("{first} to {last} through {}", through.join(", ")).into()
        }
        [first, .., last] => format!("{first} to {last}").into(),
        _ => names.concat().into(),
    }
}

/// Paths of one pair are numbered in their order.
fn number(paths: &mut [AttackPath]) {
    let mut counts: BTreeMap<(Arc<str>, Arc<str>), usize> = BTreeMap::new();
    for path in paths {
        let count = counts.entry((Arc::clone(&path.from), Arc::clone(&path.to))).or_default();
        *count += 1;
        path.id = format!("{} > {} #{count}", path.from, path.to).into();
    }
}

fn boundaries(ids: &Ids<'_, '_>, model: &mut ThreatModel) {
    let scene = ids.scene();
    let used = used_zones(scene, ids.part);
    let mut filters: BTreeMap<usize, BTreeSet<Arc<str>>> = BTreeMap::new();
    for presence in ids.part.graph.network.presences.iter().flatten() {
        for subnet in &presence.subnets {
            let resources = presence.layers.iter().flat_map(|layer| &layer.resources);
            filters.entry(*subnet).or_default().extend(resources.map(|at| ids.resource(*at)));
        }
    }
    for (at, zone) in scene.zones.iter().enumerate().filter(|(at, _)| used.contains(at)) {
        let on = zone.resource.and_then(|resource| filters.get(&resource));
        model.boundaries.push(Boundary {
            id: ids.zone(at),
            name: Arc::clone(&zone.name),
            kind: Arc::clone(&zone.kind),
            parent: zone.parent.map(|parent| ids.zone(parent)),
            environment: ids.part.zones.get(at).cloned().flatten(),
            filters: on.into_iter().flatten().cloned().collect(),
            source: zone.place.map(|place| ids.location(place)),
        });
    }
}

/// Zones that the configuration makes, and those around nodes.
fn used_zones(scene: &Scene<'_>, part: &Part<'_>) -> BTreeSet<usize> {
    // What it only looks up is there for what lies in it.
    let makes = |zone: &usize| {
        let own = scene.zones[*zone].resource.map(|at| scene.index.resource(at).mode);
        own.is_some_and(|mode| mode != Mode::Data)
    };
    let own = (0..scene.zones.len()).filter(makes);
    let around = scene.nodes.iter().filter_map(|node| node.zone);
    let threatened =
        part.threats.iter().chain(&part.mitigated).filter_map(|threat| match threat.target {
            Target::Zone(zone) => Some(zone),
            _ => None,
        });
    own.chain(around).chain(threatened).flat_map(|zone| scene.ancestors(zone)).collect()
}

fn assets(ids: &Ids<'_, '_>, model: &mut ThreatModel) {
    let scene = ids.scene();
    for (at, node) in scene.nodes.iter().enumerate() {
        let lonely = &*node.id == "internet"
            && !scene.flows.iter().any(|flow| flow.source == at || flow.target == at);
        if lonely {
            continue;
        }
        let facts = ids.part.facts.get(at).cloned().unwrap_or_default();
        let mut properties: Vec<(Arc<str>, Arc<str>)> = node
            .facts
            .iter()
            .filter_map(|(name, fact)| match &fact.value {
                Some(Value::Bool(state)) => Some((Arc::clone(name), state.to_string().into())),
                None => Some((Arc::clone(name), "unknown".into())),
                Some(_) => None,
            })
            .collect();
        properties.sort();
        let merges = node
            .parts
            .iter()
            .filter(|part| Some(**part) != node.resource)
            .map(|part| ids.resource(*part));
        model.assets.push(Asset {
            id: ids.node(at),
            name: Arc::clone(&node.name),
            kind: Arc::clone(&node.kind),
            element: node.element,
            resource_type: node.resource.map(|at| scene.index.resource(at).type_name().into()),
            boundary: node.zone.map(|zone| ids.zone(zone)),
            merges: merges.collect(),
            sensitivity: facts.sensitivity,
            environment: facts.environment,
            owner: facts.owner,
            properties,
            conditional: node.conditional,
            modelled: false,
            source: node.place.map(|place| ids.location(place)),
        });
    }
}

fn flows(ids: &Ids<'_, '_>, model: &mut ThreatModel) {
    let scene = ids.scene();
    for (at, flow) in scene.flows.iter().enumerate() {
        model.flows.push(Flow {
            id: Arc::clone(&ids.flows[at]),
            source: ids.node(flow.source),
            target: ids.node(flow.target),
            kind: flow.kind,
            protocol: flow.protocol.clone(),
            port: flow.port.clone(),
            encrypted: flow.encrypted,
            label: Arc::clone(&flow.label),
            crosses: crossed(scene, flow.source, flow.target)
                .into_iter()
                .map(|zone| ids.zone(zone))
                .collect(),
            assumed: flow.assumed,
            modelled: false,
            evidence: ids.locations(&flow.evidence),
        });
    }
}

/// Zones between two nodes, outermost first: those around the one and not around the other.
fn crossed(scene: &Scene<'_>, source: usize, target: usize) -> Vec<usize> {
    let around =
        |node: usize| scene.nodes[node].zone.map(|zone| scene.ancestors(zone)).unwrap_or_default();
    let (a, b) = (around(source), around(target));
    let mut left: Vec<usize> = a.iter().copied().filter(|zone| !b.contains(zone)).collect();
    let entered = b.iter().rev().copied().filter(|zone| !a.contains(zone));
    left.extend(entered);
    left
}

fn threats(ids: &Ids<'_, '_>, options: &Options, model: &mut ThreatModel) {
    let shown: &[Scored] = if options.show_mitigated { &ids.part.mitigated } else { &[] };
    let name = |target| ids.target(target);
    for threat in ids.part.threats.iter().chain(shown) {
        let draft = &threat.draft;
        model.threats.push(Threat {
            id: coverage::name(threat, &name),
            class: Arc::clone(&draft.class),
            target: ids.target(threat.target),
            stride: draft.class.stride.clone(),
            dread: dread(ids, threat, options),
            context: context(threat),
            evidence: ids.locations(&draft.evidence),
            findings: draft.findings.clone(),
            rules: draft.rules.clone(),
            remediation: Arc::clone(&draft.remediation),
            state: draft.state,
            note: draft.note.clone(),
        });
    }
}

fn dread(ids: &Ids<'_, '_>, threat: &Scored, options: &Options) -> ContextDread {
    let assessment = &threat.assessment;
    let steps = assessment.evidence.iter().map(|step| Step {
        factor: step.factor,
        step: i16::from(step.step),
        reason: step.reason.as_str().into(),
        proof: ids.locations(&step.proof),
    });
    ContextDread {
        base: assessment.base,
        dread: assessment.dread,
        score: threat.score,
        severity: options.bands.severity(threat.score),
        steps: steps.collect(),
        confidence: assessment.confidence,
    }
}

/// The state of each dimension that applies.
fn context(threat: &Scored) -> Vec<(&'static str, Arc<str>)> {
    let mut found = Vec::new();
    for dimension in Dimension::ALL {
        let known = threat.situation.get(dimension);
        if threat.draft.class.assumptions.states[dimension as usize].is_some()
            && *known != Known::NotApplicable
        {
            found.push((
                dimension.name(),
                word(dimension, known).unwrap_or_else(|| "unknown".into()),
            ));
        }
    }
    found
}

fn paths(
    ids: &Ids<'_, '_>,
    options: &Options,
    model: &mut ThreatModel,
    fixes: &mut BTreeMap<Arc<str>, Fix>,
) {
    for found in &ids.part.paths {
        let path = path(ids, found, options);
        for threat in found.steps.iter().filter_map(|step| step.threat) {
            let scored = &ids.part.threats[threat];
            let name = |target| ids.target(target);
            let id = coverage::name(scored, &name);
            let fix = fixes.entry(Arc::clone(&id)).or_insert_with(|| Fix {
                id,
                change: Arc::clone(&scored.draft.remediation),
                paths: 0,
                score: 0,
                location: scored.draft.evidence.first().map(|place| ids.location(*place)),
            });
            fix.paths += 1;
            fix.score += u32::from(found.score.0);
        }
        model.paths.push(path);
    }
}

fn path(ids: &Ids<'_, '_>, found: &Found, options: &Options) -> AttackPath {
    let (first, last) = (
        found.nodes.first().copied().unwrap_or_default(),
        found.nodes.last().copied().unwrap_or_default(),
    );
    let steps: Vec<PathStep> = found.steps.iter().map(|step| path_step(ids, step)).collect();
    let mut cut_by: Vec<Arc<str>> = Vec::new();
    for step in &found.steps {
        let words: Arc<str> = match step.threat {
            Some(threat) => {
                let scored = &ids.part.threats[threat];
                format!("{}: {}", ids.target(scored.target), scored.draft.remediation).into()
            }
            None => format!(
                "{}: keep no credential or right there that opens {}",
                ids.node(step.at),
                ids.node(last)
            )
            .into(),
        };
        if !cut_by.contains(&words) {
            cut_by.push(words);
        }
    }
    AttackPath {
        id: "".into(),
        title: "".into(),
        from: ids.node(first),
        to: ids.node(last),
        nodes: found.nodes.iter().map(|node| ids.node(*node)).collect(),
        flows: found.flows.iter().map(|flow| Arc::clone(&ids.flows[*flow])).collect(),
        steps,
        dread: found.dread,
        score: found.score,
        severity: options.bands.severity(found.score),
        assumed: found.assumed,
        cut_by,
    }
}

fn path_step(ids: &Ids<'_, '_>, step: &super::paths::Step) -> PathStep {
    let name = |target| ids.target(target);
    let threat = step.threat.map(|threat| &ids.part.threats[threat]);
    PathStep {
        class: Arc::clone(&step.class),
        at: ids.node(step.at),
        threat: threat.map(|threat| coverage::name(threat, &name)),
        how: threat.map_or_else(
            || "uses the identity or a credential that is there".into(),
            |threat| Arc::clone(&threat.draft.class.name),
        ),
    }
}

fn meaning(ids: &Ids<'_, '_>, model: &mut ThreatModel, without: &mut BTreeMap<Arc<str>, usize>) {
    let scene = ids.scene();
    for (at, resource) in scene.index.document.resources.iter().enumerate() {
        if resource.mode != Mode::Managed {
            continue;
        }
        model.meaning.1 += 1;
        if scene.meanings[at].is_some() {
            model.meaning.0 += 1;
        } else {
            *without.entry(Arc::clone(&resource.kind)).or_default() += 1;
        }
    }
}
