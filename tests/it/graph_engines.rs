//! Platforms that run apps by versions: App Engine; and topics that write into stores.

use rstest::rstest;

use crate::graphs::shown;

const VERSION: &str = r#"
resource "google_app_engine_standard_app_version" "v1" {
  project    = "shop"
  service    = "web"
  version_id = "v1"
  runtime    = "python312"
  entrypoint {
    shell = "gunicorn main:app"
  }
  deployment {
    zip {
      source_url = "https://storage.googleapis.com/code/app.zip"
    }
  }
}
"#;
const APPLICATION: &str = r#"
resource "google_app_engine_application" "app" {
  project     = "shop"
  location_id = "europe-west"
}
"#;
const INGRESS: &str = r#"
resource "google_app_engine_service_network_settings" "web" {
  service = google_app_engine_standard_app_version.v1.service
  network_settings {
    ingress_traffic_allowed = "INGRESS_TRAFFIC_ALLOWED_WHO"
  }
}
"#;
const V1: &str = "google_app_engine_standard_app_version.v1";
const APP: &str = "google_app_engine_application.app";

#[rstest]
#[case::alone("", "", &[("internet", V1)])]
#[case::of_an_application(APPLICATION, "", &[("internet", APP), (APP, V1)])]
#[case::of_no_application_here(&APPLICATION.replace("\"shop\"", "\"other\""), "", &[("internet", APP), ("internet", V1)])]
#[case::for_all(APPLICATION, "ALL", &[("internet", APP), (APP, V1)])]
#[case::for_its_network(APPLICATION, "INTERNAL_ONLY", &[("internet", APP)])]
#[case::alone_for_its_network("", "INTERNAL_ONLY", &[])]
#[case::behind_a_balancer("", "INTERNAL_AND_LB", &[])]
fn versions_answer_where_their_application_does(
    #[case] application: &str,
    #[case] ingress: &str,
    #[case] wanted: &[(&str, &str)],
) {
    let settings = if ingress.is_empty() { String::new() } else { INGRESS.replace("WHO", ingress) };
    let text = [VERSION, application, &settings].concat();
    let graph = shown(&[("main.tf", &text)]);
    let ends = |flow: &String| {
        let (source, rest) = flow.split_once(" > ")?;
        let (target, kind) = rest.split_once(' ')?;
        kind.starts_with("network tcp/443").then(|| (source.to_owned(), target.to_owned()))
    };
    let mut found: Vec<(String, String)> = graph.flows.iter().filter_map(ends).collect();
    found.sort_by_key(|(source, _)| source != "internet");
    let wanted: Vec<(String, String)> =
        wanted.iter().map(|(source, target)| ((*source).into(), (*target).into())).collect();
    assert_eq!(found, wanted);
}

const TOPIC: &str = r#"
resource "google_pubsub_topic" "orders" { name = "orders" }
resource "google_bigquery_dataset" "sales" { dataset_id = "sales" }
resource "google_bigquery_table" "orders" {
  dataset_id = google_bigquery_dataset.sales.dataset_id
  table_id   = "orders"
}
resource "google_storage_bucket" "raw" {
  name     = "raw"
  location = "EU"
}
resource "google_pubsub_subscription" "s" {
  name  = "s"
  topic = google_pubsub_topic.orders.id
  WHERE
}
"#;

#[rstest]
#[case::a_table(
    "bigquery_config {\n    table = \"shop.sales.${google_bigquery_table.orders.table_id}\"\n  }",
    "google_bigquery_dataset.sales"
)]
#[case::a_bucket(
    "cloud_storage_config {\n    bucket = google_storage_bucket.raw.name\n  }",
    "google_storage_bucket.raw"
)]
fn subscriptions_write_into_stores(#[case] place: &str, #[case] store: &str) {
    let graph = shown(&[("main.tf", &TOPIC.replace("WHERE", place))]);
    let line = format!("google_pubsub_topic.orders > {store} data");
    assert!(graph.flows.iter().any(|flow| flow.starts_with(&line)), "{:?}", graph.flows);
}

const STORAGE: &str = r#"
resource "azurerm_storage_account" "up" { name = "up" }
resource "azurerm_servicebus_namespace" "ns" { name = "ns" }
resource "azurerm_servicebus_queue" "q" {
  name         = "q"
  namespace_id = azurerm_servicebus_namespace.ns.id
}
resource "azurerm_eventgrid_system_topic" "up" {
  name                   = "up"
  source_arm_resource_id = azurerm_storage_account.up.id
}
resource "azurerm_eventgrid_system_topic_event_subscription" "up" {
  name                          = "up"
  system_topic                  = azurerm_eventgrid_system_topic.up.name
  service_bus_queue_endpoint_id = azurerm_servicebus_queue.q.id
}
"#;
const GRID: &str = r#"
resource "azurerm_eventgrid_topic" "t" { name = "t" }
resource "azurerm_linux_function_app" "f" { name = "f" }
resource "azurerm_eventgrid_event_subscription" "s" {
  name  = "s"
  scope = azurerm_eventgrid_topic.t.id
  azure_function_endpoint {
    function_id = "${azurerm_linux_function_app.f.id}/functions/read"
  }
}
"#;
const USERS: &str = r#"
resource "aws_cognito_user_pool" "users" { name = "users" }
resource "aws_appsync_graphql_api" "api" {
  name                = "notes"
  authentication_type = "AMAZON_COGNITO_USER_POOLS"
  user_pool_config {
    user_pool_id   = aws_cognito_user_pool.users.id
    default_action = "ALLOW"
  }
}
"#;
const CONNECTOR: &str = r#"
resource "aws_s3_bucket" "lake" { bucket = "lake" }
resource "aws_mskconnect_connector" "sink" {
  name                    = "sink"
  connector_configuration = { "s3.bucket.name" = aws_s3_bucket.lake.bucket }
}
"#;

/// What is told or asked through something that is no asset by itself.
#[rstest]
#[case::a_store_tells_a_queue(
    STORAGE,
    "azurerm_storage_account.up > azurerm_servicebus_namespace.ns data"
)]
#[case::a_topic_calls_a_function(
    GRID,
    "azurerm_eventgrid_topic.t > azurerm_linux_function_app.f data"
)]
#[case::a_topic_stands_on_the_internet(
    GRID,
    "internet > azurerm_eventgrid_topic.t network tcp/443"
)]
#[case::users_of_an_interface(
    USERS,
    "aws_cognito_user_pool.users > aws_appsync_graphql_api.api identity"
)]
#[case::a_connector_writes(CONNECTOR, "aws_mskconnect_connector.sink > aws_s3_bucket.lake data")]
fn what_joins_makes_a_flow(#[case] text: &str, #[case] flow: &str) {
    let graph = shown(&[("main.tf", text)]);
    assert!(graph.flows.iter().any(|line| line.starts_with(flow)), "{:?}", graph.flows);
}
