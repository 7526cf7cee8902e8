//! What an organisation changes of packs in `dreadnought.yaml`, and packs that need packs.

use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::{Run, Workspace};

const PACK: &str = "name: acme\nversion: 1.0.0\ndescription: For a test\nparams:\n  \
                    most: {type: integer, default: 900}\n  regions: {type: list, default: [eu-west-1]}\n  \
                    ratio: {type: number, default: 0.5}\n";
const CEL: &str = "rules:\n  - {id: slow-queue, title: Slow, applies_to: [aws_sqs_queue], when: attr.delay_seconds > params.most, \
                   threat: T005, remediation: Less., references: ['https://example.org/a']}\n";
const REGO: &str = r#"# METADATA
# title: Slow, in Rego
# custom:
#   id: slow-rego
#   applies_to: [aws_sqs_queue]
#   threat: T005
#   remediation: Less.
package dreadnought.acme.slow_rego

import data.dreadnought.acme.params

deny contains {"resource": r.address, "at": "/delay_seconds", "message": sprintf("%v is over %v", [r.attributes.delay_seconds, params.most])} if {
	some r in input.by_type.aws_sqs_queue
	r.attributes.delay_seconds > params.most
}
"#;
const QUEUES: &str = "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n  delay_seconds = 90\n  tags = { team = \"payments\" }\n}\n\
                      resource \"aws_sqs_queue\" \"mail\" {\n  name = \"mail\"\n  delay_seconds = 90\n}\n";

fn workspace(config: &str) -> Workspace {
    let files = [
        ("acme/pack.yaml", PACK),
        ("acme/rules/queue.yaml", CEL),
        ("acme/rules/queue_slow.rego", REGO),
        ("main.tf", QUEUES),
        ("dreadnought.yaml", config),
    ];
    Workspace::new(&files)
}

fn scan(workspace: &Workspace) -> (Run, Json) {
    let run = workspace.run(&["scan", "--no-builtin", "--pack", "acme", "-o", "json", "."]);
    let json = serde_json::from_str(&run.stdout()).unwrap_or(Json::Null);
    (run, json)
}

/// `rule address`, sorted.
fn findings(config: &str) -> Vec<String> {
    let (run, json) = scan(&workspace(config));
    assert!(json.is_object(), "{}", run.stderr());
    let mut found: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let rule = it["rule"].as_str().unwrap().trim_start_matches("acme/");
            let address = it["resource"]["address"].as_str().unwrap();
            format!("{rule} {}", address.trim_start_matches("aws_sqs_queue."))
        })
        .collect();
    found.sort();
    found
}

/// Both languages read the same parameters.
#[rstest]
#[case::defaults("", &[])]
#[case::set("params: {acme: {most: 60}}\n", &["slow-queue jobs", "slow-queue mail", "slow-rego jobs", "slow-rego mail"])]
#[case::off("params: {acme: {most: 60}}\nrules: {acme/slow-rego: {disabled: covered by the other}}\n", &["slow-queue jobs", "slow-queue mail"])]
#[case::only_tag("params: {acme: {most: 60}}\nrules: {acme/slow-rego: {only: {tags: {team: payments}}}, acme/slow-queue: {except: {tags: {team: payments}}}}\n", &["slow-queue mail", "slow-rego jobs"])]
#[case::except_path("params: {acme: {most: 60}}\nrules: {acme/slow-rego: {except: {paths: main.tf}}, acme/slow-queue: {only: {paths: 'src/**'}}}\n", &[])]
fn parameters_and_narrowed_rules(#[case] config: &str, #[case] expected: &[&str]) {
    assert_eq!(findings(config), expected);
}

/// A rule that is off is named in every report, with the reason.
/// An object of a cluster that Terraform makes is narrowed by its labels, as its manifest is.
#[rstest]
#[case::only("only: {tags: {team: shop}}", &["kubernetes_pod.a"])]
#[case::except("except: {tags: {team: shop}}", &["kubernetes_pod.b"])]
#[case::types("only: {types: [kubernetes_pod], tags: {team: null}}", &["kubernetes_pod.a", "kubernetes_pod.b"])]
fn labels_narrow(#[case] narrowed: &str, #[case] expected: &[&str]) {
    let pod = |name: &str, team: &str| {
        format!(
            "resource \"kubernetes_pod\" \"{name}\" {{\n  metadata {{\n    name   = \"{name}\"\n    labels = {{ team = \"{team}\" }}\n  }}\n  spec {{\n    host_pid = true\n    container {{\n      name  = \"m\"\n      image = \"registry.example.org/m:1.0\"\n    }}\n  }}\n}}\n"
        )
    };
    let config = format!("rules:\n  kubernetes/shared-host-processes: {{{narrowed}}}\n");
    let text = format!("{}{}", pod("a", "shop"), pod("b", "desk"));
    let workspace = Workspace::new(&[("main.tf", &text), ("dreadnought.yaml", &config)]);
    let run =
        workspace.run(&["scan", ".", "-o", "json", "--rule", "kubernetes/shared-host-processes"]);
    let report: Json = serde_json::from_str(&run.stdout()).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let found: Vec<&str> = findings.map(|it| it["resource"]["address"].as_str().unwrap()).collect();
    assert_eq!(found, expected, "{}", run.stderr());
}

#[test]
fn what_is_off_is_said() {
    let workspace = workspace("rules: {acme/slow-queue: {disabled: covered elsewhere}}\n");
    let (_, json) = scan(&workspace);
    assert_eq!(
        json["disabled"],
        serde_json::json!([{"rule": "acme/slow-queue", "reason": "covered elsewhere"}])
    );
    workspace.run(&["scan", "--no-builtin", "--pack", "acme"]).says(0, &["1 rule switched off"]);
}

/// A control whose rules are off is not decided; it does not become "not applicable".
#[test]
fn a_control_whose_rules_are_off_is_not_decided() {
    let workspace = workspace("rules: {acme/slow-queue: {disabled: covered elsewhere}}\n");
    let baseline = "id: two\ntitle: Two\nversion: '1'\ngroups:\n  - id: G\n    controls:\n      - {id: A, rules: [acme/slow-queue]}\n      - {id: B, rules: [acme/slow-queue, acme/slow-rego]}\n";
    workspace.write("acme/baselines/two.yaml", baseline.as_bytes());
    let run = workspace.run(&["comply", "--pack", "acme", "--baseline", "two", "-o", "json"]);
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    let of = |at: usize| {
        let control = &json["controls"][at];
        let text = |name: &str| control[name].as_str().unwrap_or_default().to_owned();
        (text("state"), text("reason"), text("coverage"))
    };
    let expected = |texts: [&str; 3]| {
        let [a, b, c] = texts.map(str::to_owned);
        (a, b, c)
    };
    assert_eq!(of(0), expected(["not-decidable", "rules-disabled", "partial"]));
    assert_eq!(of(1), expected(["evidenced", "", "partial"]));
}

#[test]
fn ids_controls_and_links_are_added() {
    let config = "params: {acme: {most: 60}}\nrules:\n  acme/slow-queue:\n    aliases: ACME-12\n    controls: [SOC2-CC6.1]\n    references: https://wiki.example.org/queues\n";
    let workspace = workspace(config);
    let (_, json) = scan(&workspace);
    let findings = json["findings"].as_array().unwrap();
    let finding = findings.iter().find(|it| it["rule"] == "acme/slow-queue").unwrap();
    assert_eq!(finding["aliases"], serde_json::json!(["ACME-12"]));
    assert_eq!(finding["controls"], serde_json::json!(["SOC2-CC6.1"]));
    assert_eq!(
        finding["references"],
        serde_json::json!(["https://example.org/a", "https://wiki.example.org/queues"])
    );
    let explain = workspace.run(&["explain", "ACME-12", "--pack", "acme"]);
    explain.says(0, &["ACME-12", "SOC2-CC6.1", "https://wiki.example.org/queues"]);
}

#[test]
fn bands_move_the_gate() {
    let workspace = workspace("params: {acme: {most: 60}}\nbands: {high: 4.2}\n");
    let (run, json) = scan(&workspace);
    assert_eq!(run.code(), 1);
    assert_eq!(json["findings"][0]["severity"], "high");
    let usual = workspace.run(&["scan", "--no-builtin", "--pack", "acme", "--no-config"]);
    assert_eq!(usual.code(), 0, "{}", usual.stdout());
}

#[rstest]
#[case::unknown_pack("params: {acne: {most: 1}}\n", &["dreadnought.yaml:1:10", "there is no pack `acne`", "did you mean `acme`?"])]
#[case::unknown_param("params: {acme: {mst: 1}}\n", &["dreadnought.yaml:1:17", "pack `acme` has no parameter `mst`", "did you mean `most`?"])]
#[case::wrong_type("params: {acme: {most: many}}\n", &["dreadnought.yaml:1:17", "parameter `most` of pack `acme` is a text, its type is integer"])]
#[case::wrong_list("params: {acme: {regions: eu-west-1}}\n", &["parameter `regions` of pack `acme` is a text, its type is list"])]
#[case::fraction("params: {acme: {most: 1.5}}\n", &["its type is integer"])]
#[case::unknown_rule("rules: {acme/slow-queu: {disabled: why}}\n", &["dreadnought.yaml:1:9", "there is no rule `acme/slow-queu`", "did you mean `acme/slow-queue`?"])]
#[case::no_reason("rules: {acme/slow-queue: {disabled: true}}\n", &["`disabled` must say why the rule is off"])]
#[case::misspelled("rules: {acme/slow-queue: {disable: why}}\n", &["unknown field `disable`", "did you mean `disabled`?"])]
#[case::nothing("rules: {acme/slow-queue: {}}\n", &["nothing changes of rule `acme/slow-queue`"])]
#[case::no_link("rules: {acme/slow-queue: {references: wiki}}\n", &["`wiki` is not a link that starts with https://"])]
#[case::band("bands: {high: 11}\n", &["dreadnought.yaml:1:15", "`high` must be a score from 0 to 10"])]
#[case::falling("bands: {medium: 8}\n", &["bands do not rise: medium begins at 8.0, high at 7.0, critical at 9.5"])]
#[case::missing_pack("packs: [{path: other}]\n", &["dreadnought.yaml:1:16", "there is no pack at other"])]
#[case::no_path("packs: [{digest: x}]\n", &["a pack is named by `path` (a folder) or by `bundle` (a file)"])]
#[case::bad_digest("packs: [{path: acme, digest: x}]\n", &["`x` is not a digest"])]
#[case::other_digest("packs: [{path: other, digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}]\n", &["there is no pack at other"])]
fn mistakes_in_overrides(#[case] config: &str, #[case] words: &[&str]) {
    workspace(config).run(&["scan", "--no-builtin", "--pack", "acme", "."]).says(2, words);
}

/// What is said of built-in packs is no mistake where they are left out.
#[test]
fn packs_that_are_left_out_may_be_spoken_of() {
    let workspace = workspace("rules: {aws/kms-key-rotation: {disabled: done elsewhere}}\n");
    assert_eq!(scan(&workspace).0.code(), 0);
    workspace.run(&["scan"]).says(0, &["1 rule switched off"]);
    let empty = Workspace::new(&[(
        "dreadnought.yaml",
        "rules: {aws/kms-key-rotation: {disabled: done}}\n",
    )]);
    assert_eq!(empty.run(&["scan"]).code(), 3);
}

// ---- packs that need packs

const BASE: &str = "name: base\nversion: 2.0.0\ndescription: Shared\n";
const THREAT: &str = "threats:\n  - id: BASE-1\n    name: A queue is slow\n    stride: D\n    dread: {damage: 5, reproducibility: 5, exploitability: 5, affected_users: 5, discoverability: 5}\n    applies_to: queue\n";

/// A pack uses the threat classes of one that it needs, by path; it is loaded once, before it.
#[test]
fn a_pack_needs_a_pack() {
    let workspace = workspace("params: {acme: {most: 60}}\npacks: [{path: acme}]\n");
    workspace.write("base/pack.yaml", BASE.as_bytes());
    workspace.write("base/threats/own.yaml", THREAT.as_bytes());
    workspace.write(
        "acme/pack.yaml",
        format!("{PACK}requires: {{packs: [{{path: ../base}}]}}\n").as_bytes(),
    );
    workspace.write("acme/rules/queue.yaml", CEL.replace("T005", "BASE-1").as_bytes());
    let run = workspace.run(&["scan", "--no-builtin", "-o", "json"]);
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    let packs: Vec<&str> =
        json["packs"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(packs, ["core", "base", "acme"]);
    assert!(json["findings"].as_array().unwrap().iter().any(|it| it["threat"]["id"] == "BASE-1"));
    // By its bundle, with the digest.
    let built = workspace.run(&["pack", "build", "base", "-o", "base.tar.gz"]).stdout();
    let digest = built.split_whitespace().nth(1).unwrap();
    let by_bundle = |digest: &str| {
        let needs = format!(
            "{PACK}requires:\n  packs:\n    - {{bundle: ../base.tar.gz, digest: '{digest}'}}\n"
        );
        workspace.write("acme/pack.yaml", needs.as_bytes());
        workspace.run(&["scan", "--no-builtin", "-o", "json"])
    };
    let run = by_bundle(digest);
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!(json["packs"][1]["digest"], digest, "{}", run.stderr());
    by_bundle(&format!("sha256:{}", "0".repeat(64))).says(
        2,
        &["acme/pack.yaml:10:16: the pack acme/../base.tar.gz is refused: its digest is sha256:"],
    );
}

/// A pack adds catalogue ids to a threat class of another; findings and baselines follow.
#[test]
fn a_pack_extends_a_threat_class() {
    let workspace = workspace("params: {acme: {most: 60}}\n");
    workspace.write(
        "acme/threats/own.yaml",
        b"threats: []\nextend:\n  - {id: T005, nist: [MP-4, SC-28], cwe: [CWE-921]}\n",
    );
    let (_, json) = scan(&workspace);
    let finding = &json["findings"][0];
    assert_eq!(finding["nist"], serde_json::json!(["SC-28", "SC-13", "MP-4"]));
    assert_eq!(finding["cwe"], serde_json::json!(["CWE-311", "CWE-312", "CWE-921"]));
    let arguments =
        ["comply", "--pack", "acme", "--baseline", "nist-800-53-r5-moderate", "-o", "json"];
    let json: Json = serde_json::from_str(&workspace.run(&arguments).stdout()).unwrap();
    let control =
        json["controls"].as_array().unwrap().iter().find(|it| it["id"] == "MP-4").unwrap();
    assert_eq!(control["state"], "violated");
}

#[test]
fn packs_that_need_each_other() {
    let workspace = workspace("");
    let needs = |path: &str| format!("requires: {{packs: [{{path: {path}}}]}}\n");
    workspace.write("acme/pack.yaml", format!("{PACK}{}", needs("../base")).as_bytes());
    workspace.write("base/pack.yaml", format!("{BASE}{}", needs("../acme")).as_bytes());
    let run = workspace.run(&["scan", "--no-builtin", "--pack", "acme"]);
    run.says(2, &["packs need each other: acme → acme/../base → acme/../base/../acme"]);
}

/// A parameter's module cannot be taken by a rule.
#[test]
fn the_package_of_parameters_is_reserved() {
    let workspace = workspace("");
    let text = REGO.replace("dreadnought.acme.slow_rego", "dreadnought.acme.params");
    workspace.write("acme/rules/queue_slow.rego", text.as_bytes());
    workspace
        .run(&["scan", "--no-builtin", "--pack", "acme"])
        .says(2, &["package `dreadnought.acme.params` must be"]);
}
