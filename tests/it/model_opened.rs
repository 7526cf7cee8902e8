//! What opens ways in a model, and for whom: routes that ask for a login, trusts before rights, what several machines are made from, names
//! that secrets hold, data behind programs, lower environments.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::model_systems::{all, differs, has, manifests, terraform};

/// An API with a route that asks for a login and one that does not.
const SHOP: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_apigatewayv2_api" "shop" {
  name          = "shop"
  protocol_type = "HTTP"
}
resource "aws_cognito_user_pool" "people" { name = "people" }
resource "aws_apigatewayv2_authorizer" "people" {
  api_id           = aws_apigatewayv2_api.shop.id
  name             = "people"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    audience = ["shop"]
    issuer   = "https://${aws_cognito_user_pool.people.endpoint}"
  }
}
resource "aws_apigatewayv2_integration" "orders" {
  api_id           = aws_apigatewayv2_api.shop.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.orders.invoke_arn
}
resource "aws_apigatewayv2_route" "orders" {
  api_id             = aws_apigatewayv2_api.shop.id
  route_key          = "ANY /orders"
  target             = "integrations/${aws_apigatewayv2_integration.orders.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.people.id
}
resource "aws_apigatewayv2_integration" "returns" {
  api_id              = aws_apigatewayv2_api.shop.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "SQS-SendMessage"
  credentials_arn     = aws_iam_role.door.arn
  request_parameters = {
    QueueUrl    = aws_sqs_queue.returns.url
    MessageBody = "$request.body"
  }
}
resource "aws_apigatewayv2_route" "returns" {
  api_id             = aws_apigatewayv2_api.shop.id
  route_key          = "POST /returns"
  target             = "integrations/${aws_apigatewayv2_integration.returns.id}"
  authorization_type = "AWS_IAM"
}
resource "aws_apigatewayv2_integration" "health" {
  api_id           = aws_apigatewayv2_api.shop.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.health.invoke_arn
}
resource "aws_apigatewayv2_route" "health" {
  api_id             = aws_apigatewayv2_api.shop.id
  route_key          = "GET /health"
  target             = "integrations/${aws_apigatewayv2_integration.health.id}"
  authorization_type = "NONE"
}
resource "aws_sqs_queue" "returns" { tags = { DataClassification = "confidential" } }
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
  filename      = "orders.zip"
}
resource "aws_lambda_function" "health" {
  function_name = "health"
  role          = "arn:aws:iam::111122223333:role/health"
  filename      = "health.zip"
}
resource "aws_iam_role" "door" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "door" {
  role = aws_iam_role.door.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.returns.arn }]
  })
}
resource "aws_iam_role" "orders" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "orders" {
  role = aws_iam_role.orders.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.orders.arn }]
  })
}
resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"#;

const TO_ORDERS: &str = "internet > aws_apigatewayv2_api.shop > aws_lambda_function.orders > aws_iam_role.orders > aws_dynamodb_table.orders";
const TO_RETURNS: &str = "internet > aws_apigatewayv2_api.shop > aws_sqs_queue.returns";
const AS_DOOR: &str =
    "internet > aws_apigatewayv2_api.shop > aws_iam_role.door > aws_sqs_queue.returns";

/// Whoever logs in gets to what a route leads to that asks for it; who does not, to the others.
#[rstest]
#[case::function(TO_ORDERS, "authorization_type = \"JWT\"\n")]
#[case::queue(TO_RETURNS, "authorization_type = \"AWS_IAM\"\n")]
#[case::role(AS_DOOR, "authorization_type = \"AWS_IAM\"\n")]
fn a_route_that_asks_for_a_login_is_opened_otherwise(#[case] way: &str, #[case] asks: &str) {
    let lines = terraform(SHOP);
    assert!(has(&lines, "T031 aws_apigatewayv2_api.shop"), "{lines:#?}");
    assert!(has(&lines, &format!("{way}: T032")), "{lines:#?}");
    let open = terraform(&SHOP.replace(asks, "authorization_type = \"NONE\"\n"));
    assert!(has(&open, &format!("{way}: T031")), "{open:#?}");
}

/// A role that anybody's pipelines take, and that raises its rights.
const PIPELINE: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_iam_openid_connect_provider" "hub" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_role" "deploy" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.hub.arn }
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:fleet/*" } }
    }]
  })
}
resource "aws_iam_role_policy" "deploy" {
  role = aws_iam_role.deploy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["lambda:CreateFunction", "lambda:InvokeFunction"], Resource = "arn:aws:lambda:eu-west-1:*:function:f-*" },
      { Effect = "Allow", Action = "iam:PassRole", Resource = aws_iam_role.work.arn },
    ]
  })
}
resource "aws_iam_role" "work" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "work" {
  role = aws_iam_role.work.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.books.arn }]
  })
}
resource "aws_dynamodb_table" "books" {
  name     = "books"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"#;

#[test]
fn a_trust_is_opened_by_its_own_threat() {
    let way = "aws_iam_openid_connect_provider.hub > aws_iam_role.deploy > aws_iam_role.work > aws_dynamodb_table.books: T013 T011 T015";
    differs(PIPELINE, "repo:fleet/*", "repo:fleet/ships:ref:refs/heads/main", way, terraform);
}

/// Two groups of machines from one template, with what they run as and a password in their script.
const FLEET: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_iam_instance_profile" "box" { role = aws_iam_role.box.name }
resource "aws_iam_role" "box" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_launch_template" "box" {
  image_id = "ami-1"
  iam_instance_profile {
    arn = aws_iam_instance_profile.box.arn
  }
}
resource "aws_autoscaling_group" "box" {
  for_each         = toset(["blue", "green"])
  min_size         = 1
  max_size         = 2
  launch_template {
    id = aws_launch_template.box.id
  }
}
"#;

#[rstest]
#[case::blue("blue")]
#[case::green("green")]
fn what_machines_are_made_from_is_a_part_of_each(#[case] color: &str) {
    let group = format!("aws_autoscaling_group.box[\"{color}\"]");
    let lines = terraform(FLEET);
    assert!(has(&lines, &format!("{group} > aws_iam_role.box identity")), "{lines:#?}");
    assert!(has(&lines, &format!("T014 {group}")), "{lines:#?}");
    let token = "  metadata_options {\n    http_tokens = \"required\"\n  }\n";
    let asked =
        FLEET.replace("  image_id = \"ami-1\"\n", &format!("  image_id = \"ami-1\"\n{token}"));
    assert!(!has(&terraform(&asked), "T014"), "{color}");
}

/// An app with a reference to a secret that holds a connection to a database.
const KEPT: &str = r#"
provider "azurerm" {
  features {}
}
resource "azurerm_resource_group" "all" {
  name     = "all"
  location = "westeurope"
}
resource "azurerm_key_vault" "keys" {
  name                = "keys"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  tenant_id           = "11111111-1111-1111-1111-111111111111"
  sku_name            = "standard"
}
resource "azurerm_mssql_server" "books" {
  name                = "books"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  version             = "12.0"
}
resource "azurerm_mssql_firewall_rule" "clouds" {
  name             = "clouds"
  server_id        = azurerm_mssql_server.books.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}
resource "azurerm_key_vault_secret" "books" {
  name         = "books"
  key_vault_id = azurerm_key_vault.keys.id
  value        = "Server=tcp:${azurerm_mssql_server.books.fully_qualified_domain_name},1433;Database=books"
}
resource "azurerm_linux_web_app" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  service_plan_id     = "plan"
  app_settings = {
    BOOKS = "@Microsoft.KeyVault(SecretUri=${azurerm_key_vault_secret.books.versionless_id})"
  }
}
"#;

#[rstest]
#[case::named("SecretUri=${azurerm_key_vault_secret.books.versionless_id}", "SecretUri=https://x")]
#[case::held("${azurerm_mssql_server.books.fully_qualified_domain_name}", "books.example.org")]
fn who_is_given_a_secret_speaks_to_the_host_in_it(#[case] from: &str, #[case] to: &str) {
    differs(
        KEPT,
        from,
        to,
        "azurerm_linux_web_app.shop > azurerm_mssql_server.books network tcp/1433",
        terraform,
    );
}

/// A task with a secret of Secrets Manager that holds the address of a database.
#[test]
fn a_version_of_a_secret_is_kept_under_its_name() {
    let tree = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "all" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port = 5432
    to_port   = 5432
    protocol  = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_db_subnet_group" "books" { subnet_ids = [aws_subnet.net.id] }
resource "aws_db_instance" "books" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.books.name
  vpc_security_group_ids = [aws_security_group.all.id]
}
resource "aws_secretsmanager_secret" "books" { name = "books" }
resource "aws_secretsmanager_secret_version" "books" {
  secret_id     = aws_secretsmanager_secret.books.id
  secret_string = jsonencode({ url = "postgres://books:${var.word}@${aws_db_instance.books.address}:5432/books" })
}
variable "word" { sensitive = true }
resource "aws_ecs_task_definition" "shop" {
  family                = "shop"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{
    name    = "shop"
    image   = "shop"
    secrets = [{ name = "URL", valueFrom = aws_secretsmanager_secret.books.arn }]
  }])
}
resource "aws_ecs_service" "shop" {
  name            = "shop"
  task_definition = aws_ecs_task_definition.shop.arn
  network_configuration {
    subnets         = [aws_subnet.net.id]
    security_groups = [aws_security_group.all.id]
  }
}
"#;
    let line = "aws_ecs_service.shop > aws_db_instance.books network tcp/5432";
    differs(tree, "${aws_db_instance.books.address}", "books.example.org", line, terraform);
    differs(
        tree,
        "valueFrom = aws_secretsmanager_secret.books.arn",
        "valueFrom = \"arn\"",
        line,
        terraform,
    );
}

/// A password that is the default of a variable, with the database that takes it.
const PASSWORD: &str = r#"
variable "db_password" {
  type    = string
  default = "kingfisher-7731-lane"
}
resource "aws_db_instance" "books" {
  engine              = "postgres"
  password            = var.db_password
  publicly_accessible = false
  tags                = { DataClassification = "restricted" }
}
"#;

#[test]
fn a_secret_in_code_opens_the_same_in_a_module() {
    let context = |tree: &BTreeMap<String, String>, variable: &str| {
        let lines = all(tree);
        let start = format!("T008 {variable}: ");
        let own = lines.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
        own.unwrap_or_else(|| panic!("{lines:#?}"))
    };
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let provider = "provider \"aws\" { region = \"eu-west-1\" }\n";
    let root = BTreeMap::from([file("main.tf", &[provider, PASSWORD].concat())]);
    let called = BTreeMap::from([
        file("main.tf", &format!("{provider}module \"books\" {{\n  source = \"./books\"\n}}\n")),
        file("books/main.tf", PASSWORD),
    ]);
    let own = context(&root, "var.db_password");
    assert!(own.contains("data=restricted"), "{own}");
    assert_eq!(context(&called, "module.books.var.db_password"), own);
}

/// A bucket, and a trail that records what is done to its objects.
const TRAIL: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_s3_bucket" "books" { tags = { DataClassification = "restricted" } }
resource "aws_cloudtrail" "all" {
  name           = "all"
  s3_bucket_name = "elsewhere"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
"#;

#[rstest]
#[case::only_writes("read_write_type = \"All\"", "read_write_type = \"WriteOnly\"")]
#[case::other_data("AWS::S3::Object", "AWS::Lambda::Function")]
#[case::another_bucket("[\"arn:aws:s3\"]", "[\"arn:aws:s3:::other/\"]")]
#[case::switched_off("name           = \"all\"", "name = \"all\"\n  enable_logging = false")]
#[case::perhaps_off(
    "name           = \"all\"",
    "name = \"all\"\n  enable_logging = aws_s3_bucket.books.id"
)]
#[case::perhaps_not_there(
    "name           = \"all\"",
    "name = \"all\"\n  count = length(aws_s3_bucket.books.id)"
)]
#[case::perhaps_only_writes(
    "read_write_type = \"All\"",
    "read_write_type = aws_s3_bucket.books.id"
)]
fn a_trail_of_data_events_is_a_log(#[case] from: &str, #[case] to: &str) {
    let silent = "T023 aws_s3_bucket.books";
    assert!(!has(&terraform(TRAIL), silent));
    assert_eq!(TRAIL.matches(from).count(), 1, "{from}");
    assert!(has(&terraform(&TRAIL.replace(from, to)), silent), "{from} -> {to}");
}

#[rstest]
#[case::of_the_bucket(
    "event_selector {\n    read_write_type = \"All\"\n    data_resource {\n      type   = \"AWS::S3::Object\"\n      values = [\"${aws_s3_bucket.books.arn}/\"]\n    }\n  }",
    true
)]
#[case::by_fields(
    "advanced_event_selector {\n    field_selector {\n      field  = \"resources.type\"\n      equals = [\"AWS::S3::Object\"]\n    }\n  }",
    true
)]
#[case::by_fields_of_writes(
    "advanced_event_selector {\n    field_selector {\n      field  = \"resources.type\"\n      equals = [\"AWS::S3::Object\"]\n    }\n    field_selector {\n      field  = \"readOnly\"\n      equals = [\"false\"]\n    }\n  }",
    false
)]
fn selectors_of_a_trail(#[case] selector: &str, #[case] logged: bool) {
    let (before, _) = TRAIL.split_once("event_selector").unwrap();
    let tree = format!("{before}{selector}\n}}\n");
    assert_eq!(!has(&terraform(&tree), "T023 aws_s3_bucket.books"), logged);
}

/// A database in a cluster that answers on the internet.
const OPEN: &str = r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: books, labels: {data: confidential}}
spec:
  serviceName: books
  selector: {matchLabels: {app: books}}
  template:
    metadata: {labels: {app: books}}
    spec:
      containers:
      - name: books
        image: postgres:16
        ports: [{containerPort: 5432}]
        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: books}
spec:
  type: LoadBalancer
  selector: {app: books}
  ports: [{port: 5432}]
";

#[test]
fn a_program_that_keeps_data_is_asked_as_a_store_is() {
    let way = "internet > Service/default/books > StatefulSet/default/books > PersistentVolumeClaim/default/data-books: T002 =";
    differs(OPEN, "type: LoadBalancer", "type: ClusterIP", way, manifests);
}

/// A workload in a lower environment with a secret of its own, which calls one in a higher environment.
const LOWER: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: test, labels: {environment: dev}}
---
apiVersion: v1
kind: Namespace
metadata: {name: live, labels: {environment: prod}}
---
apiVersion: v1
kind: Secret
metadata: {name: own, namespace: test}
stringData: {token: kingfisher-7731-lane}
---
apiVersion: v1
kind: Secret
metadata: {name: live, namespace: live}
stringData: {token: kingfisher-8842-lane}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: test}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        image: shop
        args: ["--store=http://store.live:8080"]
        envFrom: [{secretRef: {name: own}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: store, namespace: live}
spec:
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      containers:
      - name: store
        image: store
        ports: [{containerPort: 8080}]
        envFrom: [{secretRef: {name: live}}]
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: live}
spec: {selector: {app: store}, ports: [{port: 8080}]}
"#;

#[test]
fn a_lower_environment_begins_where_it_reaches_a_higher_one() {
    let lines = manifests(LOWER);
    assert!(
        has(&lines, "Deployment/test/shop > Deployment/live/store > Secret/live/live"),
        "{lines:#?}"
    );
    assert!(!has(&lines, "Deployment/test/shop > Secret/test/own:"), "{lines:#?}");
}

/// An account of a cluster that may do everything there, beside stores of a cloud.
const MIXED: &str = r#"
provider "aws" { region = "eu-west-1" }
provider "kubernetes" {}
resource "aws_dynamodb_table" "books" {
  name     = "books"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "kubernetes_secret_v1" "own" {
  metadata {
    name      = "own"
    namespace = "ops"
  }
  data = { token = "x" }
}
resource "kubernetes_service_account_v1" "deploy" {
  metadata {
    name      = "deploy"
    namespace = "ops"
  }
}
resource "kubernetes_cluster_role_binding_v1" "deploy" {
  metadata { name = "deploy" }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject {
    kind      = "ServiceAccount"
    name      = "deploy"
    namespace = "ops"
  }
}
"#;

#[test]
fn rights_over_everything_end_at_the_cloud() {
    let lines = terraform(MIXED);
    let own = "kubernetes_service_account_v1.deploy > kubernetes_secret_v1.own permission";
    assert!(has(&lines, own), "{lines:#?}");
    assert!(!has(&lines, "kubernetes_service_account_v1.deploy > aws_dynamodb_table.books"));
}

/// A role that may do everything in the account that runs a cluster.
const ABOVE: &str = r#"
resource "aws_iam_role" "chief" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "chief" {
  role = aws_iam_role.chief.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
resource "aws_eks_cluster" "ships" {
  name     = "ships"
  role_arn = "arn:aws:iam::111122223333:role/ships"
  vpc_config { subnet_ids = ["subnet-1", "subnet-2"] }
}
"#;

#[test]
fn rights_over_everything_hold_in_clusters_of_the_cloud() {
    let line = "aws_iam_role.chief > kubernetes_secret_v1.own permission";
    assert!(has(&terraform(&[MIXED, ABOVE].concat()), line));
    let (role, _) = ABOVE.split_once("resource \"aws_eks_cluster\"").unwrap();
    assert!(!has(&terraform(&[MIXED, role].concat()), line));
}

/// A topic that tells somebody over the web.
const TOLD: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_sns_topic" "news" { name = "news" }
resource "aws_sns_topic_subscription" "news" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "https"
  endpoint  = "https://hooks.example.com/in"
}
resource "aws_route53_record" "hooks" {
  zone_id = "Z1"
  name    = "other.example.com"
  type    = "A"
  records = ["192.0.2.7"]
}
"#;

#[rstest]
#[case::somebody("https://hooks.example.com/in", true)]
#[case::by_a_path("https://hooks.example.com/${aws_sns_topic.news.name}", true)]
#[case::a_name_of_ones_own("https://OTHER.example.com/in", false)]
fn whom_a_topic_tells(#[case] address: &str, #[case] outside: bool) {
    let lines = terraform(&TOLD.replace("https://hooks.example.com/in", address));
    assert_eq!(
        has(&lines, "aws_sns_topic.news > aws_sns_topic_subscription.news network"),
        outside,
        "{lines:#?}"
    );
}

/// An identity that owns the subscription, by its id.
const OWNER: &str = r#"
provider "azurerm" {
  features {}
}
data "azurerm_client_config" "current" {}
resource "azurerm_resource_group" "all" {
  name     = "all"
  location = "westeurope"
}
resource "azurerm_storage_account" "files" {
  name                = "files"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
}
resource "azurerm_user_assigned_identity" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
}
resource "azurerm_role_assignment" "app" {
  scope                = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  role_definition_name = "Owner"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}
"#;

#[rstest]
#[case::a_group("subscription_id}\"", "subscription_id}/resourceGroups/other\"")]
#[case::formatted(
    "\"/subscriptions/${data.azurerm_client_config.current.subscription_id}\"",
    "replace(\"/subscriptions/x/resourceGroups/other\", \"x\", data.azurerm_client_config.current.subscription_id)"
)]
#[case::another_thing(
    "\"/subscriptions/${data.azurerm_client_config.current.subscription_id}\"",
    "data.azurerm_client_config.current.client_id"
)]
fn a_subscription_is_named_by_its_id(#[case] from: &str, #[case] to: &str) {
    let line = "azurerm_user_assigned_identity.app > azurerm_storage_account.files permission";
    differs(OWNER, from, to, line, terraform);
    let of_group = OWNER.replace(
        "subscription_id}\"",
        "subscription_id}/resourceGroups/${azurerm_resource_group.all.name}\"",
    );
    assert!(has(&terraform(&of_group), line));
    assert!(has(&terraform(OWNER), "T010 azurerm_user_assigned_identity.app"));
    assert!(!has(&terraform(&of_group), "T010 azurerm_user_assigned_identity.app"));
}

/// A role that one account of a cluster takes, by a condition of which the key is known in part.
const TAKEN: &str = r#"
provider "aws" { region = "eu-west-1" }
provider "kubernetes" {}
resource "aws_eks_cluster" "ships" {
  name     = "ships"
  role_arn = "arn:aws:iam::111122223333:role/ships"
  vpc_config { subnet_ids = ["subnet-1", "subnet-2"] }
}
resource "aws_iam_openid_connect_provider" "ships" {
  url            = aws_eks_cluster.ships.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_role" "work" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.ships.arn }
      Condition = {
        StringEquals = {
          "${replace(aws_iam_openid_connect_provider.ships.url, "https://", "")}:aud" = "sts.amazonaws.com"
          "${replace(aws_iam_openid_connect_provider.ships.url, "https://", "")}:sub" = "system:serviceaccount:harbour:work"
        }
      }
    }]
  })
}
resource "kubernetes_service_account_v1" "work" {
  metadata {
    name        = "work"
    namespace   = "harbour"
    annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.work.arn }
  }
}
"#;

#[test]
fn a_condition_counts_where_its_key_is_known_in_part() {
    let line = "kubernetes_service_account_v1.work > aws_iam_role.work identity";
    differs(TAKEN, "serviceaccount:harbour:work", "serviceaccount:quay:work", line, terraform);
    // What is secret beside it takes what is known away, and shows nothing.
    let secret = "system:serviceaccount:quay:work\"\n          hidden = var.hidden";
    let tree = TAKEN.replace("system:serviceaccount:harbour:work\"", secret);
    let variable = "variable \"hidden\" {\n  sensitive = true\n  default = \"hush-hush\"\n}\n";
    assert!(has(&terraform(&[&tree, variable].concat()), line));
}

/// A machine that may make functions, anywhere, and pass the role of one on.
#[rstest]
#[case::some_functions("arn:aws:lambda:eu-west-1:*:function:f-*")]
#[case::all_functions("*")]
fn rights_over_all_of_one_service_are_none_over_another(#[case] functions: &str) {
    let tree = PIPELINE.replace("arn:aws:lambda:eu-west-1:*:function:f-*", functions);
    assert!(has(&terraform(&tree), "T011 aws_iam_role.deploy"));
    // Who may read all tables gains nothing by it.
    let all = "{ Effect = \"Allow\", Action = \"dynamodb:*\", Resource = \"*\" },\n      { Effect = \"Allow\", Action = \"iam:PassRole\"";
    let tree = tree.replace("{ Effect = \"Allow\", Action = \"iam:PassRole\"", all);
    assert!(!has(&terraform(&tree), "T011 aws_iam_role.deploy"));
}

/// Things of several kinds that share one service.
const SHARED: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_cloudwatch_event_bus" "ships" { name = "ships" }
resource "aws_cloudwatch_event_rule" "ships" {
  name                = "ships"
  schedule_expression = "rate(5 minutes)"
}
resource "aws_ssm_parameter" "depth" {
  name  = "depth"
  type  = "String"
  value = "7"
}
resource "aws_ssm_document" "sail" {
  name          = "sail"
  document_type = "Command"
  content       = "{}"
}
resource "aws_iam_role" "mate" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "mate" {
  role = aws_iam_role.mate.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ACTION"], Resource = "*" }]
  })
}
"#;

#[rstest]
#[case::events("events:PutEvents", &["aws_cloudwatch_event_bus.ships"])]
#[case::targets("events:PutTargets", &["aws_cloudwatch_event_bus.ships", "aws_cloudwatch_event_rule.ships"])]
#[case::parameters("ssm:GetParameter", &["aws_ssm_parameter.depth"])]
#[case::commands("ssm:SendCommand", &["aws_ssm_document.sail"])]
#[case::all_of_a_service("ssm:*", &["aws_ssm_document.sail", "aws_ssm_parameter.depth"])]
fn actions_on_everything_are_about_things_of_their_kind(
    #[case] action: &str,
    #[case] expected: &[&str],
) {
    let lines = terraform(&SHARED.replace("ACTION", action));
    let targets: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("aws_iam_role.mate > ")?.split_once(" permission"))
        .map(|(target, _)| target)
        .collect();
    assert_eq!(targets, expected);
}

/// Services that are made from one definition say nothing of each other.
#[test]
fn what_several_are_made_from_names_none_of_them() {
    let tree = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "all" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_task_definition" "work" {
  family                = "work"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "work", image = "work", portMappings = [{ containerPort = 8080 }] }])
}
resource "aws_ecs_service" "work" {
  count           = 3
  name            = "work-${count.index}"
  task_definition = aws_ecs_task_definition.work.arn
  network_configuration {
    subnets         = [aws_subnet.net.id]
    security_groups = [aws_security_group.all.id]
  }
}
"#;
    let lines = terraform(tree);
    assert!(has(&lines, "aws_ecs_service.work[2] compute_container"), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("> aws_ecs_service.work")), "{lines:#?}");
}

/// A function that is given a parameter which holds something of a machine.
const GIVEN: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "all" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "box" {
  ami                    = "ami-1"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.net.id
  vpc_security_group_ids = [aws_security_group.all.id]
}
resource "aws_ssm_parameter" "box" {
  name  = "box"
  type  = "String"
  value = "http://${aws_instance.box.private_ip}:8080"
}
resource "aws_lambda_function" "ask" {
  function_name = "ask"
  role          = "arn:aws:iam::111122223333:role/ask"
  filename      = "ask.zip"
  vpc_config {
    subnet_ids         = [aws_subnet.net.id]
    security_group_ids = [aws_security_group.all.id]
  }
  environment {
    variables = { BOX = aws_ssm_parameter.box.name }
  }
}
"#;

#[test]
fn what_is_kept_may_be_no_address() {
    let line = "aws_lambda_function.ask > aws_instance.box network tcp/8080";
    differs(
        GIVEN,
        "http://${aws_instance.box.private_ip}:8080",
        "${aws_instance.box.id}",
        line,
        terraform,
    );
    let id = GIVEN.replace("http://${aws_instance.box.private_ip}:8080", "${aws_instance.box.id}");
    assert!(!has(&terraform(&id), "aws_lambda_function.ask > aws_instance.box"));
}

/// A policy that lets nobody but an exporter in to a database, which a program has the password of.
const SHUT: &str = r#"
apiVersion: v1
kind: Secret
metadata: {name: url}
stringData: {DATABASE_URL: "postgresql://books:kingfisher-7731@books:5432/books"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - {name: shop, image: shop, envFrom: [{secretRef: {name: url}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: books}
spec:
  podSelector: {matchLabels: {app: books}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: shop}}}]
---
"#;

#[test]
fn a_secret_opens_the_host_that_it_names_whoever_gets_there() {
    let tree = [SHUT, OPEN].concat().replace("type: LoadBalancer", "type: ClusterIP");
    let own = |tree: &str| {
        let lines = manifests(tree);
        lines.into_iter().find(|line| line.starts_with("T008 Secret/default/url"))
    };
    let shut = tree.replace("matchLabels: {app: shop}}}]", "matchLabels: {app: exporter}}}]");
    let calls = "Deployment/default/shop > StatefulSet/default/books network";
    assert!(has(&manifests(&tree), calls) && !has(&manifests(&shut), calls));
    assert!(own(&tree).is_some());
    assert_eq!(own(&tree), own(&shut));
}
