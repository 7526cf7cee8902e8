//! APIs in a model: descriptions of their own, routes that are made with them, and what goes on behind them.

use rstest::rstest;

use crate::model_systems::{has, terraform};

/// A function with a role that reads a table, and a mark for an API.
const FUNCTION: &str = r#"
resource "aws_dynamodb_table" "claims" { name = "claims" }
resource "aws_iam_role" "read" {
  name = "read"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" }
  }] })
}
resource "aws_iam_role_policy" "read" {
  role   = aws_iam_role.read.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.claims.arn }] })
}
resource "aws_lambda_function" "read" {
  function_name = "read"
  role          = aws_iam_role.read.arn
  handler       = "main.handler"
  runtime       = "python3.12"
  filename      = "read.zip"
}
"#;

const INTEGRATION: &str = r#""x-amazon-apigateway-integration" = { type = "aws_proxy", httpMethod = "POST", uri = aws_lambda_function.read.invoke_arn }"#;

/// An API with a description of one operation.
fn described(kind: &str, operation: &str, more: &str) -> std::collections::BTreeSet<String> {
    let api = format!(
        "resource \"{kind}\" \"api\" {{\n  name = \"api\"\n  {}\n  body = jsonencode({{ openapi = \"3.0.1\", {more} paths = {{ \"/claims\" = {{ {operation} }} }} }})\n}}\n",
        if kind == "aws_apigatewayv2_api" { "protocol_type = \"HTTP\"" } else { "" }
    );
    terraform(&format!("{FUNCTION}{api}"))
}

#[rstest]
#[case::asks_nobody("get = { INTEGRATION }", "", true)]
#[case::asks_by_a_scheme("get = { INTEGRATION, security = [{ users = [] }] }", "", false)]
#[case::says_something_for_all("get = { INTEGRATION }", "security = [{ users = [] }],", false)]
#[case::only_asks_what_it_may_do("options = { INTEGRATION }", "", false)]
#[case::passes_nothing_on("get = { summary = \"claims\" }", "", false)]
#[case::any_method("\"x-amazon-apigateway-any-method\" = { INTEGRATION }", "", true)]
fn descriptions_say_who_is_asked(
    #[values("aws_api_gateway_rest_api", "aws_apigatewayv2_api")] kind: &str,
    #[case] operation: &str,
    #[case] more: &str,
    #[case] open: bool,
) {
    let model = described(kind, &operation.replace("INTEGRATION", INTEGRATION), more);
    assert_eq!(has(&model, &format!("T031 {kind}.api")), open, "{model:#?}");
    let flow = format!("{kind}.api > aws_lambda_function.read data");
    assert_eq!(has(&model, &flow), operation.contains("INTEGRATION"));
}

/// A WebSocket's other messages ask for nothing that its first one does not.
#[rstest]
#[case::asks_at_first("$connect", "\"AWS_IAM\"", false)]
#[case::asks_later("$default", "\"AWS_IAM\"", true)]
#[case::asks_never("$connect", "null", true)]
fn connections_ask_once(#[case] route: &str, #[case] asked: &str, #[case] open: bool) {
    let api = format!(
        r#"
resource "aws_apigatewayv2_api" "api" {{
  name          = "api"
  protocol_type = "WEBSOCKET"
}}
resource "aws_apigatewayv2_integration" "read" {{
  api_id           = aws_apigatewayv2_api.api.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.read.invoke_arn
}}
resource "aws_apigatewayv2_route" "read" {{
  for_each           = toset(["$connect", "$default"])
  api_id             = aws_apigatewayv2_api.api.id
  route_key          = each.key
  authorization_type = each.key == "{route}" ? {asked} : null
  target             = "integrations/${{aws_apigatewayv2_integration.read.id}}"
}}
"#
    );
    let model = terraform(&format!("{FUNCTION}{api}"));
    assert_eq!(has(&model, "T031 aws_apigatewayv2_api.api"), open, "{model:#?}");
}

/// What is made with the API itself has a route that asks nobody.
#[test]
fn a_route_that_comes_with_the_api_asks_nobody() {
    let api = "resource \"aws_apigatewayv2_api\" \"api\" {\n  name = \"api\"\n  protocol_type = \"HTTP\"\n  target = aws_lambda_function.read.arn\n}\n";
    let path = "internet > aws_apigatewayv2_api.api > aws_lambda_function.read > aws_iam_role.read > aws_dynamodb_table.claims: T031";
    assert!(has(&terraform(&format!("{FUNCTION}{api}")), path));
    let without = api.replace("target = aws_lambda_function.read.arn", "");
    assert!(!has(&terraform(&format!("{FUNCTION}{without}")), "T031"));
}

/// An API that puts what callers send into a queue, or starts a workflow with it.
const BETWEEN: &str = r#"
resource "aws_sqs_queue" "jobs" { name = "jobs" }
resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.read.arn
}
resource "aws_iam_role" "flow" {
  name = "flow"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" }
  }] })
}
resource "aws_sfn_state_machine" "flow" {
  name       = "flow"
  role_arn   = aws_iam_role.flow.arn
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Task", Resource = aws_lambda_function.read.arn, End = true } } })
}
resource "aws_apigatewayv2_api" "api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_integration" "in" {
  api_id              = aws_apigatewayv2_api.api.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "SUBTYPE"
  request_parameters  = { PARAMETER }
}
resource "aws_apigatewayv2_route" "in" {
  api_id    = aws_apigatewayv2_api.api.id
  route_key = "POST /claims"
  target    = "integrations/${aws_apigatewayv2_integration.in.id}"
  authorization_type = "NONE"
}
"#;

#[rstest]
#[case::a_queue("SQS-SendMessage", "QueueUrl = aws_sqs_queue.jobs.url", "aws_sqs_queue.jobs")]
#[case::a_workflow(
    "StepFunctions-StartExecution",
    "StateMachineArn = aws_sfn_state_machine.flow.arn",
    "aws_sfn_state_machine.flow"
)]
fn what_callers_send_goes_on(#[case] subtype: &str, #[case] parameter: &str, #[case] to: &str) {
    let tree = format!(
        "{FUNCTION}{}",
        BETWEEN.replace("SUBTYPE", subtype).replace("PARAMETER", parameter)
    );
    let path = format!(
        "internet > aws_apigatewayv2_api.api > {to} > aws_lambda_function.read > aws_iam_role.read > aws_dynamodb_table.claims: T031 T015"
    );
    let model = terraform(&tree);
    assert!(has(&model, &path), "{model:#?}");
    // The same data is in reach as by a call without anything between.
    let straight = "integration_uri = aws_lambda_function.read.invoke_arn";
    let direct = tree.replace(
        &format!("integration_subtype = \"{subtype}\"\n  request_parameters  = {{ {parameter} }}"),
        straight,
    );
    let threat = |tree: &str| terraform(tree).into_iter().find(|line| line.starts_with("T031 "));
    assert_eq!(threat(&tree), threat(&direct));
    // Who reads nothing hands nothing on.
    let asks = tree.replace("authorization_type = \"NONE\"", "authorization_type = \"AWS_IAM\"");
    assert!(!has(&terraform(&asks), &path));
}

/// A balancer inside of a network before a machine that reads a bucket, and marks for what asks it.
const INNER: &str = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "inner" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "link" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port = 443
    to_port   = 443
    protocol  = "tcp"
    FROM
  }
  egress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.lb.id]
  }
}
resource "aws_lb" "inner" {
  internal        = true
  subnets         = [aws_subnet.inner.id]
  security_groups = [aws_security_group.lb.id]
}
resource "aws_lb_listener" "inner" {
  load_balancer_arn = aws_lb.inner.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/a"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
resource "aws_lb_target_group" "app" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_instance" "app" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.inner.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_lb_target_group_attachment" "app" {
  target_group_arn = aws_lb_target_group.app.arn
  target_id        = aws_instance.app.id
}
"#;

const LINKED: &str = r#"
resource "aws_apigatewayv2_api" "api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_vpc_link" "link" {
  name               = "link"
  subnet_ids         = [aws_subnet.inner.id]
  security_group_ids = [aws_security_group.link.id]
}
resource "aws_apigatewayv2_integration" "app" {
  api_id             = aws_apigatewayv2_api.api.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.link.id
  integration_uri    = aws_lb_listener.inner.arn
}
resource "aws_apigatewayv2_route" "app" {
  api_id    = aws_apigatewayv2_api.api.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.app.id}"
}
"#;

const ORIGIN: &str = r#"
resource "aws_cloudfront_vpc_origin" "app" {
  vpc_origin_endpoint_config {
    name                   = "app"
    arn                    = aws_lb.inner.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"
  }
}
resource "aws_cloudfront_distribution" "web" {
  enabled = true
  origin {
    origin_id   = "app"
    domain_name = aws_lb.inner.dns_name
    vpc_origin_config { vpc_origin_id = aws_cloudfront_vpc_origin.app.id }
  }
  default_cache_behavior {
    target_origin_id       = "app"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate { cloudfront_default_certificate = true }
}
"#;

const ACCELERATED: &str = r#"
resource "aws_globalaccelerator_accelerator" "web" { name = "web" }
resource "aws_globalaccelerator_listener" "web" {
  accelerator_arn = aws_globalaccelerator_accelerator.web.id
  protocol        = "TCP"
  port_range {
    from_port = 443
    to_port   = 443
  }
}
resource "aws_globalaccelerator_endpoint_group" "web" {
  listener_arn = aws_globalaccelerator_listener.web.id
  endpoint_configuration { endpoint_id = aws_lb.inner.arn }
}
"#;

const EVERYBODY: &str = "cidr_blocks = [\"0.0.0.0/0\"]";
const APP: &str = "aws_lb.inner > aws_instance.app network tcp/8080";

#[rstest]
#[case::a_link(
    LINKED,
    "aws_apigatewayv2_api.api > aws_lb.inner network tcp/443",
    "security_groups = [aws_security_group.link.id]",
    "security_groups = [aws_security_group.app.id]"
)]
#[case::a_link_that_may_not_send(
    LINKED,
    "aws_apigatewayv2_api.api > aws_lb.inner network tcp/443",
    EVERYBODY,
    ""
)]
#[case::an_origin_inside(
    ORIGIN,
    "aws_cloudfront_distribution.web > aws_lb.inner network tcp/443 yes",
    EVERYBODY,
    "security_groups = [aws_security_group.app.id]"
)]
#[case::an_accelerator(
    ACCELERATED,
    "aws_globalaccelerator_accelerator.web > aws_lb.inner network tcp/443",
    EVERYBODY,
    "cidr_blocks = [\"10.0.0.0/16\"]"
)]
fn services_reach_into_networks(
    #[case] front: &str,
    #[case] flow: &str,
    #[case] open: &str,
    #[case] closed: &str,
) {
    let tree = format!("{}{front}", INNER.replace("FROM", open));
    let model = terraform(&tree);
    assert!(has(&model, flow), "{model:#?}");
    assert!(has(&model, APP));
    let other = if closed.is_empty() {
        tree.replace(
            "from_port   = 443\n    to_port     = 443",
            "from_port   = 8443\n    to_port     = 8443",
        )
    } else {
        tree.replace(open, closed)
    };
    assert!(!has(&terraform(&other), flow), "{:#?}", terraform(&other));
}

/// What a balancer may send decides what it passes on, where something is written of that.
#[rstest]
#[case::the_port("from_port   = 8080\n    to_port     = 8080", true)]
#[case::another_port("from_port   = 9090\n    to_port     = 9090", false)]
fn balancers_send_what_they_may(#[case] ports: &str, #[case] passes: bool) {
    let tree = INNER
        .replace("FROM", EVERYBODY)
        .replace("from_port   = 8080\n    to_port     = 8080", ports);
    assert_eq!(has(&terraform(&tree), APP), passes);
    let start = tree
        .find("  egress {\n    from_port   = 8080")
        .or_else(|| tree.find("  egress {\n    from_port   = 9090"))
        .unwrap();
    let end = start + tree[start..].find("  }\n").unwrap() + "  }\n".len();
    let silent = format!("{}{}", &tree[..start], &tree[end..]);
    assert!(has(&terraform(&silent), APP));
}
