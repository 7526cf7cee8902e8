//! By which names an API is called: the one that the provider gives it, which may be switched off, and its own.
//!
//! Source: Amazon API Gateway Developer Guide, "Disable the default endpoint for REST APIs", "Custom domain names".

use std::collections::BTreeSet;

use crate::document::{Existence, Value};
use crate::graph::look;
use crate::graph::network::reach::Reach;
use crate::graph::scene::Scene;

/// How far the names of an API lead to it from the internet.
pub fn reached(scene: &Scene<'_>, at: usize) -> Reach {
    let switch = look::value(scene.index.resource(at), "disable_execute_api_endpoint");
    let by_given = match switch {
        Some(Value::Bool(true)) => Reach::Closed,
        Some(Value::String(said)) if &**said == "true" => Reach::Closed,
        Some(Value::Unknown(_)) => Reach::Unknown,
        _ => return Reach::Open,
    };
    let open = if look::may_be_extended(scene, at) { Reach::Unknown } else { by_given };
    by_own(scene, at).fold(open, Reach::max)
}

/// The same by each of its own names.
fn by_own(scene: &Scene<'_>, at: usize) -> impl Iterator<Item = Reach> {
    let rows = scene.vocabulary.table("aws_api_names").iter();
    rows.flat_map(move |row| match row.as_slice() {
        [kind, api, name] => {
            let joins: BTreeSet<usize> = look::users(scene, at, kind, api).collect();
            joins.into_iter().map(|join| by_name(scene, join, name)).collect()
        }
        _ => Vec::new(),
    })
}

fn by_name(scene: &Scene<'_>, join: usize, name: &str) -> Reach {
    let domain = look::first(scene, join, name);
    let kinds = domain.and_then(|domain| {
        let attributes = &scene.index.resource(domain).attributes;
        look::leaf(attributes, "endpoint_configuration.types")
    });
    match kinds {
        Some(Value::String(kind)) if &**kind == "PRIVATE" => Reach::Closed,
        Some(Value::Unknown(_)) => Reach::Unknown,
        _ if scene.index.resource(join).existence == Existence::Unknown => Reach::Unknown,
        _ => Reach::Open,
    }
}
