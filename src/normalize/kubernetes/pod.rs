//! The pod view: one shape for everything that runs pods, under `parsed` of its resource.
//!
//! `parsed.pod`: `{at, spec, metadata, os, containers, volumes}`, and `parsed.pods`: a list with the pod's spec as its only item, so
//! that a rule may say `each: parsed.pods`. `os` is `windows` or `linux` where the pod says on which it runs. A container has its own
//! fields and `kind` (`container`, `init`, `sidecar`, `ephemeral`) and `context` (its security context with what it takes from the
//! pod's). `at`, in every item, is the pointer into the resource's attributes at which the item is written.

use std::sync::Arc;

use super::resource::text_in;
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
        | "Job"
        | "Rollout" => &["spec", "template"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    };
    Some(path.iter().fold(Pointer::root(), |at, key| at.key(key)))
}

/// What stands under `parsed`: the view of a workload that has a pod spec, nothing for everything else.
pub(super) fn parsed(kind: &str, attributes: &Value) -> Map {
    views(kind, attributes).unwrap_or_default()
}

fn views(kind: &str, attributes: &Value) -> Option<Map> {
    let template = template(kind)?;
    let at = template.key("spec");
    let spec = attributes.at(&at)?;
    let metadata = attributes.at(&template.key("metadata")).cloned();
    let view = [
        ("at", Value::string(at.as_str())),
        ("spec", spec.clone()),
        ("metadata", metadata.unwrap_or_else(|| Value::object(Map::new()))),
        ("os", os(spec)),
        ("containers", Value::array(containers(spec, &at))),
        (
            "volumes",
            Value::array(items(spec, "volumes", &at).map(|(map, at)| placed(map, &at)).collect()),
        ),
    ];
    let view =
        Value::object(view.into_iter().map(|(key, value)| (Arc::from(key), value)).collect());
    let pods = Value::array(vec![placed(spec.as_object()?, &at)]);
    Some([(Arc::from("pod"), view), (Arc::from("pods"), pods)].into_iter().collect())
}

fn os(spec: &Value) -> Value {
    let label = |key| text_in(spec, &["nodeSelector", key]);
    let os = text_in(spec, &["os", "name"])
        .or_else(|| label("kubernetes.io/os"))
        .or_else(|| label("beta.kubernetes.io/os"));
    os.map_or(Value::Null, Value::string)
}

/// All containers of a pod spec, in the order in which they start, ephemeral ones last.
fn containers(spec: &Value, at: &Pointer) -> Vec<Value> {
    let lists = [
        ("initContainers", "init"),
        ("containers", "container"),
        ("ephemeralContainers", "ephemeral"),
    ];
    let of =
        |(list, kind)| items(spec, list, at).map(move |(map, at)| container(spec, map, kind, &at));
    lists.into_iter().flat_map(of).collect()
}

/// The objects of a list in a pod spec, with their pointers.
fn items<'a>(
    spec: &'a Value,
    list: &str,
    at: &Pointer,
) -> impl Iterator<Item = (&'a Map, Pointer)> {
    let items = spec.get(list).and_then(Value::as_array).unwrap_or_default();
    let at = at.key(list);
    items
        .iter()
        .enumerate()
        .filter_map(move |(index, item)| Some((item.as_object()?, at.index(index))))
}

fn placed(fields: &Map, at: &Pointer) -> Value {
    let mut map = fields.clone();
    map.insert(Arc::from("at"), Value::string(at.as_str()));
    Value::object(map)
}

fn container(spec: &Value, fields: &Map, kind: &str, at: &Pointer) -> Value {
    let restart = fields.get("restartPolicy").and_then(Value::as_str);
    // An init container that is restarted for ever runs beside the others.
    let kind = if kind == "init" && restart == Some("Always") { "sidecar" } else { kind };
    let mut map = fields.clone();
    map.insert(Arc::from("kind"), Value::string(kind));
    map.insert(Arc::from("at"), Value::string(at.as_str()));
    map.insert(Arc::from("context"), context(spec, fields));
    Value::object(map)
}

/// What a container takes from the security context of its pod where it says nothing itself.
const INHERITED: &[&str] = &[
    "appArmorProfile",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "windowsOptions",
];

fn context(spec: &Value, fields: &Map) -> Value {
    let pod = spec.get("securityContext");
    let mut map =
        fields.get("securityContext").and_then(Value::as_object).cloned().unwrap_or_default();
    for key in INHERITED {
        let Some(inherited) = pod.and_then(|pod| pod.get(key)) else { continue };
        match map.get(*key) {
            None | Some(Value::Null) => {
                map.insert(Arc::from(*key), inherited.clone());
            }
            // These alone are taken field by field.
            Some(own) if *key == "windowsOptions" => {
                let own = own.as_object().cloned().unwrap_or_default();
                let mut all = inherited.as_object().cloned().unwrap_or_default();
                all.extend(own);
                map.insert(Arc::from(*key), Value::object(all));
            }
            Some(_) => {}
        }
    }
    Value::object(map)
}
