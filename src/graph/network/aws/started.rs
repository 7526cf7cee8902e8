//! Tasks of ECS that something starts by itself, at a time or on an event: who starts them says in which network they run.
//!
//! Sources: AWS provider documentation of the types in the table `aws_starters`; AWS Step Functions Developer Guide, "Run Amazon ECS or
//! Fargate tasks with Step Functions"; `AwsVpcConfiguration` of the API of Amazon ECS.

use std::collections::BTreeMap;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::{Public, Tri};
use crate::graph::scene::Scene;
use crate::pack::Verb;
use crate::source::Place;

/// What a task is made from.
pub const TASK: &str = "aws_ecs_task_definition";

const MACHINE: &str = "aws_sfn_state_machine";
const DEFINITION: &str = "definition";
/// How deep states of a machine are looked for in one another.
const DEPTH: usize = 64;

/// What a state says of the network of the task that it starts: resources, and whether something is named that is none.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Subnets.
    pub subnets: Vec<usize>,
    /// Whether a subnet is named that is no resource of the document.
    pub open: bool,
    /// Security groups.
    pub groups: Vec<usize>,
    /// Whether a group is named that is no resource of the document.
    pub groups_open: bool,
    /// Whether it gets a public address, where that is written.
    pub public: Option<Public>,
}

/// Resources of the table `aws_starters` that start a task.
pub fn starters<'s>(scene: &'s Scene<'_>, task: usize) -> impl Iterator<Item = usize> + 's {
    let starts = |at: &usize| {
        let kind = &scene.index.resource(*at).kind;
        let mut rows = scene.vocabulary.table("aws_starters").iter();
        rows.any(|row| row.first().is_some_and(|own| **own == **kind))
    };
    scene.relations.sources(task, Verb::Invokes).map(|relation| relation.from).filter(starts)
}

/// What states of machines say that start tasks, by task.
#[derive(Debug, Default)]
pub struct Started(BTreeMap<usize, Vec<Told>>);

impl Started {
    /// Of all machines.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut found = Self::default();
        for machine in scene.index.of_type(MACHINE) {
            let resource = scene.index.resource(*machine);
            if let Some(text) = resource.parsed.get(DEFINITION) {
                let place = resource.place_of(&Pointer::root().key(DEFINITION));
                found.seek(scene, place, text, DEPTH);
            }
        }
        found
    }

    /// What is said of a task.
    pub fn of(&self, task: usize) -> &[Told] {
        self.0.get(&task).map(Vec::as_slice).unwrap_or_default()
    }

    /// Look for requests of tasks in what a definition says, whatever states they lie in.
    fn seek(&mut self, scene: &Scene<'_>, place: Place, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Value::Object(members) => {
                let (named, _) = resources(scene, value.get("TaskDefinition"));
                let network = value.get("NetworkConfiguration");
                match network.and_then(|network| network.get("AwsvpcConfiguration")) {
                    Some(network) if !named.is_empty() => {
                        let told = read(scene, network, place);
                        for task in named {
                            self.0.entry(task).or_default().push(told.clone());
                        }
                    }
                    _ => members
                        .iter()
                        .for_each(|(_, inner)| self.seek(scene, place, inner, depth - 1)),
                }
            }
            Value::Array(items) => {
                items.iter().for_each(|inner| self.seek(scene, place, inner, depth - 1));
            }
            _ => {}
        }
    }
}

fn read(scene: &Scene<'_>, network: &Value, place: Place) -> Told {
    let (subnets, open) = resources(scene, network.get("Subnets"));
    let (groups, groups_open) = resources(scene, network.get("SecurityGroups"));
    let public = network.get("AssignPublicIp").map(|word| match word {
        Value::String(word) if !word.contains(['{', '$']) => Tri::from(&**word == "ENABLED"),
        _ => Tri::Unknown,
    });
    let public = public.map(|state| Public { state, proof: vec![place] });
    Told { subnets, open, groups, groups_open, public }
}

/// Resources that the texts of a value name, and whether some text names none.
fn resources(scene: &Scene<'_>, value: Option<&Value>) -> (Vec<usize>, bool) {
    let items = match value {
        Some(Value::Array(items)) => &items[..],
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let each = items.iter().map(|item| {
        let holes = item.as_str().map(|text| look::holed(scene, text).fillers).unwrap_or_default();
        holes.into_iter().flatten().collect::<Vec<usize>>()
    });
    let named: Vec<Vec<usize>> = each.collect();
    let open = named.iter().any(Vec::is_empty);
    (named.into_iter().flatten().collect(), open)
}
