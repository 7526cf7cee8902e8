//! The graph of Google Cloud: assets, zones, who reaches whom, who may do what. `clinic` is a small hospital.

use rstest::rstest;

use crate::graphs::{Tree, changes, expect, folder, of, shown};

fn clinic() -> Tree {
    folder("fixtures/models/clinic/terraform")
}

#[test]
fn a_hospital() {
    expect("clinic", &of(&clinic()));
}

const MIG: &str = "google_compute_region_instance_group_manager.portal";
const FRONT: &str = "internet > google_compute_backend_service.portal network tcp/443 yes";
const BACK: &str = "google_compute_backend_service.portal > google_compute_region_instance_group_manager.portal network tcp/8080 no";
const JUMP: &str = "internet > google_compute_instance.jump network tcp/22 yes";
const INSIDE: &str = "google_compute_instance.jump > google_compute_region_instance_group_manager.portal network tcp/22 yes";
const OUT: &str =
    "google_compute_region_instance_group_manager.portal > internet network any/any unknown";
const JUMP_OUT: &str = "google_compute_instance.jump > internet network any/any unknown";
const DATABASE: &str = "google_compute_region_instance_group_manager.portal > google_sql_database_instance.records network tcp/5432 yes";
const LETTERS: &str = "internet > google_storage_bucket.letters network tcp/443 yes";
const RUNS_AS: &str = "google_compute_region_instance_group_manager.portal > google_service_account.portal identity runs as";

/// One change each: what stands on the way of a flow goes or moves, and so does the flow.
#[rstest]
#[case::no_balancer_rule("[\"130.211.0.0/22\", \"35.191.0.0/16\"]", "[\"192.0.2.0/24\"]", &[BACK], &[])]
#[case::balancer_port("    ports    = [\"8080\"]", "    ports    = [\"8081\"]", &[BACK], &[])]
#[case::tag_of_the_rule("  target_tags   = [\"portal\"]", "  target_tags   = [\"other\"]", &[BACK], &[])]
#[case::named_port("    name = \"http\"\n    port = 8080", "    name = \"web\"\n    port = 8080", &[BACK], &[])]
#[case::no_group("    group = google_compute_region_instance_group_manager.portal.instance_group", "    group = \"elsewhere\"", &[BACK], &[])]
#[case::internal_balancer("  port_range            = \"443\"\n  load_balancing_scheme = \"EXTERNAL_MANAGED\"", "  port_range            = \"443\"\n  load_balancing_scheme = \"INTERNAL_MANAGED\"", &[FRONT], &[])]
#[case::other_front("port_range            = \"443\"", "port_range            = \"8443\"", &[FRONT], &["internet > google_compute_backend_service.portal network tcp/8443 yes"])]
#[case::ssh_from_a_range("  source_ranges = [\"0.0.0.0/0\"]", "  source_ranges = [\"198.51.100.0/24\"]", &[JUMP], &["internet > google_compute_instance.jump network tcp/22 yes restricted"])]
#[case::ssh_from_inside("  source_ranges = [\"0.0.0.0/0\"]", "  source_ranges = [\"10.0.0.0/8\"]", &[JUMP], &["google_compute_region_instance_group_manager.portal > google_compute_instance.jump network tcp/22 yes"])]
#[case::ssh_off("  name          = \"clinic-ssh\"\n", "  name          = \"clinic-ssh\"\n  disabled      = true\n", &[JUMP], &[])]
#[case::ssh_denied("  name          = \"clinic-ssh\"\n", "  name          = \"clinic-ssh\"\n\n  deny {\n    protocol = \"tcp\"\n  }\n\n", &[JUMP], &[])]
#[case::no_address("\n    access_config {}\n", "", &[JUMP], &[])]
#[case::no_rule_inside("  source_tags = [\"jump\"]", "  source_tags = [\"other\"]", &[INSIDE], &[])]
#[case::no_gateway("  router                             = google_compute_router.main.name", "  router                             = \"elsewhere\"", &[OUT], &[])]
#[case::no_reference("    database       = google_sql_database_instance.records.private_ip_address\n", "", &[DATABASE], &[])]
#[case::no_tls_at_the_database("ssl_mode        = \"ENCRYPTED_ONLY\"", "ssl_mode        = \"ALLOW_UNENCRYPTED_AND_ENCRYPTED\"", &[DATABASE], &["google_compute_region_instance_group_manager.portal > google_sql_database_instance.records network tcp/5432 optional"])]
#[case::everybody_at_the_database("      ipv4_enabled    = false\n", "      ipv4_enabled    = true\n\n      authorized_networks {\n        value = \"0.0.0.0/0\"\n      }\n\n", &[], &["internet > google_sql_database_instance.records network tcp/5432 yes"])]
#[case::office_at_the_database("      ipv4_enabled    = false\n", "      ipv4_enabled    = true\n\n      authorized_networks {\n        value = \"198.51.100.7/32\"\n      }\n\n", &[], &["internet > google_sql_database_instance.records network tcp/5432 yes restricted"])]
#[case::nobody_at_the_database("      ipv4_enabled    = false\n", "      ipv4_enabled    = true\n", &[], &[])]
#[case::letters_closed("  uniform_bucket_level_access = true\n", "  uniform_bucket_level_access = true\n  public_access_prevention    = \"enforced\"\n", &[LETTERS], &[])]
#[case::letters_for_nobody("member = \"allUsers\"", "member = \"user:amy@clinic.example.org\"", &[LETTERS], &["user:amy@clinic.example.org > google_storage_bucket.letters permission roles/storage.objectViewer"])]
#[case::writer_open("ingress  = \"INGRESS_TRAFFIC_INTERNAL_ONLY\"", "ingress  = \"INGRESS_TRAFFIC_ALL\"", &[], &["internet > google_cloud_run_v2_service.writer network tcp/443 yes"])]
#[case::default_account("    email  = google_service_account.portal.email\n", "", &[RUNS_AS], &["google_compute_region_instance_group_manager.portal > default_service_account identity runs as"])]
fn one_change(#[case] from: &str, #[case] to: &str, #[case] gone: &[&str], #[case] new: &[&str]) {
    changes(&clinic(), from, to, gone, new);
}

/// The machine of the clinic that everybody knocks at goes, and with it all that it does.
#[test]
fn without_its_tag_a_machine_has_no_rules() {
    let tree = crate::graphs::with(&clinic(), "  tags         = [\"jump\"]\n", "");
    let shown = of(&tree);
    assert!(!shown.flow(JUMP) && !shown.flow(INSIDE) && shown.flow(JUMP_OUT), "{}", shown.text);
    assert!(shown.assets.contains_key(MIG));
}

/// A machine with an address in a network of its own, and its rules.
fn machine(rules: &str) -> Tree {
    let text = format!(
        "resource \"google_compute_network\" \"n\" {{\n  name = \"n\"\n}}\n\
         resource \"google_compute_subnetwork\" \"s\" {{\n  name = \"s\"\n  network = google_compute_network.n.id\n  ip_cidr_range = \"10.0.0.0/24\"\n}}\n\
         resource \"google_service_account\" \"a\" {{\n  account_id = \"a\"\n}}\n\
         resource \"google_compute_instance\" \"m\" {{\n  name = \"m\"\n  tags = [\"web\"]\n  network_interface {{\n    subnetwork = google_compute_subnetwork.s.id\n    access_config {{}}\n  }}\n  \
         service_account {{\n    email  = google_service_account.a.email\n    scopes = [\"cloud-platform\"]\n  }}\n}}\n{rules}"
    );
    vec![("main.tf".to_owned(), text)]
}

fn rule(name: &str, body: &str) -> String {
    format!(
        "resource \"google_compute_firewall\" \"{name}\" {{\n  name = \"{name}\"\n  network = google_compute_network.n.id\n  {body}\n}}\n"
    )
}

const ALLOW: &str = "allow {\n    protocol = \"tcp\"\n    ports = [\"443\"]\n  }";
const DENY: &str = "deny {\n    protocol = \"all\"\n  }";

/// Rules of networks: priorities, denials first among equals, targets, directions.
#[rstest]
#[case::none(&[], None)]
#[case::allow(&[("a", ALLOW, "")], Some("tcp/443 unknown"))]
#[case::for_its_tag(&[("a", ALLOW, "target_tags = [\"web\"]")], Some("tcp/443 unknown"))]
#[case::for_another_tag(&[("a", ALLOW, "target_tags = [\"db\"]")], None)]
#[case::for_its_account(&[("a", ALLOW, "target_service_accounts = [google_service_account.a.email]")], Some("tcp/443 unknown"))]
#[case::out(&[("a", ALLOW, "direction = \"EGRESS\"")], None)]
#[case::denied_before(&[("a", ALLOW, ""), ("d", DENY, "priority = 900")], None)]
#[case::denied_after(&[("a", ALLOW, ""), ("d", DENY, "priority = 1100")], Some("tcp/443 unknown"))]
#[case::denied_at_the_same(&[("a", ALLOW, ""), ("d", DENY, "")], None)]
#[case::denied_for_others(&[("a", ALLOW, ""), ("d", DENY, "priority = 900\n  target_tags = [\"db\"]")], Some("tcp/443 unknown"))]
#[case::denied_for_some(&[("a", ALLOW, ""), ("d", DENY, "priority = 900\n  source_ranges = [\"198.51.100.0/24\"]")], Some("tcp/443 unknown"))]
#[case::some_before_a_denial(&[("a", ALLOW, "priority = 800\n  source_ranges = [\"198.51.100.0/24\"]"), ("d", DENY, "priority = 900")], Some("tcp/443 unknown restricted"))]
#[case::from_tags(&[("a", ALLOW, "source_tags = [\"web\"]")], None)]
fn firewall(#[case] rules: &[(&str, &str, &str)], #[case] flow: Option<&str>) {
    let text: String = rules
        .iter()
        .map(|(name, action, rest)| rule(name, &format!("{rest}\n  {action}")))
        .collect();
    let shown = of(&machine(&text));
    let found: Vec<&str> = shown
        .flows
        .iter()
        .filter_map(|line| line.strip_prefix("internet > google_compute_instance.m network "))
        .collect();
    assert_eq!(found, flow.into_iter().collect::<Vec<_>>(), "{}", shown.text);
}

/// The network that every project begins with lets the internet in on 22 and 3389.
#[test]
fn the_default_network() {
    let text = "resource \"google_compute_instance\" \"m\" {\n  name = \"m\"\n  network_interface {\n    network = \"default\"\n    access_config {}\n  }\n}\n";
    let shown = shown(&[("main.tf", text)]);
    for port in ["tcp/22", "tcp/3389"] {
        assert!(shown.has("internet", "google_compute_instance.m", port), "{}", shown.text);
    }
}

/// Peerings hold where both sides say so.
#[rstest]
#[case::one_side(false)]
#[case::both_sides(true)]
fn peerings(#[case] both: bool) {
    let peering = |name: &str, own: &str, other: &str| {
        format!(
            "resource \"google_compute_network_peering\" \"{name}\" {{\n  name = \"{name}\"\n  network = google_compute_network.{own}.self_link\n  peer_network = google_compute_network.{other}.self_link\n}}\n"
        )
    };
    let mut text = rule(
        "r",
        "source_ranges = [\"10.9.0.0/24\"]\n  allow {\n    protocol = \"tcp\"\n    ports = [\"5000\"]\n  }",
    ) + "resource \"google_compute_network\" \"o\" {\n  name = \"o\"\n}\n\
           resource \"google_compute_subnetwork\" \"p\" {\n  name = \"p\"\n  network = google_compute_network.o.id\n  ip_cidr_range = \"10.9.0.0/24\"\n}\n\
           resource \"google_compute_instance\" \"far\" {\n  name = \"far\"\n  network_interface {\n    subnetwork = google_compute_subnetwork.p.id\n  }\n}\n"
        + &peering("there", "n", "o");
    if both {
        text += &peering("back", "o", "n");
    }
    let shown = of(&machine(&text));
    let reached = shown.has("google_compute_instance.far", "google_compute_instance.m", "tcp/5000");
    assert_eq!(reached, both, "{}", shown.text);
}

/// How far roles at the project go.
#[rstest]
#[case::owner("roles/owner", "admin")]
#[case::editor("roles/editor", "broad")]
#[case::viewer("roles/viewer", "scoped")]
#[case::sets_policies("roles/resourcemanager.projectIamAdmin", "admin")]
#[case::security("roles/iam.securityAdmin", "admin")]
#[case::makes_tokens("roles/iam.serviceAccountTokenCreator", "admin")]
#[case::acts_with_nothing_to_run("roles/iam.serviceAccountUser", "broad")]
#[case::changes_storage("roles/storage.admin", "broad")]
#[case::reads_storage("roles/storage.objectViewer", "scoped")]
#[case::reads_secrets("roles/secretmanager.secretAccessor", "broad")]
#[case::logs("roles/logging.logWriter", "scoped")]
#[case::runs("roles/run.admin", "broad")]
#[case::publishes("roles/pubsub.publisher", "broad")]
fn roles(#[case] role: &str, #[case] state: &str) {
    let text = format!(
        "resource \"google_project_iam_member\" \"b\" {{\n  project = \"p\"\n  role = \"{role}\"\n  member = \"serviceAccount:${{google_service_account.a.email}}\"\n}}\n"
    );
    let shown = of(&machine(&text));
    assert_eq!(shown.privileges["google_service_account.a"], state, "{}", shown.text);
}

/// Roles of one's own, by their permissions.
#[rstest]
#[case::reads("\"storage.objects.get\"", "scoped")]
#[case::writes("\"storage.objects.create\"", "broad")]
#[case::sets_policies("\"resourcemanager.projects.setIamPolicy\"", "admin")]
#[case::acts("\"iam.serviceAccounts.actAs\", \"compute.instances.create\"", "admin")]
fn own_roles(#[case] permissions: &str, #[case] state: &str) {
    let text = format!(
        "resource \"google_project_iam_custom_role\" \"r\" {{\n  role_id = \"r\"\n  title = \"r\"\n  permissions = [{permissions}]\n}}\n\
         resource \"google_project_iam_binding\" \"b\" {{\n  project = \"p\"\n  role = google_project_iam_custom_role.r.id\n  members = [\"serviceAccount:${{google_service_account.a.email}}\"]\n}}\n"
    );
    let shown = of(&machine(&text));
    assert_eq!(shown.privileges["google_service_account.a"], state, "{}", shown.text);
}

/// A role whose name is not known says nothing about how far rights go.
#[test]
fn a_role_that_is_not_known() {
    let text = "variable \"role\" {}\nresource \"google_project_iam_member\" \"b\" {\n  project = \"p\"\n  role = var.role\n  member = google_service_account.a.member\n}\n";
    let shown = of(&machine(text));
    assert!(!shown.privileges.contains_key("google_service_account.a"), "{}", shown.text);
}

/// A policy as a whole, made by a data source.
#[test]
fn whole_policies() {
    let text = "resource \"google_storage_bucket\" \"b\" {\n  name = \"b\"\n  location = \"EU\"\n}\n\
        data \"google_iam_policy\" \"p\" {\n  binding {\n    role    = \"roles/storage.objectAdmin\"\n    members = [google_service_account.a.member, \"allUsers\"]\n  }\n}\n\
        resource \"google_storage_bucket_iam_policy\" \"p\" {\n  bucket      = google_storage_bucket.b.name\n  policy_data = data.google_iam_policy.p.policy_data\n}\n";
    let shown = of(&machine(text));
    assert!(shown.has("internet", "google_storage_bucket.b", "tcp/443"), "{}", shown.text);
    assert!(
        shown.flow("google_service_account.a > google_storage_bucket.b permission roles/storage.objectAdmin"),
        "{}",
        shown.text
    );
}

/// Services without machines, and who gets to them.
#[rstest]
#[case::run_by_default(
    "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  location = \"l\"\n}\n",
    "google_cloud_run_v2_service.s",
    true
)]
#[case::run_behind_a_balancer(
    "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  location = \"l\"\n  ingress = \"INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER\"\n}\n",
    "google_cloud_run_v2_service.s",
    false
)]
#[case::old_run(
    "resource \"google_cloud_run_service\" \"s\" {\n  name = \"s\"\n  location = \"l\"\n  metadata {\n    annotations = { \"run.googleapis.com/ingress\" = \"internal\" }\n  }\n}\n",
    "google_cloud_run_service.s",
    false
)]
#[case::old_run_by_default(
    "resource \"google_cloud_run_service\" \"s\" {\n  name = \"s\"\n  location = \"l\"\n}\n",
    "google_cloud_run_service.s",
    true
)]
#[case::function(
    "resource \"google_cloudfunctions_function\" \"f\" {\n  name = \"f\"\n  runtime = \"r\"\n  trigger_http = true\n}\n",
    "google_cloudfunctions_function.f",
    true
)]
#[case::function_by_events(
    "resource \"google_cloudfunctions_function\" \"f\" {\n  name = \"f\"\n  runtime = \"r\"\n}\n",
    "google_cloudfunctions_function.f",
    false
)]
#[case::new_function(
    "resource \"google_cloudfunctions2_function\" \"f\" {\n  name = \"f\"\n  location = \"l\"\n  service_config {\n    ingress_settings = \"ALLOW_INTERNAL_ONLY\"\n  }\n}\n",
    "google_cloudfunctions2_function.f",
    false
)]
#[case::bucket(
    "resource \"google_storage_bucket\" \"b\" {\n  name = \"b\"\n  location = \"EU\"\n}\n",
    "google_storage_bucket.b",
    false
)]
fn services(#[case] text: &str, #[case] id: &str, #[case] open: bool) {
    let shown = shown(&[("main.tf", text)]);
    assert_eq!(shown.has("internet", id, "tcp/443"), open, "{}", shown.text);
}

/// Pools of a cluster stand in its network, with addresses unless it keeps its machines private.
#[rstest]
#[case::open("", true)]
#[case::private("private_cluster_config {\n    enable_private_nodes = true\n  }", false)]
fn clusters(#[case] setting: &str, #[case] open: bool) {
    let text = rule("r", ALLOW)
        + &format!(
            "resource \"google_container_cluster\" \"c\" {{\n  name = \"c\"\n  network = google_compute_network.n.id\n  subnetwork = google_compute_subnetwork.s.id\n  {setting}\n}}\n\
             resource \"google_container_node_pool\" \"p\" {{\n  name = \"p\"\n  cluster = google_container_cluster.c.id\n}}\n"
        );
    let shown = of(&machine(&text));
    let pool = "google_container_node_pool.p";
    assert_eq!(shown.has("internet", pool, "tcp/443"), open, "{}", shown.text);
    assert!(shown.assets[pool].contains("google_container_cluster.c"), "{}", shown.text);
    assert!(shown.flow("google_container_node_pool.p > default_service_account identity runs as"));
}

/// Identities of others that a pool lets in.
#[rstest]
#[case::one_repository("/attribute.repository/clinic/infra", &[])]
#[case::all("/*", &["T013"])]
fn federation(#[case] who: &str, #[case] opened: &[&str]) {
    let text = format!(
        "resource \"google_iam_workload_identity_pool\" \"p\" {{\n  workload_identity_pool_id = \"p\"\n}}\n\
         resource \"google_service_account_iam_member\" \"f\" {{\n  service_account_id = google_service_account.a.name\n  role = \"roles/iam.workloadIdentityUser\"\n  \
         member = \"principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p{who}\"\n}}\n"
    );
    let shown = of(&machine(&text));
    let classes: Vec<&str> = shown.opened.iter().map(|(_, class)| *class).collect();
    assert_eq!(classes, opened, "{}", shown.text);
    let found = shown.flows.iter().any(|flow| {
        flow.starts_with("principalSet:")
            && flow.ends_with("> google_service_account.a identity is federated to")
    });
    assert!(found, "{}", shown.text);
}

/// A condition on tokens that every repository of an organization fulfils is none for one repository.
#[rstest]
#[case::none("null", true)]
#[case::the_organization("\"assertion.repository_owner == 'clinic'\"", true)]
#[case::a_branch_of_any(
    "\"assertion.repository_owner == 'clinic' && assertion.ref == 'refs/heads/main'\"",
    true
)]
#[case::one_repository("\"assertion.repository == 'clinic/infra'\"", false)]
#[case::one_subject("\"google.subject == 'repo:clinic/infra:environment:prod'\"", false)]
#[case::in_brackets("\"assertion['repository'] == 'clinic/infra'\"", false)]
fn conditions_of_federation(#[case] condition: &str, #[case] open: bool) {
    let text = format!(
        "resource \"google_iam_workload_identity_pool\" \"p\" {{\n  workload_identity_pool_id = \"p\"\n}}\n\
         resource \"google_iam_workload_identity_pool_provider\" \"p\" {{\n  workload_identity_pool_id = google_iam_workload_identity_pool.p.workload_identity_pool_id\n  workload_identity_pool_provider_id = \"p\"\n  attribute_condition = {condition}\n}}\n\
         resource \"google_service_account_iam_member\" \"f\" {{\n  service_account_id = google_service_account.a.name\n  role = \"roles/iam.workloadIdentityUser\"\n  \
         member = \"principalSet://iam.googleapis.com/${{google_iam_workload_identity_pool.p.name}}/*\"\n}}\n"
    );
    let shown = of(&machine(&text));
    let opened = shown.opened.iter().any(|(_, class)| *class == "T013");
    assert_eq!(opened, open, "{}", shown.text);
}

/// Modules and names change ids, and nothing else.
#[test]
fn in_a_module() {
    let inner = clinic();
    let mut tree: Tree =
        inner.iter().map(|(path, text)| (format!("modules/clinic/{path}"), text.clone())).collect();
    tree.push((
        "main.tf".to_owned(),
        "module \"clinic\" {\n  source = \"./modules/clinic\"\n}\n".to_owned(),
    ));
    let (plain, moved) = (of(&inner), of(&tree));
    let moved: Vec<String> =
        moved.flows.iter().map(|flow| flow.replace("module.clinic.", "")).collect();
    let mut moved = moved;
    moved.sort();
    assert_eq!(plain.flows, moved);
}
