//! The pod view: one shape for everything that runs pods, under `parsed.pod` of its resource.
//!
//! `{at, spec, metadata, containers: [{kind, at, …the container's own fields}]}`, where `at` is the pointer into the resource's
//! attributes at which the thing is written.

use std::sync::Arc;

use crate::document::{Map, Pointer, Value};

/// Where a kind keeps its pod template.
pub(super) fn template(kind: &str) -> Option<Pointer> {
    let path: &[&str] = match kind {
        "Pod" => &[],
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job" => &["spec", "template"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    };
    Some(path.iter().fold(Pointer::root(), |at, key| at.key(key)))
}

/// The pod view of a workload that has a pod spec.
pub(super) fn view(kind: &str, attributes: &Value) -> Option<Value> {
    let template = template(kind)?;
    let at = template.key("spec");
    let spec = attributes.at(&at).filter(|spec| spec.as_object().is_some())?;
    let metadata = attributes.at(&template.key("metadata")).cloned();
    let view = [
        ("at", Value::string(at.as_str())),
        ("spec", spec.clone()),
        ("metadata", metadata.unwrap_or_else(|| Value::object(Map::new()))),
        ("containers", Value::array(containers(spec, &at))),
    ];
    Some(Value::object(view.into_iter().map(|(key, value)| (Arc::from(key), value)).collect()))
}

/// All containers of a pod spec, in the order in which they start, ephemeral ones last.
fn containers(spec: &Value, at: &Pointer) -> Vec<Value> {
    let lists = [
        ("initContainers", "init"),
        ("containers", "container"),
        ("ephemeralContainers", "ephemeral"),
    ];
    let mut found = Vec::new();
    for (list, kind) in lists {
        let items = spec.get(list).and_then(Value::as_array).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            found.extend(
                item.as_object().map(|map| container(map, kind, &at.key(list).index(index))),
            );
        }
    }
    found
}

fn container(fields: &Map, kind: &str, at: &Pointer) -> Value {
    let restart = fields.get("restartPolicy").and_then(Value::as_str);
    // An init container that is restarted for ever runs beside the others.
    let kind = if kind == "init" && restart == Some("Always") { "sidecar" } else { kind };
    let mut map = fields.clone();
    map.insert(Arc::from("kind"), Value::string(kind));
    map.insert(Arc::from("at"), Value::string(at.as_str()));
    Value::object(map)
}
