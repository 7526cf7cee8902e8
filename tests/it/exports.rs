//! What a model becomes in each format: valid for those who read it, and harmless whatever names hold.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use dreadnought::export::{Export, FORMATS};
use dreadnought::model::{ThreatModel, ThreatState};
use dreadnought::source::FileId;
use dreadnought::syntax::{NodeKind, Scalar};
use hcl::{Body, Structure};
use proptest::prelude::*;
use regex::Regex;
use rstest::rstest;
use serde_json::Value as Json;

use crate::diagrams::written;
use crate::models::{self, text};
use crate::reports::shared;

fn json(model: &ThreatModel, id: &str) -> Json {
    serde_json::from_str(&written(model, id)).unwrap()
}

/// The schemas that formats promise to fit.
const SCHEMAS: &[(&str, &str)] = &[
    ("otm", "otm/otm_schema.json"),
    ("threat-dragon", "threat-dragon/threat-dragon-v2.schema.json"),
];

fn validator(schema: &Json) -> jsonschema::Validator {
    jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(schema).unwrap()
}

fn violations(validator: &jsonschema::Validator, document: &Json) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn exports_fit_the_schemas_of_their_readers() {
    let Some(folder) = shared() else {
        eprintln!("skipped: no shared folder, set DREADNOUGHT_SHARED");
        return;
    };
    for (id, path) in SCHEMAS {
        let schema = std::fs::read_to_string(folder.join("schemas").join(path)).unwrap();
        let validator = validator(&serde_json::from_str(&schema).unwrap());
        for model in
            [models::shop(), models::large(), hostile("\"><script>"), ThreatModel::default()]
        {
            assert_eq!(violations(&validator, &json(&model, id)), Vec::<String>::new(), "{id}");
        }
        assert_ne!(violations(&validator, &serde_json::json!({})), Vec::<String>::new(), "{id}");
    }
}

#[test]
fn the_json_fits_our_own_schema() {
    let schema: Json = serde_json::from_str(dreadnought::model::SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for model in [models::shop(), models::large()] {
        assert_eq!(violations(&validator, &json(&model, "json")), Vec::<String>::new());
    }
}

#[test]
fn what_stands_beside_a_model_is_written_with_it() {
    let model = models::shop();
    let mut export = Export::new(&model, "0.0.0");
    export.beside.insert("problems".to_owned(), serde_json::json!([{"kind": "note"}]));
    let format = dreadnought::export::format("json").unwrap();
    let mut out = Vec::new();
    (format.write)(&export, &mut out).unwrap();
    let json: Json = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["problems"][0]["kind"], "note");
    assert_eq!(json["assets"].as_array().unwrap().len(), 12);
}

#[test]
fn format_ids_are_unique() {
    let mut ids: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), FORMATS.len());
}

#[test]
fn text_says_the_most_important_first() {
    insta::assert_snapshot!(written(&models::shop(), "text"), @r"
    shop
    12 assets, 8 boundaries, 13 flows; 5 open threats (1 high, 3 medium, 1 low), 2 attack paths

    threats
       9.2 T001 Anyone on the internet can reach a management port and take over the host
           vm-shop-app · STIE · D8 R10 E9 A10 Di9 · confidence 4/6
           exploitability -1: auth: password → key_or_cert
           at main.tf:71, edge.tf:46
           fix: Limit the source of the rule to the administration network.
       6.8 T008 A secret committed in code or state is used to impersonate the owner
           db_admin_password · SIE · D8 R8 E4 A8 Di6 · confidence 4/6
           exploitability -1: auth: password → key_or_cert
           at main.tf:71, edge.tf:46
           fix: Limit the source of the rule to the administration network.
       6.8 T037 State or plan files expose secrets and the full inventory
           Terraform state · I · D9 R8 E5 A8 Di4 · confidence 4/6
           exploitability -1: auth: password → key_or_cert
           at main.tf:71, edge.tf:46
           fix: Limit the source of the rule to the administration network.
       6.6 T032 Web attacks reach the application unfiltered
           vm-shop-app · TID · D6 R7 E6 A7 Di7 · confidence 4/6
           exploitability -1: auth: password → key_or_cert
           at main.tf:71, edge.tf:46
           fix: Limit the source of the rule to the administration network.
       3.8 T006 Traffic in transit can be read or changed on the path
           vm-shop-app → psql-shop (tcp/5432) · TI · D6 R5 E1 A7 Di0 · confidence 4/6
           exploitability -1: auth: password → key_or_cert
           at main.tf:71, edge.tf:46
           fix: Limit the source of the rule to the administration network.

    attack paths
       8.4 Internet to the database through SSH
           Internet → lb-shop → vm-shop-app → psql-shop
           1. T001 at vm-shop-app: through the open door
           2. T015 (implied) at psql-shop: a credential found on the host
           cut by: close the door (T001@azurerm_linux_virtual_machine.app)
       6.6 Third-party module to state and every secret in it
           naming → Terraform state
           1. T037 at Terraform state: through the open door
           2. T015 (implied) at Terraform state: a credential found on the host
           cut by: close the door (T037@backend.azurerm)

    what cuts paths
      vm-shop-app: limit the source of the SSH rule (cuts 1 path, removes 8.4)  main.tf:71

    STRIDE per element
      48 questions: 7 with threats, 6 mitigated, 35 not decidable from code

    12 of 13 resources have a meaning; without: 1 × random_pet
    assumed: variables without a value are unknown
    ");
}

#[test]
fn closed_threats_are_told_on_demand() {
    let mut model = models::shop();
    model.threats[0].state = ThreatState::Accepted;
    model.threats[0].note = Some(text("bastion until March"));
    let mut export = Export::new(&model, "0.0.0");
    for (closed, shown) in [(false, false), (true, true)] {
        export.closed = closed;
        for id in ["text", "markdown"] {
            let mut out = Vec::new();
            (dreadnought::export::format(id).unwrap().write)(&export, &mut out).unwrap();
            let told = String::from_utf8(out).unwrap();
            assert_eq!(told.contains("bastion until March"), shown, "{id}");
        }
    }
}

/// Threat Dragon takes the cells of a diagram by these fields: every component is drawn, and every flow ends at a drawn one.
#[test]
fn threat_dragon_finds_cells_in_otm() {
    let otm = json(&models::shop(), "otm");
    let diagram = &otm["representations"][0];
    assert_eq!(diagram["type"], "diagram");
    let drawn = |list: &str| -> Vec<String> {
        let all = otm[list].as_array().unwrap().iter();
        let is_drawn = |it: &&Json| {
            let drawn = it["representations"].as_array().unwrap().iter();
            drawn
                .clone()
                .any(|one| one["representation"] == diagram["id"] && one["position"]["x"].is_i64())
        };
        all.filter(is_drawn).map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let components = drawn("components");
    assert_eq!(components.len(), 12);
    assert_eq!(drawn("trustZones").len(), 8);
    for flow in otm["dataflows"].as_array().unwrap() {
        for end in ["source", "destination"] {
            assert!(components.iter().any(|id| *id == flow[end]), "{flow}");
        }
    }
    let mut ids = components;
    ids.extend(drawn("trustZones"));
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "cells share ids");
}

#[test]
fn every_cell_of_threat_dragon_is_told_apart_and_lies_where_the_diagram_has_it() {
    let dragon = json(&models::shop(), "threat-dragon");
    let cells = dragon["detail"]["diagrams"][0]["cells"].as_array().unwrap();
    let mut ids: Vec<&str> = cells.iter().map(|cell| cell["id"].as_str().unwrap()).collect();
    let of = |shape: &str| cells.iter().filter(|cell| cell["shape"] == shape).count();
    assert_eq!(
        (of("trust-boundary-box"), of("process"), of("store"), of("actor"), of("flow")),
        (8, 4, 3, 5, 11)
    );
    for flow in cells.iter().filter(|cell| cell["shape"] == "flow") {
        for end in ["source", "target"] {
            assert!(ids.contains(&flow[end]["cell"].as_str().unwrap()));
        }
    }
    let open = cells.iter().filter(|cell| cell["data"]["hasOpenThreats"] == true).count();
    assert_eq!(open, 4);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), cells.len());
    assert_eq!(dragon["detail"]["threatTop"], 5);
}

/// The page in a real browser, with real fonts and clicks.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_page_works_in_a_browser() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser.py");
    let folder = tempfile::tempdir().unwrap();
    for (name, model) in
        [("shop", models::shop()), ("large", models::large()), ("hostile", hostile("<b>\"'&"))]
    {
        let page = folder.path().join(format!("{name}.html"));
        std::fs::write(&page, written(&model, "html")).unwrap();
        let Ok(run) = std::process::Command::new("python3").arg(script).arg(&page).output() else {
            eprintln!("skipped: Python is not installed");
            return;
        };
        let told = String::from_utf8_lossy(&run.stdout).into_owned()
            + &String::from_utf8_lossy(&run.stderr);
        eprintln!("{name}: {told}");
        assert!(run.status.success(), "{name}: {told}");
    }
}

/// Graphviz draws what we write for it.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn graphviz_draws_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, model) in
        [("large", models::large()), ("hostile", hostile("\"]; x -> y [label=\"\\N<&"))]
    {
        let path = folder.path().join(format!("{name}.dot"));
        std::fs::write(&path, written(&model, "dot")).unwrap();
        let Ok(run) = std::process::Command::new("dot").arg("-Tsvg").arg(&path).output() else {
            eprintln!("skipped: Graphviz is not installed");
            return;
        };
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(run.status.success() && told.is_empty(), "{name}: {told}");
        let drawn = String::from_utf8_lossy(&run.stdout).into_owned();
        assert_eq!(drawn.matches("class=\"node\"").count(), model.assets.len());
    }
}

/// What threatcl's reference model allows, by block: labels, required attributes, all attributes, inner blocks.
type Shape = (
    &'static str,
    usize,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);
const THREATCL: &[Shape] = &[
    (
        "threatmodel",
        1,
        &["author"],
        &["author", "description"],
        &[
            "attributes",
            "information_asset",
            "exclusion",
            "third_party_dependency",
            "threat",
            "data_flow_diagram_v2",
        ],
    ),
    ("attributes", 0, &[], &["new_initiative", "internet_facing", "initiative_size"], &[]),
    (
        "information_asset",
        1,
        &["information_classification"],
        &["description", "information_classification", "source"],
        &[],
    ),
    ("exclusion", 0, &["description"], &["description"], &[]),
    (
        "third_party_dependency",
        1,
        &["description", "uptime_dependency"],
        &["description", "uptime_dependency"],
        &[],
    ),
    (
        "threat",
        1,
        &["description"],
        &["description", "impacts", "stride", "information_asset_refs"],
        &["risk", "control"],
    ),
    ("risk", 0, &["likelihood", "impact"], &["likelihood", "impact", "severity", "rationale"], &[]),
    ("control", 1, &["description"], &["description", "implemented"], &[]),
    ("data_flow_diagram_v2", 1, &[], &[], &["process", "data_store", "external_element", "flow"]),
    ("process", 1, &[], &["trust_zone"], &[]),
    ("data_store", 1, &[], &["trust_zone", "information_asset"], &[]),
    ("external_element", 1, &[], &["trust_zone"], &[]),
    ("flow", 1, &["from", "to"], &["from", "to", "protocol"], &[]),
];

fn check_threatcl(body: &Body, within: &[&str], attributes: &[&str], faults: &mut Vec<String>) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) if attributes.contains(&attribute.key()) => {}
            Structure::Attribute(attribute) => {
                faults.push(format!("attribute {}", attribute.key()));
            }
            Structure::Block(block) => {
                let shape = THREATCL.iter().find(|shape| shape.0 == block.identifier());
                let Some((name, labels, required, may, inner)) =
                    shape.filter(|_| within.contains(&block.identifier()))
                else {
                    faults.push(format!("block {}", block.identifier()));
                    continue;
                };
                if block.labels().len() != *labels {
                    faults.push(format!("labels of {name}"));
                }
                for key in *required {
                    if !block.body().attributes().any(|attribute| attribute.key() == *key) {
                        faults.push(format!("{name} without {key}"));
                    }
                }
                check_threatcl(block.body(), inner, may, faults);
            }
        }
    }
}

/// Values that would be computed: names must stay texts.
fn computed(body: &dreadnought::syntax::Body, faults: &mut Vec<String>) {
    for attribute in &body.attributes {
        let is_text = |node: &dreadnought::syntax::Node| matches!(node.kind, NodeKind::Scalar(_));
        let plain = match &attribute.value.kind {
            NodeKind::Sequence(items) => items.iter().all(is_text),
            _ => is_text(&attribute.value),
        };
        if !plain {
            faults.push(format!("{} is computed", attribute.name));
        }
    }
    for block in &body.blocks {
        computed(&block.body, faults);
    }
}

fn threatcl_faults(text: &str) -> Vec<String> {
    let ours = dreadnought::syntax::hcl::parse(FileId(0), text);
    let body: Body = match hcl::parse(text) {
        Ok(body) => body,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = Vec::new();
    check_threatcl(&body, &["threatmodel"], &["spec_version"], &mut faults);
    faults.extend(ours.problems.iter().map(|problem| problem.message.clone()));
    computed(&ours.body, &mut faults);
    for model in body.blocks() {
        let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let inner =
            model.body().blocks().filter(|block| block.identifier() == "data_flow_diagram_v2");
        let elements = inner.flat_map(|diagram| diagram.body().blocks());
        for block in model.body().blocks().chain(elements) {
            let group = match block.identifier() {
                "process" | "data_store" | "external_element" => "element",
                "flow" => continue,
                other => other,
            };
            if let Some(label) = block.labels().first() {
                *names.entry((group, label.as_str())).or_default() += 1;
            }
        }
        let twice = names.iter().filter(|(_, count)| **count > 1);
        faults.extend(twice.map(|((group, name), _)| format!("{group} {name} twice")));
    }
    faults
}

#[test]
fn threatcl_takes_its_shape() {
    for model in [models::shop(), models::large(), ThreatModel::default()] {
        assert_eq!(threatcl_faults(&written(&model, "threatcl")), Vec::<String>::new());
    }
    assert_ne!(threatcl_faults("threatmodel \"x\" {\n  colour = 1\n}\n"), Vec::<String>::new());
}

/// The model of the shop with a text in every name.
fn hostile(name: &str) -> ThreatModel {
    let mut model = models::shop();
    let with = |old: &str| -> Arc<str> { Arc::from(format!("{name}{old}{name}")) };
    model.title = with(&model.title);
    for boundary in &mut model.boundaries {
        boundary.name = with(&boundary.name);
    }
    for asset in &mut model.assets {
        asset.name = with(&asset.name);
        asset.owner = Some(with("owner"));
        asset.properties.push((text("public"), with("true")));
    }
    for flow in &mut model.flows {
        flow.label = with(&flow.label);
    }
    for threat in &mut model.threats {
        threat.remediation = with(&threat.remediation);
        threat.note = Some(with("note"));
        threat.dread.steps.iter_mut().for_each(|step| step.reason = with(&step.reason));
    }
    for path in &mut model.paths {
        path.title = with(&path.title);
        path.steps.iter_mut().for_each(|step| step.how = with(&step.how));
        path.cut_by.iter_mut().for_each(|cut| *cut = with(cut));
    }
    model.fixes.iter_mut().for_each(|fix| fix.change = with(&fix.change));
    model.assumptions.push(with("assumption"));
    model.without_meaning.push((with("kind"), 3));
    model
}

/// Elements that are never closed.
const VOID: [&str; 3] = ["meta", "input", "br"];

/// Whether a text is XML as we write it (`html`: with a document type, void elements, attributes without value, raw style and script);
/// gives its tags in order.
fn tags(text: &str, html: bool) -> Result<Vec<String>, String> {
    static ENTITY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^&(amp|lt|gt|quot|#39|#96);").unwrap());
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-zA-Z:-]+(?:="[^"<]*")?)*)\s*(/?)>"#)
            .unwrap()
    });
    let mut rest = text;
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    while let Some(at) = rest.find(['<', '&']) {
        if rest[..at].contains('>') {
            return Err(format!("stray > before {:.60}", &rest[at..]));
        }
        rest = &rest[at..];
        if let Some(known) = ENTITY.find(rest) {
            rest = &rest[known.end()..];
            continue;
        }
        if html && rest.starts_with("<!DOCTYPE html>") {
            rest = &rest["<!DOCTYPE html>".len()..];
            continue;
        }
        let Some(parts) = TAG.captures(rest) else { return Err(format!("no tag: {rest:.80}")) };
        let name = parts[2].to_owned();
        rest = &rest[parts[0].len()..];
        found.push(name.clone());
        let is_void = html && VOID.contains(&&*name);
        if &parts[1] == "/" {
            if open.pop().as_deref() != Some(&*name) {
                return Err(format!("{name} is closed and not open"));
            }
        } else if &parts[4] != "/" && !is_void {
            if matches!(&*name, "style" | "script") {
                let end = rest.find(&format!("</{name}>")).ok_or("never closed")?;
                rest = &rest[end..];
            }
            open.push(name);
        }
    }
    if open.is_empty() { Ok(found) } else { Err(format!("open at the end: {open:?}")) }
}

fn patterns(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().map(|pattern| Regex::new(&format!("^(?:{pattern})$")).unwrap()).collect()
}

/// Lines of a text that fit none of the patterns.
fn strange_lines(text: &str, patterns: &[Regex]) -> Vec<String> {
    let strange = |line: &&str| !patterns.iter().any(|pattern| pattern.is_match(line));
    text.lines().filter(strange).map(str::to_owned).collect()
}

/// A quoted text of Mermaid: letters, digits, entities, harmless signs.
const MERMAID_TEXT: &str = r#""(?:[\p{Alphabetic}\p{N} .,\-_/:…+]|#\d+;|<br/>|</?small>)*""#;
const DOT_TEXT: &str = r#""(?:[^"\\]|\\["\\n])*""#;

fn mermaid_faults(text: &str) -> Vec<String> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let node = format!(
            r"\s*n\d+(?:\[{MERMAID_TEXT}\]|\({MERMAID_TEXT}\)|\[\({MERMAID_TEXT}\)\]|\{{\{{{MERMAID_TEXT}\}}\}})"
        );
        let zone = format!(r"\s*subgraph z\d+\[{MERMAID_TEXT}\]");
        let edge = format!(r"\s*n\d+ (?:-->|-\.->)(?:\|{MERMAID_TEXT}\|)? n\d+");
        let style = r"  classDef \w+ [a-z:#0-9,]+|  class [n0-9,]+ \w+|flowchart LR|\s*end";
        patterns(&[&node, &zone, &edge, style])
    });
    strange_lines(text, &PATTERNS)
}

fn dot_faults(text: &str) -> Vec<String> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let node = format!(
            r#"\s*n\d+ \[label={DOT_TEXT}, shape=\w+(?:, style="filled,rounded")?, fillcolor="\#[0-9a-f]+"\];"#
        );
        let edge = format!(r"\s*n\d+ -> n\d+ \[label={DOT_TEXT}(?:, style=dashed)?\];");
        let other = format!(r"digraph {DOT_TEXT} \{{|\s*label={DOT_TEXT};");
        let fixed = r"\s*subgraph cluster_z\d+ \{|\s*\}|  [a-z]+=[A-Za-z0-9.]+;|  (?:graph|node|edge) \[[^\]]*\];";
        patterns(&[&node, &edge, &other, fixed])
    });
    strange_lines(text, &PATTERNS)
}

/// Rows of tables have as many cells as their heads, no HTML stands outside of the diagram, and headings are ours.
fn markdown_faults(text: &str) -> Vec<String> {
    static LIVE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<|(^|[^\\])`|(^|[^\\])\]\(|https?://").unwrap());
    let mut faults = Vec::new();
    let mut cells = 0;
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        if LIVE.is_match(line) {
            faults.push(line.to_owned());
        }
        if line.starts_with('|') {
            let here = line.matches('|').count();
            if cells != 0 && cells != here {
                faults.push(format!("cells: {line}"));
            }
            cells = here;
        } else {
            cells = 0;
        }
    }
    if fenced {
        faults.push("the diagram does not end".to_owned());
    }
    faults
}

fn all_faults(model: &ThreatModel, like: &ThreatModel) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, html) in [("svg", false), ("html", true)] {
        let counts = |model: &ThreatModel| {
            let tags = tags(&written(model, id), html)?;
            let names =
                ["script", "style", "g", "path", "details", "section", "svg", "a", "img", "button"];
            Ok::<_, String>(names.map(|name| tags.iter().filter(|tag| *tag == name).count()))
        };
        match (counts(model), counts(like)) {
            (Ok(mine), Ok(other)) if mine == other => {}
            (mine, other) => faults.push(format!("{id}: {mine:?}, not {other:?}")),
        }
    }
    faults.extend(mermaid_faults(&written(model, "mermaid")));
    faults.extend(dot_faults(&written(model, "dot")));
    faults.extend(markdown_faults(&written(model, "markdown")));
    faults.extend(threatcl_faults(&written(model, "threatcl")));
    let told = written(model, "text");
    if told.chars().any(|c| c.is_control() && c != '\n') || told.contains('\u{202e}') {
        faults.push("control characters at the terminal".to_owned());
    }
    if told.lines().count() != written(like, "text").lines().count() {
        faults.push("lines at the terminal".to_owned());
    }
    for id in ["json", "otm", "threat-dragon"] {
        json(model, id);
    }
    faults
}

#[rstest]
#[case::nothing("")]
#[case::script("<script>alert(1)</script>")]
#[case::attribute("\" onload=\"alert(1)\" x=\"")]
#[case::comment("<!-- ]]> -->")]
#[case::quotes("'\"`\\")]
#[case::lines("a\nb\r\n# c\n- d\n| e |\n```\n")]
#[case::mermaid("\"]; click n0 href \"javascript:alert(1)\"; %%{init: {}}%% end --> |x| #quot; `")]
#[case::dot("\"]; a -> b [label=\"\\N\\G<b>x</b>\"]; //")]
#[case::hcl("${file(\"/etc/passwd\")} %{ if true } $${x} \\")]
#[case::hcl_twice("${ $%{ if true }x%{ endif } $${y} $$${z}")]
#[case::markdown(
    "[x](javascript:alert(1)) ![x](http://x) <b> **x** __y__ ~~z~~ | `c` https://example.com"
)]
#[case::control("\u{1b}[31m\u{7}\u{0}\u{202e}\u{2066}\u{feff}\u{85}")]
#[case::long(
    "very-long-name-without-any-spaces-that-never-ends-and-goes-on-and-on-and-on-and-on-and-on-and-on"
)]
#[case::wide("数据库 базы данных 🗄️👩‍💻")]
fn hostile_names_stay_names(#[case] name: &str) {
    assert_eq!(all_faults(&hostile(name), &hostile("")), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn no_name_breaks_out(name in r#"(?:[ -~]|\PC|[<>"'`&|\\{}$%#\[\]()*_\n\r\t\x00-\x1f]){0,40}"#) {
        prop_assert_eq!(all_faults(&hostile(&name), &hostile("")), Vec::<String>::new());
    }

    /// A text comes out of HCL as it went in.
    #[test]
    fn hcl_reads_back(name in r#"(?:[ -~]|[$%{}"\\]){0,30}"#) {
        let mut model = models::shop();
        model.assumptions = vec![text(&name)];
        let parsed = dreadnought::syntax::hcl::parse(FileId(0), &written(&model, "threatcl"));
        prop_assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let model = parsed.body.blocks_named("threatmodel").next().unwrap();
        let exclusion = model.body.blocks_named("exclusion").next().unwrap();
        let value = &exclusion.body.attribute("description").unwrap().value;
        let NodeKind::Scalar(Scalar::String(value)) = &value.kind else { panic!("{value:?}") };
        let wanted = format!("Assumed: {name}");
        prop_assert_eq!(&**value, wanted.trim());
    }
}
