//! Environments of Elastic Beanstalk, which say by settings (namespace, name, value) where they stand and what they answer.
//!
//! Source: AWS Elastic Beanstalk Developer Guide, "General options for all environments": `aws:ec2:vpc`,
//! `aws:elasticbeanstalk:environment`, `aws:elbv2:listener`, `aws:autoscaling:launchconfiguration`, with their defaults.

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

/// The type.
pub const ENVIRONMENT: &str = "aws_elastic_beanstalk_environment";

/// The namespace of where an environment stands.
const NETWORK: &str = "aws:ec2:vpc";

/// One setting.
pub struct Setting<'r> {
    namespace: Option<&'r str>,
    name: Option<&'r str>,
    value: Option<&'r Value>,
    /// Where its value stands.
    pub at: Pointer,
}

/// The settings of an environment.
pub fn settings<'s>(scene: &'s Scene<'_>, at: usize) -> Vec<Setting<'s>> {
    let attributes = &scene.index.resource(at).attributes;
    let blocks = look::blocks(attributes, "setting");
    blocks
        .map(|(position, block)| Setting {
            namespace: look::text(block, "namespace"),
            name: look::text(block, "name"),
            value: block.get("value"),
            at: Pointer::root().key("setting").index(position).key("value"),
        })
        .collect()
}

/// What the settings say of a name: its text where it is known, and where.
enum Said<'r> {
    Nothing,
    Unknown,
    Text(&'r str, Pointer),
}

fn said<'r>(all: &[Setting<'r>], namespace: &str, name: &str) -> Said<'r> {
    let is_it = |it: &&Setting<'_>| it.namespace == Some(namespace) && it.name == Some(name);
    match all.iter().rfind(is_it) {
        None => Said::Nothing,
        Some(setting) => match setting.value {
            Some(Value::String(text)) => Said::Text(text, setting.at.clone()),
            _ => Said::Unknown,
        },
    }
}

/// The settings that name an environment's subnets, its security groups, and whether its machines have addresses.
pub struct Stands {
    /// Values that name subnets.
    pub subnets: Vec<Pointer>,
    /// Values that name security groups.
    pub groups: Vec<Pointer>,
    /// Whether machines get addresses on the internet, with where that is said.
    pub addresses: Option<(Tri, Pointer)>,
}

/// Where the machines of an environment stand.
pub fn stands(scene: &Scene<'_>, at: usize) -> Stands {
    let all = settings(scene, at);
    let of = |namespace: &str, name: &str| -> Vec<Pointer> {
        let is_it = |it: &&Setting<'_>| it.namespace == Some(namespace) && it.name == Some(name);
        all.iter().filter(is_it).map(|it| it.at.clone()).collect()
    };
    let addresses = match said(&all, NETWORK, "AssociatePublicIpAddress") {
        Said::Nothing => None,
        Said::Unknown => of(NETWORK, "AssociatePublicIpAddress").pop().map(|at| (Tri::Unknown, at)),
        Said::Text(text, at) => Some((text.eq_ignore_ascii_case("true").into(), at)),
    };
    Stands {
        subnets: of(NETWORK, "Subnets"),
        groups: of("aws:autoscaling:launchconfiguration", "SecurityGroups"),
        addresses,
    }
}

/// What environments answer on the internet: a web tier, by its balancer or its only machine.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type(ENVIRONMENT) {
        let Some(node) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        if look::text(&resource.attributes, "tier") == Some("Worker") {
            continue;
        }
        let all = settings(scene, *at);
        let scheme = said(&all, NETWORK, "ELBScheme");
        let open = match &scheme {
            Said::Text(text, _) if text.eq_ignore_ascii_case("internal") => Reach::Closed,
            Said::Unknown => Reach::Unknown,
            _ => Reach::Open,
        };
        let place = match scheme {
            Said::Text(_, at) => resource.place_of(&at),
            _ => resource.header,
        };
        for (port, encrypted) in listeners(&all) {
            network.fronts.push(front(node, port, encrypted, open, place));
        }
    }
}

fn front(node: usize, port: u16, encrypted: Tri, open: Reach, place: Place) -> Front {
    Front { node, traffic: Traffic::tcp(port), encrypted, open, proof: vec![place] }
}

/// Ports and whether they are encrypted: 80 unless that is switched off, and those that settings name.
fn listeners(all: &[Setting<'_>]) -> Vec<(u16, Tri)> {
    let is_off = |namespace: &str| match said(all, namespace, "ListenerEnabled") {
        Said::Text(text, _) => text.eq_ignore_ascii_case("false"),
        _ => false,
    };
    let mut found = Vec::new();
    if !is_off("aws:elbv2:listener:default") && !is_off("aws:elb:listener:80") {
        found.push((80, Tri::No));
    }
    for namespace in all.iter().filter_map(|setting| setting.namespace) {
        let port = ["aws:elbv2:listener:", "aws:elb:listener:"]
            .iter()
            .find_map(|start| namespace.strip_prefix(start)?.parse::<u16>().ok());
        let Some(port) = port.filter(|port| *port != 80 && !is_off(namespace)) else { continue };
        let encrypted = ["Protocol", "ListenerProtocol"]
            .iter()
            .map(|name| match said(all, namespace, name) {
                Said::Text("HTTPS" | "SSL" | "TLS", _) => Tri::Yes,
                Said::Text(..) => Tri::No,
                _ => Tri::Unknown,
            })
            .find(|state| *state != Tri::Unknown);
        if !found.iter().any(|(known, _)| *known == port) {
            found.push((port, encrypted.unwrap_or(Tri::Unknown)));
        }
    }
    found
}
