//! Ranges that a network reserves for services of Google that are joined to it.
//!
//! Source: Google Cloud documentation, "Private services access" ("allocated IP address ranges"); Cloud SQL, "Configure private IP".

use ipnet::IpNet;

use crate::document::Value;
use crate::graph::gcp::{targets, text, value};
use crate::graph::network::filter::{number, range};
use crate::graph::scene::Scene;

use super::network_of;

/// Types that take their addresses from there, with what names the range where one is asked for.
const TAKES: &str = "gcp_private_services";
/// What joins a network to these services, and the list of ranges in it.
const JOIN: &str = "google_service_networking_connection";
const RANGES: &str = "reserved_peering_ranges";
/// What a range is.
const RESERVED: &str = "google_compute_global_address";

/// The ranges that addresses of a service lie in; nothing where one that it may take is not known.
pub fn ranges(scene: &Scene<'_>, at: usize, network: Option<usize>) -> Vec<IpNet> {
    let resource = scene.index.resource(at);
    let mut rows = scene.vocabulary.table(TAKES).iter();
    let row = rows.find(|row| row.first().is_some_and(|kind| *resource.kind == **kind));
    let (Some(row), Some(network)) = (row, network) else { return Vec::new() };
    let asked = row.get(1).filter(|path| value(resource, path).is_some());
    let reserved = match asked {
        Some(path) => named(scene, at, path).map(|one| vec![one]),
        None => joined(scene, network),
    };
    let each = reserved.unwrap_or_default();
    each.into_iter().map(|at| range_of(scene, at)).collect::<Option<_>>().unwrap_or_default()
}

/// The ranges that a network's connections name; none where not all of them are of the document.
fn joined(scene: &Scene<'_>, network: usize) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let all = scene.index.of_type(JOIN).iter();
    for at in all.filter(|at| network_of(scene, **at, "network") == Some(network)) {
        let items = value(scene.index.resource(*at), RANGES).and_then(Value::as_array)?;
        let own: Vec<usize> =
            targets(scene, *at, RANGES).filter(|to| is_range(scene, *to)).collect();
        if own.len() < items.len() {
            return None;
        }
        found.extend(own);
    }
    Some(found)
}

/// The range that an attribute refers to, or gives the name of.
fn named(scene: &Scene<'_>, at: usize, path: &str) -> Option<usize> {
    let own = targets(scene, at, path).find(|to| is_range(scene, *to));
    own.or_else(|| {
        let name = text(scene.index.resource(at), path)?;
        let mut all = scene.index.of_type(RESERVED).iter().copied();
        all.find(|to| text(scene.index.resource(*to), "name") == Some(name))
    })
}

fn is_range(scene: &Scene<'_>, at: usize) -> bool {
    scene.index.resource(at).type_name() == RESERVED
}

fn range_of(scene: &Scene<'_>, at: usize) -> Option<IpNet> {
    let resource = scene.index.resource(at);
    let length = number(value(resource, "prefix_length"))?;
    range(&format!("{}/{length}", text(resource, "address")?))
}
