//! Groups of endpoints that GKE makes of the pods behind a Service, under a name that balancers elsewhere take.
//!
//! Source: GKE, "Container-native load balancing through standalone zonal NEGs" (`exposed_ports`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::kubernetes::{annotation, workloads};
use crate::graph::look::MAX_TEXT;
use crate::graph::scene::Scene;

use super::behind;

/// The annotation by which a Service asks for groups, port by port.
const ASKS: &str = "cloud.google.com/neg";

/// What stands in groups, by their names: nodes of workloads, with their ports.
pub type Groups = BTreeMap<Arc<str>, Vec<(usize, Option<u16>)>>;

/// All groups with names of the configuration's own.
pub fn named(scene: &Scene<'_>) -> Groups {
    let mut found = Groups::new();
    let document = scene.index.document;
    let asking = scene.index.of_type("Service").iter().filter_map(|at| {
        let said = annotation(&document.resources[*at], ASKS)?;
        Some((*at, said)).filter(|_| said.len() <= MAX_TEXT)
    });
    let asking: Vec<(usize, &str)> = asking.collect();
    if asking.is_empty() {
        return found;
    }
    let all = workloads(scene);
    for (service, said) in asking {
        let Ok(said) = serde_json::from_str::<serde_json::Value>(said) else { continue };
        let ports = said.get("exposed_ports").and_then(serde_json::Value::as_object);
        let mut by_port: BTreeMap<u16, Vec<(usize, Option<u16>)>> = BTreeMap::new();
        for (workload, backs) in behind(scene, &all, service) {
            for back in backs {
                let own = (workload.node, back.traffic.port);
                by_port.entry(back.front).or_default().push(own);
            }
        }
        for (front, own) in ports.into_iter().flatten() {
            let Some(name) = own.get("name").and_then(serde_json::Value::as_str) else { continue };
            let front = front.parse().ok().and_then(|front: u16| by_port.get(&front));
            found.entry(name.into()).or_default().extend(front.into_iter().flatten());
        }
    }
    for members in found.values_mut() {
        members.sort_unstable();
        members.dedup();
    }
    found
}
