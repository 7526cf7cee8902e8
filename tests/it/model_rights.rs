//! What rights on AWS are about, and what their words prove, in a model.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

const ROLE: &str = r#"
resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" }
  }] })
}
resource "aws_lambda_function" "app" {
  function_name = "app"
  role          = aws_iam_role.app.arn
}
resource "aws_iam_role_policy" "app" {
  role = aws_iam_role.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = ACTION, Resource = RESOURCE
  }] })
}
"#;

fn allowing(action: &str, resource: &str) -> String {
    ROLE.replace("ACTION", action).replace("RESOURCE", resource)
}

/// An ARN that begins with a name is about one thing, whatever follows the name.
#[rstest]
#[case::objects_of_one_bucket("s3:PutObject", "arn:aws:s3:::acme-reports/*", false)]
#[case::objects_of_all_buckets("s3:PutObject", "arn:aws:s3:::*/*", true)]
#[case::all_buckets("s3:PutObject", "arn:aws:s3:::*", true)]
#[case::routes_of_one_api(
    "execute-api:Invalidate",
    "arn:aws:execute-api:eu-west-1:111122223333:abc123/*",
    false
)]
#[case::all_access_points("s3:PutObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/*", true)]
#[case::all_queues("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:*", true)]
#[case::all_tables("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/*", true)]
#[case::one_table(
    "dynamodb:PutItem",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/*",
    false
)]
fn names_in_arns(#[case] action: &str, #[case] resource: &str, #[case] is_broad: bool) {
    let bucket = "resource \"aws_s3_bucket\" \"reports\" { bucket = \"acme-reports\" }\n";
    let tree =
        format!("{bucket}{}", allowing(&format!("\"{action}\""), &format!("\"{resource}\"")));
    let model = terraform(&tree);
    assert_eq!(has(&model, "T015 aws_lambda_function.app:"), is_broad, "{model:#?}");
}

/// Actions that only look at what they are given give nothing away, on whatever they are.
#[rstest]
#[case::a_model("bedrock:InvokeModel", false)]
#[case::pages("textract:AnalyzeDocument", false)]
#[case::texts("translate:TranslateText", false)]
#[case::voices("polly:SynthesizeSpeech", false)]
#[case::making_a_model("bedrock:CreateModelCustomizationJob", true)]
fn actions_that_look(#[case] action: &str, #[case] is_broad: bool) {
    let model = terraform(&allowing(&format!("\"{action}\""), "\"*\""));
    let broad =
        model.iter().any(|line| line.starts_with("T015") && line.contains("privilege=broad"));
    assert_eq!(broad, is_broad, "{model:#?}");
}

/// Which actions are about parameters.
#[rstest]
#[case::reading("ssm:GetParameter", true)]
#[case::by_path("ssm:GetParametersByPath", true)]
#[case::whatever_is_got("ssm:Get*", true)]
#[case::everything("ssm:*", true)]
#[case::running("ssm:SendCommand", false)]
#[case::what_ran("ssm:GetCommand*", false)]
fn actions_on_parameters(#[case] action: &str, #[case] is_about: bool) {
    let parameter = "resource \"aws_ssm_parameter\" \"login\" {\n  name  = \"/app/login\"\n  type  = \"SecureString\"\n  value = \"x\"\n}\n";
    let tree = format!("{parameter}{}", allowing(&format!("\"{action}\""), "\"*\""));
    let line = "aws_iam_role.app > aws_ssm_parameter.login permission";
    let model = terraform(&tree);
    assert_eq!(has(&model, line), is_about, "{model:#?}");
}

/// What else a policy speaks of is nothing that a secret or a key in it opens, however the policy is attached.
#[rstest]
#[case::inline("aws_iam_role_policy", "role = aws_iam_role.app.name")]
#[case::managed("aws_iam_policy", "name = \"app\"")]
fn secrets_beside_stores(#[case] kind: &str, #[case] whose: &str) {
    let things = r#"
resource "aws_secretsmanager_secret" "payments" { name = "payments" }
resource "aws_s3_bucket" "pages" {
  bucket = "pages"
  tags   = { data = "internal" }
}
"#;
    let tree = allowing(
        "\"secretsmanager:GetSecretValue\"",
        "[aws_secretsmanager_secret.payments.arn, aws_s3_bucket.pages.arn]",
    );
    let tree = tree.replace("resource \"aws_iam_role_policy\"", &format!("resource \"{kind}\""));
    let tree = tree.replace("role = aws_iam_role.app.name", whose);
    let attachment = "resource \"aws_iam_role_policy_attachment\" \"app\" {\n  role = aws_iam_role.app.name\n  policy_arn = aws_iam_policy.app.arn\n}\n";
    let attachment = if kind == "aws_iam_policy" { attachment } else { "" };
    let url = "resource \"aws_lambda_function_url\" \"app\" {\n  function_name = aws_lambda_function.app.function_name\n  authorization_type = \"NONE\"\n}\n";
    let model = terraform(&format!("{things}{tree}{attachment}{url}"));
    let line = model.iter().find(|line| line.starts_with("T031 aws_lambda_function_url.app:"));
    assert!(line.is_some_and(|line| line.contains("data=restricted")), "{model:#?}");
}

/// Who runs as a role with the policy for readers of queues reads the queue that it is told to, and no other.
#[test]
fn readers_by_the_policy_of_their_job() {
    let tree = r#"
resource "aws_sqs_queue" "dead" { name = "dead" }
resource "aws_sqs_queue" "jobs" { name = "jobs" }
resource "aws_sqs_queue" "mail" { name = "mail" }
resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}
resource "aws_lambda_event_source_mapping" "app" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.app.arn
}
"#;
    let tree = format!("{tree}{}", allowing("\"s3:GetObject\"", "\"arn:aws:s3:::other/*\""));
    let model = terraform(&tree);
    assert!(has(&model, "aws_sqs_queue.jobs > aws_lambda_function.app data"), "{model:#?}");
    for other in ["dead", "mail"] {
        let line = format!("aws_sqs_queue.{other} > aws_lambda_function.app data");
        assert!(!has(&model, &line), "{model:#?}");
    }
    // What a right of one's own names is read.
    let own = tree
        .replace("s3:GetObject", "sqs:ReceiveMessage")
        .replace("\"arn:aws:s3:::other/*\"", "aws_sqs_queue.mail.arn");
    assert!(has(&terraform(&own), "aws_sqs_queue.mail > aws_lambda_function.app data"));
}

/// A bucket that lets everybody in who comes from named addresses.
#[test]
fn buckets_for_named_addresses() {
    let tree = r#"
resource "aws_s3_bucket" "prices" {
  bucket = "acme-prices"
  tags   = { data = "confidential" }
}
resource "aws_s3_bucket_policy" "prices" {
  bucket = aws_s3_bucket.prices.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.prices.arn}/*"
    Condition = { IpAddress = { "aws:SourceIp" = "203.0.113.0/24" } }
  }] })
}
"#;
    differs(tree, "203.0.113.0/24", "10.0.0.0/8", "T003 aws_s3_bucket.prices:", terraform);
    differs(
        tree,
        "Principal = \"*\"",
        "Principal = { Service = \"logging.s3.amazonaws.com\" }",
        "internet > aws_s3_bucket.prices: T003",
        terraform,
    );
    let model = terraform(tree);
    let line = model.iter().find(|line| line.starts_with("T003 aws_s3_bucket.prices:"));
    assert!(line.is_some_and(|line| line.contains("exposure=internet_restricted")), "{model:#?}");
}

/// Users without a second factor are themselves the data of their directory.
#[test]
fn directories_of_users() {
    let tree = r#"
resource "aws_cognito_user_pool" "customers" {
  name              = "customers"
  mfa_configuration = "OFF"
}
"#;
    differs(tree, "\"OFF\"", "\"ON\"", "T041 aws_cognito_user_pool.customers:", terraform);
    let line = terraform(tree).into_iter().find(|line| line.starts_with("T041"));
    assert!(line.is_some_and(|line| line.contains("data=confidential")));
}

/// A proxy that takes TLS alone speaks it to its database.
#[test]
fn proxies_that_take_tls_alone() {
    let tree = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "data" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "proxy" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}
resource "aws_security_group" "data" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.proxy.id]
  }
}
resource "aws_db_subnet_group" "data" { subnet_ids = [aws_subnet.data.id] }
resource "aws_rds_cluster" "orders" {
  engine                 = "aurora-postgresql"
  db_subnet_group_name   = aws_db_subnet_group.data.name
  vpc_security_group_ids = [aws_security_group.data.id]
}
resource "aws_db_proxy" "orders" {
  name                   = "orders"
  engine_family          = "POSTGRESQL"
  require_tls            = true
  vpc_subnet_ids         = [aws_subnet.data.id]
  vpc_security_group_ids = [aws_security_group.proxy.id]
}
resource "aws_db_proxy_target" "orders" {
  db_proxy_name         = aws_db_proxy.orders.name
  target_group_name     = "default"
  db_cluster_identifier = aws_rds_cluster.orders.cluster_identifier
}
"#;
    let line = "aws_db_proxy.orders > aws_rds_cluster.orders network tcp/5432 yes";
    differs(
        tree,
        "require_tls            = true",
        "require_tls            = false",
        line,
        terraform,
    );
}
