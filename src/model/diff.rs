//! What changed between two models: assets, boundaries crossed, flows, threats, scores, paths.
//!
//! Things are the same when their ids are; paths when they lead over the same nodes by the same classes of threats, whatever their rank.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{Asset, AttackPath, Boundary, Flow, Threat, ThreatModel};

/// The version of the format.
pub const DIFF_VERSION: u32 = 1;

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Each kind of thing with its changes, in the order of the report.
    pub sections: Vec<Section>,
}

/// The changes of one kind of thing, each list sorted by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `boundaries`, `assets`, `flows`, `crossings`, `threats`, `paths`.
    pub name: &'static str,
    /// What is new.
    pub appeared: Vec<Thing>,
    /// What is gone.
    pub went: Vec<Thing>,
    /// What is there before and after, and not the same.
    pub changed: Vec<(Thing, Vec<Change>)>,
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// Its id.
    pub id: Arc<str>,
    /// In words.
    pub text: String,
    /// Its score in tenths, for threats and paths.
    pub score: Option<u16>,
}

/// A value that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which.
    pub field: String,
    /// Before; empty where there was none.
    pub before: String,
    /// After; empty where there is none.
    pub after: String,
}

/// A thing and all of its values that are compared.
type Facts = (Thing, BTreeMap<String, String>);

impl Diff {
    /// What changed from one model to another.
    pub fn of(before: &ThreatModel, after: &ThreatModel) -> Self {
        let section = |name, facts: fn(&ThreatModel) -> BTreeMap<String, Facts>| {
            compare(name, facts(before), facts(after))
        };
        Self {
            sections: vec![
                section("boundaries", boundaries),
                section("assets", assets),
                section("flows", flows),
                section("crossings", crossings),
                section("threats", threats),
                section("paths", paths),
            ],
        }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.sections
            .iter()
            .all(|it| it.appeared.is_empty() && it.went.is_empty() && it.changed.is_empty())
    }

    /// As JSON.
    pub fn to_json(&self) -> Json {
        let mut json = Map::new();
        json.insert("version".to_owned(), DIFF_VERSION.into());
        for section in &self.sections {
            let changed: Vec<Json> = section
                .changed
                .iter()
                .map(|(thing, changes)| {
                    let mut json = self::thing(thing);
                    let change = |it: &Change| json!({"field": it.field, "before": it.before, "after": it.after});
                    json["changes"] = changes.iter().map(change).collect();
                    json
                })
                .collect();
            let things = |all: &[Thing]| all.iter().map(thing).collect::<Vec<_>>();
            json.insert(
                section.name.to_owned(),
                json!({"appeared": things(&section.appeared), "went": things(&section.went), "changed": changed}),
            );
        }
        json.into()
    }

    /// For people: a line a change, `+` for what appeared, `-` for what went, `~` for what changed.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for section in &self.sections {
            let (new, gone, other) =
                (section.appeared.len(), section.went.len(), section.changed.len());
            if new + gone + other == 0 {
                continue;
            }
            let _ = writeln!(
                text,
                "{}: {new} appeared, {gone} went, {other} changed",
                title(section.name)
            );
            for thing in &section.appeared {
                let _ = writeln!(text, "  + {}", thing.text);
            }
            for thing in &section.went {
                let _ = writeln!(text, "  - {}", thing.text);
            }
            for (thing, changes) in &section.changed {
                let _ = writeln!(text, "  ~ {}", thing.text);
                for change in changes {
                    let or_none = |value: &str| {
                        if value.is_empty() { "none".to_owned() } else { value.to_owned() }
                    };
                    let (before, after) = (or_none(&change.before), or_none(&change.after));
                    let _ = writeln!(
                        text,
                        "      {}: {before} → {after}",
                        change.field.replace('_', " ")
                    );
                }
            }
            text.push('\n');
        }
        if text.is_empty() {
            text.push_str("the models are the same\n");
        }
        text
    }
}

fn title(section: &str) -> &str {
    match section {
        "crossings" => "boundaries crossed",
        "paths" => "attack paths",
        other => other,
    }
}

fn thing(thing: &Thing) -> Json {
    let mut json = json!({"id": &*thing.id, "text": thing.text});
    if let Some(score) = thing.score {
        json["score"] = (f64::from(score) / 10.0).into();
    }
    json
}

fn compare(
    name: &'static str,
    mut before: BTreeMap<String, Facts>,
    after: BTreeMap<String, Facts>,
) -> Section {
    let mut section = Section { name, appeared: Vec::new(), went: Vec::new(), changed: Vec::new() };
    for (key, (thing, facts)) in after {
        let Some((_, old)) = before.remove(&key) else {
            section.appeared.push(thing);
            continue;
        };
        let fields: std::collections::BTreeSet<&String> = old.keys().chain(facts.keys()).collect();
        let value = |facts: &BTreeMap<String, String>, field: &str| {
            facts.get(field).cloned().unwrap_or_default()
        };
        let changes: Vec<Change> = fields
            .into_iter()
            .map(|field| Change {
                field: field.clone(),
                before: value(&old, field),
                after: value(&facts, field),
            })
            .filter(|change| change.before != change.after)
            .collect();
        if !changes.is_empty() {
            section.changed.push((thing, changes));
        }
    }
    section.went = before.into_values().map(|(thing, _)| thing).collect();
    // What scores most comes first; the rest is in the order of its keys.
    let worst_first = |a: &Thing, b: &Thing| b.score.cmp(&a.score);
    section.appeared.sort_by(worst_first);
    section.went.sort_by(worst_first);
    section.changed.sort_by(|(a, _), (b, _)| worst_first(a, b));
    section
}

/// A text on one line without control characters: it may come from a hostile configuration.
fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => ' ',
        c => c,
    };
    text.trim().chars().map(harmless).collect()
}

/// A name with the id where that says more.
fn named(name: &str, id: &str) -> String {
    if name == id { clean(id) } else { format!("{} ({})", clean(name), clean(id)) }
}

fn facts<const N: usize>(values: [(&str, String); N]) -> BTreeMap<String, String> {
    values.into_iter().map(|(field, value)| (field.to_owned(), clean(&value))).collect()
}

fn text(value: Option<&Arc<str>>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn joined(values: &[Arc<str>]) -> String {
    values.iter().map(|value| &**value).collect::<Vec<_>>().join(", ")
}

fn boundaries(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let one = |it: &Boundary| {
        let thing = Thing {
            id: Arc::clone(&it.id),
            text: format!("{} {}", clean(&it.kind), named(&it.name, &it.id)),
            score: None,
        };
        let facts = facts([
            ("name", it.name.to_string()),
            ("kind", it.kind.to_string()),
            ("parent", text(it.parent.as_ref())),
            ("environment", text(it.environment.as_ref())),
            ("filters", joined(&it.filters)),
        ]);
        (it.id.to_string(), (thing, facts))
    };
    model.boundaries.iter().map(one).collect()
}

fn assets(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let one = |it: &Asset| {
        let thing = Thing {
            id: Arc::clone(&it.id),
            text: format!("{} {}", clean(&it.kind), named(&it.name, &it.id)),
            score: None,
        };
        let mut facts = facts([
            ("name", it.name.to_string()),
            ("kind", it.kind.to_string()),
            ("element", it.element.name().to_owned()),
            ("boundary", text(it.boundary.as_ref())),
            ("sensitivity", text(it.sensitivity.as_ref())),
            ("environment", text(it.environment.as_ref())),
            ("owner", text(it.owner.as_ref())),
            ("merges", joined(&it.merges)),
            ("conditional", it.conditional.to_string()),
            ("modelled", it.modelled.to_string()),
        ]);
        facts.extend(it.properties.iter().map(|(name, state)| (clean(name), clean(state))));
        (it.id.to_string(), (thing, facts))
    };
    model.assets.iter().map(one).collect()
}

/// A flow in words.
fn way(model: &ThreatModel, flow: &Flow) -> String {
    let (from, to) = (clean(model.name_of(&flow.source)), clean(model.name_of(&flow.target)));
    format!("{from} → {to}: {} {}", flow.kind.name().replace('_', " "), clean(&flow.label))
}

fn flows(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let one = |it: &Flow| {
        let thing = Thing { id: Arc::clone(&it.id), text: way(model, it), score: None };
        let facts = facts([
            ("label", it.label.to_string()),
            ("protocol", text(it.protocol.as_ref())),
            ("port", text(it.port.as_ref())),
            ("encrypted", it.encrypted.name().to_owned()),
            ("assumed", it.assumed.to_string()),
            ("modelled", it.modelled.to_string()),
        ]);
        (it.id.to_string(), (thing, facts))
    };
    model.flows.iter().map(one).collect()
}

fn crossings(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let mut all = BTreeMap::new();
    for flow in &model.flows {
        for boundary in &flow.crosses {
            let name = model.boundary(boundary).map_or(&**boundary, |boundary| &*boundary.name);
            let thing = Thing {
                id: format!("{} / {boundary}", flow.id).into(),
                text: format!("{} crosses {}", way(model, flow), clean(name)),
                score: None,
            };
            all.insert(format!("{}\0{boundary}", flow.id), (thing, BTreeMap::new()));
        }
    }
    all
}

/// The target of a threat in words: a flow by its ends.
fn target(model: &ThreatModel, id: &str) -> String {
    match model.flow(id) {
        Some(flow) => {
            let (from, to) = (model.name_of(&flow.source), model.name_of(&flow.target));
            clean(&format!("{from} → {to} ({})", flow.label))
        }
        None => clean(model.name_of(id)),
    }
}

fn threats(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let one = |it: &Threat| {
        let dread = &it.dread;
        let thing = Thing {
            id: Arc::clone(&it.id),
            text: format!(
                "{} {} {} on {}",
                dread.score,
                clean(&it.class.id),
                clean(&it.class.name),
                target(model, &it.target)
            ),
            score: Some(dread.score.0),
        };
        let mut facts = facts([
            ("score", dread.score.to_string()),
            ("severity", dread.severity.name().to_owned()),
            ("state", it.state.name().to_owned()),
        ]);
        facts.extend(it.context.iter().map(|(name, state)| ((*name).to_owned(), clean(state))));
        for factor in crate::finding::Factor::ALL {
            facts.insert(factor.name().to_owned(), dread.dread.get(factor).to_string());
        }
        (it.id.to_string(), (thing, facts))
    };
    model.threats.iter().map(one).collect()
}

fn paths(model: &ThreatModel) -> BTreeMap<String, Facts> {
    let mut all = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for path in &model.paths {
        let way: Vec<String> = path.nodes.iter().map(|node| clean(model.name_of(node))).collect();
        let thing = Thing {
            id: Arc::clone(&path.id),
            text: format!("{} {}: {}", path.score, clean(&path.title), way.join(" → ")),
            score: Some(path.score.0),
        };
        let facts = facts([
            ("score", path.score.to_string()),
            ("severity", path.severity.name().to_owned()),
            ("assumed", path.assumed.to_string()),
            ("cut_by", joined(&path.cut_by)),
        ]);
        let key = key(path);
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        all.insert(format!("{key}\0{number}"), (thing, facts));
    }
    all
}

/// What makes a path the same: where it leads and what opens it.
fn key(path: &AttackPath) -> String {
    let steps: Vec<String> =
        path.steps.iter().map(|step| format!("{}@{}", step.class, step.at)).collect();
    format!("{}\0{}\0{}\0{}", path.from, path.to, joined(&path.nodes), steps.join("\0"))
}
