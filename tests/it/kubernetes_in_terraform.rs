//! Rules about Kubernetes over objects that Terraform's provider for Kubernetes makes.

use std::collections::BTreeSet;

use dreadnought::document::Pointer;
use dreadnought::evaluate::{self, evaluate};
use dreadnought::finding::Outcome;
use dreadnought::pack::PackSet;
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Sources};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::cli::Workspace;
use crate::graphs::{Tree, folder};

fn judged(files: &[(&str, &str)]) -> (Outcome, Sources) {
    let tree = MemoryFileSystem::from(files);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let mut project = Project::load(&tree, &options);
    let (packs, problems) = PackSet::load(&mut project.sources, true, &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let outcome = evaluate(&project.documents, &packs, &evaluate::Options::default());
    (outcome, project.sources)
}

/// Findings as `rule address line`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let (outcome, sources) = judged(files);
    let said = outcome.findings.iter().map(|finding| {
        let line = sources.get(finding.place.file).position(finding.place.span.start).line;
        format!("{} {} {line}", finding.rule.id, finding.resource.address)
    });
    said.collect()
}

fn of_tree(tree: &Tree) -> BTreeSet<(String, String)> {
    let files: Vec<(&str, &str)> =
        tree.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (outcome, _) = judged(&files);
    let about = outcome.findings.iter().filter(|it| it.rule.id.starts_with("kubernetes/"));
    about.map(|it| (it.rule.id.to_string(), plain(&it.resource.address))).collect()
}

/// The name of what an address stands for, whatever the form.
fn plain(address: &str) -> String {
    let name = address.rsplit(['.', '/']).next().unwrap_or_default();
    name.replace('_', "-")
}

/// What is written twice is judged alike: rule by rule, object by object.
#[test]
fn both_forms_have_the_same_findings() {
    let terraform = of_tree(&folder("fixtures/models/kiosk/terraform"));
    let manifests = of_tree(&folder("fixtures/models/kiosk/manifests"));
    assert!(terraform.len() > 10, "{terraform:?}");
    let only = |a: &BTreeSet<(String, String)>, b: &BTreeSet<(String, String)>| {
        a.difference(b).cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&terraform, &manifests), Vec::new(), "only in Terraform");
    assert_eq!(only(&manifests, &terraform), Vec::new(), "only in manifests");
}

fn pod(kind: &str, privileged: &str) -> String {
    let container = format!(
        "container {{\n      name  = \"web\"\n      image = \"registry.example.org/web:1\"\n      security_context {{\n        privileged = {privileged}\n      }}\n    }}"
    );
    let head = "metadata {\n    name      = \"web\"\n    namespace = \"desk\"\n  }";
    let body = if kind.starts_with("kubernetes_pod") {
        format!("spec {{\n    {container}\n  }}")
    } else {
        format!(
            "spec {{\n    selector {{\n      match_labels = {{ app = \"web\" }}\n    }}\n    template {{\n      metadata {{\n        labels = {{ app = \"web\" }}\n      }}\n      spec {{\n    {container}\n      }}\n    }}\n  }}"
        )
    };
    format!(
        "variable \"privileged\" {{\n  type = bool\n}}\nresource \"{kind}\" \"web\" {{\n  {head}\n  {body}\n}}\n"
    )
}

const RULE: &str = "kubernetes/privileged-container";

/// The finding stands at the line of Terraform, once, under Terraform's address and type.
#[rstest]
fn a_finding_stands_where_terraform_says_it(
    #[values(
        "kubernetes_pod",
        "kubernetes_pod_v1",
        "kubernetes_deployment",
        "kubernetes_deployment_v1",
        "kubernetes_daemonset",
        "kubernetes_stateful_set_v1"
    )]
    kind: &str,
) {
    let text = pod(kind, "true");
    let line = text.lines().position(|line| line.contains("privileged = true")).unwrap() + 1;
    let files = [("main.tf", text.as_str())];
    let found: Vec<String> =
        findings(&files).into_iter().filter(|it| it.starts_with(RULE)).collect();
    assert_eq!(found, [format!("{RULE} {kind}.web {line}")]);
    let (outcome, _) = judged(&files);
    let finding = outcome.findings.iter().find(|it| &*it.rule.id == RULE).unwrap();
    assert_eq!(&*finding.resource.kind, kind);
    assert_eq!(finding.resource.format, "terraform");
    let text = pod(kind, "false");
    assert!(!findings(&[("main.tf", &text)]).iter().any(|it| it.starts_with(RULE)));
}

#[test]
fn what_is_not_known_is_not_decided() {
    let text = pod("kubernetes_deployment", "var.privileged");
    let (outcome, _) = judged(&[("main.tf", &text)]);
    assert!(!outcome.findings.iter().any(|it| &*it.rule.id == RULE));
    let open = outcome.inconclusive.iter().find(|it| &*it.rule.id == RULE);
    assert_eq!(open.map(|it| &*it.resource.address), Some("kubernetes_deployment.web"));
}

/// Other kinds of objects, and a manifest inside of Terraform: bad, its line, what mends it.
#[rstest]
#[case::manifest(
    "resource \"kubernetes_manifest\" \"web\" {\n  manifest = {\n    apiVersion = \"v1\"\n    kind       = \"Pod\"\n    metadata   = { name = \"web\", namespace = \"desk\" }\n    spec = {\n      hostNetwork = true\n      containers  = [{ name = \"web\", image = \"web:1\" }]\n    }\n  }\n}\n",
    "kubernetes/shared-host-network kubernetes_manifest.web 7",
    ("hostNetwork = true", "hostNetwork = false")
)]
#[case::pod(
    "resource \"kubernetes_pod\" \"web\" {\n  metadata {\n    name = \"web\"\n  }\n  spec {\n    host_pid = true\n    container {\n      name = \"web\"\n    }\n  }\n}\n",
    "kubernetes/shared-host-processes kubernetes_pod.web 6",
    ("host_pid = true", "host_pid = false")
)]
#[case::text(
    "resource \"kubectl_manifest\" \"web\" {\n  yaml_body = <<-EOT\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: web, namespace: desk}\n    spec:\n      hostNetwork: true\n      containers: [{name: web, image: \"web:1\"}]\n  EOT\n}\n",
    "kubernetes/shared-host-network kubectl_manifest.web 2",
    ("hostNetwork: true", "hostNetwork: false")
)]
#[case::encoded(
    "resource \"kubectl_manifest\" \"web\" {\n  yaml_body = yamlencode({\n    apiVersion = \"v1\"\n    kind       = \"Pod\"\n    metadata   = { name = \"web\" }\n    spec       = { hostPID = true, containers = [{ name = \"web\" }] }\n  })\n}\n",
    "kubernetes/shared-host-processes kubectl_manifest.web 2",
    ("hostPID = true", "hostPID = false")
)]
fn other_objects(#[case] text: &str, #[case] wanted: &str, #[case] (from, to): (&str, &str)) {
    let found = findings(&[("main.tf", text)]);
    assert_eq!(found.iter().filter(|it| *it == wanted).count(), 1, "{found:#?}");
    let mended = text.replace(from, to);
    let rule = wanted.split(' ').next().unwrap();
    assert!(!findings(&[("main.tf", &mended)]).iter().any(|it| it.starts_with(rule)));
}

/// Of a text, what is not one known object is none: nothing is said of it, and it has no meaning in a model.
#[rstest]
#[case::whole(
    "apiVersion: v1\n    kind: Pod\n    metadata: {name: web}\n    spec: {hostNetwork: true}",
    true
)]
#[case::of_a_variable(
    "apiVersion: v1\n    kind: Pod\n    metadata: {name: \"${var.name}\"}\n    spec: {hostNetwork: true}",
    false
)]
#[case::two_objects(
    "apiVersion: v1\n    kind: Pod\n    metadata: {name: web}\n    ---\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: db}",
    false
)]
#[case::no_object("a: 1", false)]
#[case::broken("apiVersion: [", false)]
fn texts_of_objects(#[case] text: &str, #[case] is_known: bool) {
    let text = format!(
        "variable \"name\" {{\n  type = string\n}}\nresource \"kubectl_manifest\" \"web\" {{\n  yaml_body = <<-EOT\n    {text}\n  EOT\n}}\n"
    );
    let found = findings(&[("main.tf", text.as_str())]);
    let rule = "kubernetes/shared-host-network";
    assert_eq!(found.iter().any(|it| it.starts_with(rule)), is_known, "{found:#?}");
    let files = std::collections::BTreeMap::from([("main.tf".to_owned(), text)]);
    let model = crate::model::model_of(&files, None).model;
    assert_eq!(model.without_meaning.is_empty(), is_known);
}

/// The namespace that a resource names holds for the object; what a secret holds is not shown, in whatever form it is written.
#[rstest]
#[case::text(
    "kubectl_manifest",
    "yaml_body = \"apiVersion: v1\\nkind: Secret\\nmetadata: {name: s, namespace: a}\\nstringData: {k: v}\"\n  override_namespace = \"b\"",
    "b"
)]
#[case::manifest(
    "kubernetes_manifest",
    "manifest = { apiVersion = \"v1\", kind = \"Secret\", metadata = { name = \"s\", namespace = \"a\" }, stringData = { k = \"v\" } }",
    "a"
)]
fn secrets_as_a_whole(#[case] kind: &str, #[case] body: &str, #[case] namespace: &str) {
    let text = format!("resource \"{kind}\" \"s\" {{\n  {body}\n}}\n");
    let tree = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = Project::load(&tree, &options);
    let manifests = project.documents[0].manifests.as_ref().unwrap();
    let secret = manifests.resources.iter().find(|it| &*it.kind == "Secret").unwrap();
    assert_eq!(secret.scope.namespace.as_deref(), Some(namespace));
    let hidden: Vec<&str> = secret.sensitive.iter().map(Pointer::as_str).collect();
    assert_eq!(hidden, ["/stringData"]);
}

/// A workload as a plan records it: blocks as lists, with what nobody wrote filled in.
fn recorded(privileged: &Json, unknown: bool) -> String {
    let container = json!({"name": "web", "image": "registry.example.org/web:1", "image_pull_policy": null,
        "command": null, "env": [], "port": [], "volume_mount": [],
        "security_context": [{"privileged": privileged, "allow_privilege_escalation": true, "read_only_root_filesystem": false}]});
    let pod = json!({"host_network": false, "host_pid": true, "automount_service_account_token": true,
        "restart_policy": "Always", "container": [container]});
    let after = json!({"metadata": [{"name": "web", "namespace": "desk", "labels": null, "annotations": null}],
        "spec": [{"replicas": "1", "selector": [{"match_labels": {"app": "web"}, "match_expressions": []}],
            "template": [{"metadata": [{"labels": {"app": "web"}, "annotations": null}], "spec": [pod]}]}],
        "timeouts": null, "wait_for_rollout": true});
    let open = json!({"id": true, "metadata": [{"generation": true, "resource_version": true, "uid": true}],
        "spec": [{"template": [{"spec": [{"hostname": true, "node_name": true,
            "container": [{"security_context": [if unknown { json!({"privileged": true}) } else { json!({}) }]}]}]}]}]});
    let value = |value: Json| json!({"constant_value": value});
    let privileged =
        if unknown { json!({"references": ["var.privileged"]}) } else { value(privileged.clone()) };
    let written = json!({"metadata": [{"name": value(json!("web")), "namespace": value(json!("desk"))}],
        "spec": [{"selector": [{"match_labels": value(json!({"app": "web"}))}],
            "template": [{"metadata": [{"labels": value(json!({"app": "web"}))}],
                "spec": [{"host_pid": value(json!(true)), "container": [{"name": value(json!("web")),
                    "image": value(json!("registry.example.org/web:1")),
                    "security_context": [{"privileged": privileged}]}]}]}]}]});
    json!({"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}},
        "resource_changes": [{"address": "kubernetes_deployment.web", "mode": "managed", "type": "kubernetes_deployment",
            "name": "web", "provider_name": "registry.terraform.io/hashicorp/kubernetes",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": open, "after_sensitive": {}}}],
        "configuration": {"root_module": {"variables": {"privileged": {}},
            "resources": [{"address": "kubernetes_deployment.web", "mode": "managed", "type": "kubernetes_deployment",
                "name": "web", "provider_config_key": "kubernetes", "expressions": written}]}}})
    .to_string()
}

/// The configuration of that plan.
fn configured(privileged: &str) -> String {
    pod("kubernetes_deployment", privileged)
        .replace("    container {", "    host_pid = true\n    container {")
}

/// Findings of the pack about Kubernetes, as `rule address`.
fn of_kubernetes(files: &[(&str, &str)]) -> BTreeSet<String> {
    let (outcome, _) = judged(files);
    let all = outcome.findings.iter().filter(|it| it.rule.id.starts_with("kubernetes/"));
    all.map(|it| format!("{} {}", it.rule.id, it.resource.address)).collect()
}

/// A plan, alone or beside its configuration, has the findings of the configuration.
#[rstest]
#[case::bad("true", &json!(true), true)]
#[case::good("false", &json!(false), false)]
fn plans_have_the_same_findings(
    #[case] written: &str,
    #[case] planned: &Json,
    #[case] there: bool,
) {
    let text = configured(written);
    let plan = recorded(planned, false);
    let statically = of_kubernetes(&[("main.tf", &text)]);
    let alone = of_kubernetes(&[("plan.json", &plan)]);
    let beside = of_kubernetes(&[("main.tf", &text), ("plan.json", &plan)]);
    assert!(statically.contains("kubernetes/shared-host-processes kubernetes_deployment.web"));
    assert_eq!(statically.contains(&format!("{RULE} kubernetes_deployment.web")), there);
    assert_eq!(alone, statically);
    assert_eq!(beside, statically);
}

/// Alone, a finding stands in the plan; beside the configuration, at its line.
#[test]
fn findings_of_plans_have_a_place() {
    let text = configured("true");
    let plan = recorded(&json!(true), false);
    let line = text.lines().position(|line| line.contains("privileged = true")).unwrap() + 1;
    let place = |files: &[(&str, &str)]| {
        let (outcome, sources) = judged(files);
        let found = outcome.findings.iter().find(|it| &*it.rule.id == RULE).unwrap();
        let file = sources.get(found.place.file);
        (file.path.to_string(), file.position(found.place.span.start).line as usize)
    };
    assert_eq!(place(&[("main.tf", &text), ("plan.json", &plan)]), ("main.tf".to_owned(), line));
    assert_eq!(place(&[("plan.json", &plan)]).0, "plan.json");
}

/// What a plan leaves to apply is not decided; neither is it in the model.
#[test]
fn what_a_plan_does_not_know_is_not_decided() {
    let plan = recorded(&Json::Null, true);
    let (outcome, _) = judged(&[("plan.json", &plan)]);
    assert!(!outcome.findings.iter().any(|it| &*it.rule.id == RULE));
    assert!(outcome.inconclusive.iter().any(|it| &*it.rule.id == RULE));
}

/// A workspace with the configuration, or with its plan alone, and settings.
fn workspace(form: &str, settings: &str) -> Workspace {
    let (text, plan) = (configured("true"), recorded(&json!(true), false));
    let mut files = match form {
        "plan" => vec![("plan.json", plan.as_str())],
        _ => vec![("main.tf", text.as_str())],
    };
    if !settings.is_empty() {
        files.push(("dreadnought.yaml", settings));
    }
    Workspace::new(&files)
}

/// What an organisation narrows or switches off counts for objects of Terraform, too.
#[rstest]
#[case::as_it_is("", true)]
#[case::off("rules: {kubernetes/privileged-container: {disabled: known}}\n", false)]
#[case::not_this_type(
    "rules: {kubernetes/privileged-container: {except: {types: [kubernetes_deployment]}}}\n",
    false
)]
#[case::not_another_type(
    "rules: {kubernetes/privileged-container: {except: {types: [kubernetes_pod]}}}\n",
    true
)]
fn narrowed_rules(
    #[values("configuration", "plan")] form: &str,
    #[case] settings: &str,
    #[case] there: bool,
) {
    let run = workspace(form, settings).run(&["scan", "-o", "json"]);
    let report: Json = serde_json::from_str(&run.stdout()).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let found: BTreeSet<String> = findings
        .map(|it| {
            format!(
                "{} {}",
                it["rule"].as_str().unwrap(),
                it["resource"]["address"].as_str().unwrap()
            )
        })
        .collect();
    assert!(found.contains("kubernetes/shared-host-processes kubernetes_deployment.web"));
    assert_eq!(found.contains(&format!("{RULE} kubernetes_deployment.web")), there, "{found:?}");
}

/// A waiver for a control that an object of Terraform violates.
#[rstest]
#[case::without("", "violated")]
#[case::waived("5.2.2", "waived")]
#[case::of_another_control("5.2.3", "violated")]
fn waived_controls(
    #[values("configuration", "plan")] form: &str,
    #[case] control: &str,
    #[case] state: &str,
) {
    let settings = if control.is_empty() {
        String::new()
    } else {
        format!(
            "compliance:\n  waivers:\n    - {{baseline: cis-kubernetes-1.11, control: '{control}', reason: moves next year, owner: ops, expires: '2099-01-01'}}\n"
        )
    };
    let run = workspace(form, &settings).run(&[
        "comply",
        "--baseline",
        "cis-kubernetes-1.11",
        "-o",
        "json",
    ]);
    let report: Json =
        serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.stderr()));
    let controls = report["controls"].as_array().unwrap();
    let judged = controls.iter().find(|it| it["id"] == "5.2.2").unwrap();
    assert_eq!(judged["state"], state);
    assert!(judged["findings"].as_array().unwrap().len() == 1, "still judged: {judged}");
}

/// A trace shows how a rule about Kubernetes judges an object of Terraform, under its address and line.
#[rstest]
fn traced(#[values("configuration", "plan")] form: &str) {
    let workspace = workspace(form, "");
    let path = if form == "plan" { "plan.json" } else { "main.tf" };
    let run = workspace.run(&["eval", RULE, path, "--trace"]);
    run.says(0, &["on kubernetes_deployment.web", ": finding", "privileged"]);
    let one = workspace.run(&["eval", RULE, path, "--resource", "kubernetes_deployment.web"]);
    one.says(0, &["on kubernetes_deployment.web"]);
    let good = Workspace::new(&[("main.tf", &configured("false"))]);
    good.run(&["eval", RULE, "main.tf", "--trace"])
        .says(0, &["kubernetes_deployment.web", ": pass"]);
    let open = Workspace::new(&[("main.tf", &configured("var.privileged"))]);
    open.run(&["eval", RULE, "main.tf", "--trace"]).says(0, &[": inconclusive", "privileged"]);
    let none = Workspace::new(&[(
        "main.tf",
        "resource \"kubernetes_config_map\" \"x\" {\n  metadata {\n    name = \"x\"\n  }\n}\n",
    )]);
    none.run(&["eval", RULE, "main.tf", "--trace"]).says(3, &["nothing to judge"]);
}
