//! Accounts of Google Cloud that become others, and what its networks, gateways, balancers and stores let pass, in a model.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A service whose account has a right on another account, which owns the project.
const STAND_IN: &str = r#"
resource "google_service_account" "web" {
  account_id = "web"
}
resource "google_service_account" "lead" {
  account_id = "lead"
}
resource "google_project_iam_member" "lead" {
  project = "p"
  role    = "roles/owner"
  member  = google_service_account.lead.member
}
resource "google_cloud_run_v2_service" "w" {
  name     = "w"
  location = "europe-west1"
  template {
    service_account = google_service_account.web.email
    containers { image = "w" }
  }
}
resource "google_service_account_iam_member" "right" {
  service_account_id = google_service_account.lead.name
  role               = "ROLE"
  member             = google_service_account.web.member
}
"#;

const TOKENS: &str = "roles/iam.serviceAccountTokenCreator";
const ACTS: &str = "roles/iam.serviceAccountUser";
const RAISES: &str = "T011 google_service_account.web:";
const BROAD: &str = "T015 google_cloud_run_v2_service.w:";

fn standing_in(role: &str) -> String {
    STAND_IN.replace("ROLE", role)
}

/// What somebody has over the project.
fn over_project(role: &str) -> String {
    format!(
        "resource \"google_project_iam_member\" \"web\" {{\n  project = \"p\"\n  role = \"{role}\"\n  member = google_service_account.web.member\n}}\n"
    )
}

#[rstest]
#[case::makes_tokens(TOKENS, "", true)]
#[case::makes_keys("roles/iam.serviceAccountKeyAdmin", "", true)]
#[case::sets_its_policy("roles/iam.serviceAccountAdmin", "", true)]
#[case::owns_it("roles/owner", "", true)]
#[case::acts_and_runs(ACTS, "roles/run.admin", true)]
#[case::acts_and_makes_machines(ACTS, "roles/compute.instanceAdmin.v1", true)]
#[case::acts_and_edits(ACTS, "roles/editor", true)]
#[case::acts_with_nothing_to_run(ACTS, "", false)]
#[case::acts_and_reads(ACTS, "roles/run.viewer", false)]
#[case::looks("roles/iam.serviceAccountViewer", "", false)]
#[case::stands_for("roles/iam.workloadIdentityUser", "", false)]
fn rights_on_an_owner(#[case] role: &str, #[case] beside: &str, #[case] raises: bool) {
    let more = if beside.is_empty() { String::new() } else { over_project(beside) };
    let model = terraform(&[standing_in(role), more].concat());
    assert_eq!(has(&model, RAISES), raises, "{role}: {model:#?}");
    let broad = model.iter().any(|it| it.starts_with(BROAD) && it.contains("privilege=admin"));
    assert_eq!(broad, raises, "{role}: {model:#?}");
}

/// It matters what the other one may.
#[test]
fn standing_in_for_an_equal_raises_nothing() {
    differs(&standing_in(TOKENS), "roles/owner", "roles/run.viewer", RAISES, terraform);
}

/// Nobody becomes an owner by an account that is his own, nor by one of which he may not do so.
#[rstest]
#[case::himself("google_service_account.lead.name", "google_service_account.web.name")]
#[case::an_agent(
    "member             = google_service_account.web.member",
    "member             = \"serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com\""
)]
#[case::by_a_condition(
    "  role               = \"roles/iam.serviceAccountTokenCreator\"\n",
    "  role               = \"roles/iam.serviceAccountTokenCreator\"\n  condition {\n    title = \"c\"\n    expression = \"resource.type == 'storage.googleapis.com/Bucket'\"\n  }\n"
)]
fn who_becomes_no_owner(#[case] from: &str, #[case] to: &str) {
    differs(&standing_in(TOKENS), from, to, "T011 ", terraform);
}

/// Over one more account in between.
#[test]
fn accounts_in_a_row() {
    let row = standing_in(TOKENS).replace(
        "service_account_id = google_service_account.lead.name",
        "service_account_id = google_service_account.mid.name",
    ) + "resource \"google_service_account\" \"mid\" {\n  account_id = \"mid\"\n}\n\
         resource \"google_service_account_iam_member\" \"mid\" {\n  service_account_id = google_service_account.lead.name\n  role = \"roles/iam.serviceAccountTokenCreator\"\n  member = google_service_account.mid.member\n}\n";
    let model = terraform(&row);
    assert!(has(&model, RAISES) && has(&model, "T011 google_service_account.mid:"), "{model:#?}");
}

/// Roles of one's own on an account, by their permissions.
#[rstest]
#[case::tokens("\"iam.serviceAccounts.getAccessToken\"", true, true)]
#[case::delegates("\"iam.serviceAccounts.implicitDelegation\"", true, true)]
#[case::signs("\"iam.serviceAccounts.signJwt\"", true, true)]
#[case::keys("\"iam.serviceAccountKeys.create\"", true, true)]
#[case::policy("\"iam.serviceAccounts.setIamPolicy\"", true, true)]
#[case::acts("\"iam.serviceAccounts.actAs\"", true, false)]
#[case::looks("\"iam.serviceAccounts.get\"", false, false)]
fn own_roles_on_an_owner(#[case] permissions: &str, #[case] acts: bool, #[case] raises: bool) {
    let tree = standing_in("x").replace("\"x\"", "google_project_iam_custom_role.r.id")
        + &format!(
            "resource \"google_project_iam_custom_role\" \"r\" {{\n  role_id = \"r\"\n  title = \"r\"\n  permissions = [{permissions}]\n}}\n"
        );
    let model = terraform(&tree);
    assert_eq!(has(&model, RAISES), raises, "{permissions}: {model:#?}");
    let flow = "google_service_account.web > google_service_account.lead identity";
    assert_eq!(has(&model, flow), acts, "{permissions}: {model:#?}");
}

/// What a right over one account gives to make is nothing to run another account with.
#[test]
fn owning_one_account_runs_nothing_as_another() {
    let tree = standing_in(ACTS)
        + "resource \"google_service_account\" \"low\" {\n  account_id = \"low\"\n}\n\
           resource \"google_service_account_iam_member\" \"low\" {\n  service_account_id = google_service_account.low.name\n  role = \"roles/owner\"\n  member = google_service_account.web.member\n}\n";
    assert!(!has(&terraform(&tree), RAISES));
    assert!(has(&terraform(&(tree + &over_project("roles/run.admin"))), RAISES));
}

const ALLOY: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_alloydb_cluster" "c" {
  cluster_id = "c"
  location   = "europe-west1"
  network_config { network = google_compute_network.n.id }
}
resource "google_alloydb_instance" "i" {
  cluster       = google_alloydb_cluster.c.name
  instance_id   = "i"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = true
    authorized_external_networks { cidr_range = "198.51.100.0/24" }
  }
}
"#;

#[rstest]
#[case::off("enable_public_ip = true", "enable_public_ip = false")]
#[case::nothing_said("    enable_public_ip = true\n", "")]
#[case::nobody_named("    authorized_external_networks { cidr_range = \"198.51.100.0/24\" }\n", "")]
#[case::own_network("198.51.100.0/24", "10.0.0.0/8")]
fn addresses_of_instances(#[case] from: &str, #[case] to: &str) {
    let flow = "internet > google_alloydb_cluster.c network tcp/5432";
    differs(ALLOY, from, to, flow, terraform);
    differs(ALLOY, from, to, "T002 google_alloydb_cluster.c:", terraform);
}

#[rstest]
#[case::some("198.51.100.0/24", "internet_restricted")]
#[case::all("0.0.0.0/0", "internet_open")]
fn whom_an_instance_lets_in(#[case] range: &str, #[case] exposure: &str) {
    let model = terraform(&ALLOY.replace("198.51.100.0/24", range));
    let mut open = model.iter().filter(|it| it.starts_with("T002 google_alloydb_cluster.c:"));
    assert!(open.any(|it| it.contains(&format!("exposure={exposure}"))), "{model:#?}");
}

/// An instance whose cluster another configuration holds.
#[test]
fn an_instance_alone() {
    let start = ALLOY.find("resource \"google_alloydb_instance\"").unwrap_or_default();
    let alone = ALLOY[start..].replace("google_alloydb_cluster.c.name", "\"clusters/c\"");
    let model = terraform(&alone);
    assert!(has(&model, "internet > google_alloydb_instance.i network tcp/5432"), "{model:#?}");
}

/// A network that is peered with one of somebody else.
const PEERED: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_network_peering" "partner" {
  name         = "partner"
  network      = google_compute_network.n.id
  peer_network = "projects/partner/global/networks/partner"
}
"#;

const SQL: &str = r#"
resource "google_sql_database_instance" "s" {
  name             = "s"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.n.id
    }
  }
}
"#;

const FILES: &str = r#"
resource "google_filestore_instance" "s" {
  name     = "s"
  location = "europe-west1-b"
  tier     = "BASIC_HDD"
  file_shares {
    name        = "share"
    capacity_gb = 1024
  }
  networks {
    network = google_compute_network.n.name
    modes   = ["MODE_IPV4"]
  }
}
"#;

const REDIS: &str = r#"
resource "google_redis_instance" "s" {
  name               = "s"
  memory_size_gb     = 1
  authorized_network = google_compute_network.n.id
}
"#;

const CACHE: &str = r#"
resource "google_memcache_instance" "s" {
  name               = "s"
  authorized_network = google_compute_network.n.id
  node_count         = 1
}
"#;

const CLUSTER: &str = r#"
resource "google_redis_cluster" "s" {
  name        = "s"
  shard_count = 1
  psc_configs { network = google_compute_network.n.id }
}
"#;

/// A peering carries nothing on to what is peered with one of the two itself.
#[rstest]
#[case::database(SQL, false)]
#[case::alloy(ALLOY, false)]
#[case::files(FILES, false)]
#[case::files_by_range("connect_mode = \"PRIVATE_SERVICE_ACCESS\"", false)]
#[case::files_in_the_network("connect_mode = \"PRIVATE_SERVICE_CONNECT\"", true)]
#[case::redis(REDIS, false)]
#[case::cache(CACHE, false)]
#[case::cluster_in_the_network(CLUSTER, true)]
fn peerings_of_services(#[case] service: &str, #[case] reached: bool) {
    let service = match service {
        own if own.starts_with("connect_mode") => {
            FILES.replace("    modes ", &format!("    {own}\n    modes "))
        }
        ALLOY => {
            let start = ALLOY.find("resource \"google_alloydb_cluster\"").unwrap_or_default();
            let end = ALLOY.find("resource \"google_alloydb_instance\"").unwrap_or(ALLOY.len());
            ALLOY[start..end].to_owned()
        }
        own => own.to_owned(),
    };
    let model = terraform(&[PEERED, &service].concat());
    assert_eq!(has(&model, "network:partner > google_"), reached, "{model:#?}");
    let crossed = |it: &&String| it.starts_with("T021 google_") && it.contains("cross_account");
    assert_eq!(model.iter().any(|it| crossed(&it)), reached, "{model:#?}");
    assert!(has(&model, "T047 google_compute_network.n:"), "{model:#?}");
}

/// Machines of a peered network of the same configuration do not get there either; those of its own do.
#[rstest]
#[case::near("n", true)]
#[case::far("o", false)]
fn peered_machines(#[case] network: &str, #[case] reached: bool) {
    let tree = PEERED
        .replace("\"projects/partner/global/networks/partner\"", "google_compute_network.o.id")
        + SQL
        + &r#"
resource "google_compute_network" "o" {
  name                    = "o"
  auto_create_subnetworks = false
}
resource "google_compute_network_peering" "back" {
  name         = "back"
  network      = google_compute_network.o.id
  peer_network = google_compute_network.n.id
}
resource "google_compute_subnetwork" "m" {
  name          = "m"
  network       = google_compute_network.NETWORK.id
  ip_cidr_range = "10.7.0.0/24"
}
resource "google_compute_instance" "m" {
  name         = "m"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  boot_disk {}
  network_interface { subnetwork = google_compute_subnetwork.m.id }
  metadata = { db = google_sql_database_instance.s.private_ip_address }
}
"#
        .replace("NETWORK", network);
    let flow = "google_compute_instance.m > google_sql_database_instance.s network";
    let model = terraform(&tree);
    assert_eq!(has(&model, flow), reached, "{model:#?}");
}

/// Startup scripts with words in brackets of commands.
#[rstest]
#[case::names_a_secret(
    "DB_PASSWORD=$(gcloud secrets versions access latest --secret=orders-db)",
    false
)]
#[case::in_quotes(
    "DB_PASSWORD=\\\"$(gcloud secrets versions access latest --secret=orders-db)\\\"",
    false
)]
#[case::in_backticks(
    "DB_PASSWORD=`gcloud secrets versions access latest --secret=orders-db`",
    false
)]
#[case::in_two_brackets(
    "A=$(echo $(gcloud secrets versions access latest --secret=orders-db))",
    false
)]
#[case::interpolated(
    "DB_PASSWORD=$(gcloud secrets versions access latest --secret=${google_secret_manager_secret.s.secret_id})",
    false
)]
#[case::writes_one("TOKEN=$(login --user=web --password=hUnter22x)", true)]
#[case::writes_one_alone("DB_PASSWORD=hUnter22x", true)]
#[case::calls("password = config.get(key)", false)]
#[case::calls_with_a_name("password=os.Getenv(DB)", false)]
#[case::calls_with_words("const password = process.env.get(DB)", false)]
#[case::calls_with_a_word("password = read_secret(db-prod-01)", false)]
fn words_in_commands(#[case] line: &str, #[case] is_secret: bool) {
    let model = terraform(&format!(
        "resource \"google_secret_manager_secret\" \"s\" {{\n  secret_id = \"orders-db\"\n  replication {{\n    auto {{}}\n  }}\n}}\n\
         resource \"google_compute_instance\" \"m\" {{\n  name = \"m\"\n  machine_type = \"e2-small\"\n  boot_disk {{}}\n  network_interface {{\n    network = \"default\"\n  }}\n  metadata_startup_script = \"#!/bin/sh\\n{line}\\n/opt/app\\n\"\n}}\n"
    ));
    assert_eq!(has(&model, "T008 google_compute_instance.m:"), is_secret, "{model:#?}");
}

/// A machine without an address, whose network has a gateway that translates.
const GATEWAY: &str = r#"
provider "google" {
  project = "p"
  region  = "europe-west1"
}
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  region        = "europe-west1"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.40.1.0/24"
}
resource "google_compute_router" "r" {
  name    = "r"
  region  = "ROUTER"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "g" {
  name                               = "g"
  router                             = google_compute_router.r.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}
resource "google_compute_instance" "m" {
  name         = "m"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  boot_disk {}
  network_interface { subnetwork = google_compute_subnetwork.a.id }
}
"#;

/// Gateways translate for their own region.
#[rstest]
#[case::same("region  = \"ROUTER\"", "region  = \"europe-west1\"", true)]
#[case::provider("  region  = \"ROUTER\"\n", "", true)]
#[case::by_a_link("\"ROUTER\"", "\"projects/p/regions/europe-west1\"", true)]
#[case::not_known("\"ROUTER\"", "data.google_client_config.c.region", true)]
#[case::other("ROUTER", "us-central1", false)]
fn regions_of_gateways(#[case] from: &str, #[case] to: &str, #[case] leaves: bool) {
    let tree = GATEWAY.replace(from, to) + "data \"google_client_config\" \"c\" {}\n";
    let flow = "google_compute_instance.m > internet network";
    assert_eq!(has(&terraform(&tree), flow), leaves, "{to}");
    // Without a subnet, by the machine's zone.
    let alone = tree.replace(
        "subnetwork = google_compute_subnetwork.a.id",
        "network = google_compute_network.n.id",
    );
    assert_eq!(has(&terraform(&alone), flow), leaves, "{to}, alone");
}

/// A machine that names a balancer inside of its network, behind which another one stands.
const BALANCER: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.40.1.0/24"
}
resource "google_compute_subnetwork" "p" {
  name          = "p"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.40.9.0/24"
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}
resource "google_compute_instance" "web" {
  name         = "web"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  tags         = ["web"]
  boot_disk {}
  network_interface { subnetwork = google_compute_subnetwork.a.id }
  metadata = { api-url = "http://${google_compute_forwarding_rule.api.ip_address}:9000" }
}
resource "google_compute_instance" "api" {
  name         = "api"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  tags         = ["api"]
  boot_disk {}
  network_interface { subnetwork = google_compute_subnetwork.a.id }
}
resource "google_compute_instance_group" "api" {
  name      = "api"
  zone      = "europe-west1-b"
  instances = [google_compute_instance.api.self_link]
  named_port {
    name = "app"
    port = 9000
  }
}
resource "google_compute_region_backend_service" "api" {
  name                  = "api"
  load_balancing_scheme = "INTERNAL_MANAGED"
  protocol              = "HTTP"
  port_name             = "app"
  backend { group = google_compute_instance_group.api.id }
}
resource "google_compute_region_url_map" "u" {
  name            = "u"
  default_service = google_compute_region_backend_service.api.id
}
resource "google_compute_region_target_http_proxy" "p" {
  name    = "p"
  url_map = google_compute_region_url_map.u.id
}
resource "google_compute_firewall" "in" {
  name          = "in"
  network       = google_compute_network.n.id
  source_ranges = ["10.40.9.0/24"]
  target_tags   = ["api"]
  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}
resource "google_compute_forwarding_rule" "api" {
  name                  = "api"
  load_balancing_scheme = "INTERNAL_MANAGED"
  target                = google_compute_region_target_http_proxy.p.id
  ip_address            = "10.40.1.9"
  port_range            = "9000"
  network               = google_compute_network.n.id
  subnetwork            = google_compute_subnetwork.a.id
}
resource "google_compute_firewall" "out" {
  name               = "out"
  network            = google_compute_network.n.id
  direction          = "EGRESS"
  priority           = 900
  destination_ranges = ["DESTINATION"]
  target_tags        = ["TAG"]
  deny { protocol = "all" }
}
"#;

/// What a machine may not send does not get to a balancer of its network.
#[rstest]
#[case::all("0.0.0.0/0", "web", false)]
#[case::the_subnet("10.40.1.0/24", "web", false)]
#[case::its_address("10.40.1.9/32", "web", false)]
#[case::another_address("10.40.1.8/32", "web", true)]
#[case::another_machine("0.0.0.0/0", "batch", true)]
fn sending_to_balancers(#[case] destination: &str, #[case] tag: &str, #[case] arrives: bool) {
    let tree = BALANCER.replace("DESTINATION", destination).replace("TAG", tag);
    let flow =
        "google_compute_instance.web > google_compute_region_backend_service.api network tcp/9000";
    let model = terraform(&tree);
    assert_eq!(has(&model, flow), arrives, "{model:#?}");
}

/// A balancer with an address that is made elsewhere stands in its subnet.
#[rstest]
#[case::the_subnet("10.40.1.0/24", false)]
#[case::elsewhere("10.50.0.0/16", true)]
fn balancers_without_an_address(#[case] destination: &str, #[case] arrives: bool) {
    let tree = BALANCER.replace("DESTINATION", destination).replace("TAG", "web");
    let tree = tree.replace("  ip_address            = \"10.40.1.9\"\n", "");
    let flow =
        "google_compute_instance.web > google_compute_region_backend_service.api network tcp/9000";
    assert_eq!(has(&terraform(&tree), flow), arrives);
}

/// Machines of a template, by group.
const MADE: &str = r#"
resource "google_compute_instance_template" "t" {
  name_prefix  = "t-"
  machine_type = "e2-small"
  labels       = { data_classification = "restricted", env = "staging" }
  disk { source_image = "debian-cloud/debian-12" }
  network_interface {
    network = "default"
    access_config {}
  }
}
resource "google_compute_instance_group_manager" "g" {
  name               = "g"
  zone               = "europe-west1-b"
  base_instance_name = "g"
  target_size        = 1
  version { instance_template = google_compute_instance_template.t.id }
}
"#;

#[test]
fn machines_have_the_labels_of_their_template() {
    let low = MADE.replace("restricted", "public");
    let second = MADE.split("resource \"google_compute_instance_group_manager\"").nth(1);
    let second = second.unwrap_or_default().replace("\"g\"", "\"h\"");
    let two = [MADE, "resource \"google_compute_instance_group_manager\"", &second].concat();
    let regional =
        MADE.replace("google_compute_instance_template", "google_compute_region_instance_template");
    for (tree, data) in
        [(MADE, "restricted"), (&low, "none"), (&two, "restricted"), (&regional, "restricted")]
    {
        let model = terraform(tree);
        let own = "T022 google_compute_instance_group_manager.g:";
        let line = model.iter().find(|it| it.starts_with(own));
        let line = line.unwrap_or_else(|| panic!("{model:#?}"));
        assert!(line.contains(&format!("data={data}")), "{line}");
    }
    let prod = MADE.replace("env = \"staging\"", "env = \"dev\"");
    let told = |tree: &str, word: &str| {
        terraform(tree).iter().any(|it| it.contains(&format!("environment={word}")))
    };
    assert!(told(MADE, "staging") && told(&prod, "dev") && !told(&prod, "staging"));
}

/// A machine that names a share, which names clients.
const SHARE: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.40.1.0/24"
}
resource "google_compute_instance" "m" {
  name         = "m"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  boot_disk {}
  network_interface { subnetwork = google_compute_subnetwork.a.id }
  metadata = { nfs = google_filestore_instance.s.networks[0].ip_addresses[0] }
}
variable "clients" { type = list(string) }
"#;

#[rstest]
#[case::nobody_named("", true)]
#[case::its_subnet("nfs_export_options { ip_ranges = [\"10.40.1.0/24\"] }", true)]
#[case::all("nfs_export_options { ip_ranges = [\"0.0.0.0/0\"] }", true)]
#[case::without_a_list("nfs_export_options { access_mode = \"READ_ONLY\" }", true)]
#[case::not_known("nfs_export_options { ip_ranges = var.clients }", true)]
#[case::one_of_two(
    "nfs_export_options { ip_ranges = [\"10.99.0.0/24\"] }\n    nfs_export_options { ip_ranges = [\"10.40.0.0/16\"] }",
    true
)]
#[case::another_subnet("nfs_export_options { ip_ranges = [\"10.99.0.0/24\"] }", false)]
fn exports_of_shares(#[case] exports: &str, #[case] mounts: bool) {
    let files =
        FILES.replace("capacity_gb = 1024\n", &format!("capacity_gb = 1024\n    {exports}\n"));
    let model = terraform(&[SHARE, &files].concat());
    let flow = "google_compute_instance.m > google_filestore_instance.s network";
    assert_eq!(has(&model, flow), mounts, "{model:#?}");
}
