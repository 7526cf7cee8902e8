//! Rights that are worth nothing from where somebody stands: to what a service or a database holds that does not hear a program there.

use std::sync::Arc;

use crate::graph::network::closed::{Closed, is_app};
use crate::graph::network::filter::{Protocol, Traffic};
use crate::graph::network::{Tri, flows, reach};
use crate::graph::scene::Flow;
use crate::model::FlowKind;
use crate::source::fits;

use super::asked::Answers;
use super::surroundings::Surroundings;

/// What does not hear everybody who has a right.
#[derive(Debug)]
pub(super) struct Deaf {
    services: Closed,
    /// Whether a right of this name is one over the network.
    bound: Answers<Arc<str>, bool>,
}

impl Deaf {
    pub(super) fn new(around: &Surroundings<'_, '_>) -> Self {
        let services = Closed::new(around.scene(), &around.graph.network);
        Self { services, bound: Answers::default() }
    }

    /// Whether what stands at the end of a flow does not hear a program that uses the right: by the table `network_bound_rights`.
    pub(super) fn keeps_out(
        &self,
        around: &Surroundings<'_, '_>,
        program: usize,
        flow: &Flow,
    ) -> bool {
        let is_bound = || self.bound.of(Arc::clone(&flow.label), || is_bound(around, &flow.label));
        if flow.kind != FlowKind::Permission || !is_bound() {
            return false;
        }
        if let Some(own) = around.presence(flow.target) {
            return own.public.state == Tri::No && !calls(around, program, flow.target);
        }
        self.services.keeps_out(around.scene(), &around.graph.network, (program, flow.target))
    }
}

/// Whether a right is one over the network: all that it says, but for what only looks.
fn is_bound(around: &Surroundings<'_, '_>, label: &str) -> bool {
    let table = |name: &'static str| around.scene().vocabulary.table(name).iter().flatten();
    let is_in = |name, part: &str| table(name).any(|row| fits(row, part));
    let mut parts = label.split(", ").filter(|part| !is_in("looking_rights", part)).peekable();
    parts.peek().is_some() && parts.all(|part| is_in("network_bound_rights", part))
}

/// Whether a program may get to a store over the network, or it is not known from where it would.
fn calls(around: &Surroundings<'_, '_>, program: usize, store: usize) -> bool {
    let scene = around.scene();
    let hosts = around.presence(program).zip(around.presence(store));
    let Some((host, own)) = hosts.filter(|(host, _)| host.network.is_some()) else {
        return !is_app(scene, program);
    };
    let traffic = Traffic { protocol: Protocol::Tcp, port: flows::port_of(scene, store) };
    let network = &around.graph.network;
    let way = reach::between(network, (program, host), (store, own), traffic);
    let mut flows = around.out[program].iter().map(|at| around.flow(*at));
    way.passes != Tri::No
        || flows.any(|flow| flow.kind == FlowKind::Network && flow.target == store)
}
