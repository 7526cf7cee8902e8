//! Google Cloud: what services send through networks, who may do what by conditions, policies and names, and what stands above.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A network that lets nothing out, with a database and a way to the internet.
const NETWORK: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_sql_database_instance" "db" {
  name             = "db"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-1-3840"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.n.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }
  }
}
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "n" {
  name                               = "n"
  router                             = google_compute_router.r.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}
resource "google_vpc_access_connector" "c" {
  name          = "c"
  region        = "europe-west1"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.8.0.0/28"
}
"#;

/// A rule that lets nothing out of what it is for; `WHOM` says for whom.
const DENIAL: &str = r#"
resource "google_compute_firewall" "out" {
  name               = "out"
  network            = google_compute_network.n.id
  direction          = "EGRESS"
  destination_ranges = ["0.0.0.0/0"]
  WHOM
  deny { protocol = "all" }
}
"#;

const DIRECT: &str = r#"
resource "google_cloud_run_v2_service" "a" {
  name     = "a"
  location = "europe-west1"
  template {
    containers {
      image = "x"
      env {
        name  = "DB_HOST"
        value = google_sql_database_instance.db.private_ip_address
      }
    }
    vpc_access {
      network_interfaces {
        subnetwork = google_compute_subnetwork.s.id
        tags       = ["run"]
      }
      egress = "ALL_TRAFFIC"
    }
  }
}
"#;

const BY_CONNECTOR: &str = r#"
resource "google_cloud_run_v2_service" "a" {
  name     = "a"
  location = "europe-west1"
  template {
    containers {
      image = "x"
      env {
        name  = "DB_HOST"
        value = google_sql_database_instance.db.private_ip_address
      }
    }
    vpc_access {
      connector = google_vpc_access_connector.c.id
      egress    = "ALL_TRAFFIC"
    }
  }
}
"#;

const JOB: &str = r#"
resource "google_cloud_run_v2_job" "a" {
  name     = "a"
  location = "europe-west1"
  template {
    template {
      containers {
        image = "x"
        env {
          name  = "DB_HOST"
          value = google_sql_database_instance.db.private_ip_address
        }
      }
      vpc_access {
        network_interfaces {
          subnetwork = google_compute_subnetwork.s.id
          tags       = ["run"]
        }
        egress = "ALL_TRAFFIC"
      }
    }
  }
}
"#;

const FIRST_RUN: &str = r#"
resource "google_cloud_run_service" "a" {
  name     = "a"
  location = "europe-west1"
  template {
    metadata {
      annotations = {
        "run.googleapis.com/network-interfaces" = "[{\"network\":\"n\",\"subnetwork\":\"${google_compute_subnetwork.s.name}\",\"tags\":\"web,run\"}]"
        "run.googleapis.com/vpc-access-egress"  = "all-traffic"
      }
    }
    spec {
      containers {
        image = "x"
        env {
          name  = "DB_HOST"
          value = google_sql_database_instance.db.private_ip_address
        }
      }
    }
  }
}
"#;

const FUNCTION: &str = r#"
resource "google_cloudfunctions2_function" "a" {
  name     = "a"
  location = "europe-west1"
  build_config {
    runtime     = "nodejs22"
    entry_point = "f"
  }
  service_config {
    vpc_connector                 = google_vpc_access_connector.c.id
    vpc_connector_egress_settings = "ALL_TRAFFIC"
    environment_variables         = { DB_HOST = google_sql_database_instance.db.private_ip_address }
  }
}
"#;

const DIRECT_FUNCTION: &str = r#"
resource "google_cloudfunctions2_function" "a" {
  name     = "a"
  location = "europe-west1"
  build_config {
    runtime     = "nodejs22"
    entry_point = "f"
  }
  service_config {
    direct_vpc_egress     = "VPC_EGRESS_ALL_TRAFFIC"
    environment_variables = { DB_HOST = google_sql_database_instance.db.private_ip_address }
    direct_vpc_network_interface {
      subnetwork = google_compute_subnetwork.s.id
      tags       = ["run"]
    }
  }
}
"#;

const WORKERS: &str = r#"
resource "google_service_account" "w" { account_id = "w" }
resource "google_dataflow_job" "a" {
  name                   = "a"
  template_gcs_path      = "gs://x/y"
  temp_gcs_location      = "gs://x/t"
  subnetwork             = google_compute_subnetwork.s.self_link
  service_account_email  = google_service_account.w.email
  additional_experiments = ["use_network_tags=flow;work"]
  parameters             = { host = google_sql_database_instance.db.private_ip_address }
}
"#;

/// A service with a network that lets nothing out but what is said otherwise.
fn behind(service: &str, whom: &str) -> String {
    format!("{NETWORK}{}{service}", DENIAL.replace("WHOM", whom))
}

/// The address of what is called `a`.
fn named(service: &str) -> String {
    let before = service.split("\" \"a\" {").next().unwrap();
    format!("{}.a", before.rsplit('"').next().unwrap())
}

/// Rules of the network for what leaves it meet what services and workers send there, by whatever name they mean them.
#[rstest]
#[case::all(DIRECT, "", "target_tags = [\"other\"]")]
#[case::by_tag(DIRECT, "target_tags = [\"run\"]", "target_tags = [\"web\"]")]
#[case::connector(BY_CONNECTOR, "", "target_tags = [\"other\"]")]
#[case::any_connector(BY_CONNECTOR, "target_tags = [\"vpc-connector\"]", "target_tags = [\"run\"]")]
#[case::this_connector(
    BY_CONNECTOR,
    "target_tags = [\"vpc-connector-europe-west1-c\"]",
    "target_tags = [\"vpc-connector-europe-west1-d\"]"
)]
#[case::of_a_region(
    BY_CONNECTOR,
    "target_tags = [\"vpc-connector-europe-west1-c\"]",
    "target_tags = [\"vpc-connector-europe-west2-c\"]"
)]
#[case::job(JOB, "target_tags = [\"run\"]", "target_tags = [\"web\"]")]
#[case::first_run(FIRST_RUN, "target_tags = [\"run\"]", "target_tags = [\"web,run\"]")]
#[case::function(FUNCTION, "target_tags = [\"vpc-connector\"]", "target_tags = [\"run\"]")]
#[case::direct_function(DIRECT_FUNCTION, "target_tags = [\"run\"]", "target_tags = [\"web\"]")]
#[case::workers(WORKERS, "target_tags = [\"dataflow\"]", "target_tags = [\"run\"]")]
#[case::workers_with_tags(WORKERS, "target_tags = [\"work\"]", "target_tags = [\"flow;work\"]")]
#[case::workers_by_account(
    WORKERS,
    "target_service_accounts = [google_service_account.w.email]",
    "target_service_accounts = [\"other@p.iam.gserviceaccount.com\"]"
)]
fn rules_for_what_leaves_meet_services(
    #[case] service: &str,
    #[case] whom: &str,
    #[case] others: &str,
) {
    let own = named(service);
    let (closed, open) = (terraform(&behind(service, whom)), terraform(&behind(service, others)));
    for line in [format!("{own} > internet network any/any"), format!("T022 {own}")] {
        assert!(has(&open, &line), "{line}\n{open:#?}");
        assert!(!has(&closed, &line), "{line}\n{closed:#?}");
    }
    if service != WORKERS {
        let line = format!("{own} > google_sql_database_instance.db network tcp/5432");
        assert!(has(&open, &line), "{line}\n{open:#?}");
        assert!(!has(&closed, &line), "{line}\n{closed:#?}");
    }
}

/// What is for private addresses alone goes into the network: the internet is beside it, and what is inside is as closed as before.
#[rstest]
#[case::direct(DIRECT, "egress = \"ALL_TRAFFIC\"", "egress = \"PRIVATE_RANGES_ONLY\"")]
#[case::by_default(DIRECT, "egress = \"ALL_TRAFFIC\"", "")]
#[case::connector(BY_CONNECTOR, "egress    = \"ALL_TRAFFIC\"", "")]
#[case::job(JOB, "egress = \"ALL_TRAFFIC\"", "")]
#[case::first_run(FIRST_RUN, "= \"all-traffic\"", "= \"private-ranges-only\"")]
#[case::function(FUNCTION, "vpc_connector_egress_settings = \"ALL_TRAFFIC\"", "")]
#[case::direct_function(
    DIRECT_FUNCTION,
    "VPC_EGRESS_ALL_TRAFFIC",
    "VPC_EGRESS_PRIVATE_RANGES_ONLY"
)]
fn what_is_for_private_addresses_leaves_the_internet_beside(
    #[case] service: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    assert_eq!(service.matches(from).count(), 1, "{from}");
    let own = named(service);
    let inside = format!("{own} > google_sql_database_instance.db");
    let outside = format!("{own} > internet network any/any");
    let (all, private) =
        (terraform(&behind(service, "")), terraform(&behind(&service.replace(from, to), "")));
    assert!(!has(&all, &outside) && !has(&all, &inside), "{all:#?}");
    assert!(has(&private, &outside) && !has(&private, &inside), "{private:#?}");
}

/// Of workers with addresses of their own, too, the network decides; and where it is not known what goes there, nothing is said.
#[test]
fn workers_and_settings_that_are_not_known() {
    let private =
        WORKERS.replace("  name  ", "  ip_configuration = \"WORKER_IP_PRIVATE\"\n  name  ");
    for workers in [WORKERS, &private] {
        let line = "google_dataflow_job.a > internet";
        assert!(!has(&terraform(&behind(workers, "")), line), "{workers}");
        assert!(has(&terraform(&format!("{NETWORK}{workers}")), line), "{workers}");
    }
    let unknown = DIRECT.replace("\"ALL_TRAFFIC\"", "var.egress");
    let unknown = behind(&format!("variable \"egress\" {{ type = string }}{unknown}"), "");
    assert!(!has(&terraform(&unknown), "T022 google_cloud_run_v2_service.a"));
}

const ARCHIVE: &str = r#"
resource "google_storage_bucket" "source" {
  name     = "acme-functions"
  location = "EU"
  labels   = { data = "confidential" }
}
resource "google_service_account" "f" { account_id = "f" }
"#;

const BUILT: &str = r#"
resource "google_cloudfunctions2_function" "f" {
  name     = "f"
  location = "europe-west1"
  build_config {
    runtime     = "nodejs22"
    entry_point = "f"
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = "f.zip"
      }
    }
  }
  service_config { service_account_email = google_service_account.f.email }
}
resource "google_cloud_run_service_iam_member" "all" {
  location = google_cloudfunctions2_function.f.location
  service  = google_cloudfunctions2_function.f.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
"#;

const BUILT_FIRST: &str = r#"
resource "google_cloudfunctions_function" "f" {
  name                  = "f"
  runtime               = "nodejs22"
  trigger_http          = true
  source_archive_bucket = google_storage_bucket.source.name
  source_archive_object = "f.zip"
  service_account_email = google_service_account.f.email
}
resource "google_cloudfunctions_function_iam_member" "all" {
  cloud_function = google_cloudfunctions_function.f.name
  role           = "roles/cloudfunctions.invoker"
  member         = "allUsers"
}
"#;

/// The archive that a function is built of is no way to what else lies there; what the function has a right to read is another matter.
/// The vocabulary says of the first generation alone that it reads its archive.
#[rstest]
#[case::second(BUILT, "google_cloudfunctions2_function.f", false)]
#[case::first(BUILT_FIRST, "google_cloudfunctions_function.f", true)]
fn the_archive_of_a_function_is_run_only(
    #[case] function: &str,
    #[case] own: &str,
    #[case] reads: bool,
) {
    let lines = terraform(&format!("{ARCHIVE}{function}"));
    assert!(has(&lines, &format!("google_storage_bucket.source > {own} supply_chain")));
    assert_eq!(has(&lines, &format!("{own} > google_storage_bucket.source data")), reads);
    let path =
        format!("internet > {own} > google_service_account.f > google_storage_bucket.source");
    assert!(!has(&lines, &path) && !has(&lines, &format!("internet > {own} > google_storage")));
    let right = r#"
resource "google_storage_bucket_iam_member" "f" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.f.member
}
"#;
    let lines = terraform(&format!("{ARCHIVE}{function}{right}"));
    assert!(has(&lines, &path), "{lines:#?}");
}

const RING: &str = r#"
resource "google_service_account" "a" { account_id = "a" }
resource "google_kms_key_ring" "r" {
  name     = "r"
  location = "europe-west1"
}
resource "google_kms_key_ring" "other" {
  name     = "other"
  location = "europe-west1"
}
resource "google_kms_crypto_key" "k" {
  name     = "k"
  key_ring = google_kms_key_ring.r.id
}
resource "google_kms_crypto_key" "l" {
  name     = "l"
  key_ring = google_kms_key_ring.r.id
}
resource "google_kms_key_ring_iam_FORM" "k" {
  key_ring_id = google_kms_key_ring.r.id
  GRANT
}
data "google_iam_policy" "k" {
  binding {
    role    = "roles/cloudkms.cryptoKeyDecrypter"
    members = [google_service_account.a.member]
  }
}
"#;

/// What is granted on a ring is granted on the keys of this ring.
#[rstest]
#[case::member(
    "member",
    "role   = \"roles/cloudkms.cryptoKeyDecrypter\"\n  member = google_service_account.a.member"
)]
#[case::binding(
    "binding",
    "role    = \"roles/cloudkms.cryptoKeyDecrypter\"\n  members = [google_service_account.a.member]"
)]
#[case::policy("policy", "policy_data = data.google_iam_policy.k.policy_data")]
fn keys_inherit_from_their_ring(#[case] form: &str, #[case] grant: &str) {
    let base = RING.replace("FORM", form).replace("GRANT", grant);
    for key in ["k", "l"] {
        let line = format!("google_service_account.a > google_kms_crypto_key.{key} permission");
        let (from, to) = (
            "key_ring_id = google_kms_key_ring.r.id",
            "key_ring_id = google_kms_key_ring.other.id",
        );
        differs(&base, from, to, &line, terraform);
    }
}

/// Everybody on a ring is everybody on each of its keys.
#[rstest]
#[case::key("T039 google_kms_crypto_key.k")]
#[case::other_key("T039 google_kms_crypto_key.l")]
#[case::flow("internet > google_kms_crypto_key.l network")]
fn a_ring_open_to_everybody_opens_its_keys(#[case] line: &str) {
    let grant = "role   = \"roles/cloudkms.cryptoKeyDecrypter\"\n  member = \"allUsers\"";
    let base = RING.replace("FORM", "member").replace("GRANT", grant);
    differs(&base, "member = \"allUsers\"", "member = \"user:jane@example.com\"", line, terraform);
}

const OPEN_BUCKET: &str = r#"
resource "google_folder" "live" {
  display_name = "live"
  parent       = "organizations/1"
}
resource "google_folder" "lab" {
  display_name = "lab"
  parent       = "organizations/1"
}
resource "google_project" "shop" {
  project_id = "shop"
  name       = "shop"
  folder_id  = google_folder.live.name
}
resource "google_storage_bucket" "d" {
  project  = google_project.shop.project_id
  name     = "d"
  location = "EU"
  labels   = { data = "confidential" }
}
resource "google_storage_bucket_iam_member" "d" {
  bucket = google_storage_bucket.d.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
"#;

fn policy(name: &str, parent: &str, rules: &str) -> String {
    let level = ["organizations", "folder", "projects"].into_iter().find(|it| parent.contains(it));
    let level = level.unwrap();
    format!(
        "resource \"google_org_policy_policy\" \"{name}\" {{\n  name = \"{level}/1/policies/storage.publicAccessPrevention\"\n  parent = {parent}\n  spec {{\n    {rules}\n  }}\n}}\n"
    )
}

fn legacy(kind: &str, place: &str, enforced: bool) -> String {
    format!(
        "resource \"{kind}\" \"p\" {{\n  {place}\n  constraint = \"constraints/storage.publicAccessPrevention\"\n  boolean_policy {{\n    enforced = {enforced}\n  }}\n}}\n"
    )
}

const ENFORCED: &str = "rules { enforce = \"TRUE\" }";
const ALLOWED: &str = "rules { enforce = \"FALSE\" }";

/// Whether a policy above a bucket keeps everybody out that its own bindings let in.
#[rstest]
#[case::none(String::new(), true)]
#[case::project(policy("p", "\"projects/${google_project.shop.project_id}\"", ENFORCED), false)]
#[case::another_project(policy("p", "\"projects/lab\"", ENFORCED), true)]
#[case::folder(policy("p", "google_folder.live.name", ENFORCED), false)]
#[case::another_folder(policy("p", "google_folder.lab.name", ENFORCED), true)]
#[case::organization(policy("p", "\"organizations/1\"", ENFORCED), false)]
#[case::not_enforced(policy("p", "\"organizations/1\"", ALLOWED), true)]
#[case::reset(policy("p", "\"organizations/1\"", "reset = true"), true)]
#[case::tried_only(
    policy("p", "\"organizations/1\"", ENFORCED).replace("  spec {", "  dry_run_spec {"),
    true
)]
#[case::another_constraint(
    policy("p", "\"organizations/1\"", ENFORCED).replace("publicAccessPrevention", "uniformBucketLevelAccess"),
    true
)]
#[case::for_some(
    policy(
        "p",
        "\"organizations/1\"",
        "rules {\n      enforce = \"TRUE\"\n      condition { expression = \"resource.matchTag('1/a', 'b')\" }\n    }"
    ),
    true
)]
#[case::nearer(
    [policy("o", "\"organizations/1\"", ENFORCED), policy("p", "\"projects/${google_project.shop.project_id}\"", ALLOWED)].concat(),
    true
)]
#[case::old_project(
    legacy("google_project_organization_policy", "project = \"shop\"", true),
    false
)]
#[case::old_folder(
    legacy("google_folder_organization_policy", "folder = google_folder.live.name", true),
    false
)]
#[case::old_other_folder(
    legacy("google_folder_organization_policy", "folder = google_folder.lab.name", true),
    true
)]
#[case::old_organization(legacy("google_organization_policy", "org_id = \"1\"", true), false)]
#[case::old_not_enforced(legacy("google_organization_policy", "org_id = \"1\"", false), true)]
fn policies_of_organizations_keep_everybody_out(#[case] policy: String, #[case] open: bool) {
    let lines = terraform(&[OPEN_BUCKET.to_owned(), policy].concat());
    for line in [
        "T003 google_storage_bucket.d",
        "internet > google_storage_bucket.d network",
        "internet > google_storage_bucket.d: T003",
    ] {
        assert_eq!(has(&lines, line), open, "{line}\n{lines:#?}");
    }
}

/// Which members a pool lets in, by what it asks of tokens; and an account that they take, or a bucket that they have a right to.
const POOL: &str = r#"
resource "google_iam_workload_identity_pool" "p" { workload_identity_pool_id = "p" }
resource "google_iam_workload_identity_pool_provider" "g" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.p.workload_identity_pool_id
  workload_identity_pool_provider_id = "g"
  attribute_condition                = "CONDITION"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.owner"      = "assertion.repository_owner"
  }
  oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
}
resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
  labels   = { data = "confidential" }
}
"#;

const BY_ACCOUNT: &str = r#"
resource "google_service_account" "d" { account_id = "d" }
resource "google_storage_bucket_iam_member" "b" {
  bucket = google_storage_bucket.b.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.d.member
}
resource "google_service_account_iam_member" "g" {
  service_account_id = google_service_account.d.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/*"
}
"#;

/// Whether a condition lets in pipelines that nobody named: of other repositories, or of any branch.
#[rstest]
#[case::organization("assertion.repository_owner == 'hops'", true)]
#[case::organization_by_path("assertion.repository.startsWith('hops/')", true)]
#[case::organization_by_subject("assertion.sub.startsWith('repo:hops/')", true)]
#[case::organization_by_google_subject("google.subject.startsWith('repo:hops/')", true)]
#[case::organization_by_expression("assertion.sub.matches('^repo:hops/.*$')", true)]
#[case::organization_somewhere("assertion.sub.contains('repo:hops/')", true)]
#[case::main_of_the_organization(
    "assertion.repository_owner == 'hops' && assertion.sub.endsWith(':ref:refs/heads/main')",
    true
)]
#[case::main_by_expression("assertion.sub.matches('^repo:hops/[^:]+:ref:refs/heads/main$')", true)]
#[case::environment_of_the_organization(
    "assertion.sub.startsWith('repo:hops/') && assertion.environment == 'live'",
    true
)]
#[case::repository("assertion.sub.startsWith('repo:hops/till:')", true)]
#[case::repository_by_expression("assertion.sub.matches('^repo:hops/till:.*')", true)]
#[case::branches("assertion.sub.startsWith('repo:hops/till:ref:refs/heads/')", true)]
#[case::any_reference(
    "assertion.repository == 'hops/till' && assertion.ref.startsWith('refs/heads/')",
    true
)]
#[case::branch("assertion.sub == 'repo:hops/till:ref:refs/heads/main'", false)]
#[case::branch_the_other_way("'repo:hops/till:ref:refs/heads/main' == assertion.sub", false)]
#[case::branch_by_key("assertion['sub'] == 'repo:hops/till:ref:refs/heads/main'", false)]
#[case::branch_by_expression(
    "assertion.sub.matches('^repo:hops/till:ref:refs/heads/(main|live)$')",
    false
)]
#[case::ends(
    "assertion.repository == 'hops/till' && assertion.sub.endsWith(':ref:refs/heads/main')",
    false
)]
#[case::environment("assertion.sub.startsWith('repo:hops/till:environment:live')", false)]
#[case::several(
    "assertion.repository in ['hops/till', 'hops/shop'] && assertion.ref == 'refs/heads/main'",
    false
)]
#[case::either("assertion.repository == 'hops/till' || assertion.ref == 'refs/heads/main'", true)]
#[case::one_of_two(
    "(assertion.repository == 'hops/till' || assertion.repository == 'hops/shop') && assertion.ref == 'refs/heads/main'",
    false
)]
#[case::either_whole(
    "assertion.sub == 'repo:hops/till:ref:refs/heads/main' || assertion.repository_owner == 'hops'",
    true
)]
#[case::not_the_branch(
    "assertion.repository == 'hops/till' && assertion.ref != 'refs/heads/lab'",
    true
)]
#[case::not_another(
    "assertion.repository != 'hops/lab' && assertion.ref == 'refs/heads/main'",
    true
)]
#[case::neither(
    "!(assertion.repository != 'hops/till' || assertion.ref != 'refs/heads/main')",
    false
)]
#[case::not_both(
    "!(assertion.repository != 'hops/till' && assertion.ref != 'refs/heads/main')",
    true
)]
#[case::is_there("has(assertion.ref) && assertion.repository == 'hops/till'", true)]
#[case::always("true", true)]
#[case::not_decidable(
    "assertion.sub.split(':')[1] == 'hops/till' && assertion.ref == 'refs/heads/main'",
    false
)]
#[case::expression_not_decidable(
    "assertion.sub.matches('repo:hops/[a-c]{3}:ref:refs/heads/main')",
    false
)]
#[case::parts_of_names(
    "assertion.repository.startsWith('hops/team-') && assertion.ref == 'refs/heads/main'",
    false
)]
fn what_a_condition_asks_of_tokens(#[case] condition: &str, #[case] open: bool) {
    let base = format!("{}{BY_ACCOUNT}", POOL.replace("CONDITION", condition));
    let lines = terraform(&base);
    let path = "google_iam_workload_identity_pool_provider.g > google_service_account.d > google_storage_bucket.b: T013";
    for line in ["T013 google_service_account.d", path] {
        assert_eq!(has(&lines, line), open, "{line}\n{lines:#?}");
    }
}

/// What members name confines tokens, too.
#[rstest]
#[case::all("*", "assertion.ref == 'refs/heads/main'", true)]
#[case::repository("attribute.repository/hops/till", "assertion.ref == 'refs/heads/main'", false)]
#[case::any_branch(
    "attribute.repository/hops/till",
    "assertion.sub.startsWith('repo:hops/')",
    true
)]
#[case::owner("attribute.owner/hops", "assertion.ref == 'refs/heads/main'", true)]
fn members_confine_tokens(#[case] member: &str, #[case] condition: &str, #[case] open: bool) {
    let pool = POOL.replace("CONDITION", condition);
    let lines = terraform(&format!("{pool}{}", BY_ACCOUNT.replace("}/*", &format!("}}/{member}"))));
    assert_eq!(has(&lines, "T013 google_service_account.d"), open, "{lines:#?}");
}

const DIRECTLY: &str = r#"
resource "google_storage_bucket_iam_member" "w" {
  bucket = google_storage_bucket.b.name
  role   = "roles/storage.objectAdmin"
  member = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/*"
}
"#;

/// Identities of a pool with rights of their own are taken as an account would be.
#[rstest]
#[case::threat("T013 identities.google_iam_workload_identity_pool_provider.g/*")]
#[case::path(
    "google_iam_workload_identity_pool_provider.g > identities.google_iam_workload_identity_pool_provider.g/* > google_storage_bucket.b: T013"
)]
fn a_pool_with_rights_of_its_own(#[case] line: &str) {
    let base =
        format!("{}{DIRECTLY}", POOL.replace("CONDITION", "assertion.repository_owner == 'hops'"));
    let to = "assertion.sub == 'repo:hops/till:ref:refs/heads/main'";
    differs(&base, "assertion.repository_owner == 'hops'", to, line, terraform);
    let flow = "identities.google_iam_workload_identity_pool_provider.g/* > google_storage_bucket.b permission";
    assert!(has(&terraform(&base), flow));
}

const LIMITED: &str = r#"
resource "google_service_account" "a" { account_id = "a" }
resource "google_storage_bucket" "d" {
  name     = "d"
  location = "EU"
}
resource "google_secret_manager_secret" "s" {
  secret_id = "s"
  replication {
    auto {}
  }
}
resource "google_project_iam_member" "a" {
  project = "p"
  role    = "ROLE"
  member  = google_service_account.a.member
  condition {
    title      = "limit"
    expression = "EXPRESSION"
  }
}
"#;

/// What a condition of a right over a project names is what the right is about.
#[rstest]
#[case::time("request.time < timestamp('2027-01-01T00:00:00Z')", true)]
#[case::this_bucket("resource.name.startsWith('projects/_/buckets/d')", true)]
#[case::in_this_bucket("resource.name.startsWith('projects/_/buckets/d/objects/in/')", true)]
#[case::other_bucket("resource.name.startsWith('projects/_/buckets/other')", false)]
#[case::longer_name("resource.name.startsWith('projects/_/buckets/d2')", false)]
#[case::all_buckets("resource.name.startsWith('projects/_/buckets/')", true)]
#[case::exactly("resource.name == 'projects/_/buckets/d'", true)]
#[case::another_exactly("resource.name == 'projects/_/buckets/d2'", false)]
#[case::one_of("resource.name in ['projects/_/buckets/a', 'projects/_/buckets/d']", true)]
#[case::none_of("resource.name in ['projects/_/buckets/a', 'projects/_/buckets/c']", false)]
#[case::not_this("!resource.name.startsWith('projects/_/buckets/d')", false)]
#[case::not_another("!resource.name.startsWith('projects/_/buckets/other')", true)]
#[case::not_what_is_in_it("!resource.name.startsWith('projects/_/buckets/d/objects/in/')", true)]
#[case::type_of_it("resource.type == 'storage.googleapis.com/Bucket'", true)]
#[case::type_in_it("resource.type == 'storage.googleapis.com/Object'", true)]
#[case::type_of_others("resource.type == 'compute.googleapis.com/Instance'", false)]
#[case::service("resource.service == 'storage.googleapis.com'", true)]
#[case::service_of_others("resource.service == 'sqladmin.googleapis.com'", false)]
#[case::both(
    "resource.service == 'storage.googleapis.com' && resource.name.startsWith('projects/_/buckets/other')",
    false
)]
#[case::either(
    "resource.service != 'storage.googleapis.com' || resource.name.startsWith('projects/_/buckets/other')",
    false
)]
#[case::in_time(
    "request.time < timestamp('2027-01-01T00:00:00Z') && resource.name.startsWith('projects/_/buckets/d')",
    true
)]
#[case::other_in_time(
    "request.time < timestamp('2027-01-01T00:00:00Z') && resource.name.startsWith('projects/_/buckets/other')",
    false
)]
#[case::not_decidable(
    "resource.name.extract('buckets/{b}/') == 'd' && resource.name.endsWith('x')",
    false
)]
fn conditions_limit_rights_over_projects(
    #[case] expression: &str,
    #[case] holds: bool,
    #[values("roles/storage.objectViewer", "roles/editor")] role: &str,
) {
    let lines = terraform(&LIMITED.replace("ROLE", role).replace("EXPRESSION", expression));
    let line = "google_service_account.a > google_storage_bucket.d permission";
    assert_eq!(has(&lines, line), holds, "{lines:#?}");
}

/// A name that is not known as a text is known by what it refers to; a right on one thing under a condition about another is none.
#[test]
fn conditions_by_reference_and_on_things() {
    let named = LIMITED
        .replace("ROLE", "roles/secretmanager.secretAccessor")
        .replace("EXPRESSION", "resource.name == '${google_secret_manager_secret.s.id}'");
    let line = "google_service_account.a > google_secret_manager_secret.s permission";
    let other = r#"
resource "google_secret_manager_secret" "t" {
  secret_id = "t"
  replication {
    auto {}
  }
}
"#;
    let all = format!("{named}{other}");
    let lines = terraform(&all);
    assert!(has(&lines, line), "{lines:#?}");
    assert!(!has(&lines, &line.replace("secret.s", "secret.t")), "{lines:#?}");
    let open = all.replace(
        "resource.name == '${google_secret_manager_secret.s.id}'",
        "request.time < timestamp('2027-01-01T00:00:00Z')",
    );
    assert!(has(&terraform(&open), &line.replace("secret.s", "secret.t")));
    let on_bucket = LIMITED
        .replace("google_project_iam_member", "google_storage_bucket_iam_member")
        .replace("project = \"p\"", "bucket = google_storage_bucket.d.name")
        .replace("ROLE", "roles/storage.objectViewer")
        .replace("EXPRESSION", "resource.name.startsWith('projects/_/buckets/d/')");
    let line = "google_service_account.a > google_storage_bucket.d permission";
    differs(&on_bucket, "buckets/d/", "buckets/e/", line, terraform);
}

const AUDITED: &str = r#"
resource "google_folder" "f" {
  display_name = "live"
  parent       = "organizations/1"
}
resource "google_folder" "lab" {
  display_name = "lab"
  parent       = "organizations/1"
}
resource "google_project" "shop" {
  project_id = "shop"
  name       = "shop"
  folder_id  = google_folder.f.name
}
resource "google_folder_iam_audit_config" "a" {
  folder  = google_folder.f.name
  service = "allServices"
  audit_log_config { log_type = "DATA_READ" }
}
resource "google_storage_bucket" "b" {
  project  = google_project.shop.project_id
  name     = "b"
  location = "EU"
  labels   = { data = "confidential" }
}
resource "google_secret_manager_secret" "s" {
  project   = google_project.shop.project_id
  secret_id = "s"
  replication {
    auto {}
  }
}
"#;

/// Audit logs of a folder and of an organization are those of the projects below them.
#[rstest]
#[case::another_folder("folder  = google_folder.f.name", "folder  = google_folder.lab.name")]
#[case::another_service("\"allServices\"", "\"sqladmin.googleapis.com\"")]
#[case::of_writing("\"DATA_READ\"", "\"DATA_WRITE\"")]
fn audit_logs_above_projects(#[case] from: &str, #[case] to: &str) {
    assert_eq!(AUDITED.matches(from).count(), 1, "{from}");
    let (logged, not) = (terraform(AUDITED), terraform(&AUDITED.replace(from, to)));
    for line in ["T023 google_storage_bucket.b", "T023 google_secret_manager_secret.s"] {
        assert!(!has(&logged, line) && has(&not, line), "{line}\n{logged:#?}\n{not:#?}");
    }
    let organization = AUDITED
        .replace("google_folder_iam_audit_config", "google_organization_iam_audit_config")
        .replace("folder  = google_folder.f.name", "org_id  = \"1\"");
    assert!(!has(&terraform(&organization), "T023"));
}

const SHARED: &str = r#"
resource "google_project" "app" {
  project_id = "app"
  name       = "app"
  org_id     = "1"
}
resource "google_project" "net" {
  project_id = "net"
  name       = "net"
  org_id     = "1"
}
resource "google_compute_network" "n" {
  project                 = google_project.net.project_id
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "s" {
  project       = google_project.net.project_id
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_compute_firewall" "ssh" {
  project       = google_project.net.project_id
  name          = "ssh"
  network       = google_compute_network.n.name
  source_ranges = ["35.235.240.0/20"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_instance" "m" {
  project      = google_project.app.project_id
  name         = "m"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params { image = "debian-cloud/debian-12" }
  }
  network_interface { subnetwork = google_compute_subnetwork.s.id }
}
resource "google_sql_database_instance" "db" {
  project          = google_project.app.project_id
  name             = "db"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-1-3840"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.n.id
    }
  }
}
resource "google_iap_tunnel_iam_member" "ops" {
  project = google_project.app.project_id # tunnels
  role    = "roles/iap.tunnelResourceAccessor"
  member  = "group:ops@oats.example"
}
resource "google_project_iam_member" "admins" {
  project = google_project.app.project_id # rights
  role    = "roles/owner"
  member  = "group:admins@oats.example"
}
"#;

/// Rights over a project are about what is its own, whoever has the network.
#[rstest]
#[case::tunnels(
    "google_project.app.project_id # tunnels",
    "group:ops@oats.example > google_compute_instance.m permission"
)]
#[case::rights(
    "google_project.app.project_id # rights",
    "group:admins@oats.example > google_sql_database_instance.db permission"
)]
fn networks_of_other_projects(#[case] from: &str, #[case] line: &str) {
    differs(SHARED, from, "google_project.net.project_id", line, terraform);
}

const DATABASE_USER: &str = r#"
resource "google_service_account" "api" { account_id = "api" }
resource "google_sql_database_instance" "db" {
  name             = "db"
  database_version = "POSTGRES_16"
  settings { tier = "db-custom-1-3840" }
}
resource "google_sql_user" "api" {
  instance = google_sql_database_instance.db.name
  name     = trimsuffix(google_service_account.api.email, ".gserviceaccount.com")
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
}
"#;

/// A user of a database that is an account is this account.
#[rstest]
#[case::built_in("\"CLOUD_IAM_SERVICE_ACCOUNT\"", "\"BUILT_IN\"")]
#[case::somebody_else(
    "trimsuffix(google_service_account.api.email, \".gserviceaccount.com\")",
    "\"api\""
)]
fn users_of_databases_are_accounts(#[case] from: &str, #[case] to: &str) {
    let line = "google_service_account.api > google_sql_database_instance.db permission";
    differs(DATABASE_USER, from, to, line, terraform);
    let asset = "google_service_account.api identity_principal in project [google_sql_user.api]";
    differs(DATABASE_USER, from, to, asset, terraform);
}

const TABLE: &str = r#"
resource "google_bigquery_dataset" "d" {
  dataset_id = "d"
  location   = "EU"
}
resource "google_bigquery_table" "t" {
  dataset_id = google_bigquery_dataset.d.dataset_id
  table_id   = "t"
}
resource "google_bigquery_table_iam_member" "t" {
  dataset_id = google_bigquery_table.t.dataset_id
  table_id   = google_bigquery_table.t.table_id
  role       = "roles/bigquery.dataViewer"
  member     = "allUsers"
}
"#;

#[test]
fn a_table_open_to_everybody_opens_its_dataset() {
    let line = "T003 google_bigquery_dataset.d";
    differs(TABLE, "\"allUsers\"", "\"user:jane@example.com\"", line, terraform);
    let authenticated = TABLE.replace("\"allUsers\"", "\"allAuthenticatedUsers\"");
    assert!(has(&terraform(&authenticated), line));
}

const FOREIGN: &str = r#"
provider "google" { project = "mine" }
resource "google_storage_bucket" "d" {
  name     = "d"
  location = "EU"
}
resource "google_storage_bucket_iam_member" "a" {
  bucket = google_storage_bucket.d.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:etl@other-project.iam.gserviceaccount.com"
}
"#;

/// An account of a project that the configuration does not stand in is somebody else's.
#[rstest]
#[case::own("etl@other-project.iam", "etl@mine.iam")]
#[case::project_not_known("{ project = \"mine\" }", "{}")]
#[case::of_google("etl@other-project.iam", "service-12@other-project.iam")]
#[case::agent("etl@other-project.iam", "service-12@gcp-sa-pubsub.iam")]
fn accounts_of_other_projects(#[case] from: &str, #[case] to: &str) {
    let line =
        "serviceAccount:etl@other-project.iam.gserviceaccount.com external_account in third_party";
    differs(FOREIGN, from, to, line, terraform);
    let own = terraform(&FOREIGN.replace(from, to));
    assert!(!has(&own, "third_party"), "{own:#?}");
}

/// One of another project of the configuration stands there.
#[test]
fn accounts_of_declared_projects() {
    let declared = format!(
        "{FOREIGN}resource \"google_project\" \"o\" {{\n  project_id = \"other-project\"\n  name = \"o\"\n  org_id = \"1\"\n}}\n"
    );
    let line = "serviceAccount:etl@other-project.iam.gserviceaccount.com identity_principal in google_project.o";
    let lines = terraform(&declared);
    assert!(has(&lines, line), "{lines:#?}");
}

const FIRST_GENERATION: &str = r#"
resource "google_cloud_run_service" "s" {
  name     = "s"
  location = "europe-west1"
  metadata {
    annotations = {
      "run.googleapis.com/invoker-iam-disabled" = "true"
    }
  }
  template {
    spec {
      containers { image = "x" }
    }
  }
}
"#;

/// A service that asks nobody who calls has no door.
#[rstest]
#[case::asks("= \"true\"", "= \"false\"")]
#[case::by_proxy("= \"true\"", "= \"true\"\n      \"run.googleapis.com/iap-enabled\" = \"true\"")]
fn services_that_ask_nobody(#[case] from: &str, #[case] to: &str) {
    let has_none = |text: &str| {
        let lines = terraform(text);
        let own = lines.iter().find(|line| line.starts_with("T031 google_cloud_run_service.s"));
        own.is_some_and(|line| line.contains("auth=none"))
    };
    assert!(has_none(FIRST_GENERATION), "{:#?}", terraform(FIRST_GENERATION));
    assert!(!has_none(&FIRST_GENERATION.replace(from, to)));
}

const PASSED: &str = r#"
resource "google_compute_network" "n" {
  name                            = "n"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = false
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_compute_firewall" "web" {
  name          = "web"
  network       = google_compute_network.n.name
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
resource "google_compute_instance" "m" {
  name         = "m"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params { image = "debian-cloud/debian-12" }
  }
  network_interface { subnetwork = google_compute_subnetwork.s.id }
}
"#;

const BY_POOL: &str = r#"
resource "google_compute_target_pool" "web" {
  name      = "web"
  instances = [google_compute_instance.m.self_link]
}
resource "google_compute_forwarding_rule" "web" {
  name       = "web"
  target     = google_compute_target_pool.web.self_link
  port_range = "443"
}
"#;

const BY_BACKEND: &str = r#"
resource "google_compute_instance_group" "web" {
  name      = "web"
  zone      = "europe-west1-b"
  instances = [google_compute_instance.m.self_link]
}
resource "google_compute_region_backend_service" "web" {
  name                  = "web"
  load_balancing_scheme = "EXTERNAL"
  backend { group = google_compute_instance_group.web.id }
}
resource "google_compute_forwarding_rule" "web" {
  name                  = "web"
  backend_service       = google_compute_region_backend_service.web.id
  load_balancing_scheme = "EXTERNAL"
  ports                 = ["443"]
}
"#;

const WAY_OUT: &str = r#"
resource "google_compute_route" "out" {
  name             = "out"
  network          = google_compute_network.n.name
  dest_range       = "0.0.0.0/0"
  next_hop_gateway = "default-internet-gateway"
}
"#;

/// Behind what only passes packets on, machines answer themselves, and need a way to the internet for it.
#[rstest]
#[case::pool(BY_POOL, "google_compute_target_pool.web > google_compute_instance.m network")]
#[case::backend(
    BY_BACKEND,
    "google_compute_region_backend_service.web > google_compute_instance.m network"
)]
fn machines_answer_themselves(#[case] balancer: &str, #[case] line: &str) {
    let base = format!("{PASSED}{balancer}");
    let (from, to) =
        ("delete_default_routes_on_create = false", "delete_default_routes_on_create = true");
    differs(&base, from, to, line, terraform);
    assert!(has(&terraform(&format!("{}{WAY_OUT}", base.replace(from, to))), line));
}
