//! Entries of Traefik: hosts and paths that lead to Services.
//!
//! Source: doc.traefik.io, "Traefik & Kubernetes" (`IngressRoute`), "`EntryPoints`", "`IPAllowList`".

use std::collections::BTreeMap;

use crate::document::{Pointer, Resource, Value};
use crate::graph::kubernetes::{Workload, text};
use crate::graph::network::filter::{Protocol, Traffic, is_any, is_public, range};
use crate::graph::network::reach::Reach;
use crate::graph::network::{Network, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::controllers::Controllers;
use super::{Entry, backends, lead, through};

/// The kind of entries of Traefik.
pub const ENTRY: &str = "IngressRoute";

/// How far something is open, and what says so.
type Open = (Reach, Vec<Place>);

/// Entries with the Services that their routes name.
pub fn read(
    scene: &Scene<'_>,
    all: &[Workload<'_>],
    controllers: &Controllers<'_, '_>,
    network: &mut Network,
) {
    if scene.index.of_type(ENTRY).is_empty() {
        return;
    }
    let lists = allow_lists(scene);
    for at in scene.index.of_type(ENTRY) {
        let Some(via) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        let (fronts, is_named) = fronts(resource);
        let entry = Entry { via, resource, fronts };
        let serving = controllers.serving(scene, resource);
        let known = controllers.openness(&serving).cloned();
        let doubt = (!is_named).then(|| (Reach::Unknown, Vec::new()));
        let limits = [known, doubt, sources(resource, &lists)].into_iter().flatten();
        let limit = limits.min_by_key(|(reach, _)| *reach);
        let backends = backends(scene, *at, |backend| backend.get("port"));
        lead(scene, all, &entry, &backends, limit, network);
        through(via, &serving, network);
    }
}

/// What an entry listens on, and whether one of its entry points is of a name whose port is known. Who names none is at all of them.
fn fronts(resource: &Resource) -> (Vec<(Traffic, Tri, Place)>, bool) {
    let spec = Pointer::root().key("spec");
    let tls = resource.attributes.at(&spec.key("tls"));
    let has_tls = matches!(tls, Some(Value::Object(_)));
    let points = resource.attributes.at(&spec.key("entryPoints")).and_then(Value::as_array);
    let points: Vec<&str> = points.unwrap_or_default().iter().filter_map(Value::as_str).collect();
    let is = |names: [&str; 2]| points.iter().any(|it| names.contains(it));
    let (secure, plain) = (is(["websecure", "https"]), is(["web", "http"]));
    let place = resource.place_of(&spec.key(if has_tls { "tls" } else { "entryPoints" }));
    let front = if secure || has_tls && (plain || points.is_empty()) {
        (Traffic::tcp(443), Tri::Yes, place)
    } else if plain || points.is_empty() {
        (Traffic::tcp(80), Tri::No, place)
    } else {
        let traffic = Traffic { protocol: Protocol::Tcp, port: None };
        (traffic, if has_tls { Tri::Yes } else { Tri::Unknown }, place)
    };
    (vec![front], secure || plain || points.is_empty())
}

/// The ranges that middlewares let in, by namespace and name, with where they are written.
type Lists<'a> = BTreeMap<(&'a str, &'a str), Open>;

fn allow_lists<'a>(scene: &Scene<'a>) -> Lists<'a> {
    let document = scene.index.document;
    let all = scene.index.of_type("Middleware").iter().filter_map(|at| {
        let resource: &'a Resource = &document.resources[*at];
        let spec = Pointer::root().key("spec");
        ["ipAllowList", "ipWhiteList"].into_iter().find_map(|kind| {
            let at = spec.key(kind).key("sourceRange");
            let ranges = resource.attributes.at(&at)?.as_array()?;
            let ranges: Vec<_> = ranges.iter().filter_map(|it| range(it.as_str()?)).collect();
            let reach = if ranges.iter().any(is_any) {
                Reach::Open
            } else if ranges.iter().any(is_public) {
                Reach::Restricted
            } else {
                Reach::Closed
            };
            let key = (resource.scope.namespace.as_deref()?, &*resource.name);
            Some((key, (reach, vec![resource.place_of(&at)])))
        })
    });
    all.collect()
}

/// How far the middlewares of an entry's routes let in: as far as those of its most open route; none where one has no list.
fn sources(resource: &Resource, lists: &Lists<'_>) -> Option<Open> {
    let own = resource.scope.namespace.as_deref()?;
    let routes = resource.attributes.at(&Pointer::root().key("spec").key("routes"))?.as_array()?;
    let of_route = |route: &Value| {
        let named = route.get("middlewares").and_then(Value::as_array).unwrap_or_default();
        let found = named.iter().filter_map(|it| {
            let namespace = text(it, &["namespace"]).unwrap_or(own);
            lists.get(&(namespace, text(it, &["name"])?))
        });
        found.min_by_key(|(reach, _)| *reach).cloned()
    };
    let all: Option<Vec<Open>> = routes.iter().map(of_route).collect();
    all?.into_iter().max_by_key(|(reach, _)| *reach)
}
