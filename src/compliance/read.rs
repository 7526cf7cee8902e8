//! Reads a baseline's file (`schemas/baseline.schema.json`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{
    Amount, Baseline, Extends, Group, Mapping, Named, Param, Patch, Profile, Setting, Threshold,
};
use crate::document::Value;
use crate::pack::read::{Fields, Reader, Shape, Text, describe, plain, start_of};
use crate::pack::words::{is_kebab_case, is_link, is_snake_case};
use crate::pack::{SCOPE, Scope, scope, to_score, to_value};
use crate::source::{FileId, Place, Problem, SourceFile};
use crate::syntax::{Node, NodeKind};

const BASELINE: Shape = Shape {
    what: "a compliance baseline",
    required: &["id", "title", "version"],
    optional: &[
        "source", "extends", "match", "levels", "profiles", "params", "set", "scope", "groups",
        "drop", "override",
    ],
};
const EXTENDS: Shape = Shape { what: "`extends`", required: &["baseline"], optional: &["digest"] };
const NAMED: Shape = Shape { what: "a level", required: &["id", "title"], optional: &[] };
const PROFILE: Shape =
    Shape { what: "a profile", required: &["id", "title", "levels"], optional: &[] };
const PARAM: Shape =
    Shape { what: "a parameter", required: &["type", "default"], optional: &["description"] };
const GROUP: Shape =
    Shape { what: "a group", required: &["id"], optional: &["title", "groups", "controls"] };
const CONTROL: Shape = Shape {
    what: "a control",
    required: &["id"],
    optional: &[
        "title",
        "level",
        "assessment",
        "coverage",
        "rules",
        "threats",
        "scope",
        "threshold",
        "not_applicable",
        "references",
    ],
};
const MAPPING: Shape =
    Shape { what: "a mapping to a rule", required: &["rule"], optional: &["attributes"] };
const THRESHOLD: Shape =
    Shape { what: "`threshold`", required: &[], optional: &["score", "findings"] };
const REFERENCE: Shape =
    Shape { what: "a reference to a parameter", required: &["param"], optional: &[] };

/// Deepest nesting of groups.
const MAX_DEPTH: usize = 8;

/// Read a baseline. What is wrong is a problem each; `None` where it does not even say what it is called.
pub fn read(
    file: FileId,
    source: &SourceFile,
    pack: Option<Arc<str>>,
) -> (Option<Baseline>, Vec<Problem>) {
    let mut reader = Reader::new(file, source);
    let node = reader.document(&Arc::clone(&source.text));
    let baseline = node.and_then(|node| baseline(&mut reader, &node, pack));
    (baseline, reader.into_problems())
}

fn baseline(reader: &mut Reader<'_>, node: &Node, pack: Option<Arc<str>>) -> Option<Baseline> {
    let fields = reader.mapping(node, &BASELINE)?;
    let id = reader.text(&fields, "id");
    let title = reader.text(&fields, "title");
    let version = reader.text(&fields, "version");
    let source = reader.text(&fields, "source");
    if let Some(source) = &source {
        reader.check(source, is_link, "a link that starts with https://");
    }
    let extends = extends(reader, &fields);
    let matches_nist = reader.word(&fields, "match", &["nist"]).is_some();
    let levels = items(reader, &fields, "levels", named);
    let profiles =
        items(reader, &fields, "profiles", |reader, node| profile(reader, node, &levels));
    let params = params(reader, &fields);
    let set = settings(reader, &fields);
    let scope = one_scope(reader, &fields).unwrap_or_default();
    let mut tree = Tree { groups: Vec::new(), controls: Vec::new(), seen: BTreeMap::new() };
    for node in reader.list(&fields, "groups").unwrap_or_default() {
        tree.group(reader, node, None, 0);
    }
    let place = |reader: &Reader<'_>, text: Text<'_>| (text.text, reader.place(text.node.span));
    let drop = reader.texts(&fields, "drop").into_iter().map(|text| place(reader, text)).collect();
    let overrides = items(reader, &fields, "override", |reader, node| control(reader, node, None));
    for name in ["drop", "override", "set"] {
        if let (None, Some(node)) = (&extends, fields.get(name)) {
            let message = format!("`{name}` changes a baseline, and `extends` names none");
            reader.report(start_of(node), message);
        }
    }
    let id = id.filter(|id| is_baseline_id(reader, id))?;
    Some(Baseline {
        place: reader.place(id.node.span),
        id: id.text,
        title: title?.text,
        version: version?.text,
        source: source.map(|source| source.text),
        pack,
        extends,
        matches_nist,
        levels,
        profiles,
        params,
        set,
        scope,
        groups: tree.groups,
        controls: tree.controls,
        drop,
        overrides,
    })
}

/// `nist-csf-2.0`: kebab-case that may hold points, as versions do.
fn is_baseline_id(reader: &mut Reader<'_>, id: &Text<'_>) -> bool {
    let test = |text: &str| is_kebab_case(&text.replace('.', ""));
    reader.check(id, test, "the id of a baseline: small letters and digits, joined by `-` or `.`")
}

/// The items of a list, those with mistakes left out.
fn items<'n, T>(
    reader: &mut Reader<'_>,
    fields: &Fields<'n>,
    name: &str,
    mut read: impl FnMut(&mut Reader<'_>, &'n Node) -> Option<T>,
) -> Vec<T> {
    let nodes = reader.list(fields, name).unwrap_or_default();
    nodes.iter().filter_map(|node| read(reader, node)).collect()
}

fn extends(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Extends> {
    let node = fields.get("extends")?;
    if matches!(node.kind, NodeKind::Scalar(_)) {
        let text = reader.as_text(node, "extends")?;
        let place = reader.place(node.span);
        return Some(Extends { baseline: text.text, digest: None, place });
    }
    let fields = reader.mapping(node, &EXTENDS)?;
    let digest = reader.text(&fields, "digest");
    let digest = digest.map(|text| (text.text, reader.place(text.node.span)));
    let baseline = reader.text(&fields, "baseline")?;
    Some(Extends { place: reader.place(baseline.node.span), baseline: baseline.text, digest })
}

fn named(reader: &mut Reader<'_>, node: &Node) -> Option<Named> {
    let fields = reader.mapping(node, &NAMED)?;
    let (id, title) = (reader.text(&fields, "id"), reader.text(&fields, "title"));
    Some(Named { id: id?.text, title: title?.text })
}

fn profile(reader: &mut Reader<'_>, node: &Node, levels: &[Named]) -> Option<Profile> {
    let fields = reader.mapping(node, &PROFILE)?;
    let (id, title) = (reader.text(&fields, "id"), reader.text(&fields, "title"));
    let chosen = reader.texts(&fields, "levels");
    for level in &chosen {
        // The levels of an extended baseline are checked when they are known.
        if !levels.is_empty() && !levels.iter().any(|known| known.id == level.text) {
            reader.report(level.node.span, format!("there is no level `{}`", level.text));
        }
    }
    Some(Profile { id: id?.text, title: title?.text, levels: plain(chosen) })
}

fn params(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Param> {
    let Some(node) = fields.get("params") else { return Vec::new() };
    let Some(entries) = reader.entries(node, "`params`") else { return Vec::new() };
    let mut params = Vec::new();
    for (name, entry) in entries.iter() {
        if !is_snake_case(name) {
            reader.report(entry.key.span, format!("parameter `{name}` is not in snake_case"));
        }
        let Some(fields) = reader.mapping(&entry.value, &PARAM) else { continue };
        reader.text(&fields, "description");
        let kind = reader.word(&fields, "type", &["number", "integer"]);
        let Some((kind, node)) = kind.zip(fields.get("default")) else { continue };
        let default = to_value(node);
        if matches!(default, Value::Int(_))
            || (kind == "number" && matches!(default, Value::Float(_)))
        {
            params.push(Param { name: Arc::clone(name), default });
        } else {
            let message = format!("the default is {}, the type is {kind}", describe(node));
            reader.report(start_of(node), message);
        }
    }
    params
}

fn settings(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Setting> {
    let Some(node) = fields.get("set") else { return Vec::new() };
    let Some(entries) = reader.entries(node, "`set`") else { return Vec::new() };
    let mut settings = Vec::new();
    for (name, entry) in entries.iter() {
        let value = to_value(&entry.value);
        if matches!(value, Value::Int(_) | Value::Float(_)) {
            let place = reader.place(entry.key.span);
            settings.push(Setting { name: Arc::clone(name), value, place });
        } else {
            let message = format!("`{name}` must be a number, not {}", describe(&entry.value));
            reader.report(start_of(&entry.value), message);
        }
    }
    settings
}

fn one_scope(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Scope> {
    let fields = reader.mapping(fields.get("scope")?, &SCOPE)?;
    Some(scope(reader, &fields))
}

/// Groups and their controls, while they are read.
struct Tree {
    groups: Vec<Group>,
    controls: Vec<Patch>,
    /// Where each control stands first.
    seen: BTreeMap<Arc<str>, Place>,
}

impl Tree {
    fn group(
        &mut self,
        reader: &mut Reader<'_>,
        node: &Node,
        parent: Option<&Arc<str>>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            let message = format!("groups are nested more than {MAX_DEPTH} deep");
            reader.report(start_of(node), message);
            return;
        }
        let Some(fields) = reader.mapping(node, &GROUP) else { return };
        let title = reader.text(&fields, "title");
        let Some(id) = reader.text(&fields, "id") else { return };
        if self.groups.iter().any(|group| group.id == id.text) {
            reader.report(id.node.span, format!("group `{}` is there twice", id.text));
            return;
        }
        let title = title.map_or_else(|| Arc::clone(&id.text), |title| title.text);
        let id = id.text;
        self.groups.push(Group { id: Arc::clone(&id), title, parent: parent.cloned() });
        for node in reader.list(&fields, "controls").unwrap_or_default() {
            let Some(control) = control(reader, node, Some(&id)) else { continue };
            if let Some(first) = self.seen.get(&control.id) {
                let first = reader.position(first.span.start);
                let message = format!("control `{}` is there twice, first at {first}", control.id);
                reader.report(control.place.span, message);
                continue;
            }
            self.seen.insert(Arc::clone(&control.id), control.place);
            self.controls.push(control);
        }
        for node in reader.list(&fields, "groups").unwrap_or_default() {
            self.group(reader, node, Some(&id), depth + 1);
        }
    }
}

fn control(reader: &mut Reader<'_>, node: &Node, group: Option<&Arc<str>>) -> Option<Patch> {
    let fields = reader.mapping(node, &CONTROL)?;
    let id = reader.text(&fields, "id");
    let title = reader.text(&fields, "title").map(|text| text.text);
    let level = reader.text(&fields, "level").map(|text| text.text);
    let manual = reader.word(&fields, "assessment", &["automated", "manual"]);
    let partial = reader.word(&fields, "coverage", &["full", "partial"]);
    let rules = fields.get("rules").map(|_| items(reader, &fields, "rules", mapping));
    let threats = fields.get("threats").map(|_| {
        let texts = reader.texts(&fields, "threats");
        texts.into_iter().map(|text| (text.text, reader.place(text.node.span))).collect()
    });
    let scope = one_scope(reader, &fields);
    let threshold = threshold(reader, &fields);
    let not_applicable = reader.text(&fields, "not_applicable").map(|text| text.text);
    let references = fields.get("references").map(|_| {
        let links = reader.texts(&fields, "references");
        plain(reader.checked(links, is_link, "a link that starts with https://"))
    });
    let id = id?;
    Some(Patch {
        place: reader.place(id.node.span),
        id: id.text,
        group: group.cloned(),
        title,
        level,
        manual: manual.map(|word| word == "manual"),
        partial: partial.map(|word| word == "partial"),
        rules,
        threats,
        scope,
        threshold,
        not_applicable,
        references,
    })
}

/// `aws/efs-encrypted`, or `{rule: aws/…, attributes: [cidr_blocks]}`.
fn mapping(reader: &mut Reader<'_>, node: &Node) -> Option<Mapping> {
    let (rule, attributes) = if matches!(node.kind, NodeKind::Mapping(_)) {
        let fields = reader.mapping(node, &MAPPING)?;
        let attributes = plain(reader.texts(&fields, "attributes"));
        (reader.text(&fields, "rule")?, attributes)
    } else {
        (reader.as_text(node, "rules")?, Vec::new())
    };
    let place = reader.place(rule.node.span);
    Some(Mapping { rule: rule.text, attributes, place })
}

fn threshold(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Threshold> {
    let fields = reader.mapping(fields.get("threshold")?, &THRESHOLD)?;
    let score = amount(reader, &fields, "score", "a score from 0 to 10", to_score);
    let findings = amount(reader, &fields, "findings", "a number of findings", as_count);
    Some(Threshold { score, findings })
}

fn amount<T>(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    name: &str,
    expected: &str,
    convert: fn(&Value) -> Option<T>,
) -> Option<Amount<T>> {
    let node = fields.get(name)?;
    if matches!(node.kind, NodeKind::Mapping(_)) {
        let fields = reader.mapping(node, &REFERENCE)?;
        let param = reader.text(&fields, "param")?;
        return Some(Amount::Param(param.text, reader.place(param.node.span)));
    }
    let number = convert(&to_value(node));
    if number.is_none() {
        reader.report(start_of(node), format!("`{name}` must be {expected}"));
    }
    number.map(Amount::Number)
}

/// A number that is not negative.
pub(super) fn as_count(value: &Value) -> Option<usize> {
    match value {
        Value::Int(count) => usize::try_from(*count).ok(),
        _ => None,
    }
}
