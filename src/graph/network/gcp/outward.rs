//! What services and workers of Google's send into a network of one's own: where they enter it, under which names, and which of the rules
//! there meet it.
//!
//! Source: Google Cloud documentation, "Direct VPC egress with a VPC network" (tags of services), "Serverless VPC Access" (tags of
//! connectors), "Configure internet access and firewall rules" of Dataflow; egress settings of Cloud Run and of Cloud Run functions.

use std::sync::Arc;

use crate::document::{Resource, Value};
use crate::graph::gcp::{self, blocks, targets, text};
use crate::graph::look;
use crate::graph::scene::Scene;

use super::super::filter::{Direction, Layer, Peer, Rule, range};
use super::super::{Presence, Public, Tri};
use super::firewall::Rules;
use super::services::{is_serverless, join};
use super::{Gateways, read_tags};

/// Where services name a connector.
pub const CONNECTORS: [&str; 5] = [
    "template.vpc_access.connector",
    "template.template.vpc_access.connector",
    "vpc_connector",
    "service_config.vpc_connector",
    ANNOTATED,
];

/// Where those of the first generation keep all that they say of networks.
const ANNOTATED: &str = "template.metadata";

/// Settings by which all that a service sends goes into the network, not only what is for private addresses: path, value.
const ALL: [(&str, &str); 6] = [
    ("template.vpc_access.egress", "ALL_TRAFFIC"),
    ("template.template.vpc_access.egress", "ALL_TRAFFIC"),
    ("vpc_connector_egress_settings", "ALL_TRAFFIC"),
    ("service_config.vpc_connector_egress_settings", "ALL_TRAFFIC"),
    ("service_config.direct_vpc_egress", "VPC_EGRESS_ALL_TRAFFIC"),
    // Workers without addresses of their own leave as other machines do.
    ("ip_configuration", "WORKER_IP_PRIVATE"),
];

/// The same among annotations: the name, values.
const ALL_ANNOTATED: (&str, [&str; 2]) =
    ("run.googleapis.com/vpc-access-egress", ["all-traffic", "all"]);

/// The annotation that names networks directly.
const INTERFACES: &str = "run.googleapis.com/network-interfaces";

/// Where services and machines of services have network tags.
const TAGS: [&str; 5] = [
    "template.vpc_access.network_interfaces.tags",
    "template.template.vpc_access.network_interfaces.tags",
    "service_config.direct_vpc_network_interface.tags",
    "gce_setup.tags",
    "tags",
];

/// The tag that workers of Dataflow have, and how an experiment of a job that gives them others begins.
const WORKERS: (&str, &str) = ("dataflow", "use_network_tags=");

/// Where a service enters a network beside what its own attributes name, and under which names.
pub fn enter(scene: &Scene<'_>, at: usize, presence: &mut Presence) {
    let resource = scene.index.resource(at);
    for connector in CONNECTORS.iter().flat_map(|path| targets(scene, at, path)) {
        let own = scene.index.resource(connector);
        if own.type_name() != "google_vpc_access_connector" {
            continue;
        }
        join(scene, connector, "network", presence);
        join(scene, connector, "subnet.name", presence);
        presence.ranges.extend(text(own, "ip_cidr_range").and_then(range));
        presence.tags.push("vpc-connector".into());
        if let (Some(region), Some(name)) = (&own.scope.region, text(own, "name")) {
            presence.tags.push(format!("vpc-connector-{region}-{name}").into());
        }
    }
    if &*resource.kind == "google_cloud_run_service" {
        join(scene, at, ANNOTATED, presence);
        presence.tags.extend(annotated_tags(resource));
    }
    for path in TAGS {
        read_tags(resource, path, presence);
    }
    if resource.kind.starts_with("google_dataflow_") {
        let given = blocks(&resource.attributes, "additional_experiments").iter();
        let given = given.filter_map(|it| it.as_str()?.strip_prefix(WORKERS.1));
        presence.tags.push(WORKERS.0.into());
        presence.tags.extend(given.flat_map(|list| list.split([';', ','])).map(Arc::from));
    }
}

/// An annotation of a service of the first generation.
fn annotation<'r>(resource: &'r Resource, name: &str) -> Option<&'r Value> {
    look::leaf(&resource.attributes, "template.metadata.annotations")?.get(name)
}

/// The tags of networks that an annotation names directly.
fn annotated_tags(resource: &Resource) -> Vec<Arc<str>> {
    let said = annotation(resource, INTERFACES).and_then(Value::as_str);
    let said = said.and_then(|said| serde_json::from_str::<serde_json::Value>(said).ok());
    let all = said.as_ref().and_then(serde_json::Value::as_array).into_iter().flatten();
    let mut found = Vec::new();
    for tags in all.filter_map(|interface| interface.get("tags")) {
        let listed = tags.as_array().map_or(std::slice::from_ref(tags), Vec::as_slice).iter();
        let each = listed.filter_map(serde_json::Value::as_str).flat_map(|text| text.split(','));
        found.extend(each.map(|tag| Arc::from(tag.trim())));
    }
    found
}

/// Whether all that a service sends goes into its network.
fn sends_all(resource: &Resource) -> Tri {
    let says = |value: Option<&Value>, wanted: &[&str]| match value {
        Some(Value::Unknown(_)) => Tri::Unknown,
        Some(value) => value.as_str().is_some_and(|it| wanted.contains(&it)).into(),
        None => Tri::No,
    };
    let settings = ALL.iter().map(|(path, wanted)| says(gcp::value(resource, path), &[*wanted]));
    let annotated = says(annotation(resource, ALL_ANNOTATED.0), &ALL_ANNOTATED.1);
    settings.fold(annotated, Tri::or)
}

/// The rules that what it sends meets, and its way to the internet: through the network, or beside it.
pub fn leave(
    scene: &Scene<'_>,
    at: usize,
    (rules, gateways): (&Rules, &Gateways),
    presence: &mut Presence,
) {
    let resource = scene.index.resource(at);
    let all = sends_all(resource);
    let through = match gateways.of(scene, Some(at), presence) {
        Some(way) => way,
        None => Public { state: Tri::No, proof: Vec::new() },
    };
    presence.egress = match all {
        Tri::Yes => through,
        Tri::Unknown if through.state != Tri::Yes => {
            Public { state: Tri::Unknown, proof: Vec::new() }
        }
        _ => Public { state: Tri::Yes, proof: vec![resource.header] },
    };
    if presence.network.is_none() {
        return;
    }
    // Nothing calls a service by its interface in the network, and who calls workers is asked elsewhere.
    let mut layer = Layer { default_in: true, ..rules.layer(scene, presence) };
    layer.rules.retain(|rule| rule.direction == Direction::Out);
    // What workers with addresses of their own send meets the rules, too.
    if is_serverless(resource) && all != Tri::Yes {
        let beside = Rule::default_of("beside", Direction::Out, Peer::Internet, None);
        let denies = layer.rules.iter().any(|rule| !rule.allow);
        if all == Tri::Unknown && denies {
            presence.egress = Public { state: Tri::Unknown, proof: Vec::new() };
        }
        layer.rules.push(Rule { order: i64::MIN, ..beside });
    }
    layer.sort();
    presence.layers = vec![Arc::new(layer)];
}
