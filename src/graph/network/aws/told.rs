//! Who outside is told what a topic hears: subscriptions by addresses at which nothing of the document answers.
//!
//! Source: Amazon SNS Developer Guide, "Fanout Amazon SNS notifications to HTTPS endpoints".

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{HOLE, Index, Pointer, Resource, Value};
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Link, Network};
use crate::graph::scene::Scene;
use crate::graph::{addresses, look};
use crate::model::Encrypted;
use crate::pack::Meanings;

/// The type of subscriptions, its word for the address, and what one by an address outside is called in the vocabulary.
const SUBSCRIPTION: &str = "aws_sns_topic_subscription";
const ADDRESS: &str = "endpoint";
const OUTSIDE: &str = "aws_sns_topic_subscription/outside";

/// Protocols of the web, with their ports and whether they are encrypted.
const PROTOCOLS: [(&str, u16, Encrypted); 2] =
    [("http", 80, Encrypted::No), ("https", 443, Encrypted::Yes)];

/// What a subscription by an address outside is called in the vocabulary. What its address is only kept in says nothing of where that is.
pub fn special(
    index: &Index<'_>,
    at: usize,
    vocabulary: &Meanings,
    names: &OnceCell<BTreeSet<String>>,
) -> Option<&'static str> {
    protocol(index.resource(at))?;
    let text = match index.resource(at).attributes.get(ADDRESS) {
        Some(Value::String(text)) => Arc::clone(text),
        Some(Value::Unknown(unknown)) => unknown.parts.shared(),
        _ => "".into(),
    };
    // Where the host is written out, its name decides; what refers to others stands in the path.
    let host = host_of(&text).map(|(host, _)| host);
    if let Some(host) = host.filter(|host| !host.is_empty() && !host.contains(HOLE)) {
        let own = names.get_or_init(|| own_names(index, vocabulary));
        return (!own.contains(&host.to_ascii_lowercase())).then_some(OUTSIDE);
    }
    let address = Pointer::root().key(ADDRESS);
    let mut answering = index.outgoing(at).iter().filter(|edge| address.covers(&edge.at));
    let answers = |to: usize| {
        let meaning = vocabulary.of(index.resource(to).type_name());
        meaning.is_some_and(|meaning| !matches!(&*meaning.kind, "secret_store" | "config"))
    };
    (!answering.any(|edge| answers(edge.to))).then_some(OUTSIDE)
}

/// The host of an address, and its port where it says one.
fn host_of(address: &str) -> Option<(&str, Option<u16>)> {
    let (_, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    let host = host.rsplit('@').next().unwrap_or(host);
    let name = host.split(':').next().unwrap_or(host);
    Some((name, addresses::port_in(&host[name.len()..])))
}

/// Names of the configuration's own records, in small letters, by the table `dns_names`.
fn own_names(index: &Index<'_>, vocabulary: &Meanings) -> BTreeSet<String> {
    let rows = vocabulary.table("dns_names").iter().filter(|row| row.len() > 1);
    let names = rows.flat_map(|row| {
        let all = index.of_type(&row[0]).iter();
        all.filter_map(|at| look::text(&index.resource(*at).attributes, &row[1]))
    });
    names.map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect()
}

fn protocol(resource: &Resource) -> Option<(&'static str, u16, Encrypted)> {
    let own = &*resource.kind == SUBSCRIPTION;
    let said = look::text(&resource.attributes, "protocol").filter(|_| own)?;
    PROTOCOLS.into_iter().find(|(name, ..)| *name == said)
}

/// Topics connect to the addresses outside.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type(SUBSCRIPTION) {
        let resource = scene.index.resource(*at);
        let target = scene.node_of[*at].filter(|node| scene.nodes[*node].resource == Some(*at));
        let Some((target, (_, port, spoken))) = target.zip(protocol(resource)) else { continue };
        let written = look::text(&resource.attributes, ADDRESS).and_then(|text| host_of(text)?.1);
        let traffic = Traffic::tcp(written.unwrap_or(port));
        let proof = vec![resource.place_of(&Pointer::root().key(ADDRESS))];
        for (topic, _) in look::named(scene, *at, "topic_arn").targets {
            let Some(source) = scene.node_of[topic] else { continue };
            let (reach, proof) = (Reach::Open, proof.clone());
            network.links.push(Link { source, target, traffic, spoken, reach, proof });
        }
    }
}
