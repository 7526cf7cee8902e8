//! Ports on which pods may listen.
//!
//! Source: kubernetes.io, "Pod v1 core" (`ports` of a container is "primarily informational").

use std::collections::BTreeSet;

use crate::document::{Resource, Value};
use crate::graph::kubernetes::hosts::{self, number};
use crate::graph::kubernetes::{Workload, text};
use crate::graph::look::{self, MAX_TEXT};
use crate::graph::scene::Scene;

use super::container_ports;

/// Ports that something written speaks of: those of containers and Services, of probes, numbers in annotations, arguments and settings.
/// `None` where a container declares none, as then it may listen on any.
pub fn ports(scene: &Scene<'_>, workload: &Workload<'_>) -> Option<BTreeSet<u16>> {
    let running = |container: &&Value| text(container, &["kind"]) != Some("init");
    let mut running = workload.containers().iter().filter(running).peekable();
    running.peek()?;
    if scene.index.document.is_cut || !running.all(declares) {
        return None;
    }
    let mut found = BTreeSet::new();
    found.extend(
        container_ports(workload).filter_map(|(_, port)| number(port.get("containerPort"))),
    );
    for edge in scene.index.incoming(workload.at) {
        let service = scene.index.resource(edge.from);
        if &*service.kind == "Service" {
            found.extend(targets(service));
        }
    }
    for container in workload.containers() {
        settings(container, &mut found);
        probes(container, &mut found);
    }
    let annotations =
        workload.pod.get("metadata").and_then(|it| it.get("annotations")?.as_object());
    for (_, value) in annotations.into_iter().flatten() {
        numbers(value, &mut found);
    }
    Some(found)
}

/// Whether a container says by numbers where it listens.
fn declares(container: &Value) -> bool {
    let ports = container.get("ports").and_then(Value::as_array).unwrap_or_default();
    !ports.is_empty() && ports.iter().all(|port| number(port.get("containerPort")).is_some())
}

/// The ports of pods that a Service sends to.
fn targets(service: &Resource) -> impl Iterator<Item = u16> {
    hosts::ports(service).iter().filter_map(|port| match port.get("targetPort") {
        None | Some(Value::Null) => number(port.get("port")),
        target => number(target),
    })
}

fn settings(container: &Value, found: &mut BTreeSet<u16>) {
    let list = |name: &str| container.get(name).and_then(Value::as_array).unwrap_or_default();
    for text in list("command").iter().chain(list("args")) {
        numbers(text, found);
    }
    for variable in list("env") {
        // What comes from elsewhere may say anything, and seldom is a port.
        numbers(variable.get("value").unwrap_or(&Value::Null), found);
    }
}

fn probes(container: &Value, found: &mut BTreeSet<u16>) {
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        for way in ["httpGet", "tcpSocket", "grpc"] {
            let port = container.get(probe).and_then(|it| it.get(way)?.get("port"));
            found.extend(number(port));
        }
    }
}

/// Numbers of a text that may be ports.
fn numbers(value: &Value, found: &mut BTreeSet<u16>) {
    let text = value.as_str().map(|text| look::cut(text, MAX_TEXT)).unwrap_or_default();
    let digits = text.split(|c: char| !c.is_ascii_digit());
    found.extend(digits.filter_map(|it| it.parse::<u16>().ok()));
}
