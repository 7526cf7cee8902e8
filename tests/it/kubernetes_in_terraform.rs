//! Rules about Kubernetes over objects that Terraform's provider for Kubernetes makes.

use std::collections::BTreeSet;

use dreadnought::evaluate::{self, evaluate};
use dreadnought::finding::Outcome;
use dreadnought::pack::PackSet;
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Sources};
use rstest::rstest;

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
fn other_objects(#[case] text: &str, #[case] wanted: &str, #[case] (from, to): (&str, &str)) {
    let found = findings(&[("main.tf", text)]);
    assert_eq!(found.iter().filter(|it| *it == wanted).count(), 1, "{found:#?}");
    let mended = text.replace(from, to);
    let rule = wanted.split(' ').next().unwrap();
    assert!(!findings(&[("main.tf", &mended)]).iter().any(|it| it.starts_with(rule)));
}
