//! What models say of services of AWS that start, join, sign and pass on: each condition of a rule matters in some case.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A network with a database, and a task that only something else starts.
const STARTED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "t" {
  vpc_id = aws_vpc.v.id
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
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.t.id]
  }
}
resource "aws_db_subnet_group" "d" {
  subnet_ids = [aws_subnet.a.id]
}
resource "aws_db_instance" "d" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_ecs_cluster" "c" {
  name = "c"
}
resource "aws_ecs_task_definition" "nightly" {
  family                = "nightly"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "n", image = "n"PORTS }])
}
STARTER
"#;

const BY_EVENT: &str = r#"
resource "aws_cloudwatch_event_rule" "nightly" {
  schedule_expression = "cron(0 2 * * ? *)"
}
resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_ecs_cluster.c.arn
  ecs_target {
    task_definition_arn = aws_ecs_task_definition.nightly.arn
    network_configuration {
      subnets          = [aws_subnet.a.id]
      security_groups  = [aws_security_group.t.id]
      assign_public_ip = true
    }
  }
}"#;

const BY_SCHEDULE: &str = r#"
resource "aws_scheduler_schedule" "nightly" {
  schedule_expression = "cron(0 2 * * ? *)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_ecs_cluster.c.arn
    role_arn = "arn:aws:iam::111122223333:role/s"
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.nightly.arn
      network_configuration {
        subnets          = [aws_subnet.a.id]
        security_groups  = [aws_security_group.t.id]
        assign_public_ip = true
      }
    }
  }
}"#;

const BY_PIPE: &str = r#"
resource "aws_sqs_queue" "q" {}
resource "aws_pipes_pipe" "p" {
  role_arn = "arn:aws:iam::111122223333:role/s"
  source   = aws_sqs_queue.q.arn
  target   = aws_ecs_cluster.c.arn
  target_parameters {
    ecs_task_parameters {
      task_definition_arn = aws_ecs_task_definition.nightly.arn
      network_configuration {
        aws_vpc_configuration {
          subnets          = [aws_subnet.a.id]
          security_groups  = [aws_security_group.t.id]
          assign_public_ip = "ENABLED"
        }
      }
    }
  }
}"#;

/// A state within others.
const BY_STATE: &str = r#"
resource "aws_sfn_state_machine" "m" {
  name       = "m"
  role_arn   = "arn:aws:iam::111122223333:role/s"
  definition = jsonencode({
    StartAt = "All"
    States = { All = { Type = "Parallel", End = true, Branches = [{
      StartAt = "Run"
      States = { Run = {
        Type     = "Task"
        Resource = "arn:aws:states:::ecs:runTask.sync"
        End      = true
        Parameters = {
          Cluster        = aws_ecs_cluster.c.arn
          LaunchType     = "FARGATE"
          TaskDefinition = aws_ecs_task_definition.nightly.arn
          NetworkConfiguration = { AwsvpcConfiguration = {
            Subnets        = [aws_subnet.a.id]
            SecurityGroups = [aws_security_group.t.id]
            AssignPublicIp = "ENABLED"
          } }
        }
      } }
    }] } }
  })
}"#;

const TO_DATABASE: &str = "aws_ecs_task_definition.nightly > aws_db_instance.d network tcp/5432";
const OUT: &str = "aws_ecs_task_definition.nightly > internet network any/any";
const STANDS: &str = "aws_ecs_task_definition.nightly compute_container in aws_subnet.a ";

#[rstest]
#[case::a_target_of_events(BY_EVENT)]
#[case::a_schedule(BY_SCHEDULE)]
#[case::a_pipe(BY_PIPE)]
#[case::a_state_of_a_machine(BY_STATE)]
fn a_task_stands_where_whoever_starts_it_says(#[case] starter: &str) {
    let base = STARTED.replace("PORTS", "").replace("STARTER", starter);
    let found = terraform(&base);
    for line in [TO_DATABASE, OUT, STANDS, "T022 aws_ecs_task_definition.nightly:"] {
        assert!(has(&found, line), "{line}\n{found:#?}");
    }
    // Nobody calls what says of no port that it listens there.
    assert!(!has(&found, "internet > aws_ecs_task_definition.nightly"), "{found:#?}");
    let group = starter.lines().find(|line| line.to_lowercase().contains("groups ")).unwrap();
    let other = group.replace("aws_security_group.t", "aws_security_group.db");
    differs(&base, group, &other, TO_DATABASE, terraform);
    let address = starter.lines().find(|line| line.to_lowercase().contains("public")).unwrap();
    let none = address.replace("true", "false").replace("ENABLED", "DISABLED");
    differs(&base, address, &none, OUT, terraform);
    let subnets = starter.lines().find(|line| line.to_lowercase().contains("subnets ")).unwrap();
    differs(&base, subnets, "", STANDS, terraform);
}

#[rstest]
#[case::one_that_listens(", portMappings = [{ containerPort = 8080 }]", true)]
#[case::one_that_does_not("", false)]
fn a_started_task_is_called_where_it_listens(#[case] ports: &str, #[case] called: bool) {
    let found = terraform(&STARTED.replace("PORTS", ports).replace("STARTER", BY_EVENT));
    assert_eq!(has(&found, "internet > aws_ecs_task_definition.nightly network tcp/8080"), called);
}

#[test]
fn a_task_of_a_service_stands_where_the_service_says() {
    let service = r#"
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_ecs_service" "s" {
  name            = "s"
  task_definition = aws_ecs_task_definition.nightly.arn
  network_configuration {
    subnets = [aws_subnet.b.id]
  }
}"#;
    let starter = format!("{BY_EVENT}{service}");
    let found = terraform(&STARTED.replace("PORTS", "").replace("STARTER", &starter));
    assert!(has(&found, "aws_ecs_service.s compute_container in aws_subnet.b "), "{found:#?}");
    assert!(!has(&found, "aws_ecs_service.s > aws_db_instance.d"), "{found:#?}");
}

/// A network, and a site behind a tunnel.
const SITE: &str = r#"
resource "aws_vpc" "app" {
  cidr_block = "10.20.0.0/16"
}
resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.app.id
  cidr_block = "10.20.1.0/24"
}
resource "aws_vpc" "tools" {
  cidr_block = "10.30.0.0/16"
}
resource "aws_subnet" "tools" {
  vpc_id     = aws_vpc.tools.id
  cidr_block = "10.30.1.0/24"
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.app.id
  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = ["INGRESS"]
  }
}
resource "aws_instance" "app" {
  subnet_id              = aws_subnet.app.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_route_table" "app" {
  vpc_id = aws_vpc.app.id
  BACK
}
resource "aws_route_table_association" "app" {
  subnet_id      = aws_subnet.app.id
  route_table_id = aws_route_table.app.id
}
resource "aws_customer_gateway" "site" {
  bgp_asn    = 65010
  ip_address = "198.51.100.17"
  type       = "ipsec.1"
}
"#;

const OVER_A_HUB: &str = r#"
resource "aws_ec2_transit_gateway" "hub" {}
resource "aws_ec2_transit_gateway_vpc_attachment" "app" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.app.id
  subnet_ids         = [aws_subnet.app.id]
}
resource "aws_ec2_transit_gateway_vpc_attachment" "tools" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.tools.id
  subnet_ids         = [aws_subnet.tools.id]
}
resource "aws_vpn_connection" "site" {
  customer_gateway_id = aws_customer_gateway.site.id
  transit_gateway_id  = aws_ec2_transit_gateway.hub.id
  type                = "ipsec.1"
}
"#;

const WRITTEN: &str = r#"
resource "aws_ec2_transit_gateway_route" "site" {
  destination_cidr_block         = "192.168.40.0/24"
  transit_gateway_attachment_id  = aws_vpn_connection.site.transit_gateway_attachment_id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.hub.association_default_route_table_id
}
"#;

/// Of a tunnel that learns nothing, what is written is all there is.
#[test]
fn a_site_that_tells_nothing_has_what_is_written() {
    let base =
        SITE.replace("INGRESS", "192.168.50.0/24").replace("BACK", &to_hub("192.168.0.0/16"));
    let tree = format!("{base}{OVER_A_HUB}{WRITTEN}").replace(
        "  transit_gateway_id  = aws",
        "  static_routes_only  = false\n  transit_gateway_id  = aws",
    );
    differs(
        &tree,
        "static_routes_only  = false",
        "static_routes_only  = true",
        FROM_SITE,
        terraform,
    );
}

const OVER_A_GATEWAY: &str = r#"
resource "aws_vpn_gateway" "g" {
  vpc_id = aws_vpc.app.id
}
resource "aws_vpn_connection" "site" {
  customer_gateway_id = aws_customer_gateway.site.id
  vpn_gateway_id      = aws_vpn_gateway.g.id
  type                = "ipsec.1"
  static_routes_only  = true
}
resource "aws_vpn_connection_route" "site" {
  destination_cidr_block = "192.168.40.0/24"
  vpn_connection_id      = aws_vpn_connection.site.id
}
"#;

const FROM_SITE: &str = "aws_customer_gateway.site > aws_instance.app network tcp/8443";

fn to_hub(range: &str) -> String {
    format!(
        "route {{\n cidr_block = \"{range}\"\n transit_gateway_id = aws_ec2_transit_gateway.hub.id\n }}"
    )
}

#[rstest]
#[case::its_own_range("192.168.40.0/24", "192.168.40.0/24", WRITTEN, true)]
#[case::a_range_around_it("192.168.0.0/16", "192.168.40.0/24", WRITTEN, true)]
#[case::everything_goes_to_the_hub("0.0.0.0/0", "192.168.40.0/24", WRITTEN, true)]
#[case::no_way_back("10.30.0.0/16", "192.168.40.0/24", WRITTEN, false)]
#[case::the_range_of_a_network("10.30.0.0/16", "10.30.0.0/16", WRITTEN, false)]
#[case::what_may_be_learned_besides("192.168.0.0/16", "192.168.50.0/24", WRITTEN, true)]
#[case::learned("192.168.40.0/24", "192.168.40.0/24", "", true)]
#[case::learned_and_the_range_of_a_network("10.30.0.0/16", "10.30.0.0/16", "", false)]
#[case::learned_beside_a_network("10.0.0.0/8", "10.40.0.0/16", "", true)]
#[case::learned_around_a_network("10.0.0.0/8", "10.30.0.0/16", "", false)]
fn a_site_behind_a_hub_has_the_addresses_that_routes_to_it_say(
    #[case] back: &str,
    #[case] ingress: &str,
    #[case] more: &str,
    #[case] reached: bool,
) {
    let base = SITE.replace("INGRESS", ingress).replace("BACK", &to_hub(back));
    let found = terraform(&format!("{base}{OVER_A_HUB}{more}"));
    assert_eq!(has(&found, FROM_SITE), reached, "{found:#?}");
}

#[rstest]
#[case::a_route(
    "route {\n cidr_block = \"192.168.0.0/16\"\n gateway_id = aws_vpn_gateway.g.id\n }",
    "",
    true
)]
#[case::routes_that_are_learned("propagating_vgws = [aws_vpn_gateway.g.id]", "", true)]
#[case::routes_that_are_learned_said_apart(
    "",
    "resource \"aws_vpn_gateway_route_propagation\" \"p\" {\n vpn_gateway_id = aws_vpn_gateway.g.id\n route_table_id = aws_route_table.app.id\n}",
    true
)]
#[case::a_route_elsewhere(
    "route {\n cidr_block = \"172.16.0.0/12\"\n gateway_id = aws_vpn_gateway.g.id\n }",
    "",
    false
)]
#[case::none("", "", false)]
fn a_site_behind_a_gateway_needs_a_way_back(
    #[case] back: &str,
    #[case] more: &str,
    #[case] reached: bool,
) {
    let base = SITE.replace("INGRESS", "192.168.40.0/24").replace("BACK", back);
    let found = terraform(&format!("{base}{OVER_A_GATEWAY}{more}"));
    assert_eq!(has(&found, FROM_SITE), reached, "{found:#?}");
}

#[test]
fn a_subnet_has_a_way_back_of_its_own() {
    let more = r#"
resource "aws_subnet" "near" {
  vpc_id     = aws_vpc.app.id
  cidr_block = "10.20.2.0/24"
}
resource "aws_route_table" "near" {
  vpc_id           = aws_vpc.app.id
  propagating_vgws = [aws_vpn_gateway.g.id]
}
resource "aws_route_table_association" "near" {
  subnet_id      = aws_subnet.near.id
  route_table_id = aws_route_table.near.id
}
resource "aws_instance" "near" {
  subnet_id              = aws_subnet.near.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
"#;
    let base = SITE.replace("INGRESS", "192.168.40.0/24").replace("BACK", "");
    let found = terraform(&format!("{base}{OVER_A_GATEWAY}{more}"));
    assert!(has(&found, "aws_customer_gateway.site > aws_instance.near network tcp/8443"));
    assert!(!has(&found, FROM_SITE), "{found:#?}");
}

/// A function at an address that asks who calls, before which a distribution stands.
const SIGNED: &str = r#"
resource "aws_iam_role" "f" {
  name = "f"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "f" {
  role = aws_iam_role.f.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["dynamodb:GetItem"], Resource = aws_dynamodb_table.d.arn }]
  })
}
resource "aws_dynamodb_table" "d" {
  name     = "d"
  hash_key = "id"
  tags     = { data = "confidential" }
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.f.arn
}
resource "aws_lambda_function_url" "f" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "AWS_IAM"
}
resource "aws_lambda_permission" "f" {
  action        = "lambda:InvokeFunctionUrl"
  function_name = aws_lambda_function.f.function_name
  principal     = "cloudfront.amazonaws.com"
  source_arn    = aws_cloudfront_distribution.d.arn
}
resource "aws_cloudfront_distribution" "other" {
  enabled = false
}
resource "aws_cloudfront_origin_access_control" "f" {
  name                              = "f"
  origin_access_control_origin_type = "lambda"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  origin {
    origin_id                = "fn"
    domain_name              = replace(replace(aws_lambda_function_url.f.function_url, "https://", ""), "/", "")
    origin_access_control_id = aws_cloudfront_origin_access_control.f.id
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "fn"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }
  ordered_cache_behavior {
    path_pattern           = "/else/*"
    target_origin_id       = "elsewhere"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }
}
"#;

#[rstest]
#[case::what_signs_nothing("\"always\"", "\"never\"")]
#[case::what_signs_for_buckets("= \"lambda\"", "= \"s3\"")]
#[case::a_distribution_that_is_off("enabled = true", "enabled = false")]
#[case::another_principal("cloudfront.amazonaws.com", "events.amazonaws.com")]
#[case::another_distribution(
    "aws_cloudfront_distribution.d.arn",
    "aws_cloudfront_distribution.other.arn"
)]
#[case::for_those_with_a_signed_address(
    "target_origin_id       = \"fn\"",
    "trusted_key_groups = [\"k\"]\n    target_origin_id       = \"fn\""
)]
#[case::no_behavior_that_asks_it(
    "target_origin_id       = \"fn\"",
    "target_origin_id       = \"elsewhere\""
)]
fn who_reaches_a_distribution_that_signs_reaches_the_function(
    #[case] from: &str,
    #[case] to: &str,
) {
    let threat = "T032 aws_lambda_function_url.f:";
    differs(SIGNED, from, to, threat, terraform);
    let path = "internet > aws_cloudfront_distribution.d > aws_lambda_function_url.f > aws_lambda_function.f > aws_iam_role.f > aws_dynamodb_table.d: T032";
    differs(SIGNED, from, to, path, terraform);
}

#[test]
fn who_asks_such_a_function_without_the_distribution_is_turned_away() {
    for behavior in ["always", "no-override"] {
        let found = terraform(&SIGNED.replace("\"always\"", &format!("\"{behavior}\"")));
        assert!(has(&found, "T032 aws_lambda_function_url.f:"), "{found:#?}");
        assert!(!has(&found, "internet > aws_lambda_function_url.f"), "{found:#?}");
    }
}

/// What asks nobody, or others than the distribution, too, is called past it.
#[rstest]
#[case::asking_nobody("\"AWS_IAM\"", "\"NONE\"")]
#[case::for_everybody(
    "resource \"aws_cloudfront_distribution\" \"other\"",
    "resource \"aws_lambda_permission\" \"all\" {\n  action = \"lambda:InvokeFunctionUrl\"\n  function_name = aws_lambda_function.f.function_name\n  principal = \"*\"\n  function_url_auth_type = \"NONE\"\n}\nresource \"aws_cloudfront_distribution\" \"other\""
)]
fn what_lets_others_in_has_a_door_of_its_own(#[case] from: &str, #[case] to: &str) {
    let found = terraform(&SIGNED.replace(from, to));
    assert!(has(&found, "internet > aws_lambda_function_url.f"), "{found:#?}");
}

/// An API before a balancer inside.
const LINKED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "n" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_lb" "n" {
  internal           = true
  load_balancer_type = "application"
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.n.id]
}
resource "aws_lb_listener" "n" {
  load_balancer_arn = aws_lb.n.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
    }
  }
}
resource "aws_lb_listener_rule" "orders" {
  listener_arn = aws_lb_listener.n.arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app["orders"].arn
  }
  condition {
    path_pattern {
      values = ["/orders*"]
    }
  }
}
resource "aws_lb_listener_rule" "uploads" {
  listener_arn = aws_lb_listener.n.arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app["uploads"].arn
  }
  condition {
    path_pattern {
      values = ["/uploads*"]
    }
  }
}
resource "aws_lb_target_group" "app" {
  for_each    = toset(["orders", "uploads"])
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.v.id
}
resource "aws_security_group" "t" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.n.id]
  }
}
resource "aws_s3_bucket" "app" {
  for_each = toset(["orders", "uploads"])
  bucket   = each.key
  tags     = { data = "confidential" }
}
resource "aws_iam_role" "app" {
  for_each = toset(["orders", "uploads"])
  name     = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "app" {
  for_each = toset(["orders", "uploads"])
  role     = aws_iam_role.app[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.app[each.key].arn}/*" }]
  })
}
resource "aws_ecs_task_definition" "app" {
  for_each              = toset(["orders", "uploads"])
  family                = each.key
  network_mode          = "awsvpc"
  task_role_arn         = aws_iam_role.app[each.key].arn
  container_definitions = jsonencode([{ name = "a", image = "a" }])
}
resource "aws_ecs_service" "app" {
  for_each        = toset(["orders", "uploads"])
  name            = each.key
  task_definition = aws_ecs_task_definition.app[each.key].arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.t.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.app[each.key].arn
    container_name   = "a"
    container_port   = 8080
  }
}
resource "aws_apigatewayv2_api" "a" {
  name          = "a"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_vpc_link" "l" {
  name               = "l"
  subnet_ids         = [aws_subnet.a.id]
  security_group_ids = []
}
resource "aws_apigatewayv2_integration" "i" {
  api_id             = aws_apigatewayv2_api.a.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = aws_lb_listener.n.arn
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.l.id
}
resource "aws_apigatewayv2_authorizer" "j" {
  api_id          = aws_apigatewayv2_api.a.id
  name            = "j"
  authorizer_type = "JWT"
}
resource "aws_apigatewayv2_route" "all" {
  api_id             = aws_apigatewayv2_api.a.id
  route_key          = "ANY /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.i.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.j.id
}
resource "aws_apigatewayv2_stage" "s" {
  api_id = aws_apigatewayv2_api.a.id
  name   = "$default"
}
"#;

const FIREWALL: &str = r#"
resource "aws_wafv2_web_acl" "w" {
  name  = "w"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "common"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "c"
      sampled_requests_enabled   = true
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "w"
    sampled_requests_enabled   = true
  }
}
resource "aws_wafv2_web_acl_association" "w" {
  resource_arn = aws_lb.n.arn
  web_acl_arn  = aws_wafv2_web_acl.w.arn
}
"#;

/// Beside the balancer, a function that no firewall stands before.
const FUNCTION: &str = r#"
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.f.arn
}
resource "aws_iam_role" "f" {
  name = "f"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "f" {
  role = aws_iam_role.f.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.app["orders"].arn}/*" }]
  })
}
resource "aws_apigatewayv2_integration" "f" {
  api_id             = aws_apigatewayv2_api.a.id
  integration_type   = "AWS_PROXY"
  integration_uri    = aws_lambda_function.f.invoke_arn
}
resource "aws_apigatewayv2_route" "f" {
  api_id             = aws_apigatewayv2_api.a.id
  route_key          = "GET /f"
  target             = "integrations/${aws_apigatewayv2_integration.f.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.j.id
}
"#;

const OF_API: &str = "T032 aws_apigatewayv2_api.a:";

/// How a path to what stands behind the balancer begins.
fn through(app: &str) -> String {
    format!(
        "internet > aws_apigatewayv2_api.a > aws_lb.n > aws_ecs_service.app[\"{app}\"] > aws_iam_role.app[\"{app}\"] > aws_s3_bucket.app[\"{app}\"]:"
    )
}

#[test]
fn web_attacks_over_an_api_are_attacks_on_the_api() {
    let found = terraform(LINKED);
    assert!(has(&found, OF_API) && has(&found, &through("orders")), "{found:#?}");
    assert!(!has(&found, "T032 aws_ecs_service.app"), "{found:#?}");
    // What the balancer also takes from the internet itself, comes to the application.
    let open = LINKED
        .replace("internal           = true", "internal           = false")
        .replace("\"10.0.0.0/16\"]\n", "\"0.0.0.0/0\"]\n");
    let open = format!(
        "{open}\nresource \"aws_internet_gateway\" \"g\" {{\n vpc_id = aws_vpc.v.id\n}}\nresource \"aws_route_table\" \"r\" {{\n vpc_id = aws_vpc.v.id\n route {{\n cidr_block = \"0.0.0.0/0\"\n gateway_id = aws_internet_gateway.g.id\n }}\n}}\nresource \"aws_route_table_association\" \"r\" {{\n subnet_id = aws_subnet.a.id\n route_table_id = aws_route_table.r.id\n}}\n"
    );
    let found = terraform(&open);
    assert!(has(&found, OF_API) && has(&found, "T032 aws_ecs_service.app"), "{found:#?}");
}

#[test]
fn a_web_firewall_behind_an_api_filters_what_it_passes_on() {
    let guarded = format!("{LINKED}{FIREWALL}");
    let found = terraform(&guarded);
    assert!(
        !has(&found, OF_API)
            && !has(&found, "internet > aws_apigatewayv2_api.a > aws_lb.n > aws_ecs")
    );
    let counted = terraform(&guarded.replace("none {}", "count {}"));
    assert!(has(&counted, OF_API) && has(&counted, &through("orders")), "{counted:#?}");
    // Where it passes on to something else, too, only the way there is open.
    let found = terraform(&format!("{guarded}{FUNCTION}"));
    assert!(has(&found, OF_API), "{found:#?}");
    assert!(has(&found, "internet > aws_apigatewayv2_api.a > aws_lambda_function.f"), "{found:#?}");
    assert!(!has(&found, &through("orders")), "{found:#?}");
}

/// A route without a login beside the one that asks.
fn with_route(key: &str, more: &str) -> String {
    format!(
        "{LINKED}resource \"aws_apigatewayv2_route\" \"open\" {{\n api_id = aws_apigatewayv2_api.a.id\n route_key = \"{key}\"\n target = \"integrations/${{aws_apigatewayv2_integration.i.id}}\"\n}}\n{more}"
    )
}

#[rstest]
#[case::a_path_of_one("GET /orders/track/{id}", "orders", true)]
#[case::not_of_the_other("GET /orders/track/{id}", "uploads", false)]
#[case::any_path("ANY /{proxy+}", "uploads", true)]
#[case::whatever_no_other_route_is_for("$default", "uploads", true)]
#[case::a_path_that_callers_begin("GET /{name}/x", "uploads", true)]
fn a_route_without_a_login_opens_what_it_leads_to(
    #[case] key: &str,
    #[case] app: &str,
    #[case] opened: bool,
) {
    let found = terraform(&with_route(key, ""));
    let line = through(app);
    assert!(has(&found, &line), "{found:#?}");
    assert_eq!(has(&found, &format!("{line} T031")), opened, "{found:#?}");
    assert_eq!(has(&found, &format!("{line} T032")), !opened, "{found:#?}");
}

#[rstest]
#[case::a_stage_whose_name_stands_before("\"$default\"", "\"prod\"")]
#[case::a_path_that_the_integration_writes(
    "integration_method = \"ANY\"",
    "integration_method = \"ANY\"\n  request_parameters = { \"overwrite:path\" = \"/uploads/x\" }"
)]
#[case::a_rule_for_all_paths(
    "path_pattern {\n      values = [\"/uploads*\"]",
    "host_header {\n      values = [\"a.example\"]"
)]
#[case::a_rule_for_a_path_that_meets_it("\"/uploads*\"", "\"*/track/?\"")]
fn what_is_not_known_of_paths_leaves_ways_open(#[case] from: &str, #[case] to: &str) {
    let base = with_route("GET /orders/track/{id}", "");
    differs(&base, from, to, &format!("{} T032", through("uploads")), terraform);
}

/// A machine in a lower environment whose role names none.
const LOWER: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "dev" {
  vpc_id = aws_vpc.v.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "prod" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.dev.id]
  }
}
resource "aws_instance" "prod" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.prod.id]
  tags                   = { environment = "prod" }
}
resource "aws_iam_role" "r" {
  name = "runner"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "r" {
  role = aws_iam_role.r.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = ["${aws_s3_bucket.dev.arn}/*", "${aws_s3_bucket.prod.arn}/*"] }]
  })
}
resource "aws_iam_instance_profile" "r" {
  role = aws_iam_role.r.name
}
resource "aws_instance" "dev" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.dev.id]
  iam_instance_profile   = aws_iam_instance_profile.r.name
  tags                   = { environment = "dev" }
}
resource "aws_s3_bucket" "dev" {
  bucket = "acme-dev"
  tags   = { environment = "dev", data = "confidential" }
}
resource "aws_s3_bucket" "prod" {
  bucket = "acme-prod"
  tags   = { environment = "PROD", data = "confidential" }
}
"#;

#[test]
fn a_path_from_a_lower_environment_crosses_into_a_higher_one() {
    let found = terraform(&LOWER.replace("PROD", "prod"));
    let to = |bucket: &str| format!("aws_instance.dev > aws_iam_role.r > aws_s3_bucket.{bucket}:");
    assert!(has(&found, &format!("{} T015 =", to("prod"))), "{found:#?}");
    assert!(!has(&found, &to("dev")), "{found:#?}");
    // Nothing is crossed where both are in the lower one; the way to the other machine leads nowhere.
    let found = terraform(&LOWER.replace("PROD", "dev"));
    assert!(!has(&found, &to("prod")) && !has(&found, &to("dev")), "{found:#?}");
}

/// An endpoint for people, and a database that lets it in.
const VISITED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "vpn" {
  vpc_id = aws_vpc.v.id
  egress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.vpn.id]
  }
}
resource "aws_db_subnet_group" "d" {
  subnet_ids = [aws_subnet.b.id]
}
resource "aws_db_instance" "d" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_ec2_client_vpn_endpoint" "p" {
  server_certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/abc"
  client_cidr_block      = "10.200.0.0/22"
  vpc_id                 = aws_vpc.v.id
  security_group_ids     = [aws_security_group.vpn.id]
  authentication_options {
    type                       = "certificate-authentication"
    root_certificate_chain_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/def"
  }
  connection_log_options {
    enabled = false
  }
}
resource "aws_ec2_client_vpn_network_association" "p" {
  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.p.id
  subnet_id              = aws_subnet.a.id
}
resource "aws_ec2_client_vpn_authorization_rule" "p" {
  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.p.id
  target_network_cidr    = "10.0.2.0/24"
  authorize_all_groups   = true
}
"#;

#[rstest]
#[case::a_rule_for_another_range("\"10.0.2.0/24\"\n  authorize", "\"10.0.3.0/24\"\n  authorize")]
#[case::no_rule(
    "client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.p.id\n  target",
    "client_vpn_endpoint_id = \"cvpn-1\"\n  target"
)]
#[case::no_association(
    "client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.p.id\n  subnet",
    "client_vpn_endpoint_id = \"cvpn-1\"\n  subnet"
)]
#[case::a_group_that_lets_nothing_out(
    "from_port   = 5432\n    to_port     = 5432",
    "from_port   = 443\n    to_port     = 443"
)]
#[case::a_group_that_nobody_lets_in(
    "security_group_ids     = [aws_security_group.vpn.id]",
    "security_group_ids     = [aws_security_group.db.id]"
)]
fn who_comes_over_an_endpoint_reaches_what_its_interfaces_do(#[case] from: &str, #[case] to: &str) {
    let line = "aws_ec2_client_vpn_endpoint.p > aws_db_instance.d network tcp/5432";
    differs(VISITED, from, to, line, terraform);
}

#[test]
fn an_endpoint_for_people_answers_on_the_internet_and_turns_strangers_away() {
    let found = terraform(VISITED);
    assert!(has(&found, "internet > aws_ec2_client_vpn_endpoint.p network tcp/443"), "{found:#?}");
    assert!(!has(&found, "T047 ") && !has(&found, "T032 "), "{found:#?}");
}

const STATE_ON_AWS: &str = r#"
terraform {
  backend "s3" {
    bucket = "acme-state"
    key    = "prod.tfstate"
    region = "eu-west-1"
  }
}
resource "aws_s3_bucket" "state" {
  bucket = "acme-state"
  tags   = { data = "internal" }
}
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_role" "ci" {
  name = "ci"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:acme/infra:*" }
      }
    }]
  })
}
resource "aws_iam_role_policy" "ci" {
  role = aws_iam_role.ci.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${aws_s3_bucket.state.arn}/*" }]
  })
}
"#;

#[test]
fn a_pipeline_gets_to_the_state_where_a_bucket_of_the_configuration_keeps_it() {
    let path =
        "aws_iam_openid_connect_provider.github > aws_iam_role.ci > aws_s3_bucket.state: T013";
    let other = "bucket = \"acme-other\"\n    key";
    differs(STATE_ON_AWS, "bucket = \"acme-state\"\n    key", other, path, terraform);
    assert!(!has(&terraform(STATE_ON_AWS), "backend.s3"));
}

const STATE_ON_GOOGLE: &str = r#"
terraform {
  backend "gcs" {
    bucket = "acme-state"
  }
}
resource "google_storage_bucket" "state" {
  name     = "acme-state"
  location = "EU"
}
resource "random_password" "p" {
  length = 20
}
"#;

const STATE_ON_AZURE: &str = r#"
terraform {
  backend "azurerm" {
    resource_group_name  = "state"
    storage_account_name = "acmestate"
    container_name       = "state"
    key                  = "prod.tfstate"
  }
}
resource "azurerm_storage_account" "state" {
  name                     = "acmestate"
  resource_group_name      = "state"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
}
resource "azurerm_storage_container" "state" {
  name               = "state"
  storage_account_id = azurerm_storage_account.state.id
}
resource "random_password" "p" {
  length = 20
}
"#;

#[rstest]
#[case::gcs(
    STATE_ON_GOOGLE,
    "google_storage_bucket.state",
    "name     = \"acme-state\"",
    "backend.gcs"
)]
#[case::azurerm(
    STATE_ON_AZURE,
    "azurerm_storage_account.state",
    "name                     = \"acmestate\"",
    "backend.azurerm"
)]
fn the_state_is_one_asset_with_what_keeps_it(
    #[case] base: &str,
    #[case] store: &str,
    #[case] name: &str,
    #[case] backend: &str,
) {
    let other = name.replace("acme", "other");
    differs(base, name, &other, &format!("T037 {store}:"), terraform);
    let (one, two) = (terraform(base), terraform(&base.replacen(name, &other, 1)));
    assert!(!has(&one, &format!("{backend} ")), "{one:#?}");
    assert!(has(&two, &format!("{backend} ")), "{two:#?}");
}

/// A REST API before a network balancer that has a group.
const REST: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "n" {
  vpc_id = aws_vpc.v.id
}
resource "aws_lb" "n" {
  internal           = true
  load_balancer_type = "network"
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.n.id]
  enforce_security_group_inbound_rules_on_private_link_traffic = "off"
}
resource "aws_lb_listener" "n" {
  load_balancer_arn = aws_lb.n.arn
  port              = 80
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.n.arn
  }
}
resource "aws_lb_target_group" "n" {
  port        = 8080
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.v.id
}
resource "aws_api_gateway_rest_api" "a" {
  name = "a"
}
resource "aws_api_gateway_vpc_link" "l" {
  name        = "l"
  target_arns = [aws_lb.n.arn]
}
resource "aws_api_gateway_resource" "p" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  parent_id   = aws_api_gateway_rest_api.a.root_resource_id
  path_part   = "p"
}
resource "aws_api_gateway_method" "m" {
  rest_api_id   = aws_api_gateway_rest_api.a.id
  resource_id   = aws_api_gateway_resource.p.id
  http_method   = "GET"
  authorization = "NONE"
}
resource "aws_api_gateway_integration" "i" {
  rest_api_id             = aws_api_gateway_rest_api.a.id
  resource_id             = aws_api_gateway_resource.p.id
  http_method             = aws_api_gateway_method.m.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "GET"
  uri                     = "http://${aws_lb.n.dns_name}/p"
  connection_type         = "VPC_LINK"
  connection_id           = aws_api_gateway_vpc_link.l.id
}
"#;

#[rstest]
#[case::asked("\"off\"", "\"on\"")]
#[case::over_the_internet("connection_id           = aws_api_gateway_vpc_link.l.id", "")]
fn groups_of_a_balancer_may_not_be_asked_about_private_links(#[case] from: &str, #[case] to: &str) {
    differs(REST, from, to, "aws_api_gateway_rest_api.a > aws_lb.n network tcp/80", terraform);
}

/// A role that lets in another account of the configuration.
const ACCOUNTS: &str = r#"
provider "aws" {
  alias = "dev"
  assume_role {
    role_arn = "arn:aws:iam::111111111111:role/terraform"
  }
  default_tags {
    tags = { environment = "dev" }
  }
}
provider "aws" {
  alias = "prod"
  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/terraform"
  }
  default_tags {
    tags = { environment = "prod" }
  }
}
resource "aws_s3_bucket" "dev" {
  provider = aws.dev
  bucket   = "acme-dev"
}
resource "aws_s3_bucket" "prod" {
  provider = aws.prod
  bucket   = "acme-prod"
}
resource "aws_iam_role" "deploy" {
  provider = aws.prod
  name     = "deploy"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:root" } }]
  })
}
"#;

#[rstest]
#[case::its_own_account("111111111111:root", "222222222222:root")]
#[case::one_role_there("111111111111:root", "111111111111:role/nobody")]
#[case::in_no_lower_environment("environment = \"dev\"", "environment = \"prod\"")]
#[case::where_the_role_is_in_the_lower_one(
    "provider = aws.prod\n  name",
    "provider = aws.dev\n  name"
)]
#[case::by_one_identity_there(
    "Action = \"sts:AssumeRole\",",
    "Action = \"sts:AssumeRole\", Condition = { ArnEquals = { \"aws:PrincipalArn\" = \"arn:aws:iam::111111111111:role/d\" } },"
)]
fn an_account_of_a_lower_environment_acts_in_a_higher_one(#[case] from: &str, #[case] to: &str) {
    differs(ACCOUNTS, from, to, "T048 aws_iam_role.deploy:", terraform);
}

#[test]
fn an_account_with_something_in_the_higher_environment_is_no_lower_one() {
    let more = "resource \"aws_s3_bucket\" \"shared\" {\n provider = aws.dev\n bucket = \"shared\"\n tags = { environment = \"prod\" }\n}\n";
    let found = terraform(&format!("{ACCOUNTS}{more}"));
    assert!(!has(&found, "T048 aws_iam_role.deploy:"), "{found:#?}");
}

const EVENTS: &str = r#"
resource "aws_cloudwatch_event_rule" "all" {
  event_pattern = jsonencode({ source = ["shop"] })
}
resource "aws_cloudwatch_event_target" "other" {
  rule = aws_cloudwatch_event_rule.all.name
  arn  = "arn:aws:events:eu-west-1:444455556666:event-bus/partner"
}
"#;

#[rstest]
#[case::no_bus("event-bus/", "rule/")]
#[case::of_another_service("aws:events:", "aws:sns:")]
#[case::of_nobody_in_particular("444455556666", "*")]
fn events_go_to_the_account_of_a_bus(#[case] from: &str, #[case] to: &str) {
    let line = "aws_cloudwatch_event_rule.all > account:444455556666 data not_applicable";
    differs(EVENTS, from, to, line, terraform);
}

#[test]
fn a_bus_of_the_configuration_is_nobody_else() {
    let found = terraform(&format!("{ACCOUNTS}{}", EVENTS.replace("444455556666", "111111111111")));
    assert!(!has(&found, "account:1111"), "{found:#?}");
}
