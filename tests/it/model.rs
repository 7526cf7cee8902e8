//! Threat models: the golden case, the laws of DREAD in context, what makes a path and what removes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dreadnought::evaluate::{self, evaluate};
use dreadnought::finding::Factor;
use dreadnought::graph::Bounds;
use dreadnought::model::{AttackPath, Flow, Location, Threat, ThreatModel};
use dreadnought::pack::{Meanings, PackSet};
use dreadnought::project::{Input, Options, Project};
use dreadnought::source::{MemoryFileSystem, Problem, Sources};
use dreadnought::threat;
use rstest::rstest;
use serde_json::Value as Json;

/// A model with what went wrong.
pub(crate) struct Made {
    pub model: ThreatModel,
    pub problems: Vec<Problem>,
}

/// The built-in packs, once for all models.
struct BuiltIn {
    sources: Sources,
    packs: PackSet,
    vocabulary: Meanings,
    problems: Vec<Problem>,
}

static BUILT_IN: LazyLock<BuiltIn> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let (packs, mut problems) = PackSet::load(&mut sources, true, &[]);
    let (vocabulary, more) = packs.meanings(&sources);
    problems.extend(more);
    BuiltIn { sources, packs, vocabulary, problems }
});

/// The model of a tree of files by the built-in packs.
pub(crate) fn model_of(files: &BTreeMap<String, String>, variables: Option<&str>) -> Made {
    model_within(files, variables, Bounds::default())
}

/// The same, within bounds.
pub(crate) fn model_within(
    files: &BTreeMap<String, String>,
    variables: Option<&str>,
    bounds: Bounds,
) -> Made {
    let tree: MemoryFileSystem =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let variables = variables.map(|text| Input::File("values.tfvars".to_owned(), text.to_owned()));
    let options = Options {
        paths: vec![String::new()],
        variables: variables.into_iter().collect(),
        workspace: "default".to_owned(),
        ..Options::default()
    };
    let built_in = &*BUILT_IN;
    let project = Project::load_beside(built_in.sources.clone(), &tree, &options);
    let mut problems = built_in.problems.clone();
    let packs = &built_in.packs;
    let outcome = evaluate(&project.documents, packs, &evaluate::Options::default());
    let input = threat::Input {
        documents: &project.documents,
        findings: &outcome.findings,
        classes: &packs.threats,
        vocabulary: &built_in.vocabulary,
        context: &project.config.context,
        sources: &project.sources,
    };
    let (model, more) =
        threat::build(&input, &threat::Options { bounds, ..threat::Options::default() });
    problems.extend(more);
    Made { model, problems }
}

/// Files of one folder of fixtures, by name.
pub(crate) fn folder(path: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
    let mut files = BTreeMap::new();
    let mut open = vec![String::new()];
    while let Some(within) = open.pop() {
        for entry in fs::read_dir(root.join(&within)).unwrap().map(Result::unwrap) {
            let name = format!("{within}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                open.push(format!("{name}/"));
            } else if entry.path().extension().is_some_and(|end| end == "tf" || end == "yaml") {
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    files
}

fn shop() -> BTreeMap<String, String> {
    folder("azure-shop")
}

fn variant(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/azure-shop/tfvars");
    fs::read_to_string(root.join(format!("{name}.tfvars"))).unwrap()
}

fn expected() -> Json {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/azure-shop/expected_model.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_default()
}

fn list<'j>(json: &'j Json, key: &str) -> &'j [Json] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

/// Labels of the golden file as the ids that a model gives.
fn ids(golden: &Json) -> BTreeMap<&str, String> {
    let mut ids = BTreeMap::new();
    for kind in ["assets", "zones"] {
        for each in list(golden, kind) {
            let address = each["addr"].as_str();
            let id = match (text(each, "id"), address) {
                (_, Some(address)) => address,
                ("internet" | "z-internet", None) => "internet",
                ("z-thirdparty", None) => "third_party",
                ("z-tenant", None) => "tenant",
                ("z-repo", None) => "repository",
                ("z-state", None) => "state",
                (other, None) => other,
            };
            ids.insert(text(each, "id"), id.to_owned());
        }
    }
    for flow in list(golden, "flows") {
        let (source, target) = (&ids[text(flow, "src")], &ids[text(flow, "dst")]);
        let port = match &flow["port"] {
            Json::Null => String::new(),
            Json::String(port) => format!(" {}/{port}", text(flow, "protocol")),
            port => format!(" {}/{port}", text(flow, "protocol")),
        };
        ids.insert(text(flow, "id"), format!("{source} > {target} {}{port}", text(flow, "kind")));
    }
    ids
}

#[rstest]
fn the_golden_case_has_its_assets_and_boundaries(
    #[values("seed", "no-nat", "hardened")] name: &str,
) {
    let golden = expected();
    let ids = ids(&golden);
    let made = model_of(&shop(), Some(&variant(name)));
    for asset in list(&golden, "assets") {
        let id = &ids[text(asset, "id")];
        let found = made.model.asset(id).unwrap_or_else(|| panic!("no asset {id}"));
        assert_eq!(&*found.kind, text(asset, "asset_class"), "{id}");
        assert_eq!(found.element.name(), text(asset, "element"), "{id}");
        assert_eq!(
            found.boundary.as_deref(),
            ids.get(text(asset, "zone")).map(String::as_str),
            "{id}"
        );
        if let Some(sensitivity) = asset["sensitivity"].as_str() {
            assert_eq!(found.sensitivity.as_deref(), Some(sensitivity), "{id}");
        }
        for part in list(asset, "merges") {
            let part = part.as_str().unwrap();
            let there = found.merges.iter().any(|merged| merged.split('[').next() == Some(part));
            let only_with_nat = part.contains("nat_rule") && name != "seed";
            assert!(there || only_with_nat, "{part} is a part of {id}");
        }
    }
    let expected: BTreeSet<&str> =
        list(&golden, "assets").iter().map(|asset| ids[text(asset, "id")].as_str()).collect();
    let more: Vec<&str> = made
        .model
        .assets
        .iter()
        .map(|asset| &*asset.id)
        .filter(|id| !expected.contains(id))
        .collect();
    let switched_on = if name == "hardened" {
        vec!["azurerm_log_analytics_workspace.main[0]"]
    } else {
        Vec::new()
    };
    assert_eq!(more, switched_on);
    for zone in list(&golden, "zones") {
        let id = &ids[text(zone, "id")];
        let found = made.model.boundary(id).unwrap_or_else(|| panic!("no boundary {id}"));
        assert_eq!(&*found.kind, text(zone, "kind"), "{id}");
        assert_eq!(
            found.parent.as_deref(),
            ids.get(text(zone, "parent")).map(String::as_str),
            "{id}"
        );
        if let Some(filter) = zone["filter"].as_str() {
            assert_eq!(
                found.filters.iter().map(|filter| &**filter).collect::<Vec<_>>(),
                [filter],
                "{id}"
            );
        }
    }
    assert_eq!(made.model.boundaries.len(), list(&golden, "zones").len());
    assert_eq!(made.problems, []);
}

fn golden_variant<'j>(golden: &'j Json, name: &str) -> &'j Json {
    list(golden, "variants").iter().find(|variant| text(variant, "variant") == name).unwrap()
}

/// Lines of the golden file that a thing's evidence does not name.
fn unproven<'j>(golden: &'j Json, evidence: &'j [Location]) -> impl Iterator<Item = &'j str> {
    let lines = list(golden, "evidence").iter().filter_map(Json::as_str);
    lines.filter(|line| {
        !evidence.iter().any(|place| format!("{}:{}", place.file, place.line) == **line)
    })
}

#[rstest]
fn the_golden_case_has_its_flows(#[values("seed", "no-nat", "hardened")] name: &str) {
    let golden = expected();
    let ids = ids(&golden);
    let made = model_of(&shop(), Some(&variant(name)));
    let by_id: BTreeMap<&str, &Flow> =
        made.model.flows.iter().map(|flow| (&*flow.id, flow)).collect();
    let mut wanted = BTreeSet::new();
    let mut missing: Vec<String> = Vec::new();
    for label in list(golden_variant(&golden, name), "flow_ids") {
        let label = label.as_str().unwrap();
        let id = ids[label].as_str();
        let found =
            by_id.get(id).unwrap_or_else(|| panic!("no flow {id}, only {:#?}", by_id.keys()));
        let golden = list(&golden, "flows").iter().find(|flow| text(flow, "id") == label).unwrap();
        missing.extend(unproven(golden, &found.evidence).map(|line| format!("{label} {line}")));
        wanted.insert(id);
    }
    let more: Vec<&str> = by_id.keys().copied().filter(|id| !wanted.contains(id)).collect();
    let logs =
        "azurerm_postgresql_flexible_server.db > azurerm_log_analytics_workspace.main[0] log";
    assert_eq!(more, if name == "hardened" { vec![logs] } else { Vec::new() });
    assert_eq!(missing, Vec::<String>::new());
}

#[rstest]
fn the_golden_case_has_its_threats(#[values("seed", "no-nat", "hardened")] name: &str) {
    let golden = expected();
    let ids = ids(&golden);
    let made = model_of(&shop(), Some(&variant(name)));
    let mut shown = BTreeMap::new();
    for threat in &made.model.threats {
        let factors: Vec<u8> =
            Factor::ALL.iter().map(|factor| threat.dread.dread.get(*factor)).collect();
        let context: BTreeMap<&str, &str> = threat
            .context
            .iter()
            .map(|(name, state)| (*name, &**state))
            .filter(|(_, state)| *state != "unknown")
            .collect();
        let confidence =
            format!("{}/{}", threat.dread.confidence.known, threat.dread.confidence.of);
        let steps: BTreeSet<String> = threat
            .dread
            .steps
            .iter()
            .map(|step| format!("{} {} {}", step.factor.name(), step.step, step.reason))
            .collect();
        let score = format!(
            "{factors:?} {} {} {confidence} {context:?} {steps:?}",
            threat.dread.score,
            threat.dread.severity.name()
        );
        shown.insert((threat.class.id.to_string(), threat.target.to_string()), score);
    }
    let mut wanted = BTreeMap::new();
    for threat in list(golden_variant(&golden, name), "threats") {
        let dread = &threat["dread"];
        let factors: Vec<u64> = ["D", "R", "E", "A", "Di"]
            .iter()
            .map(|factor| dread[factor].as_u64().unwrap())
            .collect();
        let context: BTreeMap<&str, &str> = threat["context"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, state)| (name.as_str(), state.as_str().unwrap()))
            .collect();
        let steps: BTreeSet<String> = list(threat, "adjustments")
            .iter()
            .map(|step| {
                let factor = match step[0].as_str().unwrap() {
                    "D" => "damage",
                    "R" => "reproducibility",
                    "E" => "exploitability",
                    "A" => "affected_users",
                    _ => "discoverability",
                };
                format!("{factor} {} {}", step[1], step[2].as_str().unwrap().replace("->", "→"))
            })
            .collect();
        let score = format!(
            "{factors:?} {:.1} {} {} {context:?} {steps:?}",
            threat["score"].as_f64().unwrap(),
            text(threat, "band"),
            text(threat, "confidence"),
        );
        wanted.insert(
            (text(threat, "threat_class").to_owned(), ids[text(threat, "target")].clone()),
            score,
        );
    }
    assert_eq!(shown, wanted);
}

#[rstest]
fn the_golden_threats_are_proven_where_they_are_written(
    #[values("seed", "no-nat", "hardened")] name: &str,
) {
    let golden = expected();
    let ids = ids(&golden);
    let made = model_of(&shop(), Some(&variant(name)));
    let mut missing: Vec<String> = Vec::new();
    for threat in list(golden_variant(&golden, name), "threats") {
        let (class, target) = (text(threat, "threat_class"), &ids[text(threat, "target")]);
        let is_it = |each: &&Threat| &*each.class.id == class && *each.target == **target;
        let found = made.model.threats.iter().find(is_it).unwrap();
        missing.extend(unproven(threat, &found.evidence).map(|line| format!("{class} {line}")));
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[rstest]
fn the_golden_case_has_its_paths(#[values("seed", "no-nat", "hardened")] name: &str) {
    let golden = expected();
    let ids = ids(&golden);
    let made = model_of(&shop(), Some(&variant(name)));
    let threats: BTreeMap<&str, &str> = list(golden_variant(&golden, name), "threats")
        .iter()
        .map(|threat| (text(threat, "id"), text(threat, "threat_class")))
        .collect();
    let shown: BTreeSet<String> = made
        .model
        .paths
        .iter()
        .map(|path| {
            let steps: Vec<&str> = path.steps.iter().map(|step| &*step.class).collect();
            let factors: Vec<u8> =
                Factor::ALL.iter().map(|factor| path.dread.get(*factor)).collect();
            format!(
                "{:?} {steps:?} {factors:?} {} {}",
                path.nodes,
                path.score,
                path.severity.name()
            )
        })
        .collect();
    let wanted: BTreeSet<String> = list(golden_variant(&golden, name), "attack_paths")
        .iter()
        .map(|path| {
            let nodes: Vec<&String> =
                list(path, "nodes").iter().map(|node| &ids[node.as_str().unwrap()]).collect();
            let step = |step: &Json| match step.as_str() {
                Some(label) => threats[label].to_owned(),
                None => text(step, "implied").to_owned(),
            };
            let steps: Vec<String> = list(path, "steps").iter().map(step).collect();
            let vector = &path["vector"];
            let factors: Vec<u64> = ["D", "R", "E", "A", "Di"]
                .iter()
                .map(|factor| vector[factor].as_u64().unwrap())
                .collect();
            format!(
                "{nodes:?} {steps:?} {factors:?} {:.1} {}",
                path["score"].as_f64().unwrap(),
                text(path, "band")
            )
        })
        .collect();
    assert_eq!(shown, wanted);
}

/// The path over port 22 of the golden case.
fn by_ssh(model: &ThreatModel) -> Option<&AttackPath> {
    model.paths.iter().find(|path| path.steps.iter().any(|step| &*step.class == "T001"))
}

/// Take the block that begins with a line out of a file; its closing brace has the same indentation.
fn without(files: &mut BTreeMap<String, String>, file: &str, first: &str) {
    let text = files.get_mut(file).unwrap();
    let start = text.find(first).unwrap_or_else(|| panic!("{first} is in {file}"));
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = text[start..].len() - text[start..].trim_start().len();
    let close = format!("\n{}}}", " ".repeat(indent));
    let end = start + text[start..].find(&close).unwrap() + close.len();
    text.replace_range(start..end, "");
}

/// Each of these alone closes the way over port 22; what refers to it is taken out with it.
#[rstest]
#[case::the_translation(&[("edge.tf", "resource \"azurerm_lb_nat_rule\""), ("app.tf", "resource \"azurerm_network_interface_nat_rule_association\"")])]
#[case::its_association(&[("app.tf", "resource \"azurerm_network_interface_nat_rule_association\"")])]
#[case::the_group_of_the_subnet(&[("main.tf", "resource \"azurerm_subnet_network_security_group_association\" \"app\"")])]
#[case::the_front_of_the_balancer(&[("edge.tf", "frontend_ip_configuration {")])]
fn removing_one_thing_removes_the_path(#[case] blocks: &[(&str, &str)]) {
    assert!(by_ssh(&model_of(&shop(), Some(&variant("seed"))).model).is_some());
    let mut files = shop();
    for (file, first) in blocks {
        without(&mut files, file, first);
    }
    let made = model_of(&files, Some(&variant("seed")));
    assert_eq!(by_ssh(&made.model).map(|path| &path.nodes), None);
}

#[rstest]
#[case::another_source(
    "source_address_prefix      = var.ssh_source_prefix",
    "source_address_prefix      = \"10.20.0.0/16\""
)]
#[case::denied(
    "access                     = \"Allow\"\n    protocol                   = \"Tcp\"\n    source_port_range          = \"*\"\n    destination_port_range     = \"22\"",
    "access                     = \"Deny\"\n    protocol                   = \"Tcp\"\n    source_port_range          = \"*\"\n    destination_port_range     = \"22\""
)]
#[case::another_port(
    "destination_port_range     = \"22\"",
    "destination_port_range     = \"2222\""
)]
#[case::a_denial_before(
    "priority                   = 100\n    direction                  = \"Inbound\"\n    access                     = \"Allow\"\n    protocol                   = \"Tcp\"\n    source_port_range          = \"*\"\n    destination_port_range     = \"443\"",
    "priority                   = 100\n    direction                  = \"Inbound\"\n    access                     = \"Deny\"\n    protocol                   = \"*\"\n    source_port_range          = \"*\"\n    destination_port_range     = \"*\""
)]
fn changing_one_rule_removes_the_path(#[case] from: &str, #[case] to: &str) {
    let mut files = shop();
    let text = files.get_mut("main.tf").unwrap();
    assert!(text.contains(from));
    *text = text.replacen(from, to, 1);
    let made = model_of(&files, Some(&variant("seed")));
    assert_eq!(by_ssh(&made.model).map(|path| &path.nodes), None);
}

/// Every resource's own name, in the source, is another one.
pub(crate) fn renamed(
    files: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, Vec<(String, String)>) {
    let mut names = Vec::new();
    for line in files.values().flat_map(|text| text.lines()) {
        let mut words = line.split('"');
        if matches!(words.next(), Some("resource " | "data "))
            && let (Some(kind), Some(_), Some(name)) = (words.next(), words.next(), words.next())
        {
            names.push((
                format!("{kind}.{name}"),
                format!("{kind}.other_{name}"),
                format!("\"{kind}\" \"{name}\""),
                format!("\"{kind}\" \"other_{name}\""),
            ));
        }
    }
    names.sort_by_key(|(from, ..)| std::cmp::Reverse(from.len()));
    let change = |text: &String| {
        let mut text = text.clone();
        for (at, (from, _, header, new_header)) in names.iter().enumerate() {
            text = text.replace(header, new_header).replace(from, &format!("\u{1}{at}\u{2}"));
        }
        for (at, (_, to, ..)) in names.iter().enumerate() {
            text = text.replace(&format!("\u{1}{at}\u{2}"), to);
        }
        text
    };
    let changed = files.iter().map(|(path, text)| (path.clone(), change(text))).collect();
    (changed, names.into_iter().map(|(from, to, ..)| (to, from)).collect())
}

fn as_text(model: &ThreatModel) -> String {
    serde_json::to_string_pretty(&dreadnought::model::to_json(model)).unwrap()
}

/// A model without what names have to do with: names for people, fingerprints, order.
pub(crate) fn shape(model: &ThreatModel, names: &[(String, String)]) -> BTreeSet<String> {
    let own = |text: &str| {
        let mut text = text.to_owned();
        for (from, to) in names {
            text = text.replace(from.as_str(), to);
        }
        text
    };
    let assets = model.assets.iter().map(|asset| {
        format!("asset {} {} {:?} {:?}", asset.id, asset.kind, asset.boundary, asset.merges.len())
    });
    let flows = model.flows.iter().map(|flow| format!("flow {} {:?}", flow.id, flow.encrypted));
    let threats = model
        .threats
        .iter()
        .map(|threat| format!("threat {} {} {:?}", threat.id, threat.dread.score, threat.context));
    let paths = model.paths.iter().map(|path| format!("path {:?} {}", path.nodes, path.score));
    let zones = model.boundaries.iter().map(|zone| format!("zone {} {:?}", zone.id, zone.parent));
    assets.chain(flows).chain(threats).chain(paths).chain(zones).map(|line| own(&line)).collect()
}

#[test]
fn names_of_resources_do_not_matter() {
    let (files, names) = renamed(&shop());
    let plain = model_of(&shop(), Some(&variant("seed"))).model;
    let other = model_of(&files, Some(&variant("seed"))).model;
    assert_eq!(shape(&other, &names), shape(&plain, &[]));
}

#[test]
fn ranges_of_addresses_do_not_matter() {
    let files =
        shop().into_iter().map(|(path, text)| (path, text.replace("10.20.", "172.16."))).collect();
    let plain = model_of(&shop(), Some(&variant("seed"))).model;
    let other = model_of(&files, Some(&variant("seed"))).model;
    assert_eq!(shape(&other, &[]), shape(&plain, &[]));
}

#[test]
fn a_model_is_the_same_bytes_every_time() {
    let first = as_text(&model_of(&shop(), Some(&variant("seed"))).model);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let second = pool.install(|| as_text(&model_of(&shop(), Some(&variant("seed"))).model));
    assert_eq!(first, second);
}
