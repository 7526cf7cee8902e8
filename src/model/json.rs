//! A threat model as JSON (`schemas/model.schema.json`).

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{
    Asset, AttackPath, Boundary, ContextDread, Coverage, Drift, Fix, Flow, Location, PathStep,
    Step, Threat, ThreatModel,
};
use crate::finding::{Dread, Factor};

/// The version of the format.
pub const VERSION: u32 = 1;
/// Its schema, as published.
pub const SCHEMA: &str = include_str!("../../schemas/model.schema.json");

/// The whole model; problems stand beside it and are the caller's.
pub fn to_json(model: &ThreatModel) -> Json {
    serde_json::to_value(Whole { model, beside: &Map::new() }).unwrap_or_default()
}

/// A model with what stands beside it, for a serializer: one thing at a time, so that a large model is never held as a tree.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// The model.
    pub model: &'a ThreatModel,
    /// More members of the object, behind its own.
    pub beside: &'a Map<String, Json>,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let model = self.model;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &VERSION)?;
        map.serialize_entry("title", &*model.title)?;
        map.serialize_entry("boundaries", &Each(&model.boundaries, boundary))?;
        map.serialize_entry("assets", &Each(&model.assets, asset))?;
        map.serialize_entry("flows", &Each(&model.flows, flow))?;
        map.serialize_entry("threats", &Each(&model.threats, threat))?;
        map.serialize_entry("paths", &Each(&model.paths, path))?;
        map.serialize_entry("paths_stopped", &model.paths_stopped.as_deref())?;
        map.serialize_entry("fixes", &Each(&model.fixes, fix))?;
        map.serialize_entry("stride_coverage", &Each(&model.coverage, coverage))?;
        map.serialize_entry("drift", &Each(&model.drift, drift))?;
        map.serialize_entry("assumptions", &texts(&model.assumptions))?;
        let without: Vec<Json> = model
            .without_meaning
            .iter()
            .map(|(kind, count)| json!({"type": &**kind, "resources": count}))
            .collect();
        let meaning = json!({"resources": model.meaning.1, "with_meaning": model.meaning.0, "without": without});
        map.serialize_entry("meaning", &meaning)?;
        for (name, value) in self.beside {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Things that are put in their form when their turn comes.
struct Each<'a, T>(&'a [T], fn(&T) -> Json);

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

fn texts(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

fn location(location: &Location) -> Json {
    json!({"file": &*location.file, "line": location.line})
}

fn locations(all: &[Location]) -> Vec<Json> {
    all.iter().map(location).collect()
}

fn boundary(boundary: &Boundary) -> Json {
    json!({
        "id": &*boundary.id,
        "name": &*boundary.name,
        "kind": &*boundary.kind,
        "parent": boundary.parent.as_deref(),
        "environment": boundary.environment.as_deref(),
        "filters": texts(&boundary.filters),
        "source": boundary.source.as_ref().map(location),
    })
}

fn asset(asset: &Asset) -> Json {
    let properties: Map<String, Json> = asset
        .properties
        .iter()
        .map(|(name, state)| (name.to_string(), (&**state).into()))
        .collect();
    json!({
        "id": &*asset.id,
        "name": &*asset.name,
        "kind": &*asset.kind,
        "element": asset.element.name(),
        "type": asset.resource_type.as_deref(),
        "boundary": asset.boundary.as_deref(),
        "merges": texts(&asset.merges),
        "sensitivity": asset.sensitivity.as_deref(),
        "environment": asset.environment.as_deref(),
        "owner": asset.owner.as_deref(),
        "properties": properties,
        "conditional": asset.conditional,
        "modelled": asset.modelled,
        "source": asset.source.as_ref().map(location),
    })
}

fn flow(flow: &Flow) -> Json {
    json!({
        "id": &*flow.id,
        "source": &*flow.source,
        "target": &*flow.target,
        "kind": flow.kind.name(),
        "protocol": flow.protocol.as_deref(),
        "port": flow.port.as_deref(),
        "encrypted": flow.encrypted.name(),
        "label": &*flow.label,
        "crosses": texts(&flow.crosses),
        "assumed": flow.assumed,
        "modelled": flow.modelled,
        "evidence": locations(&flow.evidence),
    })
}

fn threat(threat: &Threat) -> Json {
    let class = &threat.class;
    let context: Map<String, Json> = threat
        .context
        .iter()
        .map(|(name, state)| ((*name).to_owned(), (&**state).into()))
        .collect();
    json!({
        "id": &*threat.id,
        "threat": {"id": &*class.id, "name": &*class.name},
        "target": &*threat.target,
        "stride": threat.stride.iter().map(|stride| stride.letter().to_string()).collect::<Vec<_>>(),
        "state": threat.state.name(),
        "severity": threat.dread.severity.name(),
        "dread": assessment(&threat.dread),
        "context": context,
        "evidence": locations(&threat.evidence),
        "findings": texts(&threat.findings),
        "rules": texts(&threat.rules),
        "remediation": &*threat.remediation,
        "note": threat.note.as_deref(),
        "cwe": texts(&class.cwe),
        "capec": texts(&class.capec),
        "attack": texts(&class.attack),
        "nist": texts(&class.nist),
    })
}

fn assessment(dread: &ContextDread) -> Json {
    let mut json = factors(dread.dread);
    json.insert("score".to_owned(), tenths(dread.score.0));
    json.insert("base".to_owned(), factors(dread.base).into());
    json.insert("evidence".to_owned(), dread.steps.iter().map(step).collect());
    let confidence = &dread.confidence;
    let known = json!({"known": confidence.known, "of": confidence.of});
    json.insert("confidence".to_owned(), known);
    json.into()
}

fn factors(dread: Dread) -> Map<String, Json> {
    Factor::ALL.iter().map(|factor| (factor.name().to_owned(), dread.get(*factor).into())).collect()
}

/// A score in tenths as a number with one decimal.
fn tenths(tenths: u16) -> Json {
    (f64::from(tenths) / 10.0).into()
}

fn step(step: &Step) -> Json {
    json!({
        "factor": step.factor.name(),
        "step": step.step,
        "reason": &*step.reason,
        "proof": locations(&step.proof),
    })
}

fn path(path: &AttackPath) -> Json {
    let mut dread = factors(path.dread);
    dread.insert("score".to_owned(), tenths(path.score.0));
    json!({
        "id": &*path.id,
        "title": &*path.title,
        "from": &*path.from,
        "to": &*path.to,
        "nodes": texts(&path.nodes),
        "flows": texts(&path.flows),
        "threats": path.steps.iter().filter_map(|step| step.threat.as_deref()).collect::<Vec<_>>(),
        "steps": path.steps.iter().map(path_step).collect::<Vec<_>>(),
        "dread": dread,
        "severity": path.severity.name(),
        "assumed": path.assumed,
        "cut_by": texts(&path.cut_by),
    })
}

fn path_step(step: &PathStep) -> Json {
    json!({
        "class": &*step.class,
        "at": &*step.at,
        "threat": step.threat.as_deref(),
        "implied": step.threat.is_none(),
        "how": &*step.how,
    })
}

fn fix(fix: &Fix) -> Json {
    json!({
        "id": &*fix.id,
        "change": &*fix.change,
        "paths": fix.paths,
        "score": f64::from(fix.score) / 10.0,
        "location": fix.location.as_ref().map(location),
    })
}

fn coverage(coverage: &Coverage) -> Json {
    json!({
        "target": &*coverage.target,
        "letter": coverage.letter.to_string(),
        "state": coverage.state(),
        "threats": texts(&coverage.threats),
        "mitigations": texts(&coverage.mitigations),
    })
}

fn drift(drift: &Drift) -> Json {
    json!({
        "drift": if drift.modelled { "modelled but not in code" } else { "in code but not modelled" },
        "what": drift.what,
        "id": &*drift.id,
        "name": &*drift.name,
        "source": drift.source.as_ref().map(location),
    })
}
