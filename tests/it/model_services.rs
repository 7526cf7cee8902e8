//! What services carry to each other: flows that attributes, parts and texts of JSON say, and those that they do not.

use rstest::rstest;

use crate::model_systems::{has, terraform};
use crate::model_ways::check;

/// A job of AWS Batch with all that its properties name, and two places where it could run.
const BATCH: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "job" {
  vpc_id = aws_vpc.v.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.job.id]
  }
}
resource "aws_db_subnet_group" "g" {
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_db_instance" "d" {
  identifier             = "d"
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.g.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_batch_compute_environment" "e" {
  type = "MANAGED"
  compute_resources {
    type               = "FARGATE"
    max_vcpus          = 4
    subnets            = [aws_subnet.s.id]
    security_group_ids = [aws_security_group.job.id]
  }
}
OTHER
resource "aws_batch_job_queue" "q" {
  name                 = "q"
  state                = "ENABLED"
  priority             = 1
  compute_environments = [aws_batch_compute_environment.e.arn]
}
resource "aws_ecr_repository" "r" {
  name = "r"
}
resource "aws_iam_role" "job" {
  assume_role_policy = "{}"
}
resource "aws_iam_role" "start" {
  assume_role_policy = "{}"
}
resource "aws_secretsmanager_secret" "s" {
  name = "s"
}
resource "aws_batch_job_definition" "j" {
  name = "j"
  type = "container"
  container_properties = jsonencode({
    image            = "${aws_ecr_repository.r.repository_url}:1"
    jobRoleArn       = aws_iam_role.job.arn
    executionRoleArn = aws_iam_role.start.arn
    environment      = [{ name = "DB", value = aws_db_instance.d.address }]
    secrets          = [{ name = "PASSWORD", valueFrom = aws_secretsmanager_secret.s.arn }]
  })
}
RULE
"#;

const OTHER: &str = "resource \"aws_batch_compute_environment\" \"other\" {\n  type = \"MANAGED\"\n  compute_resources {\n    type = \"FARGATE\"\n    max_vcpus = 4\n    subnets = [aws_subnet.s.id]\n    security_group_ids = []\n  }\n}";
const RULE: &str = "resource \"aws_cloudwatch_event_rule\" \"r\" {\n  schedule_expression = \"rate(1 day)\"\n}\nresource \"aws_cloudwatch_event_target\" \"t\" {\n  rule = aws_cloudwatch_event_rule.r.name\n  arn = aws_batch_job_queue.q.arn\n  batch_target {\n    job_definition = aws_batch_job_definition.j.arn\n    job_name = \"j\"\n  }\n}";
const TO_DATABASE: &str = "aws_batch_job_definition.j > aws_db_instance.d network tcp/5432";

#[rstest]
#[case::in_the_only_environment("", "", &[TO_DATABASE], &[])]
#[case::in_the_environment_of_its_queue(OTHER, RULE, &[TO_DATABASE, "aws_cloudwatch_event_rule.r > aws_batch_job_definition.j data"], &[])]
#[case::in_one_of_two(OTHER, "", &[], &[TO_DATABASE])]
fn jobs_of_batch(
    #[case] other: &str,
    #[case] rule: &str,
    #[case] wanted: &[&str],
    #[case] forbidden: &[&str],
) {
    let text = BATCH.replace("OTHER", other).replace("RULE", rule);
    let always = [
        "aws_batch_job_definition.j > aws_iam_role.job identity",
        "aws_batch_job_definition.j > aws_secretsmanager_secret.s secret",
        "aws_ecr_repository.r > aws_batch_job_definition.j supply_chain",
    ];
    let never = ["aws_batch_job_definition.j > aws_iam_role.start identity"];
    check(&text, &[&always, wanted].concat(), &[&never, forbidden].concat());
}

#[rstest]
#[case::events_of_a_bucket(
    r#"
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
resource "aws_cloudwatch_event_rule" "r" {
  event_pattern = jsonencode({ source = ["aws.s3"], detail = { bucket = { name = [aws_s3_bucket.b.id] } } })
}
"#,
    &["aws_s3_bucket.b > aws_cloudwatch_event_rule.r data"],
    &[]
)]
#[case::files_of_partners(
    r#"
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
resource "aws_transfer_server" "s" {
  endpoint_type = "PUBLIC"
}
resource "aws_transfer_user" "u" {
  server_id = aws_transfer_server.s.id
  user_name = "u"
  role      = aws_iam_role.r.arn
}
resource "aws_iam_role" "r" {
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "r" {
  role   = aws_iam_role.r.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.b.arn}/*" }] })
}
"#,
    &["internet > aws_transfer_server.s network tcp/22", "aws_transfer_server.s > aws_iam_role.r identity", "aws_iam_role.r > aws_s3_bucket.b permission"],
    &[]
)]
#[case::code_of_others(
    r#"
resource "aws_codestarconnections_connection" "g" {
  name          = "g"
  provider_type = "GitHub"
}
resource "aws_codepipeline" "p" {
  name     = "p"
  role_arn = "arn:aws:iam::123456789012:role/p"
  stage {
    name = "Source"
    action {
      name          = "Source"
      category      = "Source"
      owner         = "AWS"
      provider      = "CodeStarSourceConnection"
      version       = "1"
      configuration = { ConnectionArn = aws_codestarconnections_connection.g.arn }
    }
  }
}
"#,
    &["aws_codestarconnections_connection.g > aws_codepipeline.p supply_chain"],
    &[]
)]
#[case::an_image_and_what_else_its_name_holds(
    r#"
resource "aws_s3_bucket" "names" {
  bucket = "names"
}
resource "aws_ecr_repository" "r" {
  name = "r"
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.r.repository_url}:${aws_s3_bucket.names.id}"
}
"#,
    &["aws_ecr_repository.r > aws_lambda_function.f supply_chain"],
    &["aws_s3_bucket.names > aws_lambda_function.f supply_chain"]
)]
#[case::a_schedule(
    r#"
resource "aws_lambda_function" "f" {
  function_name = "f"
}
resource "aws_iam_role" "r" {
  assume_role_policy = "{}"
}
resource "aws_scheduler_schedule" "s" {
  schedule_expression = "rate(1 day)"
  target {
    arn      = aws_lambda_function.f.arn
    role_arn = aws_iam_role.r.arn
  }
}
"#,
    &["aws_scheduler_schedule.s > aws_lambda_function.f data", "aws_scheduler_schedule.s > aws_iam_role.r identity"],
    &[]
)]
#[case::a_pipe(
    r#"
resource "aws_sqs_queue" "q" {
  name = "q"
}
resource "aws_sfn_state_machine" "m" {
  name       = "m"
  definition = "{}"
}
resource "aws_pipes_pipe" "p" {
  source = aws_sqs_queue.q.arn
  target = aws_sfn_state_machine.m.arn
}
"#,
    &["aws_sqs_queue.q > aws_pipes_pipe.p data", "aws_pipes_pipe.p > aws_sfn_state_machine.m data"],
    &[]
)]
#[case::devices(
    r#"
resource "aws_kinesis_stream" "k" {
  name = "k"
}
resource "aws_iot_topic_rule" "r" {
  name    = "r"
  enabled = true
  sql     = "SELECT * FROM 'x'"
  kinesis {
    stream_name = aws_kinesis_stream.k.name
    role_arn    = "arn:aws:iam::123456789012:role/iot"
  }
}
"#,
    &["internet > aws_iot_topic_rule.r network tcp/8883", "aws_iot_topic_rule.r > aws_kinesis_stream.k data"],
    &["T028 aws_iot_topic_rule.r:", "T032 aws_iot_topic_rule.r:"]
)]
#[case::a_function_on_the_way(
    r#"
resource "aws_lambda_function" "f" {
  function_name = "f"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
resource "aws_kinesis_firehose_delivery_stream" "d" {
  name        = "d"
  destination = "extended_s3"
  extended_s3_configuration {
    bucket_arn = aws_s3_bucket.b.arn
    processing_configuration {
      processors {
        type = "Lambda"
        parameters {
          parameter_name  = "LambdaArn"
          parameter_value = "${aws_lambda_function.f.arn}:$LATEST"
        }
      }
    }
  }
}
"#,
    &["aws_kinesis_firehose_delivery_stream.d > aws_lambda_function.f data", "aws_kinesis_firehose_delivery_stream.d > aws_s3_bucket.b data"],
    &[]
)]
#[case::what_a_job_reads_by_a_connection(
    r#"
resource "aws_redshift_cluster" "w" {
  cluster_identifier = "w"
}
resource "aws_secretsmanager_secret" "s" {
  name = "s"
}
resource "aws_glue_connection" "c" {
  name = "c"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:redshift://${aws_redshift_cluster.w.endpoint}/w"
    SECRET_ID           = aws_secretsmanager_secret.s.name
  }
}
resource "aws_glue_job" "j" {
  name        = "j"
  role_arn    = "arn:aws:iam::123456789012:role/glue"
  connections = [aws_glue_connection.c.name]
  command {
    script_location = "s3://b/x.py"
  }
}
"#,
    &["aws_glue_job.j > aws_redshift_cluster.w data", "aws_glue_job.j > aws_secretsmanager_secret.s secret"],
    &["aws_glue_job.j > aws_secretsmanager_secret.s data"]
)]
#[case::a_model_behind_an_endpoint(
    r#"
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
resource "aws_iam_role" "r" {
  assume_role_policy = "{}"
}
resource "aws_sagemaker_model" "m" {
  name               = "m"
  execution_role_arn = aws_iam_role.r.arn
  primary_container {
    image          = "x"
    model_data_url = "s3://${aws_s3_bucket.b.bucket}/m"
  }
}
resource "aws_sagemaker_endpoint_configuration" "c" {
  production_variants {
    model_name = aws_sagemaker_model.m.name
  }
}
resource "aws_sagemaker_endpoint" "e" {
  name                 = "e"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.c.name
}
"#,
    &["aws_sagemaker_endpoint.e > aws_s3_bucket.b data", "aws_sagemaker_endpoint.e > aws_iam_role.r identity"],
    &[]
)]
#[case::a_copy_of_a_database(
    r#"
resource "aws_db_instance" "d" {
  identifier = "d"
  engine     = "postgres"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
resource "aws_dms_replication_instance" "i" {
  replication_instance_id    = "i"
  replication_instance_class = "dms.t3.medium"
}
resource "aws_dms_endpoint" "from" {
  endpoint_id   = "from"
  endpoint_type = "source"
  engine_name   = "postgres"
  server_name   = aws_db_instance.d.address
}
resource "aws_dms_s3_endpoint" "to" {
  endpoint_id   = "to"
  endpoint_type = "target"
  bucket_name   = aws_s3_bucket.b.id
}
resource "aws_dms_replication_task" "t" {
  replication_task_id      = "t"
  migration_type           = "cdc"
  replication_instance_arn = aws_dms_replication_instance.i.replication_instance_arn
  source_endpoint_arn      = aws_dms_endpoint.from.endpoint_arn
  target_endpoint_arn      = aws_dms_s3_endpoint.to.endpoint_arn
}
"#,
    &["aws_dms_replication_instance.i > aws_db_instance.d data", "aws_dms_replication_instance.i > aws_s3_bucket.b data"],
    &[]
)]
fn services_of_aws(#[case] document: &str, #[case] wanted: &[&str], #[case] forbidden: &[&str]) {
    check(document, wanted, forbidden);
}

#[rstest]
#[case::a_gateway(
    r#"
resource "google_cloudfunctions2_function" "f" {
  name     = "f"
  location = "europe-west1"
  service_config {
    available_memory = "256M"
  }
}
resource "google_service_account" "g" {
  account_id = "g"
}
resource "google_api_gateway_api" "a" {
  api_id = "a"
}
resource "google_api_gateway_api_config" "c" {
  api = google_api_gateway_api.a.api_id
  gateway_config {
    backend_config {
      google_service_account = google_service_account.g.email
    }
  }
  openapi_documents {
    document {
      path     = "spec.yaml"
      contents = base64encode("address: ${google_cloudfunctions2_function.f.service_config[0].uri}")
    }
  }
}
resource "google_api_gateway_gateway" "w" {
  api_config = google_api_gateway_api_config.c.id
  gateway_id = "w"
}
"#,
    &["google_api_gateway_gateway.w > google_cloudfunctions2_function.f data", "google_api_gateway_gateway.w > google_service_account.g identity", "internet > google_api_gateway_gateway.w network tcp/443"],
    &["google_api_gateway_api.a"]
)]
#[case::a_queue_of_tasks(
    r#"
resource "google_service_account" "a" {
  account_id = "a"
}
resource "google_cloud_tasks_queue" "q" {
  name     = "q"
  location = "europe-west1"
}
resource "google_cloud_tasks_queue_iam_member" "m" {
  name   = google_cloud_tasks_queue.q.name
  role   = "roles/cloudtasks.enqueuer"
  member = "serviceAccount:${google_service_account.a.email}"
}
"#,
    &["google_service_account.a > google_cloud_tasks_queue.q permission"],
    &[]
)]
#[case::a_role_that_only_a_project_gives(
    r#"
resource "google_service_account" "a" {
  account_id = "a"
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "europe-west1"
  template {
    service_account = google_service_account.a.email
  }
}
resource "google_firestore_database" "d" {
  name        = "(default)"
  location_id = "eur3"
  type        = "FIRESTORE_NATIVE"
}
resource "google_project_iam_member" "m" {
  project = "p"
  role    = "roles/datastore.user"
  member  = "serviceAccount:${google_service_account.a.email}"
}
"#,
    &["google_service_account.a > google_firestore_database.d permission"],
    &["T015 "]
)]
#[case::a_role_that_could_be_narrower(
    r#"
resource "google_service_account" "a" {
  account_id = "a"
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "europe-west1"
  template {
    service_account = google_service_account.a.email
  }
}
resource "google_secret_manager_secret" "x" {
  secret_id = "x"
}
resource "google_project_iam_member" "m" {
  project = "p"
  role    = "roles/secretmanager.secretAccessor"
  member  = "serviceAccount:${google_service_account.a.email}"
}
"#,
    &["google_service_account.a > google_secret_manager_secret.x permission", "T015 google_cloud_run_v2_service.s:"],
    &[]
)]
#[case::an_event(
    r#"
resource "google_pubsub_topic" "t" {
  name = "t"
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "europe-west1"
}
resource "google_eventarc_trigger" "e" {
  name     = "e"
  location = "europe-west1"
  transport {
    pubsub {
      topic = google_pubsub_topic.t.id
    }
  }
  destination {
    cloud_run_service {
      service = google_cloud_run_v2_service.s.name
    }
  }
}
"#,
    &["google_pubsub_topic.t > google_eventarc_trigger.e data", "google_eventarc_trigger.e > google_cloud_run_v2_service.s data"],
    &[]
)]
fn services_of_google_cloud(
    #[case] document: &str,
    #[case] wanted: &[&str],
    #[case] forbidden: &[&str],
) {
    check(document, wanted, forbidden);
}

#[rstest]
#[case::a_stream(
    r#"
resource "azurerm_eventhub_namespace" "n" {
  name = "n"
}
resource "azurerm_eventhub" "h" {
  name         = "h"
  namespace_id = azurerm_eventhub_namespace.n.id
}
resource "azurerm_storage_account" "s" {
  name = "s"
}
resource "azurerm_stream_analytics_job" "j" {
  name = "j"
}
resource "azurerm_stream_analytics_stream_input_eventhub_v2" "i" {
  name                    = "i"
  stream_analytics_job_id = azurerm_stream_analytics_job.j.id
  eventhub_name           = azurerm_eventhub.h.name
}
resource "azurerm_stream_analytics_output_blob" "o" {
  name                      = "o"
  stream_analytics_job_name = azurerm_stream_analytics_job.j.name
  storage_account_name      = azurerm_storage_account.s.name
}
"#,
    &["azurerm_eventhub_namespace.n > azurerm_stream_analytics_job.j data", "azurerm_stream_analytics_job.j > azurerm_storage_account.s data"],
    &[]
)]
#[case::a_factory(
    r#"
resource "azurerm_data_factory" "f" {
  name = "f"
}
resource "azurerm_mssql_server" "s" {
  name = "s"
}
resource "azurerm_data_factory_linked_service_azure_sql_database" "l" {
  name              = "l"
  data_factory_id   = azurerm_data_factory.f.id
  connection_string = "data source=${azurerm_mssql_server.s.fully_qualified_domain_name}"
}
"#,
    &["azurerm_data_factory.f > azurerm_mssql_server.s data"],
    &[]
)]
#[case::a_signed_address(
    r#"
resource "azurerm_logic_app_workflow" "w" {
  name = "w"
}
resource "azurerm_logic_app_trigger_http_request" "t" {
  name         = "t"
  logic_app_id = azurerm_logic_app_workflow.w.id
  schema       = "{}"
}
"#,
    &["internet > azurerm_logic_app_workflow.w network tcp/443"],
    &["T032 ", "T028 "]
)]
#[case::no_address(
    "resource \"azurerm_logic_app_workflow\" \"w\" {\n  name = \"w\"\n}\n",
    &[],
    &["internet > azurerm_logic_app_workflow.w"]
)]
fn services_of_azure(#[case] document: &str, #[case] wanted: &[&str], #[case] forbidden: &[&str]) {
    check(document, wanted, forbidden);
}

/// An app that sends into a network answers on its own address, whichever resource says so.
#[rstest]
#[case::by_its_setting("virtual_network_subnet_id = azurerm_subnet.s.id", "")]
#[case::by_a_connection(
    "",
    "resource \"azurerm_app_service_virtual_network_swift_connection\" \"c\" {\n  app_service_id = azurerm_linux_web_app.a.id\n  subnet_id = azurerm_subnet.s.id\n}"
)]
fn an_app_in_a_network(#[case] setting: &str, #[case] connection: &str) {
    let document = format!(
        "resource \"azurerm_virtual_network\" \"n\" {{\n  name = \"n\"\n  address_space = [\"10.0.0.0/16\"]\n}}\n\
         resource \"azurerm_subnet\" \"s\" {{\n  name = \"s\"\n  virtual_network_name = azurerm_virtual_network.n.name\n  address_prefixes = [\"10.0.1.0/24\"]\n}}\n\
         resource \"azurerm_subnet\" \"d\" {{\n  name = \"d\"\n  virtual_network_name = azurerm_virtual_network.n.name\n  address_prefixes = [\"10.0.2.0/24\"]\n}}\n\
         resource \"azurerm_postgresql_flexible_server\" \"p\" {{\n  name = \"p\"\n  delegated_subnet_id = azurerm_subnet.d.id\n}}\n\
         resource \"azurerm_linux_web_app\" \"a\" {{\n  name = \"a\"\n  https_only = true\n  {setting}\n  site_config {{}}\n  app_settings = {{\n    DB = azurerm_postgresql_flexible_server.p.fqdn\n  }}\n}}\n{connection}\n"
    );
    let wanted = [
        "internet > azurerm_linux_web_app.a network tcp/443",
        "azurerm_linux_web_app.a > azurerm_postgresql_flexible_server.p network tcp/5432",
    ];
    check(&document, &wanted, &[]);
}

/// Caches and brokers of Google Cloud stand in the networks that their connections name.
#[rstest]
#[case::of_redis(
    "google_redis_cluster",
    "psc_configs {\n    network = google_compute_network.n.id\n  }",
    "discovery_endpoints[0].address",
    "6379"
)]
#[case::of_valkey(
    "google_memorystore_instance",
    "desired_auto_created_endpoints {\n    network = google_compute_network.n.id\n    project_id = \"p\"\n  }",
    "id",
    "6379"
)]
#[case::of_kafka(
    "google_managed_kafka_cluster",
    "gcp_config {\n    access_config {\n      network_configs {\n        subnet = google_compute_subnetwork.s.id\n      }\n    }\n  }",
    "id",
    "9092"
)]
fn stores_by_connections(
    #[case] store: &str,
    #[case] block: &str,
    #[case] attribute: &str,
    #[case] port: &str,
) {
    let document = format!(
        "resource \"google_compute_network\" \"n\" {{\n  name = \"n\"\n}}\n\
         resource \"google_compute_subnetwork\" \"s\" {{\n  name = \"s\"\n  network = google_compute_network.n.id\n  ip_cidr_range = \"10.0.0.0/24\"\n}}\n\
         resource \"{store}\" \"c\" {{\n  {block}\n}}\n\
         resource \"google_cloud_run_v2_service\" \"a\" {{\n  name = \"a\"\n  location = \"europe-west1\"\n  template {{\n    vpc_access {{\n      network_interfaces {{\n        subnetwork = google_compute_subnetwork.s.id\n      }}\n    }}\n    containers {{\n      image = \"x\"\n      env {{\n        name = \"STORE\"\n        value = {store}.c.{attribute}\n      }}\n    }}\n  }}\n}}\n"
    );
    let line = format!("google_cloud_run_v2_service.a > {store}.c network tcp/{port}");
    check(&document, &[&line], &[]);
}

/// What an account may do in its own cluster is no right in a cloud, also where no manifest declares the account.
#[rstest]
#[case::declared(
    "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: default, namespace: a}\n"
)]
#[case::there_anyway("")]
fn rights_in_a_cluster_are_none_in_a_cloud(#[case] account: &str) {
    let text = format!(
        "apiVersion: v1\nkind: List\nitems:\n{account}\
         - apiVersion: rbac.authorization.k8s.io/v1\n  kind: ClusterRoleBinding\n  metadata: {{name: all}}\n  roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\n  subjects: [{{kind: ServiceAccount, name: default, namespace: a}}]\n\
         - apiVersion: v1\n  kind: Pod\n  metadata: {{name: p, namespace: a}}\n  spec:\n    containers: [{{name: c, image: c}}]\n"
    );
    let files = std::collections::BTreeMap::from([("all.yaml".to_owned(), text)]);
    let model = crate::model::model_of(&files, None).model;
    assert!(model.asset("Pod/a/p").is_some());
    let of_class = model.threats.iter().filter(|threat| &*threat.class.id == "T015");
    assert_eq!(of_class.count(), 0);
}

/// Rights on the subscription that everything is made in hold for all of it; those on another one say nothing of it.
#[rstest]
#[case::its_own("", true)]
#[case::another("subscription_id = \"00000000-0000-0000-0000-000000000000\"", false)]
fn who_controls_a_subscription(#[case] which: &str, #[case] holds: bool) {
    let document = format!(
        "data \"azurerm_subscription\" \"s\" {{\n  {which}\n}}\n\
         resource \"azurerm_automation_account\" \"a\" {{\n  name = \"a\"\n  identity {{\n    type = \"SystemAssigned\"\n  }}\n}}\n\
         resource \"azurerm_storage_account\" \"s\" {{\n  name = \"s\"\n}}\n\
         resource \"azurerm_role_assignment\" \"r\" {{\n  scope = data.azurerm_subscription.s.id\n  role_definition_name = \"Contributor\"\n  principal_id = azurerm_automation_account.a.identity[0].principal_id\n}}\n"
    );
    let line = ["azurerm_automation_account.a > azurerm_storage_account.s permission"];
    let (wanted, forbidden): (&[&str], &[&str]) = if holds { (&line, &[]) } else { (&[], &line) };
    check(&document, wanted, forbidden);
}

/// Helpers stand for nothing, and what is about a repository or a monitor is no asset; what may run programs is told to have no meaning.
#[test]
fn what_belongs_to_no_cloud() {
    let document = r#"
resource "random_password" "p" {
  length = 20
}
resource "time_sleep" "w" {
  create_duration = "30s"
}
resource "tls_private_key" "k" {
  algorithm = "RSA"
}
resource "local_file" "f" {
  content  = tls_private_key.k.private_key_pem
  filename = "key.pem"
}
resource "github_repository" "r" {
  name = "app"
}
resource "github_actions_secret" "s" {
  repository      = github_repository.r.name
  secret_name     = "PASSWORD"
  plaintext_value = random_password.p.result
}
resource "pingdom_check" "c" {
  name = "site"
}
resource "helm_release" "h" {
  name  = "ingress"
  chart = "ingress-nginx"
}
"#;
    let files = std::collections::BTreeMap::from([("main.tf".to_owned(), document.to_owned())]);
    let model = crate::model::model_of(&files, None).model;
    let assets: Vec<(&str, Option<&str>)> =
        model.assets.iter().map(|asset| (&*asset.id, asset.boundary.as_deref())).collect();
    assert_eq!(assets, [("github_repository.r", Some("third_party"))]);
    let without: Vec<&str> = model.without_meaning.iter().map(|(kind, _)| &**kind).collect();
    assert_eq!(without, ["helm_release"]);
    assert!(model.threats.is_empty(), "{:#?}", model.threats);
}

/// An account of a database that takes a password which is written.
const ACCOUNT: &str = r#"
resource "google_sql_database_instance" "d" {
  name             = "d"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-1-3840"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks { value = "198.51.100.0/24" }
    }
  }
}
resource "google_sql_user" "u" {
  name     = "u"
  instance = google_sql_database_instance.d.name
  password = "G7kq-pL2m-9xTz"
}
"#;

/// The password of a database's account is of use where the database answers.
#[rstest]
#[case("198.51.100.0/24", "exposure=internet_restricted")]
#[case("0.0.0.0/0", "exposure=internet_open")]
fn an_account_of_a_database_is_as_exposed_as_that(#[case] range: &str, #[case] exposure: &str) {
    let found = terraform(&ACCOUNT.replace("198.51.100.0/24", range));
    let line = found.iter().find(|line| line.starts_with("T008 google_sql_user.u"));
    assert!(line.is_some_and(|line| line.contains(exposure)), "{found:#?}");
}

/// Accounts of one project, which each call of a module looks up again; and a file in a bucket that is called after another project.
const LOOKUPS: &str = r#"
variable "project" {
  default = "shop"
}
data "google_project" "a" {
  project_id = var.project
}
data "google_project" "b" {
  project_id = "shop"
}
data "google_project" "c" {
  project_id = "another"
}
resource "google_compute_network" "a" {
  name    = "a"
  project = data.google_project.a.project_id
}
resource "google_compute_network" "b" {
  name    = "b"
  project = data.google_project.b.project_id
}
resource "google_compute_network" "c" {
  name    = "c"
  project = data.google_project.c.project_id
}
resource "google_storage_bucket" "files" {
  name     = "files-${data.google_project.c.number}"
  location = "EU"
}
resource "google_storage_bucket_object" "file" {
  name    = "file"
  bucket  = google_storage_bucket.files.name
  content = " "
}
"#;

#[test]
fn what_is_looked_up_twice_is_one() {
    let found = terraform(LOOKUPS);
    for line in [
        "google_compute_network.a vpc in data.google_project.a",
        "google_compute_network.b vpc in data.google_project.a",
        "google_compute_network.c vpc in data.google_project.c",
        "google_storage_bucket.files datastore_object in project",
    ] {
        assert!(found.iter().any(|it| it.starts_with(line)), "{line}\n{found:#?}");
    }
}

/// A task that mounts a file system in clear text, and an app that takes its image from a registry of the configuration.
const CLEAR: &str = r#"
resource "aws_efs_file_system" "f" {
  creation_token = "f"
}
resource "aws_ecs_cluster" "c" {
  name = "c"
}
resource "aws_ecs_task_definition" "t" {
  family                = "t"
  container_definitions = jsonencode([{ name = "t", image = "t:1.2.3" }])
  volume {
    name = "v"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.f.id
      transit_encryption = "DISABLED"
    }
  }
}
resource "aws_ecs_service" "s" {
  name            = "s"
  cluster         = aws_ecs_cluster.c.id
  task_definition = aws_ecs_task_definition.t.arn
}
resource "azurerm_container_registry" "r" {
  name = "r"
  sku  = "Premium"
}
resource "azurerm_app_service" "a" {
  name                = "a"
  app_service_plan_id = "p"
  site_config {
    linux_fx_version = "DOCKER|${azurerm_container_registry.r.login_server}/a:1.2.3"
  }
}
"#;

/// What is wrong with a connection is said of the connection, and once.
#[test]
fn what_a_task_mounts_in_clear_text_is_said_of_the_way() {
    let found = terraform(CLEAR);
    let own: Vec<&String> = found.iter().filter(|it| it.starts_with("T006 aws_ecs")).collect();
    let [line] = own.as_slice() else { panic!("{found:#?}") };
    assert!(line.starts_with("T006 aws_ecs_service.s > aws_efs_file_system.f network tcp/2049"));
    let pulls = "azurerm_container_registry.r > azurerm_app_service.a supply_chain";
    assert!(found.iter().any(|it| it.starts_with(pulls)), "{found:#?}");
}

/// A role that lets act as all accounts of a project, and a machine whose disk lives on without it.
const AGENT: &str = r#"
resource "google_project_iam_member" "agent" {
  project = "shop"
  role    = "roles/iam.serviceAccountTokenCreator"
  member  = "serviceAccount:service-1234@gcp-sa-pubsub.iam.gserviceaccount.com"
}
resource "google_service_account" "app" {
  account_id = "app"
}
resource "google_project_iam_member" "app" {
  project = "shop"
  role    = "roles/editor"
  member  = "serviceAccount:${google_service_account.app.email}"
}
resource "google_compute_disk" "data" {
  name = "data"
}
resource "google_compute_instance" "m" {
  name         = "m"
  machine_type = "e2-small"
  boot_disk {
    source = google_compute_disk.data.self_link
  }
  network_interface {
    network = "default"
  }
}
"#;

/// What Google alone acts as raises no rights; a group that has the same role does.
#[test]
fn an_agent_of_google_raises_no_rights() {
    let agent = "serviceAccount:service-1234@gcp-sa-pubsub.iam.gserviceaccount.com";
    let found = terraform(AGENT);
    assert!(!has(&found, &format!("T011 {agent}")), "{found:#?}");
    let group = terraform(&AGENT.replace(agent, "group:staff@example.org"));
    assert!(has(&group, "T011 group:staff@example.org"), "{group:#?}");
    assert!(has(&found, "google_compute_instance.m > google_compute_disk.data data"), "{found:#?}");
}

/// A program on the internet whose account has one role of the project, and what that project keeps.
const HELD: &str = r#"
resource "google_service_account" "report" {
  account_id = "report"
}
resource "google_cloud_run_v2_service" "report" {
  name     = "report"
  location = "europe-west1"
  template {
    service_account = google_service_account.report.email
    containers {
      image = "europe-docker.pkg.dev/p/apps/report@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }
  }
}
resource "google_cloud_run_v2_service_iam_member" "open" {
  name     = google_cloud_run_v2_service.report.name
  location = "europe-west1"
  role     = "roles/run.invoker"
  member   = "allUsers"
}
resource "google_project_iam_member" "held" {
  project = "p"
  role    = ROLE
  member  = google_service_account.report.member
}
resource "google_project_iam_custom_role" "own" {
  role_id     = "own"
  title       = "own"
  permissions = PERMISSIONS
}
resource "google_bigquery_dataset" "raw" {
  dataset_id = "raw"
  location   = "EU"
  labels     = { data = "restricted" }
}
resource "google_secret_manager_secret" "key" {
  secret_id = "key"
  replication {
    auto {}
  }
}
resource "google_kms_key_ring" "r" {
  name     = "r"
  location = "europe-west1"
}
resource "google_kms_crypto_key" "k" {
  name            = "k"
  key_ring        = google_kms_key_ring.r.id
  rotation_period = "7776000s"
}
resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
  labels   = { data = "confidential" }
}
"#;

/// Roles that show how things are set up lead to nothing that they hold.
#[rstest]
#[case::data("bigquery.dataViewer", "google_bigquery_dataset.raw", true)]
#[case::jobs("bigquery.jobUser", "google_bigquery_dataset.raw", false)]
#[case::names("bigquery.metadataViewer", "google_bigquery_dataset.raw", false)]
#[case::secrets("secretmanager.secretAccessor", "google_secret_manager_secret.key", true)]
#[case::secrets_by_name("secretmanager.viewer", "google_secret_manager_secret.key", false)]
#[case::keys("cloudkms.cryptoKeyDecrypter", "google_kms_crypto_key.k", true)]
#[case::keys_by_name("cloudkms.viewer", "google_kms_crypto_key.k", false)]
#[case::objects("storage.objectViewer", "google_storage_bucket.b", true)]
#[case::buckets("storage.bucketViewer", "google_storage_bucket.b", false)]
fn who_only_looks_gets_to_no_data(#[case] role: &str, #[case] store: &str, #[case] leads: bool) {
    let tree = HELD.replace("ROLE", &format!("\"roles/{role}\"")).replace("PERMISSIONS", "[]");
    let path =
        format!("google_cloud_run_v2_service.report > google_service_account.report > {store}");
    let lines = terraform(&tree);
    let found = lines.iter().any(|line| line.contains(&path));
    assert_eq!(found, leads, "{lines:#?}");
}

/// A role of one's own is no worse than the one of Google's that lets do the same.
#[rstest]
#[case::logs("[\"logging.logEntries.create\", \"monitoring.timeSeries.create\"]", false)]
#[case::reads("[\"bigquery.tables.getData\", \"bigquery.jobs.create\"]", false)]
#[case::changes("[\"bigquery.tables.updateData\"]", true)]
fn roles_of_ones_own_that_read_are_scoped(#[case] permissions: &str, #[case] is_broad: bool) {
    let tree = HELD
        .replace("ROLE", "google_project_iam_custom_role.own.id")
        .replace("PERMISSIONS", permissions);
    assert_eq!(has(&terraform(&tree), "T015 google_cloud_run_v2_service.report"), is_broad);
}

/// A project that is only looked up is somebody else's to watch.
#[test]
fn a_project_that_is_looked_up_is_not_owned() {
    let tree = HELD.replace("ROLE", "\"roles/browser\"").replace("PERMISSIONS", "[]");
    let owned = format!(
        "{tree}resource \"google_project\" \"this\" {{\n  name = \"p\"\n  project_id = \"p\"\n}}\n"
    );
    assert!(has(&terraform(&owned), "T023 google_secret_manager_secret.key"));
    let looked_up = format!("{tree}data \"google_project\" \"this\" {{}}\n");
    assert!(!has(&terraform(&looked_up), "T023 google_secret_manager_secret.key"));
}
