//! What stands at the edge and passes on what callers send: how those get on who came through it.

use crate::graph::network::Tri;
use crate::graph::scene::Flow;
use crate::model::Element;
use crate::threat::controls::filters;
use crate::threat::ways::UNFILTERED;

use super::{MESSAGES, Search, Step, TAKES_MESSAGES, Trail, Way};

/// Id of the class of what answers whoever calls.
const WITHOUT_LOGIN: &str = "T031";
/// The fact of what filters web attacks.
const FILTERS: &str = "waf";
/// Kinds of nodes that give what callers send to programs behind them.
const HANDS_ON: [&str; 2] = ["api", "workflow"];

impl Search<'_, '_, '_> {
    /// Whether what a caller gives to an API or a workflow that the trail has come through goes on by a flow.
    pub(super) fn hands_on(&self, trail: &Trail, at: usize) -> bool {
        let flow = self.around.flow(at);
        let scene = self.around.scene();
        let target = &scene.nodes[flow.target];
        let takes = target.element == Element::Process || TAKES_MESSAGES.contains(&&*target.kind);
        (trail.controls || self.around.is_front(flow.source))
            && takes
            && HANDS_ON.contains(&&*scene.nodes[flow.source].kind)
            // What a workflow makes of a message that it is started by is its own; who calls for it says what goes in.
            && trail.steps.iter().all(|step| &*step.class != MESSAGES)
            && trail.foothold == Some(flow.source)
    }

    /// What opens an API does not open all that it passes on to: it may ask for a login before, and a web firewall may stand behind it. Then
    /// another threat has to have opened it.
    pub(super) fn pass_front(&self, trail: &mut Trail, api: usize, behind: usize) -> Option<()> {
        let mut closed: Vec<&str> = Vec::new();
        if self.around.graph.network.guarded.contains(&(api, behind)) {
            closed.push(WITHOUT_LOGIN);
        }
        if self.around.scene().state(behind, FILTERS) == Tri::Yes {
            closed.push(UNFILTERED);
        }
        let is_closed = |step: &Step| step.at == api && closed.contains(&&*step.class);
        let Some(at) = trail.steps.iter().position(is_closed) else { return Some(()) };
        let into = trail.nodes.iter().position(|node| *node == api)?.checked_sub(1);
        let front = into.and_then(|at| trail.flows.get(at)).copied();
        let threat = self.opening_but(api, (Way::Network, front), &closed)?;
        trail.steps[at] = self.step(threat, api);
        Some(())
    }

    /// Classes that open nothing to what comes through a balancer: web attacks, where a firewall stands before what it passes on.
    pub(super) fn closed_by_balancer(&self, source: usize, node: usize) -> &'static [&'static str] {
        let filters = self.threat_of(node, UNFILTERED).is_some()
            && self.around.is_passing(source)
            && filters(self.around, source, node);
        if filters { &[UNFILTERED] } else { &[] }
    }

    /// The same for what stands behind a balancer to which an API passes on.
    pub(super) fn pass_balancer(&self, trail: &mut Trail, flow: &Flow) -> Option<()> {
        let source = trail.nodes.iter().rev().nth(2).copied();
        match source.filter(|api| self.around.is_passing(flow.source) && self.around.is_front(*api))
        {
            Some(api) => self.pass_front(trail, api, flow.target),
            None => Some(()),
        }
    }
}
