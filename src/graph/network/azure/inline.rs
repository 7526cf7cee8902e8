//! Subnets that are written inside of their network.
//!
//! Source: registry.terraform.io, `azurerm_virtual_network` (`subnet`); Microsoft Learn, "Network security groups".

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::Layer;
use crate::graph::network::{Presence, Within};
use crate::graph::scene::Scene;

use super::groups::Host;

/// The networks among whose own subnets a resource stands.
fn networks(scene: &Scene<'_>, at: usize) -> impl Iterator<Item = usize> {
    let edges = scene.index.outgoing(at).iter();
    edges
        .filter(|edge| {
            &*scene.index.resource(edge.to).kind == "azurerm_virtual_network"
                && edge.attribute.parts().next().as_deref() == Some("subnet")
                && edge.at.parts().last().is_some_and(|name| name.ends_with("subnet_id"))
        })
        .map(|edge| edge.to)
}

/// Fill in the network and ranges of a node that stands in such subnets.
pub fn join(scene: &Scene<'_>, node: usize, presence: &mut Presence) {
    for part in &scene.nodes[node].parts {
        for network in networks(scene, *part) {
            presence.network = presence.network.or(Some(network));
            for block in look::listed(&scene.index.resource(network).attributes, "subnet") {
                let one = block.get("address_prefix");
                let ranges = super::ranges(block.get("address_prefixes").or(one));
                presence.ranges.extend(ranges);
                presence.within = Within::All;
            }
        }
    }
}

/// The filters of such subnets: the group that all of them name; which of several it is, is not known.
pub fn layers(scene: &Scene<'_>, node: usize, host: &Host<'_>) -> Vec<Arc<Layer>> {
    let parts = scene.nodes[node].parts.iter();
    let networks: BTreeSet<usize> = parts.flat_map(|part| networks(scene, *part)).collect();
    let filter = |network: usize| match groups(scene, network).as_slice() {
        [Some(group), rest @ ..] if rest.iter().all(|it| it == &Some(*group)) => {
            Some(super::layer(scene, *group, host))
        }
        all if all.iter().all(Option::is_none) => None,
        _ => Some(Layer { open_ended: true, default_out: true, ..Layer::default() }),
    };
    networks.into_iter().filter_map(filter).map(Arc::new).collect()
}

/// The security group of each such subnet.
fn groups(scene: &Scene<'_>, network: usize) -> Vec<Option<usize>> {
    let blocks = look::listed(&scene.index.resource(network).attributes, "subnet");
    let group = |position: usize| {
        let at = Pointer::root().key("subnet").index(position).key("security_group");
        look::at(scene, network, &at).next()
    };
    blocks.iter().enumerate().map(|(position, _): (usize, &Value)| group(position)).collect()
}
