//! Reads `vocabulary/*.yaml` of packs: meanings of resource types, weights of DREAD in context, rules over the model, tables of words.

use std::sync::Arc;

use super::meaning::{Expression, Meaning, Meanings, ModelRule, ROLES, Users, Verb};
use super::read::{Fields, Reader, Shape, describe, plain, start_of};
use super::scalar::to_value;
use super::threats::one_of;
use super::words::is_kebab_case;
use crate::document::Value;
use crate::engine::secrets;
use crate::finding::context::{Control, Dimension, Weights};
use crate::syntax::Node;

const FILE: Shape = Shape {
    what: "a vocabulary",
    required: &[],
    optional: &["meanings", "dread", "rules", "tables"],
};
const MEANING: Shape = Shape {
    what: "a meaning",
    required: &["type", "kind", "element"],
    optional: &["boundary", "sensitivity", "part_of", "edges", "port", "auth", "is"],
};
const DREAD: Shape =
    Shape { what: "`dread`", required: &["weights", "control_cap", "controls"], optional: &[] };
const CONTROL: Shape = Shape { what: "a control", required: &["delta"], optional: &["classes"] };
const RULE: Shape = Shape {
    what: "a rule over the model",
    required: &["id", "title", "target", "when", "threat", "remediation"],
    optional: &["evidence", "mitigated", "control"],
};

/// Read a vocabulary into what is there already; what is wrong is reported and left out.
pub(super) fn read(reader: &mut Reader<'_>, pack: &str, into: &mut Meanings) {
    let Some(node) = reader.document(&Arc::clone(&reader.source.text)) else { return };
    let Some(fields) = reader.mapping(&node, &FILE) else { return };
    for item in reader.list(&fields, "meanings").unwrap_or_default() {
        let mistakes = reader.mistakes();
        let meaning = meaning(reader, item);
        if let Some(meaning) = meaning.filter(|_| reader.mistakes() == mistakes) {
            into.add(meaning);
        }
    }
    if let Some(node) = fields.get("dread")
        && let Some(weights) = weights(reader, node)
    {
        into.weights = weights;
    }
    for item in reader.list(&fields, "rules").unwrap_or_default() {
        let mistakes = reader.mistakes();
        let rule = model_rule(reader, item, pack);
        into.rules.extend(rule.filter(|_| reader.mistakes() == mistakes));
    }
    if let Some(node) = fields.get("tables") {
        tables(reader, node, pack, into);
    }
}

fn meaning(reader: &mut Reader<'_>, node: &Node) -> Option<Meaning> {
    let fields = reader.mapping(node, &MEANING)?;
    let resource_type = reader.text(&fields, "type");
    let kind = reader.text(&fields, "kind");
    let element = reader.text(&fields, "element");
    let role = element.as_ref().and_then(|element| {
        let words = ROLES.map(|(word, _)| word);
        one_of(reader, element, &words, "an element of a data-flow diagram");
        ROLES.iter().find(|(word, _)| *word == &*element.text).map(|(_, role)| *role)
    });
    let sensitivity = reader.text(&fields, "sensitivity");
    if let Some(sensitivity) = &sensitivity {
        one_of(reader, sensitivity, Dimension::Data.states(), "a sensitivity");
    }
    let boundary = reader.text(&fields, "boundary").map(|text| text.text);
    let (part_of, part_of_users) = match fields.get("part_of") {
        Some(node) if to_value(node).as_str() == Some("users") => {
            (Vec::new(), Users { all: true, ..Users::default() })
        }
        Some(_) => holders(plain(reader.texts(&fields, "part_of"))),
        None => (Vec::new(), Users::default()),
    };
    let edges = edges(reader, &fields);
    let port = expression(reader, &fields, "port");
    let auth = expression(reader, &fields, "auth");
    let mut properties = indexmap::IndexMap::default();
    if let Some(node) = fields.get("is")
        && let Some(entries) = reader.entries(node, "`is`")
    {
        for (name, entry) in entries.iter() {
            if let Some(expression) = as_expression(reader, &entry.value, name) {
                properties.insert(Arc::clone(name), expression);
            }
        }
    }
    let resource_type = resource_type?;
    Some(Meaning {
        place: reader.place(resource_type.node.span),
        resource_type: resource_type.text,
        kind: kind?.text,
        role: role?,
        boundary,
        sensitivity: sensitivity.map_or_else(|| "none".into(), |text| text.text),
        part_of,
        part_of_users,
        edges,
        port,
        auth,
        properties,
    })
}

/// Attributes that lead to what something is a part of; `users` among them for whoever refers to it, `users VERB` for who does so by it,
/// `users at ATTRIBUTE` for who does so there.
fn holders(names: Vec<Arc<str>>) -> (Vec<Arc<str>>, Users) {
    let mut users = Users::default();
    let mut paths = Vec::new();
    for name in names {
        let word = match name.strip_prefix("users") {
            Some("") => "",
            Some(word) if word.starts_with(' ') => word.trim(),
            _ => {
                paths.push(name);
                continue;
            }
        };
        match (word.strip_prefix("at "), Verb::parse(word)) {
            (Some(at), _) => users.at.push(at.trim().into()),
            (None, Some(verb)) => users.by.push(verb),
            (None, None) => users.all = true,
        }
    }
    (paths, users)
}

fn edges(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<(Verb, Arc<str>)> {
    let Some(node) = fields.get("edges") else { return Vec::new() };
    let Some(entries) = reader.entries(node, "`edges`") else { return Vec::new() };
    let mut edges = Vec::new();
    for (word, entry) in entries.iter() {
        let Some(verb) = Verb::parse(word) else {
            let help = match crate::source::nearest(word, Verb::words()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("verbs are {}", Verb::words().collect::<Vec<_>>().join(", ")),
            };
            reader.report(entry.key.span, format!("there is no edge `{word}`")).help(help);
            continue;
        };
        for text in reader.texts(&entries, word) {
            edges.push((verb, text.text));
        }
    }
    edges
}

/// A field that holds CEL: a text, or a scalar that is CEL as it stands (`true`, `5432`).
fn expression(reader: &mut Reader<'_>, fields: &Fields<'_>, name: &str) -> Option<Expression> {
    as_expression(reader, fields.get(name)?, name)
}

fn as_expression(reader: &mut Reader<'_>, node: &Node, name: &str) -> Option<Expression> {
    let text: Arc<str> = match to_value(node) {
        Value::String(text) => text,
        Value::Bool(bool) => bool.to_string().into(),
        Value::Int(int) => int.to_string().into(),
        _ => {
            let message = format!("`{name}` must be an expression, not {}", describe(node));
            reader.report(start_of(node), message);
            return None;
        }
    };
    Some(Expression::new(text, reader.place(node.span)))
}

fn weights(reader: &mut Reader<'_>, node: &Node) -> Option<Weights> {
    let fields = reader.mapping(node, &DREAD)?;
    let mut weights = Weights::default();
    let by_dimension = reader.entries(fields.get("weights")?, "`weights`")?;
    for dimension in Dimension::ALL {
        let Some(node) = by_dimension.get(dimension.name()) else {
            reader.report(start_of(node), format!("`weights` needs `{}`", dimension.name()));
            continue;
        };
        let Some(states) = reader.entries(node, dimension.name()) else { continue };
        for state in dimension.states() {
            let row = states.get(state).and_then(|node| factors(reader, node));
            if row.is_none() {
                let message =
                    format!("`{}` needs five whole numbers for `{state}`", dimension.name());
                reader.report(start_of(node), message);
            }
            weights.states[dimension as usize].push(row.unwrap_or_default());
        }
    }
    match to_value(fields.get("control_cap")?) {
        Value::Int(cap @ -10..=0) => weights.control_cap = i8::try_from(cap).unwrap_or_default(),
        _ => {
            reader.report(start_of(fields.get("control_cap")?), "`control_cap` must be -10 to 0");
        }
    }
    let controls = reader.entries(fields.get("controls")?, "`controls`")?;
    for (name, entry) in controls.iter() {
        let Some(fields) = reader.mapping(&entry.value, &CONTROL) else { continue };
        let classes = plain(reader.texts(&fields, "classes"));
        match fields.get("delta").and_then(|node| factors(reader, node)) {
            Some(delta) => {
                weights.controls.push(Control { name: Arc::clone(name), delta, classes });
            }
            None => {
                reader.report(
                    entry.key.span,
                    format!("`{name}` needs five whole numbers as `delta`"),
                );
            }
        }
    }
    weights.controls.sort_by(|a, b| a.name.cmp(&b.name));
    Some(weights)
}

/// Five whole numbers, -10 to 10.
fn factors(reader: &mut Reader<'_>, node: &Node) -> Option<[i8; 5]> {
    let value = to_value(node);
    let numbers: Vec<i8> = value
        .as_array()?
        .iter()
        .filter_map(|item| match item {
            Value::Int(int @ -10..=10) => i8::try_from(*int).ok(),
            _ => None,
        })
        .collect();
    if numbers.len() != value.as_array()?.len() {
        reader.report(start_of(node), "a step is a whole number from -10 to 10");
    }
    numbers.try_into().ok()
}

fn model_rule(reader: &mut Reader<'_>, node: &Node, pack: &str) -> Option<ModelRule> {
    let fields = reader.mapping(node, &RULE)?;
    let id = reader.text(&fields, "id")?;
    reader.check(&id, is_kebab_case, "the id of a rule: small letters and digits, joined by `-`");
    let title = reader.text(&fields, "title");
    let target = reader.text(&fields, "target");
    if let Some(target) = &target {
        one_of(reader, target, &["asset", "flow", "boundary"], "what a rule over the model judges");
    }
    let applies = expression(reader, &fields, "when");
    let mitigated = expression(reader, &fields, "mitigated");
    let evidence = plain(reader.texts(&fields, "evidence"));
    let threat = reader.text(&fields, "threat");
    let remediation = reader.text(&fields, "remediation");
    let control = reader.text(&fields, "control").map(|text| text.text);
    Some(ModelRule {
        id: format!("{pack}/{}", id.text).into(),
        title: title?.text,
        target: target?.text,
        applies: applies?,
        mitigated,
        evidence,
        threat: threat?.text,
        remediation: remediation?.text,
        control,
        place: reader.place(id.node.span),
    })
}

/// Tables by name: lists of rows, a row a list of texts or one text.
fn tables(reader: &mut Reader<'_>, node: &Node, pack: &str, into: &mut Meanings) {
    let Some(entries) = reader.entries(node, "`tables`") else { return };
    for (name, entry) in entries.iter() {
        if name.starts_with(secrets::FAMILY) && pack != "core" {
            let message = format!("nothing reads the table `{name}` of a pack");
            let help = "tables of secrets are read with the engine, before any pack";
            reader.report(entry.key.span, message).help(help);
            continue;
        }
        let mut rows = Vec::new();
        for item in reader.list(&entries, name).unwrap_or_default() {
            let value = to_value(item);
            let cells = value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec);
            let row: Vec<Arc<str>> = cells
                .iter()
                .filter_map(|cell| match cell {
                    Value::String(text) => Some(Arc::clone(text)),
                    Value::Int(int) => Some(int.to_string().into()),
                    _ => None,
                })
                .collect();
            if row.len() == cells.len() {
                rows.push(row);
            } else {
                reader.report(start_of(item), "a row is a text or a list of texts");
            }
        }
        into.tables.entry(Arc::clone(name)).or_default().extend(rows);
    }
}
