//! Ways from a lower environment into a higher one: where what is tested reaches what is used.

use crate::finding::context::State;
use crate::model::{Element, FlowKind};
use crate::source::Place;

use super::surroundings::Surroundings;

/// Whether a flow leads from a lower environment into a higher one, in a way that nobody on the internet has anyway.
pub fn is_up(around: &Surroundings<'_, '_>, at: usize) -> bool {
    let flow = around.flow(at);
    let scene = around.scene();
    if Some(flow.source) == around.internet || Some(flow.target) == around.internet {
        return false;
    }
    let carries = match flow.kind {
        FlowKind::Network | FlowKind::Permission | FlowKind::Secret => true,
        FlowKind::Identity => scene.nodes[flow.target].element == Element::Identity,
        FlowKind::Data => scene.nodes[flow.target].element == Element::DataStore,
        FlowKind::SupplyChain | FlowKind::Log | FlowKind::Dns => false,
    };
    let own = |node: usize| -> Option<State> {
        scene.nodes[node].resource?;
        around.environment_state(node)
    };
    let source = own(flow.source).or_else(|| of_those_who_run(around, flow.source));
    carries
        && !around.is_passing(flow.target)
        && !around.is_passing(flow.source)
        && !flow.assumed
        && matches!((source, own(flow.target)), (Some(a), Some(b)) if a < b)
}

/// The lowest environment among what runs as an identity that has none of its own: whoever is there acts as it.
fn of_those_who_run(around: &Surroundings<'_, '_>, node: usize) -> Option<State> {
    let scene = around.scene();
    if scene.nodes[node].element != Element::Identity || around.environment_state(node).is_some() {
        return None;
    }
    let runs = around.into[node].iter().map(|at| around.flow(*at)).filter(|flow| {
        let workload = scene.nodes[flow.source].element == Element::Process;
        workload && flow.kind == FlowKind::Identity && !flow.assumed
    });
    runs.filter_map(|flow| around.environment_state(flow.source)).min()
}

/// What lets all of a lower environment act as an identity: of an account that is one, whoever administers it decides who does.
pub fn from_accounts(around: &Surroundings<'_, '_>, node: usize) -> Vec<Place> {
    let Some(own) = around.environment_state(node) else { return Vec::new() };
    // Of what says nothing it is not known.
    let highest = |zone: usize| {
        let all = around.inside[zone].iter().map(|node| around.environment_state(*node));
        all.collect::<Option<Vec<State>>>().and_then(|all| all.into_iter().max())
    };
    let is_lower = |zone: usize| {
        around.asked.highest.of(zone, || highest(zone)).is_some_and(|highest| highest < own)
    };
    let letting_in = around.graph.identity.letting_in.get(&node).into_iter().flatten();
    letting_in.filter(|(zone, _)| is_lower(*zone)).map(|(_, place)| *place).collect()
}

/// Flows from lower environments to a node.
pub fn into(around: &Surroundings<'_, '_>, node: usize) -> Vec<usize> {
    around.into[node].iter().copied().filter(|at| is_up(around, *at)).collect()
}

/// Whether a node stands in a lower environment and gets into a higher one.
pub fn begins_at(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let actor = matches!(around.scene().nodes[node].element, Element::Process | Element::Identity);
    actor && around.out[node].iter().any(|at| is_up(around, *at))
}
