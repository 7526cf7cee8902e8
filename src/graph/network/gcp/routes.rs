//! Routes of networks: which machines have a way to the internet.
//!
//! A network begins with a route for all addresses to the gateway of the internet, unless it deletes it. What has an address of its own,
//! and what translates addresses, needs such a route. Source: Google Cloud documentation, "Routes", "Cloud NAT overview"; provider,
//! `google_compute_network` (`delete_default_routes_on_create`), `google_compute_route`.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::document::{Existence, Mode, Resource, Value};
use crate::graph::gcp::text;
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::super::filter::{covers_all, is_any, is_public, number, range};
use super::super::{DEFAULT, Presence, Public, Tri};
use super::network_of;

/// The priority of a route that states none, and of the one that a network begins with.
const PRIORITY: i64 = 1000;

/// How the gateway to the internet is named.
const INTERNET: &str = "default-internet-gateway";

/// A route that somebody wrote.
#[derive(Debug)]
struct Written {
    /// For which addresses; none where that is not known.
    destination: Option<IpNet>,
    priority: i64,
    /// For which machines; none for all.
    tags: Option<Vec<Value>>,
    /// Whether it leads to the gateway of the internet.
    is_out: Tri,
    /// Whether it is there.
    exists: Tri,
    place: Place,
}

impl Written {
    /// Whether it is for a machine.
    fn applies(&self, presence: &Presence) -> Tri {
        let Some(tags) = &self.tags else { return self.exists };
        let of = |tag: &Value| match tag {
            Value::String(tag) => Tri::from(presence.tags.contains(tag)),
            _ => Tri::Unknown,
        };
        let any = tags.iter().map(of).fold(Tri::No, Tri::or);
        let any = if any == Tri::No && presence.open_ended { Tri::Unknown } else { any };
        any.and(self.exists)
    }

    fn is_default(&self) -> bool {
        self.destination.as_ref().is_some_and(is_any)
    }
}

/// What is known of one network's routes.
#[derive(Debug)]
struct Table {
    /// Whether the route that it begins with is still there.
    begins: Tri,
    /// Whether others may add routes that are not seen.
    open_ended: bool,
    written: Vec<Written>,
}

/// Routes by network.
#[derive(Debug, Default)]
pub struct Routes(BTreeMap<usize, Table>);

impl Routes {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut found = Self::default();
        for at in scene.index.of_type("google_compute_network") {
            let resource = scene.index.resource(*at);
            let begins = match resource.attributes.get("delete_default_routes_on_create") {
                Some(Value::Bool(true)) => Tri::No,
                Some(Value::Unknown(_)) => Tri::Unknown,
                _ => Tri::Yes,
            };
            let open_ended = look::may_be_extended(scene, *at);
            if resource.mode == Mode::Managed {
                found.0.insert(*at, Table { begins, open_ended, written: Vec::new() });
            }
        }
        for at in scene.index.of_type("google_compute_route") {
            let Some(network) = network_of(scene, *at, "network") else { continue };
            let route = written(scene.index.resource(*at));
            // Some addresses lead to Google's own services alone, and those of the other family have routes of their own.
            let inner = scene.vocabulary.table("gcp_inner_ranges").iter().flatten();
            let mut inner = inner.filter_map(|row| range(row));
            let is_other = route
                .destination
                .is_some_and(|to| matches!(to, IpNet::V6(_)) || inner.any(|own| own.contains(&to)));
            if let Some(table) = found.0.get_mut(&network).filter(|_| !is_other) {
                table.written.push(route);
            }
        }
        found
    }

    /// Whether what a machine sends to the internet leaves its network there, and the route that says so. Of networks that the
    /// configuration does not hold it is thought to.
    pub fn lead_out(&self, presence: &Presence) -> Public {
        let table = presence.network.filter(|network| *network != DEFAULT);
        let Some(table) = table.and_then(|network| self.0.get(&network)) else {
            return Public { state: Tri::Yes, proof: Vec::new() };
        };
        // The most urgent of the routes for all addresses decides; of equal ones, any.
        let own = table.written.iter().filter(|it| it.is_default());
        let own = own.filter(|it| it.applies(presence) == Tri::Yes);
        let mut all: Vec<(i64, Tri, Option<Place>)> =
            own.map(|it| (it.priority, it.is_out, Some(it.place))).collect();
        if table.begins == Tri::Yes {
            all.push((PRIORITY, Tri::Yes, None));
        }
        let first = all.iter().map(|it| it.0).min();
        all.retain(|it| Some(it.0) == first);
        let mut state = all.iter().map(|it| it.1).fold(Tri::No, Tri::or);
        if all.is_empty() {
            state = by_parts(table, presence);
        }
        if table.is_doubtful(presence) {
            state = state.or(Tri::Unknown);
        }
        // One that may be there may lead elsewhere what others lead out.
        let elsewhere = |it: &Written| {
            it.is_default()
                && it.is_out == Tri::No
                && it.applies(presence) == Tri::Unknown
                && first.is_none_or(|first| it.priority <= first)
        };
        if table.written.iter().any(elsewhere) {
            state = state.and(Tri::Unknown);
        }
        let out = all.into_iter().filter(|it| it.1 == Tri::Yes);
        Public { state, proof: out.filter_map(|it| it.2).collect() }
    }
}

impl Table {
    /// Whether a route that is not known to be there, or to be for a machine, may lead out.
    fn is_doubtful(&self, presence: &Presence) -> bool {
        let may = |it: &Written| it.applies(presence) == Tri::Unknown && it.is_out != Tri::No;
        self.begins == Tri::Unknown || self.open_ended || self.written.iter().any(may)
    }
}

/// Whether routes for parts of the internet lead out: for all of it, or for some of which it is not said here which.
fn by_parts(table: &Table, presence: &Presence) -> Tri {
    let sure = |it: &&Written| it.applies(presence).and(it.is_out) == Tri::Yes;
    let own: Vec<&Written> = table.written.iter().filter(sure).collect();
    let parts: Vec<IpNet> = own.iter().filter_map(|it| it.destination).collect();
    let is_part = |it: &&Written| it.destination.as_ref().is_none_or(is_public);
    if covers_all(&parts) {
        Tri::Yes
    } else if own.iter().any(is_part) {
        Tri::Unknown
    } else {
        Tri::No
    }
}

fn written(resource: &Resource) -> Written {
    let attributes = &resource.attributes;
    let tags = match attributes.get("tags") {
        Some(Value::Array(items)) if !items.is_empty() => Some(items.to_vec()),
        Some(value @ Value::Unknown(_)) => Some(vec![value.clone()]),
        _ => None,
    };
    let is_out = match attributes.get("next_hop_gateway") {
        Some(Value::Unknown(_)) => Tri::Unknown,
        other => other.and_then(Value::as_str).is_some_and(|it| it.ends_with(INTERNET)).into(),
    };
    Written {
        destination: text(resource, "dest_range").and_then(range),
        priority: number(attributes.get("priority")).unwrap_or(PRIORITY),
        tags,
        is_out,
        exists: if resource.existence == Existence::Known { Tri::Yes } else { Tri::Unknown },
        place: resource.header,
    }
}
