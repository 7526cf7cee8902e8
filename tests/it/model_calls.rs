//! What the settings of programs say of their connections in a model: by address, by key.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A program that names a machine of its network, which lets it in.
const CALLER: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "api" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "api" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  private_ip             = null
  vpc_security_group_ids = [aws_security_group.api.id]
}
locals {
  host = aws_instance.api.private_ip
}
"#;

const FUNCTION: &str = r#"
resource "aws_lambda_function" "web" {
  function_name = "web"
  role          = "arn:aws:iam::123456789012:role/web"
  vpc_config {
    subnet_ids         = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.web.id]
  }
  environment {
    variables = {
      API = VALUE
    }
  }
}
"#;

const TASK: &str = r#"
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web", environment = [{ name = "API", value = VALUE }] }
  ])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"#;

const MACHINE: &str = r#"
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = <<-EOT
    #!/bin/sh
    export API="${VALUE}"
  EOT
}
"#;

#[rstest]
#[case::clear("\"http://${local.host}:8080\"", "no")]
#[case::tls("\"https://${local.host}:8080/${local.host}\"", "yes")]
#[case::who_connects("\"https://web:${aws_vpc.v.id}@${local.host}:8080\"", "yes")]
#[case::a_host("local.host", "unknown")]
#[case::another_one("\"https://example.com/${local.host}\"", "unknown")]
fn an_address_in_settings_says_what_is_spoken(
    #[values(FUNCTION, TASK, MACHINE)] caller: &str,
    #[case] value: &str,
    #[case] said: &str,
    #[values("null", "\"10.0.1.10\"")] address: &str,
) {
    let text = if value.starts_with('"') { value } else { &format!("\"${{{value}}}\"") };
    let caller = caller.replace("\"${VALUE}\"", text).replace("VALUE", value);
    let known = format!("= {address}");
    let found = terraform(&format!("{CALLER}{caller}").replace("= null", &known));
    let line = format!("> aws_instance.api network tcp/8080 {said}");
    assert!(found.iter().any(|it| it.ends_with(&line)), "{found:#?}");
}

/// What stands around a host (`_`) that is not known before apply.
#[rstest]
#[case("http://_:8080/x", "no")]
#[case("url=https://_/x", "yes")]
#[case("HTTP://_", "no")]
#[case("rediss://_:6379", "yes")]
#[case("xhttp://_", "unknown")]
#[case("postgres://app:secret@_:5432/app?sslmode=verify-full", "yes")]
#[case("postgres://app@_/app?sslmode=disable", "no")]
#[case("jdbc:mysql://_:3306/app?useSSL=false", "no")]
#[case("jdbc:mysql://_:3306/app?useSSL=true", "unknown")]
#[case("jdbc:mysql://_:3306/app?user=app&sslMode=DISABLED", "no")]
#[case("jdbc:mysql://_:3306/app?useSSL=false&sslMode=REQUIRED", "yes")]
#[case("mysql://app@_/app?ssl-mode=DISABLED", "no")]
#[case("mysql://app@_/app?ssl-mode=PREFERRED", "optional")]
#[case("jdbc:sqlserver://_:1433;encrypt=false", "no")]
#[case("host=_ port=5432 sslmode=disable", "unknown")]
#[case("see http://a.example/?next=_", "unknown")]
// A name, a word that opens, a port, a path: none of them is whom it connects to.
#[case("postgres://_:_@_:_/_?sslmode=require", "yes")]
#[case("https://_/_", "yes")]
#[case("https://host.example/_", "unknown")]
#[case("export A=http://_\\nexport B=http://_", "no")]
// Which of the two is asked for is not known.
#[case("export A=http://_\\nexport B=https://_", "unknown")]
#[case("curl http://_ && aws s3 cp x s3://_", "unknown")]
// In more places than are looked at.
#[case(&"http://_ ".repeat(1001), "unknown")]
#[case(&"_".repeat(2000), "unknown")]
fn what_stands_around_a_host(#[case] text: &str, #[case] said: &str) {
    let value = format!("\"{}\"", text.replace('_', "${local.host}"));
    let found = terraform(&format!("{CALLER}{}", FUNCTION.replace("VALUE", &value)));
    let line = format!("> aws_instance.api network tcp/8080 {said}");
    assert!(found.iter().any(|it| it.ends_with(&line)), "{found:#?}");
}

/// An app whose settings hold keys of stores.
const KEYS: &str = r#"
resource "azurerm_service_plan" "p" {
  name     = "p"
  os_type  = "Linux"
  sku_name = "P1v3"
}
resource "azurerm_linux_web_app" "a" {
  name            = "a"
  service_plan_id = azurerm_service_plan.p.id
  https_only      = true
  site_config {}
  app_settings = {
    CARTS = azurerm_cosmosdb_account.c.primary_key
    DOCS  = azurerm_storage_account.s.primary_blob_connection_string
    BUS   = azurerm_servicebus_namespace.b.default_primary_connection_string
  }
}
resource "azurerm_cosmosdb_account" "c" {
  name       = "c"
  offer_type = "Standard"
}
resource "azurerm_storage_account" "s" {
  name                     = "s"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
}
resource "azurerm_servicebus_namespace" "b" {
  name = "b"
  sku  = "Standard"
}
"#;

/// Who holds a key calls the store; who only knows its address does so by rights, which are said apart.
#[rstest]
#[case("c.primary_key", "c.endpoint", "azurerm_cosmosdb_account.c network tcp/443 yes")]
#[case(
    "s.primary_blob_connection_string",
    "s.primary_blob_endpoint",
    "azurerm_storage_account.s network tcp/443 yes"
)]
#[case(
    "b.default_primary_connection_string",
    "b.name",
    "azurerm_servicebus_namespace.b network tcp/5671 yes"
)]
#[case(
    "  account_tier",
    "  public_network_access_enabled = false\n  account_tier",
    "azurerm_storage_account.s network"
)]
fn who_holds_a_key_of_a_store_calls_it(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    let line = format!("azurerm_linux_web_app.a > {line}");
    differs(KEYS, from, to, &line, terraform);
}

/// What an attribute for it says already is not said twice.
#[test]
fn a_store_that_a_program_works_with_has_one_flow() {
    let function = KEYS
        .replace("azurerm_linux_web_app", "azurerm_linux_function_app")
        .replace("  site_config {}", "  site_config {}\n  storage_account_name = azurerm_storage_account.s.name\n  storage_account_access_key = azurerm_storage_account.s.primary_access_key");
    let found = terraform(&function);
    assert!(has(&found, "azurerm_linux_function_app.a > azurerm_storage_account.s data"));
    assert!(!has(&found, "azurerm_linux_function_app.a > azurerm_storage_account.s network"));
    assert!(has(&found, "azurerm_linux_function_app.a > azurerm_cosmosdb_account.c network"));
}

/// A database that answers everybody, and only over TLS.
const OPEN: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "i" {
  vpc_id = aws_vpc.v.id
}
resource "aws_default_route_table" "r" {
  default_route_table_id = aws_vpc.v.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_db_subnet_group" "d" {
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_security_group" "d" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_db_parameter_group" "d" {
  family = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}
resource "aws_db_instance" "d" {
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  publicly_accessible    = true
  parameter_group_name   = aws_db_parameter_group.d.name
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.d.id]
}
"#;

#[test]
fn a_store_speaks_with_strangers_as_with_all() {
    let line = "internet > aws_db_instance.d network tcp/5432 yes";
    differs(OPEN, "value = \"1\"", "value = \"0\"", line, terraform);
}

/// A program that is given the addresses of two services.
const SERVICES: &str = r#"
resource "google_cloud_run_v2_service" "back" {
  name     = "back"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_ALL"
  template {
    containers { image = "europe-docker.pkg.dev/p/apps/back:1.2.3" }
  }
}
resource "google_cloud_run_service" "old" {
  name     = "old"
  location = "europe-west1"
  template {
    spec {
      containers { image = "europe-docker.pkg.dev/p/apps/old:1.2.3" }
    }
  }
}
resource "aws_apigatewayv2_api" "api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_route" "api" {
  api_id    = aws_apigatewayv2_api.api.id
  route_key = "GET /"
}
resource "google_cloud_run_v2_service" "front" {
  name     = "front"
  location = "europe-west1"
  template {
    containers {
      image = "europe-docker.pkg.dev/p/apps/front:1.2.3"
      env {
        name  = "BACK"
        value = google_cloud_run_v2_service.back.uri
      }
      env {
        name  = "OLD"
        value = google_cloud_run_service.old.status[0].url
      }
      env {
        name  = "API"
        value = "${aws_apigatewayv2_api.api.api_endpoint}/v1"
      }
    }
  }
}
"#;

/// Who is given the address of a service of the web calls it, where that answers.
#[rstest]
#[case("back.uri", "back.name", "google_cloud_run_v2_service.back")]
#[case("INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "google_cloud_run_v2_service.back")]
#[case("old.status[0].url", "old.name", "google_cloud_run_service.old")]
#[case("api.api_endpoint", "api.name", "aws_apigatewayv2_api.api")]
fn who_has_the_address_of_a_service_calls_it(
    #[case] from: &str,
    #[case] to: &str,
    #[case] service: &str,
) {
    let line = format!("google_cloud_run_v2_service.front > {service} network tcp/443 yes");
    differs(SERVICES, from, to, &line, terraform);
}

/// An API passes on to a balancer on the internet by its name, where that lets everyone in.
#[rstest]
#[case::the_door(
    "cidr_blocks = [\"0.0.0.0/0\"]\n  }\n  ingress",
    "cidr_blocks = [\"10.0.0.0/8\"]\n  }\n  ingress",
    "aws_apigatewayv2_api.api > aws_lb.front network tcp/80 no"
)]
#[case::the_scheme(
    "\"http://${aws",
    "\"https://${aws",
    "aws_apigatewayv2_api.api > aws_lb.front network tcp/80 no"
)]
#[case::the_address(
    "${aws_lb.front.dns_name}",
    "front.example.com",
    "aws_apigatewayv2_api.api > aws_lb.front network tcp/80 no"
)]
fn an_api_passes_on_to_the_internet(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(PASSED_ON, from, to, line, terraform);
}

const PASSED_ON: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.r.id
}
resource "aws_route_table_association" "b" {
  subnet_id      = aws_subnet.b.id
  route_table_id = aws_route_table.r.id
}
resource "aws_security_group" "front" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_lb" "front" {
  name            = "front"
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.front.id]
}
resource "aws_apigatewayv2_api" "api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_integration" "api" {
  api_id             = aws_apigatewayv2_api.api.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = "http://${aws_lb.front.dns_name}/{proxy}"
}
"#;
