//! Accounts of others whose buses are sent events: by the ARN of a bus that is written out.
//!
//! Source: Amazon `EventBridge` User Guide, "Sending and receiving events between AWS accounts"; AWS provider documentation of the types in
//! the table `aws_event_senders`.

use crate::document::Value;
use crate::graph::scene::Scene;
use crate::graph::{accounts, look, others};
use crate::model::FlowKind;

use super::trust;

/// Add the flows, by rows of a type and its attribute of where it sends.
pub fn add(scene: &mut Scene<'_>) {
    let mut found = Vec::new();
    for row in scene.vocabulary.table("aws_event_senders") {
        let [kind, path] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let Some(source) = scene.node_of[*at] else { continue };
            let resource = scene.index.resource(*at);
            for (pointer, value) in look::leaves(&resource.attributes, path) {
                let is_own = |number: &&str| {
                    let role = look::leaf(&resource.attributes, "role_arn").and_then(Value::as_str);
                    role.is_some_and(|role| role.split(':').nth(4) == Some(number))
                };
                // The role that sends is of the own account.
                let number = value.as_str().and_then(account).filter(|number| !is_own(number));
                if let Some(number) = number {
                    found.push((source, number, resource.place_of(&pointer)));
                }
            }
        }
    }
    for (source, number, place) in found {
        if accounts::numbered(scene, number).is_none() {
            let target = trust::account(scene, number);
            let flow = others::plain(source, target, FlowKind::Data, "sends events", vec![place]);
            scene.flows.push(flow);
        }
    }
}

/// The account of a bus, by its ARN.
fn account(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let is_events = parts.nth(2) == Some("events");
    let number = parts.nth(1).filter(|_| is_events)?;
    let is_bus = parts.next().is_some_and(|rest| rest.starts_with("event-bus/"));
    let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_bus && is_number).then_some(number)
}
