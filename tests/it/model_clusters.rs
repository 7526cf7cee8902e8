//! Kubernetes and Google Cloud: which facts derive each state of each dimension, and which ways lead to what is worth something.

use std::collections::BTreeMap;

use dreadnought::model::{Threat, ThreatModel};
use rstest::rstest;

use crate::graphs::{self, Tree, with};
use crate::model::{model_of, shape};

fn press() -> Tree {
    graphs::folder("fixtures/models/press/manifests")
}

fn clinic() -> Tree {
    graphs::folder("fixtures/models/clinic/terraform")
}

fn model(tree: &Tree) -> ThreatModel {
    let files: BTreeMap<String, String> = tree.iter().cloned().collect();
    let made = model_of(&files, None);
    let broken: Vec<_> = made.problems.iter().filter(|it| it.message.contains("rule")).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    made.model
}

fn threat<'m>(model: &'m ThreatModel, class: &str, target: &str) -> &'m Threat {
    let found = model.threats.iter().find(|it| &*it.class.id == class && &*it.target == target);
    found.unwrap_or_else(|| panic!("no {class} at {target}"))
}

fn state(threat: &Threat, dimension: &str) -> String {
    let known = threat.context.iter().find(|(name, _)| *name == dimension);
    known.map_or_else(|| "does not apply".to_owned(), |(_, state)| state.to_string())
}

const EDITOR: &str = "Deployment/press/editor";
const ARTICLES: &str = "Deployment/press/articles";
const WEB: &str = "Deployment/press/web";
const BOUND: &str = "kind: RoleBinding\nmetadata:\n  name: editor-prints\n  namespace: press\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: printer\n";
const BOUND_TO_ALL: &str = "kind: ClusterRoleBinding\nmetadata:\n  name: editor-prints\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: cluster-admin\n";
const PASSWORD: &str = "          env:\n            - name: DB_PASSWORD\n              valueFrom:\n                secretKeyRef:\n                  name: database\n                  key: password\n";
const PRESS: &str = "  name: press\n  labels:\n    environment: prod\n";
const TOKENLESS_WEB: &str =
    "      automountServiceAccountToken: false\n      containers:\n        - name: web\n";

#[rstest]
#[case::everybody("exposure", "internet_open", "T032", "Ingress/press/site", "", "")]
#[case::the_office("exposure", "internet_restricted", "T028", "Service/press/editor", "", "")]
#[case::nothing("data", "none", "T022", WEB, "", "")]
#[case::settings(
    "data",
    "internal",
    "T022",
    WEB,
    TOKENLESS_WEB,
    "      automountServiceAccountToken: false\n      containers:\n        - name: web\n          envFrom: [{configMapRef: {name: articles}}]\n"
)]
#[case::database("data", "confidential", "T022", ARTICLES, PASSWORD, "")]
#[case::secret("data", "restricted", "T022", ARTICLES, "", "")]
#[case::no_rights("privilege", "none", "T033", ARTICLES, "", "")]
#[case::reads(
    "privilege",
    "scoped",
    "T033",
    EDITOR,
    "verbs: [create, get, list, delete]",
    "verbs: [get, list]"
)]
#[case::runs_pods("privilege", "broad", "T033", EDITOR, "", "")]
#[case::everything("privilege", "admin", "T033", EDITOR, BOUND, BOUND_TO_ALL)]
#[case::of_the_machine("privilege", "admin", "T016", WEB, BOUND, BOUND_TO_ALL)]
#[case::data_of_the_machine("data", "restricted", "T016", WEB, "", "")]
#[case::used("blast", "majority", "T022", ARTICLES, "", "")]
#[case::production("environment", "prod", "T022", WEB, "", "")]
#[case::staging(
    "environment",
    "staging",
    "T022",
    WEB,
    PRESS,
    "  name: press\n  labels:\n    environment: uat\n"
)]
#[case::development(
    "environment",
    "dev",
    "T022",
    WEB,
    PRESS,
    "  name: press\n  labels:\n    environment: dev\n"
)]
fn states_of_kubernetes(
    #[case] dimension: &str,
    #[case] wanted: &str,
    #[case] class: &str,
    #[case] target: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let tree = if from.is_empty() { press() } else { with(&press(), from, to) };
    let model = model(&tree);
    let threat = threat(&model, class, target);
    assert_eq!(state(threat, dimension), wanted, "{:?}", threat.context);
}

/// The name of a namespace says what runs in it, where no label does.
#[rstest]
#[case("shop-prod", "prod")]
#[case("staging", "staging")]
#[case("dev", "dev")]
#[case("shop", "unknown")]
fn names_of_namespaces(#[case] name: &str, #[case] wanted: &str) {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: {name}}}\nspec: {{containers: [{{name: c, image: c}}]}}\n"
    );
    let model = model(&vec![("all.yaml".to_owned(), text)]);
    let target = format!("Pod/{name}/p");
    assert_eq!(state(threat(&model, "T022", &target), "environment"), wanted);
}

const JUMP: &str = "google_compute_instance.jump";
const PORTAL: &str = "google_compute_region_instance_group_manager.portal";
const LOGS: &str = "\"roles/logging.logWriter\"";

#[rstest]
#[case::everybody("exposure", "internet_open", "T001", JUMP, "", "")]
#[case::keys("auth", "key_or_cert", "T001", JUMP, "", "")]
#[case::passwords(
    "auth",
    "password",
    "T001",
    JUMP,
    "      image = \"debian-cloud/debian-12\"",
    "      image = \"windows-cloud/windows-2022\""
)]
#[case::nobody_asks("auth", "none", "T003", "google_storage_bucket.letters", "", "")]
#[case::no_store("data", "none", "T001", JUMP, "", "")]
#[case::letters("data", "restricted", "T032", PORTAL, "", "")]
#[case::records(
    "data",
    "confidential",
    "T032",
    PORTAL,
    "    data = \"restricted\"",
    "    data = \"internal\""
)]
#[case::no_account("privilege", "none", "T001", JUMP, "", "")]
#[case::writes_logs("privilege", "scoped", "T033", PORTAL, "", "")]
#[case::edits("privilege", "broad", "T033", PORTAL, LOGS, "\"roles/editor\"")]
#[case::owns("privilege", "admin", "T033", PORTAL, LOGS, "\"roles/owner\"")]
#[case::leaf("blast", "few", "T001", JUMP, "", "")]
#[case::used("blast", "majority", "T032", PORTAL, "", "")]
#[case::production("environment", "prod", "T032", PORTAL, "", "")]
#[case::staging(
    "environment",
    "staging",
    "T032",
    PORTAL,
    "default = \"prod\"",
    "default = \"staging\""
)]
#[case::development(
    "environment",
    "dev",
    "T032",
    PORTAL,
    "default = \"prod\"",
    "default = \"dev\""
)]
fn states_of_google_cloud(
    #[case] dimension: &str,
    #[case] wanted: &str,
    #[case] class: &str,
    #[case] target: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let tree = if from.is_empty() { clinic() } else { with(&clinic(), from, to) };
    let model = model(&tree);
    let threat = threat(&model, class, target);
    assert_eq!(state(threat, dimension), wanted, "{:?}", threat.context);
}

/// Ends of paths with their steps, by the nodes on the way.
fn paths(model: &ThreatModel) -> BTreeMap<Vec<&str>, Vec<&str>> {
    let way = |path: &'_ dreadnought::model::AttackPath| path.nodes.len();
    assert!(model.paths.iter().all(|path| way(path) > 1));
    model
        .paths
        .iter()
        .map(|path| {
            let nodes: Vec<&str> = path.nodes.iter().map(|node| &**node).collect();
            (nodes, path.steps.iter().map(|step| &*step.class).collect())
        })
        .collect()
}

const CLAIM: &str = "PersistentVolumeClaim/press-data/rows-database";

#[test]
fn ways_into_a_newspaper() {
    let model = model(&press());
    let paths = paths(&model);
    let to_rows =
        ["internet", "Ingress/press/site", WEB, ARTICLES, "StatefulSet/press-data/database", CLAIM];
    assert_eq!(paths.get(&to_rows[..]), Some(&vec!["T032", "T020", "T015"]), "{paths:#?}");
    let by_rights = [
        "internet",
        "Service/press/editor",
        EDITOR,
        "ServiceAccount/press/editor",
        "Secret/press/database",
    ];
    assert_eq!(paths.get(&by_rights[..]), Some(&vec!["T032", "T015"]), "{paths:#?}");
    // An Ingress is no program that somebody takes over: what it holds stays where it is.
    let at_the_entry =
        |nodes: &&Vec<&str>| nodes.ends_with(&["Ingress/press/site", "Secret/press/site-tls"]);
    assert_eq!(paths.keys().find(at_the_entry), None);
}

/// What stands on a way goes, and the way goes.
#[rstest]
#[case::policy(
    "            matchLabels: {app: articles}",
    "            matchLabels: {app: comments}"
)]
#[case::volume(
    "      automountServiceAccountToken: false\n      containers:\n        - name: postgres\n          image: docker.io/library/postgres:16.4\n",
    "      automountServiceAccountToken: false\n      containers:\n        - name: postgres\n          image: registry.example.org/press/nothing:1\n"
)]
fn without_a_step_no_way(#[case] from: &str, #[case] to: &str) {
    let tree = with(&press(), from, to);
    // A set of pods keeps what its claims keep, whatever its image is called.
    let stays = from.contains("postgres");
    let model = model(&tree);
    assert_eq!(paths(&model).keys().any(|nodes| nodes.last() == Some(&CLAIM)), stays);
}

#[test]
fn out_of_a_container_to_what_the_machine_holds() {
    let image = "          image: registry.example.org/press/web:1.8.2\n";
    let privileged = format!("{image}          securityContext: {{privileged: true}}\n");
    let model = model(&with(&press(), image, &privileged));
    let paths = paths(&model);
    let out = ["internet", "Ingress/press/site", WEB, "node", "ServiceAccount/press/editor"];
    let found = paths.iter().find(|(nodes, _)| nodes.starts_with(&out));
    assert_eq!(
        found.map(|(_, steps)| steps.as_slice()),
        Some(&["T032", "T016", "T015"][..]),
        "{paths:#?}"
    );
}

#[test]
fn nobody_is_asked() {
    let mut tree = press();
    tree.push((
        "open.yaml".to_owned(),
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: open}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:unauthenticated'}]\n".to_owned(),
    ));
    let model = model(&tree);
    let paths = paths(&model);
    let steps = paths.get(&["anonymous", "Secret/press/database"][..]);
    assert_eq!(steps.and_then(|steps| steps.first()), Some(&"T019"), "{paths:#?}");
}

#[test]
fn ways_into_a_hospital() {
    let model = model(&clinic());
    let paths = paths(&model);
    let letters = ["internet", "google_storage_bucket.letters"];
    assert_eq!(paths.get(&letters[..]), Some(&vec!["T003"]), "{paths:#?}");
    let records = [
        "internet",
        "google_compute_backend_service.portal",
        PORTAL,
        "google_sql_database_instance.records",
    ];
    assert_eq!(paths.get(&records[..]), Some(&vec!["T032", "T015"]), "{paths:#?}");
}

/// Other names give the same model under other names.
#[test]
fn names_do_not_matter() {
    let renamed: Tree = press()
        .into_iter()
        .map(|(path, text)| {
            let text = text.replace("articles", "columns").replace("press", "gazette");
            (path, text)
        })
        .collect();
    let (one, other) = (model(&press()), model(&renamed));
    let names =
        [("columns".to_owned(), "articles".to_owned()), ("gazette".to_owned(), "press".to_owned())];
    assert_eq!(shape(&other, &names), shape(&one, &[]));
}

const SHOP: &str = r#"
resource "google_service_account" "shop" { account_id = "shop" }
resource "google_storage_bucket" "orders" {
  name     = "orders"
  location = "EU"
  labels   = { data_classification = "confidential" }
}
resource "google_storage_bucket_iam_member" "shop" {
  bucket = google_storage_bucket.orders.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.shop.member
}
resource "google_cloud_run_v2_service" "shop" {
  name     = "shop"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_ALL"
  template {
    service_account = google_service_account.shop.email
    containers { image = "shop" }
  }
}
"#;

fn bound(kind: &str, name: &str, member: &str) -> String {
    format!(
        "resource \"{kind}\" \"b\" {{\n  {name}\n  role = \"roles/run.invoker\"\n  {member}\n}}\n"
    )
}

/// Google turns away whoever has no right to call, before the service sees the request.
#[rstest]
#[case::nobody("", "", "", false)]
#[case::everybody(
    "google_cloud_run_v2_service_iam_member",
    "name = google_cloud_run_v2_service.shop.name",
    "member = \"allUsers\"",
    true
)]
#[case::some_of_many(
    "google_cloud_run_v2_service_iam_binding",
    "name = google_cloud_run_v2_service.shop.name",
    "members = [google_service_account.shop.member, \"group:staff@example.org\"]",
    true
)]
#[case::own_accounts(
    "google_cloud_run_v2_service_iam_binding",
    "name = google_cloud_run_v2_service.shop.name",
    "members = [google_service_account.shop.member]",
    false
)]
#[case::services_of_google(
    "google_cloud_run_v2_service_iam_member",
    "name = google_cloud_run_v2_service.shop.name",
    "member = \"serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com\"",
    false
)]
#[case::proxy_for_identities(
    "google_cloud_run_v2_service_iam_member",
    "name = google_cloud_run_v2_service.shop.name",
    "member = \"serviceAccount:service-1@gcp-sa-iap.iam.gserviceaccount.com\"",
    true
)]
#[case::accounts_of_others(
    "google_cloud_run_v2_service_iam_member",
    "name = google_cloud_run_v2_service.shop.name",
    "member = \"serviceAccount:till@partner.iam.gserviceaccount.com\"",
    false
)]
#[case::in_the_project(
    "google_project_iam_member",
    "project = \"shop\"",
    "member = \"domain:example.org\"",
    true
)]
#[case::another_service(
    "google_cloud_run_v2_service_iam_member",
    "name = google_cloud_run_v2_service.other.name",
    "member = \"allUsers\"",
    false
)]
fn who_may_call(#[case] kind: &str, #[case] name: &str, #[case] member: &str, #[case] met: bool) {
    let binding = if kind.is_empty() { String::new() } else { bound(kind, name, member) };
    let other = "resource \"google_cloud_run_v2_service\" \"other\" {\n  name = \"other\"\n  ingress = \"INGRESS_TRAFFIC_INTERNAL_ONLY\"\n}\n";
    let model = model(&vec![("main.tf".to_owned(), format!("{SHOP}{other}{binding}"))]);
    let service = "google_cloud_run_v2_service.shop";
    // Its address is on the internet, whoever is let in.
    assert!(model.flows.iter().any(|it| &*it.source == "internet" && &*it.target == service));
    let filtered = model.threats.iter().any(|it| &*it.class.id == "T032" && &*it.target == service);
    let bucket = Some(&"google_storage_bucket.orders");
    let way = paths(&model).keys().any(|it| it[1] == service && it.last() == bucket);
    assert_eq!((filtered, way), (met, met));
}

/// Switches that let everybody call, or ask people to log in.
#[rstest]
#[case::check_off("invoker_iam_disabled = true", true)]
#[case::check_on("invoker_iam_disabled = false", false)]
#[case::proxy_for_identities("iap_enabled = true", true)]
fn what_asks_for_the_right(#[case] setting: &str, #[case] met: bool) {
    let ingress = "  ingress  = \"INGRESS_TRAFFIC_ALL\"\n";
    let text = SHOP.replace(ingress, &format!("{ingress}  {setting}\n"));
    let model = model(&vec![("main.tf".to_owned(), text)]);
    assert_eq!(model.threats.iter().any(|it| &*it.class.id == "T032"), met);
}

/// A policy that names nobody lets every pod in; who keeps data is open to the cluster then.
#[rstest]
#[case::as_it_is("", "", false)]
#[case::nobody_named(
    "    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: press\n          podSelector:\n            matchLabels: {app: articles}\n      ports:",
    "    - ports:",
    true
)]
#[case::every_namespace(
    "    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: press\n          podSelector:\n            matchLabels: {app: articles}\n      ports:",
    "    - from: [{namespaceSelector: {}}]\n      ports:",
    true
)]
#[case::all_of_the_namespace(
    "    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: press\n          podSelector:\n            matchLabels: {app: articles}\n      ports:",
    "    - from: [{podSelector: {}}]\n      ports:",
    false
)]
#[case::another_port(
    "    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: press\n          podSelector:\n            matchLabels: {app: articles}\n      ports:\n        - port: 5432",
    "    - ports:\n        - port: 9187",
    false
)]
fn data_open_to_the_cluster(#[case] from: &str, #[case] to: &str, #[case] open: bool) {
    let tree = if from.is_empty() { press() } else { with(&press(), from, to) };
    let model = model(&tree);
    let found: Vec<&str> = model
        .threats
        .iter()
        .filter(|it| {
            &*it.class.id == "T020"
                && it.rules.iter().any(|rule| rule.ends_with("data-open-to-the-cluster"))
        })
        .map(|it| &*it.target)
        .collect();
    assert_eq!(!found.is_empty(), open, "{found:?}");
}
