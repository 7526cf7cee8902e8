//! Whether clients encrypt what they say to stores, where a variable of theirs says so and no address does.
//!
//! Source: `PostgreSQL` documentation, "Environment Variables" of libpq (`PGSSLMODE`); Apache Kafka documentation, "Security".

use std::collections::BTreeSet;

use crate::document::{Pointer, Value};
use crate::graph::addresses;
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

use super::hosts::{plain, sources};
use super::{Workload, stays, text};

/// Variables of clients: name, the parameter of connections that it sets, the ports of what these lead to.
const TABLE: &str = "client_modes";

/// What the variables of a workload say of its connections to a port, and where: those of its containers, else those that it takes from elsewhere.
pub fn of(scene: &Scene<'_>, workload: &Workload<'_>, port: u16) -> Option<(Encrypted, Place)> {
    let rows = scene.vocabulary.table(TABLE).iter();
    rows.filter_map(|row| Some((row.first()?, row.get(1)?, row.get(2..)?)))
        .filter(|(.., ports)| ports.iter().any(|own| own.parse() == Ok(port)))
        .find_map(|(name, parameter, _)| {
            let own = written(workload, name);
            let own = if own.is_empty() { taken(scene, workload, name) } else { own };
            let said: Option<Vec<_>> = own
                .iter()
                .map(|(value, place)| Some((addresses::set(parameter, value.as_deref()?)?, *place)))
                .collect();
            said?.into_iter().reduce(|a, b| if addresses::worse(a.0, b.0) == a.0 { a } else { b })
        })
}

/// Containers that stay: what runs before them connects by itself.
fn programs<'w>(workload: &'w Workload<'_>) -> impl Iterator<Item = &'w Value> {
    workload.containers().iter().filter(|it| stays(it))
}

/// What containers set a variable to, where they say it themselves; none where the value is not known.
fn written(workload: &Workload<'_>, name: &str) -> Vec<(Option<String>, Place)> {
    let mut found = Vec::new();
    for container in programs(workload) {
        let at = workload.pointer(container).key("env");
        let variables = container.get("env").and_then(Value::as_array).unwrap_or_default();
        for (position, variable) in variables.iter().enumerate() {
            let is_it = variable.get("name").and_then(Value::as_str) == Some(name);
            let value = variable.get("value").filter(|value| !matches!(value, Value::Null));
            if let Some(value) = value.filter(|_| is_it) {
                let place = workload.resource.place_of(&at.index(position).key("value"));
                found.push((value.as_str().map(str::to_owned), place));
            }
        }
    }
    found
}

/// What config maps and secrets hold under a name that containers take all variables from.
fn taken(scene: &Scene<'_>, workload: &Workload<'_>, name: &str) -> Vec<(Option<String>, Place)> {
    let mut found = Vec::new();
    let lists = programs(workload).filter_map(|it| it.get("envFrom")?.as_array()).flatten();
    let named = |it: &Value| {
        let of = |key| text(it, &[key, "name"]);
        of("configMapRef").or_else(|| of("secretRef")).map(str::to_owned)
    };
    let named: BTreeSet<String> = lists.filter_map(named).collect();
    for at in sources(scene, workload) {
        let resource = scene.index.resource(at);
        if !named.contains(&*resource.name) {
            continue;
        }
        for field in ["data", "stringData"] {
            let value = resource.attributes.get(field).and_then(|entries| entries.get(name));
            if let Some(value) = value.filter(|value| !matches!(value, Value::Null)) {
                let place = resource.place_of(&Pointer::root().key(field).key(name));
                let text = value.as_str().and_then(|text| plain(resource, field, text));
                found.push((text.map(std::borrow::Cow::into_owned), place));
            }
        }
    }
    found
}
