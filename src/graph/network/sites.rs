//! Sites that tunnels and lines join to networks of the configuration: offices, data centres.
//!
//! Sources: AWS Site-to-Site VPN User Guide, "How AWS Site-to-Site VPN works"; Microsoft Learn, "About VPN Gateway", "VPN gateway transit
//! for virtual network peering"; Google Cloud documentation, "Cloud VPN overview".

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::Scene;

use super::aws::{Transit, transit};
use super::filter::{is_any, range};

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// The node that stands for whoever is there.
    pub node: usize,
    /// What joins it.
    pub connection: usize,
    /// The networks of the configuration that it is joined to.
    pub joined: Vec<usize>,
    /// What in these networks routes to it lead to, where that is said by subnet.
    pub gateways: Vec<usize>,
    /// Addresses there, where they are known.
    pub ranges: Vec<IpNet>,
}

/// At how many parts of a range no more is taken out of it.
const PARTS: usize = 1 << 10;

/// All sites whose gateway the configuration declares.
pub fn all(scene: &Scene<'_>) -> Vec<Site> {
    let kinds: [(&str, Read); 3] = [
        ("aws_vpn_connection", of_aws),
        ("azurerm_virtual_network_gateway_connection", of_azure),
        ("google_compute_vpn_tunnel", of_google),
    ];
    let all = kinds.into_iter().flat_map(|(kind, read)| {
        scene.index.of_type(kind).iter().filter_map(move |at| read(scene, *at))
    });
    let mut all: Vec<Site> = all.collect();
    if !scene.index.of_type("aws_vpn_connection").is_empty() {
        let transit = Transit::new(scene);
        let (written, mut told) = (transit.written(), BTreeMap::new());
        for site in &mut all {
            behind_hub(scene, &written, &mut told, site);
            site.joined.retain(|network| transit.joins(scene, site.connection, *network));
        }
    }
    all.retain(|site| !site.joined.is_empty());
    all
}

/// Reads what a connection joins.
type Read = fn(&Scene<'_>, usize) -> Option<Site>;

fn site(scene: &Scene<'_>, connection: usize, gateway: &str) -> Option<Site> {
    let node = look::first(scene, connection, gateway).and_then(|to| scene.node_of[to])?;
    Some(Site { node, connection, joined: Vec::new(), gateways: Vec::new(), ranges: Vec::new() })
}

/// Ranges that values of an attribute say.
fn ranges(scene: &Scene<'_>, at: usize, path: &str) -> Vec<IpNet> {
    let values = look::leaves(&scene.index.resource(at).attributes, path).into_iter();
    values.filter_map(|(_, value)| value.as_str()).filter_map(range).collect()
}

fn of_aws(scene: &Scene<'_>, at: usize) -> Option<Site> {
    let mut site = site(scene, at, "customer_gateway_id")?;
    for route in look::users(scene, at, "aws_vpn_connection_route", "vpn_connection_id") {
        site.ranges.extend(ranges(scene, route, "destination_cidr_block"));
    }
    let joins = [
        ("vpn_gateway_id", "aws_vpn_gateway_attachment", "vpn_gateway_id"),
        ("transit_gateway_id", "aws_ec2_transit_gateway_vpc_attachment", "transit_gateway_id"),
    ];
    for (path, join, attribute) in joins {
        let Some(gateway) = look::first(scene, at, path) else { continue };
        let attached = look::users(scene, gateway, join, attribute);
        let ends = attached.chain([gateway]);
        site.joined.extend(ends.filter_map(|end| look::first(scene, end, "vpc_id")));
        site.gateways.push(gateway);
        // What is written for the connection itself says all that is there.
        let is_private = &*scene.index.resource(gateway).kind == "aws_vpn_gateway";
        if is_private && site.ranges.is_empty() {
            site.ranges.extend(routed(scene, gateway));
        }
    }
    Some(site)
}

/// The addresses of a site that a hub joins: where its routes to the tunnel lead; unless these are all there are, also where routes of
/// networks to the hub lead and none of the networks on it is (`told`, by hub), which may be learned over the tunnel.
fn behind_hub(
    scene: &Scene<'_>,
    written: &BTreeMap<usize, BTreeSet<IpNet>>,
    told: &mut BTreeMap<usize, Vec<IpNet>>,
    site: &mut Site,
) {
    let Some(hub) = look::first(scene, site.connection, "transit_gateway_id") else { return };
    let own = written.get(&site.connection).into_iter().flatten();
    site.ranges.extend(own.filter(|range| !is_any(range)));
    let attributes = &scene.index.resource(site.connection).attributes;
    if attributes.get("static_routes_only") == Some(&Value::Bool(true)) && !site.ranges.is_empty() {
        return;
    }
    let told = told.entry(hub).or_insert_with(|| {
        let own: Vec<IpNet> =
            site.joined.iter().flat_map(|network| transit::ranges(scene, *network)).collect();
        let routed = routed(scene, hub).into_iter().filter(|range| !is_any(range));
        routed.flat_map(|range| beside(range, &own)).collect()
    });
    site.ranges.extend(told.iter().copied());
}

/// What of a range lies in none of others.
fn beside(range: IpNet, others: &[IpNet]) -> Vec<IpNet> {
    let (mut found, mut open) = (Vec::new(), vec![range]);
    while let Some(range) = open.pop() {
        if others.iter().any(|other| other.contains(&range)) {
            continue;
        }
        let meets = others.iter().any(|other| range.contains(other));
        match range.subnets(range.prefix_len().saturating_add(1)) {
            Ok(halves) if meets && found.len() + open.len() < PARTS => open.extend(halves),
            _ => found.push(range),
        }
    }
    found
}

/// Where routes over a gateway lead.
fn routed(scene: &Scene<'_>, gateway: usize) -> Vec<IpNet> {
    let mut found = Vec::new();
    for edge in scene.index.incoming(gateway) {
        let resource = scene.index.resource(edge.from);
        let route = match &*resource.kind {
            "aws_route" => Some(&resource.attributes),
            "aws_route_table" => {
                let mut parts = edge.at.parts();
                let position = parts.nth(1).and_then(|part| part.parse().ok());
                position.and_then(|position: usize| {
                    resource.attributes.at(&Pointer::root().key("route").index(position))
                })
            }
            _ => None,
        };
        let words = ["destination_cidr_block", "cidr_block"].into_iter();
        let texts = words.filter_map(|word| route?.get(word).and_then(Value::as_str));
        found.extend(texts.filter_map(range));
    }
    found
}

/// A gateway's own network, and those that use it over a peering.
fn of_azure(scene: &Scene<'_>, at: usize) -> Option<Site> {
    let mut site = site(scene, at, "local_network_gateway_id")
        .or_else(|| site(scene, at, "express_route_circuit_id"))?;
    if let Some(other) = look::first(scene, at, "local_network_gateway_id") {
        site.ranges = ranges(scene, other, "address_space");
    }
    let gateway = look::first(scene, at, "virtual_network_gateway_id")?;
    let subnet = look::first(scene, gateway, "ip_configuration.subnet_id")?;
    let zone = scene.zone_of[subnet].and_then(|zone| scene.zones[zone].parent)?;
    let own = scene.zones[zone].resource?;
    site.joined.push(own);
    for peering in scene.index.of_type("azurerm_virtual_network_peering") {
        let ends = ["virtual_network_name", "remote_virtual_network_id"];
        let [spoke, hub] = ends.map(|path| look::first(scene, *peering, path));
        let uses = scene.index.resource(*peering).attributes.get("use_remote_gateways");
        if hub == Some(own) && uses == Some(&Value::Bool(true)) {
            site.joined.extend(spoke);
        }
    }
    Some(site)
}

fn of_google(scene: &Scene<'_>, at: usize) -> Option<Site> {
    let mut site = site(scene, at, "peer_external_gateway")?;
    site.ranges = ranges(scene, at, "remote_traffic_selector");
    for route in look::users(scene, at, "google_compute_route", "next_hop_vpn_tunnel") {
        site.ranges.extend(ranges(scene, route, "dest_range"));
    }
    for path in ["vpn_gateway", "target_vpn_gateway"] {
        let gateway = look::first(scene, at, path);
        site.joined.extend(gateway.and_then(|gateway| look::first(scene, gateway, "network")));
    }
    Some(site)
}
