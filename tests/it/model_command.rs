//! `dreadnought model` as a user runs it: formats, overlays, differences between revisions.

use std::process::Command;

use dreadnought::export::FORMATS;
use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::Workspace;
use crate::model::folder;

/// The shop's configuration in a folder of its own.
fn shop() -> Workspace {
    let workspace = Workspace::new(&[]);
    for (path, text) in folder("azure-shop") {
        workspace.write(&path, text.as_bytes());
    }
    workspace
}

fn json(workspace: &Workspace, arguments: &[&str]) -> Json {
    let run = workspace.run(&[&["model", "-o", "json"], arguments].concat());
    assert!(run.code() == 0, "{}", run.stderr());
    serde_json::from_str(&run.stdout()).unwrap()
}

fn threat<'j>(model: &'j Json, id: &str) -> &'j Json {
    model["threats"].as_array().unwrap().iter().find(|threat| threat["id"] == id).unwrap()
}

#[test]
fn every_format_is_written() {
    let workspace = shop();
    let outputs: Vec<String> =
        FORMATS.iter().map(|format| format!("{0}=out.{0}", format.id)).collect();
    let mut arguments = vec!["model", "."];
    for output in &outputs {
        arguments.extend(["-o", output]);
    }
    workspace.run(&arguments).says(0, &[]);
    for format in FORMATS {
        let written =
            std::fs::read_to_string(workspace.path(&format!("out.{}", format.id))).unwrap();
        assert!(written.contains("psql-shop-prod"), "{}", format.id);
    }
    workspace.run(&["model", "-o", "drawing"]).says(2, &["no such format; there are text, "]);
}

#[test]
fn text_is_the_default_and_json_fits_its_schema() {
    let workspace = shop();
    workspace
        .run(&["model"])
        .says(0, &["threats\n", "9.2 T001", "attack paths\n", "what cuts paths\n"]);
    let json = json(&workspace, &[]);
    let schema: Json = serde_json::from_str(dreadnought::model::SCHEMA).unwrap();
    let faults: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    assert!(json["packs"].as_array().unwrap().len() > 1);
    assert!(json["problems"][0]["message"].is_string());
}

const OVERLAY: &str = "otmVersion: 0.2.0
project: {name: Shop, id: shop, attributes: {partial: true}}
trustZones: [{id: office, name: Office, risk: {trustRating: 60}, attributes: {in_code: false}}]
threats: [{id: ssh, name: SSH, risk: {likelihood: 50, impact: 50}, attributes: {class: T001, reason: until March}},
          {id: web, name: Web, risk: {likelihood: 50, impact: 50}, attributes: {class: T032}}]
mitigations: [{id: cdn, name: The CDN filters requests, riskReduction: 90}]
components:
  - {id: agent, name: Support agent, type: person, parent: {trustZone: office}, attributes: {in_code: false}}
  - id: app
    name: The application
    type: compute
    parent: {trustZone: office}
    attributes: {address: azurerm_linux_virtual_machine.app}
    threats: [{threat: ssh, state: accepted},
              {threat: web, state: mitigated, mitigations: [{mitigation: cdn, state: implemented}]}]
  - {id: db, name: Database, type: database, parent: {trustZone: office},
     attributes: {selector: {kind: datastore_sql}, sensitivity: restricted}}
dataflows: [{id: support, name: console, source: agent, destination: app, attributes: {protocol: tcp, port: 443}}]
";

#[test]
fn overlays_join_move_scores_and_close_threats() {
    let workspace = shop();
    let before = json(&workspace, &[]);
    workspace.write("shop.otm.yaml", OVERLAY.as_bytes());
    let after = json(&workspace, &["--overlay", "shop.otm.yaml"]);
    let of = |model: &Json, list: &str| model[list].as_array().unwrap().len();
    assert_eq!(of(&after, "assets"), of(&before, "assets") + 1);
    assert_eq!(of(&after, "flows"), of(&before, "flows") + 1);
    let database = |model: &Json| {
        let assets = model["assets"].as_array().unwrap();
        assets.iter().find(|asset| asset["kind"] == "datastore_sql").unwrap().clone()
    };
    assert_eq!(
        (&database(&before)["sensitivity"], &database(&after)["sensitivity"]),
        (&"confidential".into(), &"restricted".into())
    );
    // What the machine can reach is more sensitive now: its threats do more damage.
    let id = "T001@azurerm_linux_virtual_machine.app";
    let damage = |model: &Json| threat(model, id)["dread"]["damage"].as_i64().unwrap();
    assert!(damage(&after) > damage(&before), "{} {}", damage(&before), damage(&after));
    assert_eq!(threat(&after, id)["state"], "accepted");
    assert_eq!(threat(&after, id)["note"], "until March (shop.otm.yaml:14)");
    assert_eq!(threat(&after, "T032@azurerm_linux_virtual_machine.app")["state"], "mitigated");
    // The way through SSH stays, that through the web application is gone.
    assert_eq!(of(&after, "paths"), of(&before, "paths") - 1);
    let closed = |path: &Json| {
        path["threats"]
            .as_array()
            .unwrap()
            .iter()
            .any(|id| id == "T032@azurerm_linux_virtual_machine.app")
    };
    assert!(!after["paths"].as_array().unwrap().iter().any(closed));
    assert_eq!(of(&after, "drift"), 0);
}

#[rstest]
#[case::missing("gone.yaml", None, "cannot read gone.yaml")]
#[case::no_otm("a.yaml", Some("hello: world\n"), "an Open Threat Model needs `otmVersion`")]
fn bad_overlays_are_told(#[case] name: &str, #[case] text: Option<&str>, #[case] expected: &str) {
    let workspace = shop();
    if let Some(text) = text {
        workspace.write(name, text.as_bytes());
    }
    workspace.run(&["model", "--overlay", name]).says(2, &[expected]);
}

#[test]
fn a_file_is_compared() {
    let workspace = shop();
    workspace.run(&["model", "-o", "json=before.json"]).says(0, &[]);
    workspace.run(&["model", "diff", "before.json"]).says(0, &["the models are the same"]);
    let edge = workspace.path("edge.tf");
    let text = std::fs::read_to_string(&edge).unwrap();
    std::fs::write(
        &edge,
        text.replace("azurerm_dns_zone\" \"public", "azurerm_dns_zone\" \"other")
            .replace("azurerm_dns_zone.public", "azurerm_dns_zone.other"),
    )
    .unwrap();
    workspace
        .run(&["model", "diff", "before.json"])
        .says(0, &["assets: 1 appeared, 1 went", "azurerm_dns_zone.other"]);
    let run = workspace.run(&["model", "diff", "before.json", "-o", "json"]);
    let diff: Json = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!(diff["assets"]["went"][0]["id"], "azurerm_dns_zone.public");
    workspace.write("other.json", b"{}");
    workspace
        .run(&["model", "diff", "other.json"])
        .says(2, &["other.json is no threat model: /version: is missing"]);
}

/// git in a workspace; `None` where it is not installed.
fn git(workspace: &Workspace, arguments: &[&str]) -> Option<()> {
    let identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "init.defaultBranch=main",
    ];
    let run = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(workspace.path(""))
        .output()
        .ok()?;
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_revision_is_compared() {
    let workspace = Workspace::new(&[]);
    for (path, text) in folder("azure-shop") {
        workspace.write(&format!("infra/{path}"), text.as_bytes());
    }
    workspace.write("infra/große datei.tf", b"# an odd name\n");
    if git(&workspace, &["init", "-q"]).is_none() {
        eprintln!("skipped: git is not installed");
        return;
    }
    git(&workspace, &["add", "-A"]);
    git(&workspace, &["commit", "-qm", "one"]);
    workspace.run(&["model", "diff", "HEAD", "infra"]).says(0, &["the models are the same"]);
    let path = workspace.path("infra/edge.tf");
    let edge = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        edge.replace("count = var.enable_ssh_nat ? 1 : 0", "count = 0")
            .replace("azurerm_dns_zone\" \"public", "azurerm_dns_zone\" \"other")
            .replace("azurerm_dns_zone.public", "azurerm_dns_zone.other"),
    )
    .unwrap();
    workspace
        .run(&["model", "diff", "HEAD", "infra"])
        .says(0, &["azurerm_dns_zone.other", "assets: 1 appeared, 1 went"]);
    // Backwards: the change is committed, the older state is the one compared with.
    git(&workspace, &["commit", "-qam", "two"]);
    workspace.run(&["model", "diff", "HEAD~1", "infra"]).says(0, &["assets: 1 appeared, 1 went"]);
    workspace.run(&["model", "diff", "no-such-thing"]).says(2, &["`no-such-thing` is no revision"]);
    workspace
        .run(&["model", "diff", "--", "--output=x", "infra"])
        .says(2, &["`--output=x` is no revision"]);
}

/// What is alike but for where it is, is told once; the JSON has all of it.
#[test]
fn text_groups_what_is_alike() {
    let module = |name: &str| {
        format!(
            "module \"{name}\" {{\n  source = \"git::https://git.example.org/{name}.git?ref=main\"\n}}\n"
        )
    };
    let backend = "terraform {\n  backend \"s3\" {\n    bucket = \"state\"\n    key    = \"shop\"\n    region = \"eu-west-1\"\n  }\n}\n";
    let text: String = ["cache", "logs", "queue"].map(module).concat();
    let workspace = Workspace::new(&[("main.tf", &format!("{backend}{text}"))]);
    let run = workspace.run(&["model"]);
    run.says(
        0,
        &[
            "       cache, logs, queue · TE ·",
            "3 × to Terraform state",
            "cache, logs, queue → Terraform state",
        ],
    );
    assert_eq!(run.stdout().matches("T034 A mutable tag").count(), 1, "{}", run.stdout());
    let model = json(&workspace, &[]);
    let unpinned = model["threats"].as_array().unwrap().iter();
    assert_eq!(unpinned.filter(|threat| threat["class"]["id"] == "T034").count(), 3, "{model}");
    assert_eq!(model["paths"].as_array().unwrap().len(), 3);
}
