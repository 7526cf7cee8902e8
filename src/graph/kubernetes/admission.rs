//! Pods that are not let in: what the level of pod security that a namespace enforces refuses, by the tables `pod_security_levels` and
//! `pod_security`. Who is exempt, the configuration does not say.
//!
//! Source: kubernetes.io, "Pod Security Admission", "Pod Security Standards".

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Existence, Pointer, Value};
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::Workload;

/// The label of a namespace that says which level it enforces.
const ENFORCED: &str = "pod-security.kubernetes.io/enforce";

/// What is not asked of pods with users of their own.
const OF_USERS: [&str; 3] = ["context.runAsNonRoot", "context.runAsUser", "context.procMount"];

/// The fact that admission refuses a workload's pods.
pub const REFUSED: &str = "refused";

/// Levels that namespaces of the document enforce, by their names: how many there are that refuse less, where it is written.
pub type Levels<'a> = BTreeMap<&'a str, (usize, Place)>;

/// Those that refuse anything. Of several namespaces of one name, as in several clusters, the level that refuses the least.
pub fn levels<'a>(scene: &Scene<'a>) -> Levels<'a> {
    let document = scene.index.document;
    let label = Pointer::root().key("metadata").key("labels").key(ENFORCED);
    let mut all: BTreeMap<&str, Option<(usize, Place)>> = BTreeMap::new();
    for at in scene.index.of_type("Namespace") {
        let resource = &document.resources[*at];
        let said = resource.attributes.at(&label).and_then(Value::as_str);
        let said = said.filter(|_| resource.existence == Existence::Known);
        let level = said.and_then(|said| {
            let mut known = scene.vocabulary.table("pod_security_levels").iter().flatten();
            Some((known.position(|level| **level == *said)?, resource.place_of(&label)))
        });
        all.entry(&resource.name).and_modify(|known| *known = (*known).min(level)).or_insert(level);
    }
    all.into_iter().filter_map(|(name, level)| Some((name, level?))).collect()
}

/// Say of each workload whose pods are not let in that they are not.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let levels = levels(scene);
    for workload in all {
        let Some((level, place)) = levels.get(&**workload.namespace) else { continue };
        if refuses(scene, *level, workload) {
            let fact = Fact { value: Some(Value::Bool(true)), proof: vec![*place] };
            scene.nodes[workload.node].facts.insert(REFUSED.into(), fact);
        }
    }
}

/// Whether a level is known to refuse pods: it, or one that refuses less.
fn refuses(scene: &Scene<'_>, level: usize, workload: &Workload<'_>) -> bool {
    let levels = || scene.vocabulary.table("pod_security_levels").iter().flatten().take(level + 1);
    let mut rows = scene.vocabulary.table("pod_security").iter().filter_map(|row| Row::parse(row));
    rows.any(|row| levels().any(|own| **own == *row.level) && row.refuses(workload))
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row<'t> {
    level: &'t str,
    of: &'t str,
    path: &'t str,
    how: &'t str,
    words: &'t [Arc<str>],
}

impl<'t> Row<'t> {
    fn parse(row: &'t [Arc<str>]) -> Option<Self> {
        let [level, of, path, how, words @ ..] = row else { return None };
        Some(Self { level, of, path, how, words })
    }

    fn refuses(&self, workload: &Workload<'_>) -> bool {
        // In a user namespace of their own, pods may be root there. Source: "Pod Security Standards", user namespaces.
        let shares_users =
            matches!(workload.spec("hostUsers"), None | Some(Value::Null | Value::Bool(true)));
        if !shares_users && OF_USERS.contains(&self.path) {
            return false;
        }
        let parts = match self.of {
            "pod" => workload.pod.get("spec").map(std::slice::from_ref),
            "volume" => workload.pod.get("volumes").and_then(Value::as_array),
            "linux" if workload.pod.get("os").and_then(Value::as_str) == Some("windows") => None,
            _ => Some(workload.containers()),
        };
        let known = !is_unknown(workload.spec("securityContext"));
        parts.unwrap_or_default().iter().any(|part| self.refuses_part(part, known))
    }

    /// Whether a part of a pod is refused; `known` where all is that it takes from its pod.
    fn refuses_part(&self, part: &Value, known: bool) -> bool {
        let has = |word: &str| self.words.iter().any(|own| **own == *word);
        let leaves = look::leaves(part, self.path);
        let said: Vec<String> = leaves.iter().filter_map(|(_, leaf)| spelled(leaf)).collect();
        match self.how {
            "not" => said.iter().any(|it| has(it)),
            "only" => said.iter().any(|it| !has(it)),
            "needs" => {
                let known = known && !is_unknown(part.get("securityContext"));
                known && said.len() == leaves.len() && !said.iter().any(|it| has(it))
            }
            "kinds" => {
                let all = part.as_object().into_iter().flatten();
                let mut kinds = all.filter(|(_, value)| matches!(value, Value::Object(_)));
                kinds.any(|(name, _)| !has(name))
            }
            _ => false,
        }
    }
}

fn is_unknown(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Unknown(_)))
}

/// A scalar as a word of the table.
fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(_) | Value::Int(_) => Some(value.to_json().to_string()),
        _ => None,
    }
}
