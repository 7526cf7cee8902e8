//! STRIDE per element: for each letter that applies, what threatens it and what is proven against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::Value;
use crate::finding::Stride;
use crate::graph::scene::Facts;
use crate::model::Coverage;

use super::situation::Target;
use super::{Part, Scored};

/// Letters that apply to a flow.
const OF_FLOW: &str = "TID";

/// Coverage of all assets and flows of a part; `id` names a target.
pub fn of(part: &Part<'_>, ids: &dyn Fn(Target) -> Arc<str>) -> Vec<Coverage> {
    let scene = &part.graph.scene;
    let table = scene.vocabulary.table("mitigations");
    let mut all = Vec::new();
    let (open, closed) = (by_target(&part.threats), by_target(&part.mitigated));
    let none = Vec::new();
    let nodes = scene.nodes.iter().enumerate();
    let targets =
        nodes.map(|(at, node)| (Target::Node(at), node.element.stride(), Some(&node.facts)));
    let flows = (0..scene.flows.len()).map(|at| (Target::Flow(at), OF_FLOW, None));
    for (target, letters, facts) in targets.chain(flows) {
        let id = ids(target);
        let own = open.get(&target).unwrap_or(&none);
        let mitigated = closed.get(&target).unwrap_or(&none);
        for letter in letters.chars() {
            all.push(Coverage {
                target: Arc::clone(&id),
                letter,
                threats: threats(own, letter).map(|threat| name(threat, ids)).collect(),
                mitigations: mitigations(part, (target, mitigated), letter, facts, table),
            });
        }
    }
    all
}

/// `CLASS@TARGET`.
pub fn name(threat: &Scored, ids: &dyn Fn(Target) -> Arc<str>) -> Arc<str> {
    format!("{}@{}", threat.draft.class.id, ids(threat.target)).into()
}

fn by_target(threats: &[Scored]) -> BTreeMap<Target, Vec<&Scored>> {
    let mut found: BTreeMap<Target, Vec<&Scored>> = BTreeMap::new();
    for threat in threats {
        found.entry(threat.target).or_default().push(threat);
    }
    found
}

fn threats<'s>(threats: &[&'s Scored], letter: char) -> impl Iterator<Item = &'s Scored> {
    let has = move |threat: &&Scored| {
        threat.draft.class.stride.iter().map(Stride::letter).any(|each| each == letter)
    };
    threats.iter().copied().filter(has)
}

fn mitigations(
    part: &Part<'_>,
    (target, mitigated): (Target, &[&Scored]),
    letter: char,
    facts: Option<&Facts>,
    table: &[Vec<Arc<str>>],
) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> =
        threats(mitigated, letter).filter_map(|threat| threat.draft.note.clone()).collect();
    for row in table {
        let [fact, of, words] = row.as_slice() else { continue };
        let holds = facts
            .and_then(|facts| facts.get(fact))
            .is_some_and(|fact| fact.value == Some(Value::Bool(true)));
        if of.contains(letter) && holds && !found.contains(words) {
            found.push(Arc::clone(words));
        }
    }
    if let Target::Flow(at) = target
        && part.graph.scene.flows[at].encrypted == crate::model::Encrypted::Yes
        && letter != 'D'
    {
        found.push("it is encrypted on the way".into());
    }
    found
}
