//! Log groups that no attribute of their writers refers to: a service writes to the one with its name, a container to the one that its
//! text of JSON names, a program to where its environment says.
//!
//! Sources: AWS Lambda, `CodeBuild`, EKS, RDS and ECS developer guides on the names of their log groups; the rows are tables of the
//! vocabulary (`named_log_groups`).

use std::collections::BTreeMap;

use crate::document::{Pointer, Value};
use crate::pack::Verb;

use super::look;
use super::relations::Relation;
use super::scene::Scene;

/// What log groups are called in the vocabulary.
const GROUP: &str = "aws_cloudwatch_log_group";
/// What stands in a row for the value of the attribute.
const VALUE: &str = "{}";

/// The log groups of a document by what is known of their names.
#[derive(Default)]
struct Groups<'s> {
    by_name: BTreeMap<&'s str, usize>,
    /// Those whose name is not known, with how it begins.
    unnamed: Vec<(usize, &'s str)>,
}

impl<'s> Groups<'s> {
    fn new(scene: &'s Scene<'_>) -> Self {
        let mut groups = Self::default();
        for at in scene.index.of_type(GROUP) {
            match look::value(scene.index.resource(*at), "name") {
                Some(Value::String(name)) => {
                    groups.by_name.entry(name).or_insert(*at);
                }
                Some(Value::Unknown(unknown)) => groups.unnamed.push((*at, &unknown.prefix)),
                _ => {}
            }
        }
        groups
    }

    /// Those of a name; `*` at its end stands for any rest.
    fn called(&self, name: &str) -> Vec<usize> {
        let Some(before) = name.strip_suffix('*') else {
            return self.by_name.get(name).copied().into_iter().collect();
        };
        let from = self.by_name.range(before..);
        from.take_while(|(name, _)| name.starts_with(before)).map(|(_, at)| *at).collect()
    }
}

/// Say which resources log to which groups.
pub fn complete(scene: &mut Scene<'_>) {
    let found = found(scene);
    scene.relations.extend(found);
}

fn found(scene: &Scene<'_>) -> Vec<Relation> {
    let mut relations = inherited(scene);
    if scene.index.of_type(GROUP).is_empty() {
        return relations;
    }
    let groups = Groups::new(scene);
    for row in scene.vocabulary.table("named_log_groups") {
        let [kind, pattern, path] = row.as_slice() else { continue };
        let at = Pointer::root().key(path.split('.').next().unwrap_or_default());
        let mut add = |from: usize, to: usize| {
            relations.push(Relation { from, verb: Verb::LogsTo, to, at: at.clone() });
        };
        for writer in scene.index.of_type(kind) {
            for value in written(scene, *writer, path) {
                for group in groups.called(&pattern.replace(VALUE, value)) {
                    add(*writer, group);
                }
            }
            if &**pattern == VALUE {
                let named = look::at(scene, *writer, &at);
                for group in named.filter(|to| &*scene.index.resource(*to).kind == GROUP) {
                    add(*writer, group);
                }
            }
        }
        let before = pattern.split(VALUE).next().unwrap_or_default();
        for (group, begins) in &groups.unnamed {
            if before.is_empty() || !begins.starts_with(before) {
                continue;
            }
            let named = look::named(scene, *group, "name").targets.into_iter().map(|(to, _)| to);
            for writer in named.filter(|to| *scene.index.resource(*to).kind == **kind) {
                add(writer, *group);
            }
        }
    }
    relations
}

/// Programs of an environment that sends their logs somewhere, by the table `logging_environments`.
fn inherited(scene: &Scene<'_>) -> Vec<Relation> {
    let mut relations = Vec::new();
    for kind in scene.vocabulary.table("logging_environments").iter().flatten() {
        for environment in scene.index.of_type(kind) {
            let stores: Vec<usize> =
                scene.relations.targets(*environment, Verb::LogsTo).map(|to| to.to).collect();
            for inside in scene.relations.sources(*environment, Verb::ContainedIn) {
                relations.extend(stores.iter().map(|to| Relation {
                    from: inside.from,
                    verb: Verb::LogsTo,
                    to: *to,
                    at: inside.at.clone(),
                }));
            }
        }
    }
    relations
}

/// The texts that a path leads to, also through texts of JSON.
fn written<'s>(scene: &'s Scene<'_>, at: usize, path: &str) -> Vec<&'s str> {
    let resource = scene.index.resource(at);
    let own = look::leaves(&resource.attributes, path);
    let inner = path.split_once('.').into_iter().flat_map(|(name, rest)| {
        let text = resource.parsed.get(name);
        text.map(|text| look::leaves(text, rest)).unwrap_or_default()
    });
    let values = own.into_iter().chain(inner).filter_map(|(_, value)| value.as_str());
    values.filter(|text| !text.is_empty() && !text.contains('*')).collect()
}
