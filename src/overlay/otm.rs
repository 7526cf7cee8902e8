//! An Open Threat Model file as an overlay.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::{Map, Reader, is_null, text, truth};
use super::{Component, Dataflow, Key, Overlay, Parent, Refers, Verdict, Zone};
use crate::model::{Element, Encrypted, FlowKind, ThreatState};
use crate::source::{FileId, Problem, SourceFile, Span, nearest};
use crate::syntax::{Node, NodeKind, json, yaml};

/// Members of a file.
const MEMBERS: [&str; 9] = [
    "otmVersion",
    "project",
    "representations",
    "assets",
    "trustZones",
    "components",
    "dataflows",
    "threats",
    "mitigations",
];
const SENSITIVITIES: [(&str, &str); 4] = [
    ("none", "none"),
    ("internal", "internal"),
    ("confidential", "confidential"),
    ("restricted", "restricted"),
];
const ENCRYPTED: [(&str, Encrypted); 7] = [
    ("yes", Encrypted::Yes),
    ("true", Encrypted::Yes),
    ("no", Encrypted::No),
    ("false", Encrypted::No),
    ("optional", Encrypted::Optional),
    ("unknown", Encrypted::Unknown),
    ("not_applicable", Encrypted::NotApplicable),
];
/// What tools write as the state of a threat, without case and separators.
const STATES: [(&str, ThreatState); 16] = [
    ("open", ThreatState::Open),
    ("exposed", ThreatState::Open),
    ("identified", ThreatState::Open),
    ("notmitigated", ThreatState::Open),
    ("partlymitigated", ThreatState::Open),
    ("required", ThreatState::Open),
    ("mitigated", ThreatState::Mitigated),
    ("mitigate", ThreatState::Mitigated),
    ("implemented", ThreatState::Mitigated),
    ("remediated", ThreatState::Mitigated),
    ("resolved", ThreatState::Mitigated),
    ("closed", ThreatState::Mitigated),
    ("accepted", ThreatState::Accepted),
    ("accept", ThreatState::Accepted),
    ("riskaccepted", ThreatState::Accepted),
    ("acceptedrisk", ThreatState::Accepted),
];
/// Parts of a component's type that tell what it is, the first that occurs.
const ELEMENTS: [(&str, Element); 17] = [
    ("database", Element::DataStore),
    ("datastore", Element::DataStore),
    ("store", Element::DataStore),
    ("storage", Element::DataStore),
    ("bucket", Element::DataStore),
    ("queue", Element::DataStore),
    ("cache", Element::DataStore),
    ("secret", Element::DataStore),
    ("identity", Element::Identity),
    ("role", Element::Identity),
    ("user", Element::ExternalEntity),
    ("person", Element::ExternalEntity),
    ("client", Element::ExternalEntity),
    ("browser", Element::ExternalEntity),
    ("actor", Element::ExternalEntity),
    ("external", Element::ExternalEntity),
    ("third", Element::ExternalEntity),
];

/// Parse a file: JSON if it starts like JSON, else YAML.
pub(super) fn parse(file: FileId, source: &SourceFile) -> (Overlay, Vec<Problem>) {
    let start = source.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let (tree, problems) = if start.starts_with('{') {
        match json::parse(file, &source.text) {
            Ok(tree) => (Some(tree), Vec::new()),
            Err(problem) => (None, vec![problem]),
        }
    } else {
        let (trees, problems) = yaml::parse(file, &source.text);
        (trees.into_iter().next(), problems)
    };
    let mut reader = Reader { file, source, problems };
    let overlay = tree.as_ref().map(|tree| File::read(&mut reader, tree));
    if overlay.is_none() && reader.problems.is_empty() {
        reader.refuse(Span::default(), "an Open Threat Model is a map, and this file is empty", "");
    }
    (overlay.unwrap_or_default(), reader.problems)
}

/// What other parts of a file refer to.
#[derive(Default)]
struct File {
    /// Sensitivity of data by id.
    data: BTreeMap<Arc<str>, &'static str>,
    /// Class and description of threats by id.
    threats: BTreeMap<Arc<str>, (Arc<str>, Arc<str>)>,
    /// Names of mitigations by id.
    mitigations: BTreeMap<Arc<str>, Arc<str>>,
    zones: Vec<Arc<str>>,
    components: Vec<Arc<str>>,
}

impl File {
    fn read(reader: &mut Reader<'_>, tree: &Node) -> Overlay {
        if !matches!(tree.kind, NodeKind::Mapping(_)) {
            reader.refuse(tree.span, "an Open Threat Model is a map", "");
            return Overlay::default();
        }
        let top = reader.map(tree, "an Open Threat Model");
        Self::members(reader, &top);
        let mut overlay = Overlay::default();
        let project = reader.inner(&top, "project");
        if top.get("project").is_some() {
            reader.required(&project, "name", "the project");
            reader.required(&project, "id", "the project");
        }
        let attributes = reader.inner(&project, "attributes");
        overlay.is_partial = reader.flag(&attributes, "partial", false);
        if let Some(node) = attributes.get("assumptions").filter(|node| !is_null(node)) {
            overlay.assumptions = reader.texts(node, "an assumption");
        }
        let mut file = Self::default();
        file.lists(reader, &top);
        overlay.zones = file.read_zones(reader, &top);
        overlay.components = file.read_components(reader, &top);
        overlay.flows = file.read_flows(reader, &top);
        overlay
    }

    /// What must be there, and what is nearly a member.
    fn members(reader: &mut Reader<'_>, top: &Map<'_>) {
        for name in ["otmVersion", "project"] {
            if top.get(name).is_none() {
                reader.refuse(
                    top.span,
                    format!("an Open Threat Model needs `{name}`"),
                    "is this file one? see `otmVersion`, `project`, `components`",
                );
            }
        }
        reader.text(top, "otmVersion");
        for entry in top.entries {
            let Some(name) = text(&entry.key).filter(|name| !MEMBERS.contains(&&**name)) else {
                continue;
            };
            if let Some(near) = nearest(&name, MEMBERS) {
                reader.refuse(
                    entry.key.span,
                    format!("there is no `{name}` in an Open Threat Model"),
                    &format!("did you mean `{near}`?"),
                );
            }
        }
    }

    /// Everything that others refer to by id.
    fn lists(&mut self, reader: &mut Reader<'_>, top: &Map<'_>) {
        for node in reader.list(top, "assets") {
            let map = reader.map(node, "an asset");
            let Some(id) = reader.required(&map, "id", "an asset") else { continue };
            let risk = reader.inner(&map, "risk");
            let confidentiality = reader.number(&risk, "confidentiality");
            let level = match confidentiality {
                Some(risk) if risk >= 90.0 => "restricted",
                Some(risk) if risk >= 50.0 => "confidential",
                Some(risk) if risk > 0.0 => "internal",
                Some(_) => "none",
                None => {
                    reader.refuse(
                        map.span,
                        format!("the asset `{id}` has no `risk.confidentiality`"),
                        "",
                    );
                    continue;
                }
            };
            self.data.insert(id, level);
        }
        for node in reader.list(top, "threats") {
            let map = reader.map(node, "a threat");
            let Some(id) = reader.required(&map, "id", "a threat") else { continue };
            let name = reader.required(&map, "name", "a threat").unwrap_or_default();
            let attributes = reader.inner(&map, "attributes");
            let class = reader.text(&attributes, "class");
            let class =
                class.unwrap_or_else(|| Arc::from(id.split('@').next().unwrap_or_default()));
            let said = reader.text(&attributes, "reason").or(reader.text(&map, "description"));
            self.threats.insert(id, (class, said.filter(|said| !said.is_empty()).unwrap_or(name)));
        }
        for node in reader.list(top, "mitigations") {
            let map = reader.map(node, "a mitigation");
            let Some(id) = reader.required(&map, "id", "a mitigation") else { continue };
            let name = reader.required(&map, "name", "a mitigation");
            self.mitigations.insert(Arc::clone(&id), name.unwrap_or(id));
        }
        for (list, what) in [("trustZones", "a trust zone"), ("components", "a component")] {
            for node in reader.list(top, list) {
                let map = reader.map(node, what);
                let Some(id) = reader.required(&map, "id", what) else { continue };
                let ids = if list == "components" { &mut self.components } else { &mut self.zones };
                if ids.contains(&id) {
                    reader.refuse(map.span, format!("the id `{id}` is there twice"), "");
                } else {
                    ids.push(id);
                }
            }
        }
    }

    fn read_zones(&self, reader: &mut Reader<'_>, top: &Map<'_>) -> Vec<Zone> {
        let mut zones = Vec::new();
        for node in reader.list(top, "trustZones") {
            let map = reader.map(node, "a trust zone");
            let Some(id) = map.get("id").and_then(text) else { continue };
            let name =
                reader.required(&map, "name", "a trust zone").unwrap_or_else(|| Arc::clone(&id));
            let attributes = reader.inner(&map, "attributes");
            let parent = map.get("parent").filter(|node| !is_null(node));
            let parent = parent.and_then(|node| match self.parent(reader, node) {
                Some(Parent::Zone(zone)) => Some(zone),
                _ => None,
            });
            zones.push(Zone {
                name,
                kind: reader.text(&map, "type").unwrap_or_else(|| Arc::from("zone")),
                parent,
                environment: reader.text(&attributes, "environment"),
                refers: refers(reader, &attributes, false),
                in_code: reader.flag(&attributes, "in_code", true),
                spot: reader.spot(node.span),
                id,
            });
        }
        zones
    }

    /// What holds a component or zone; a problem where that is not there.
    fn parent(&self, reader: &mut Reader<'_>, node: &Node) -> Option<Parent> {
        let map = reader.map(node, "`parent`");
        let zone = reader.text(&map, "trustZone");
        let component = reader.text(&map, "component");
        match (zone, component) {
            (Some(zone), None) if self.zones.contains(&zone) => Some(Parent::Zone(zone)),
            (None, Some(component)) if self.components.contains(&component) => {
                Some(Parent::Component(component))
            }
            (Some(id), None) => {
                reader.refuse(
                    node.span,
                    format!("there is no trust zone `{id}`"),
                    &near(&id, &self.zones),
                );
                None
            }
            (None, Some(id)) => {
                reader.refuse(
                    node.span,
                    format!("there is no component `{id}`"),
                    &near(&id, &self.components),
                );
                None
            }
            _ => {
                reader.refuse(node.span, "a parent is either a `trustZone` or a `component`", "");
                None
            }
        }
    }

    fn read_components(&self, reader: &mut Reader<'_>, top: &Map<'_>) -> Vec<Component> {
        let mut components = Vec::new();
        for node in reader.list(top, "components") {
            let map = reader.map(node, "a component");
            let Some(id) = map.get("id").and_then(text) else { continue };
            let name =
                reader.required(&map, "name", "a component").unwrap_or_else(|| Arc::clone(&id));
            let kind = reader
                .required(&map, "type", "a component")
                .unwrap_or_else(|| Arc::from("component"));
            let Some(parent) = map.get("parent") else {
                reader.refuse(
                    map.span,
                    format!("the component `{id}` has no `parent`"),
                    "name its trust zone",
                );
                continue;
            };
            let Some(parent) = self.parent(reader, parent) else { continue };
            let attributes = reader.inner(&map, "attributes");
            let elements = Element::ALL.map(|element| (element.name(), element));
            let element =
                reader.word(&attributes, "element", &elements).unwrap_or_else(|| guess(&kind));
            let sensitivity = match attributes.get("sensitivity").filter(|node| !is_null(node)) {
                Some(_) => reader.word(&attributes, "sensitivity", &SENSITIVITIES),
                None => self.sensitivity(reader, &map),
            };
            components.push(Component {
                name,
                kind,
                element,
                parent,
                sensitivity: sensitivity.map(Arc::from),
                environment: reader.text(&attributes, "environment"),
                owner: reader.text(&attributes, "owner"),
                properties: properties(reader, &attributes),
                refers: refers(reader, &attributes, true),
                in_code: reader.flag(&attributes, "in_code", true),
                verdicts: self.verdicts(reader, &map),
                spot: reader.spot(node.span),
                id,
            });
        }
        components
    }

    /// The most sensitive data of a component.
    fn sensitivity(&self, reader: &mut Reader<'_>, map: &Map<'_>) -> Option<&'static str> {
        let assets = reader.inner(map, "assets");
        let mut found = None;
        for list in ["stored", "processed"] {
            for node in reader.list(&assets, list) {
                let Some(id) = text(node) else { continue };
                let Some(level) = self.data.get(&id) else {
                    let ids: Vec<Arc<str>> = self.data.keys().map(Arc::clone).collect();
                    reader.refuse(node.span, format!("there is no asset `{id}`"), &near(&id, &ids));
                    continue;
                };
                let rank = |level: &str| SENSITIVITIES.iter().position(|(name, _)| *name == level);
                if found.is_none_or(|found| rank(found) < rank(level)) {
                    found = Some(*level);
                }
            }
        }
        found
    }

    fn read_flows(&self, reader: &mut Reader<'_>, top: &Map<'_>) -> Vec<Dataflow> {
        let mut flows = Vec::new();
        for node in reader.list(top, "dataflows") {
            let map = reader.map(node, "a data flow");
            let Some(id) = reader.required(&map, "id", "a data flow") else { continue };
            let label =
                reader.required(&map, "name", "a data flow").unwrap_or_else(|| Arc::clone(&id));
            let (Some(source), Some(target)) =
                (self.end(reader, &map, "source"), self.end(reader, &map, "destination"))
            else {
                continue;
            };
            let attributes = reader.inner(&map, "attributes");
            let kinds = FlowKind::ALL.map(|kind| (kind.name(), kind));
            let kind = reader.word(&attributes, "kind", &kinds);
            let tag = || {
                let tags = map.get("tags")?;
                let NodeKind::Sequence(tags) = &tags.kind else { return None };
                let tags: Vec<Arc<str>> = tags.iter().filter_map(text).collect();
                kinds
                    .iter()
                    .find(|(name, _)| tags.iter().any(|tag| **tag == **name))
                    .map(|(_, kind)| *kind)
            };
            let encrypted = match attributes.get("encrypted").and_then(truth) {
                Some(true) => Some(Encrypted::Yes),
                Some(false) => Some(Encrypted::No),
                None => reader.word(&attributes, "encrypted", &ENCRYPTED),
            };
            flows.push(Dataflow {
                label,
                source,
                target,
                is_bidirectional: reader.flag(&map, "bidirectional", false),
                kind: kind.or_else(tag),
                protocol: reader.text(&attributes, "protocol"),
                port: port(reader, &attributes),
                encrypted: encrypted.unwrap_or(Encrypted::Unknown),
                in_code: reader.flag(&attributes, "in_code", true),
                verdicts: self.verdicts(reader, &map),
                spot: reader.spot(node.span),
                id,
            });
        }
        flows
    }

    /// The component at an end of a flow.
    fn end(&self, reader: &mut Reader<'_>, map: &Map<'_>, name: &str) -> Option<Arc<str>> {
        let id = reader.required(map, name, "a data flow")?;
        if self.components.contains(&id) {
            return Some(id);
        }
        let span = map.get(name).map_or(map.span, |node| node.span);
        reader.refuse(span, format!("there is no component `{id}`"), &near(&id, &self.components));
        None
    }

    /// What a component or flow says about threats; open ones say nothing.
    fn verdicts(&self, reader: &mut Reader<'_>, map: &Map<'_>) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for node in reader.list(map, "threats") {
            let map = reader.map(node, "a threat");
            let Some(id) = reader.required(&map, "threat", "a threat of a component") else {
                continue;
            };
            let Some(word) = reader.required(&map, "state", "a threat of a component") else {
                continue;
            };
            let Some((class, said)) = self.threats.get(&id) else {
                let ids: Vec<Arc<str>> = self.threats.keys().map(Arc::clone).collect();
                reader.refuse(node.span, format!("there is no threat `{id}`"), &near(&id, &ids));
                continue;
            };
            let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_lowercase();
            let Some((_, state)) = STATES.iter().find(|(known, _)| **known == *plain) else {
                let span = map.get("state").map_or(map.span, |node| node.span);
                reader.refuse(
                    span,
                    format!("a threat cannot be `{word}`"),
                    "write `exposed`, `mitigated` or `accepted`",
                );
                continue;
            };
            let done = self.mitigations_of(reader, &map, *state);
            if *state == ThreatState::Open {
                continue;
            }
            let note = if done.is_empty() { Arc::clone(said) } else { done.join("; ").into() };
            verdicts.push(Verdict {
                class: Arc::clone(class),
                state: *state,
                note,
                spot: reader.spot(node.span),
            });
        }
        verdicts
    }

    fn mitigations_of(
        &self,
        reader: &mut Reader<'_>,
        map: &Map<'_>,
        state: ThreatState,
    ) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        for node in reader.list(map, "mitigations") {
            let map = reader.map(node, "a mitigation");
            let Some(id) = reader.text(&map, "mitigation") else { continue };
            if let Some(name) = self.mitigations.get(&id) {
                names.push(Arc::clone(name));
                continue;
            }
            let ids: Vec<Arc<str>> = self.mitigations.keys().map(Arc::clone).collect();
            let message = format!("there is no mitigation `{id}`");
            reader.refuse(node.span, message, &near(&id, &ids));
        }
        // What is rejected or still to do is no reason to accept a risk.
        if state == ThreatState::Accepted { Vec::new() } else { names }
    }
}

fn near(id: &str, known: &[Arc<str>]) -> String {
    let near = nearest(id, known.iter().map(|known| &**known));
    near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default()
}

fn guess(kind: &str) -> Element {
    let kind = kind.to_lowercase();
    ELEMENTS
        .iter()
        .find(|(part, _)| kind.contains(part))
        .map_or(Element::Process, |(_, element)| *element)
}

/// A port is a number or a range.
fn port(reader: &mut Reader<'_>, attributes: &Map<'_>) -> Option<Arc<str>> {
    let node = attributes.get("port").filter(|node| !is_null(node))?;
    match &node.kind {
        NodeKind::Scalar(crate::syntax::Scalar::Number(number)) => Some(Arc::clone(number)),
        _ => reader.text(attributes, "port"),
    }
}

fn properties(reader: &mut Reader<'_>, attributes: &Map<'_>) -> Vec<(Arc<str>, Arc<str>)> {
    let map = reader.inner(attributes, "properties");
    let mut properties = Vec::new();
    for entry in map.entries {
        let state = match truth(&entry.value) {
            Some(truth) => Some(if truth { "true" } else { "false" }),
            None => text(&entry.value)
                .filter(|text| matches!(&**text, "true" | "false" | "unknown"))
                .map(|text| match &*text {
                    "true" => "true",
                    "false" => "false",
                    _ => "unknown",
                }),
        };
        match text(&entry.key).zip(state) {
            Some((name, state)) => properties.push((name, Arc::from(state))),
            None => reader.refuse(entry.value.span, "a property is true, false or unknown", ""),
        }
    }
    properties.sort();
    properties.dedup_by(|a, b| a.0 == b.0);
    properties
}

/// What something says that it stands for.
fn refers(reader: &mut Reader<'_>, attributes: &Map<'_>, selects: bool) -> Refers {
    if let Some(node) = attributes.get("address").filter(|node| !is_null(node)) {
        return Refers::Addresses(reader.texts(node, "an address"));
    }
    let Some(node) = attributes.get("selector").filter(|node| !is_null(node)) else {
        return Refers::Id;
    };
    let map = reader.map(node, "a selector");
    let mut keys = Vec::new();
    for entry in map.entries {
        let name = text(&entry.key).unwrap_or_default();
        let key = Key::ALL.iter().find(|(known, _)| **known == *name).map(|(_, key)| *key);
        match (key, text(&entry.value)) {
            (Some(key), Some(pattern)) => keys.push((key, pattern)),
            (None, _) => {
                let all: Vec<&str> = Key::ALL.iter().map(|(name, _)| *name).collect();
                reader.refuse(
                    entry.key.span,
                    format!("a selector cannot look at `{name}`"),
                    &format!("there are: {}", all.join(", ")),
                );
            }
            (_, None) => reader.refuse(entry.value.span, "a pattern must be a text", ""),
        }
    }
    if !selects {
        reader.refuse(node.span, "a trust zone has no selector", "name the boundary's `address`");
        return Refers::Id;
    }
    if keys.is_empty() {
        reader.refuse(node.span, "a selector without keys would select everything", "");
        return Refers::Addresses(Vec::new());
    }
    Refers::Selector(keys)
}
