//! Ways of AWS in a model: transit gateways, addresses of both families, who may call what by which policy, who may write what runs.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// Two networks at a transit gateway with tables of their own, a machine in one and a database in the other.
const TRANSIT: &str = r#"
locals {
  nets = { prod = "10.1.0.0/16", dev = "10.2.0.0/16" }
}
resource "aws_vpc" "net" {
  for_each   = local.nets
  cidr_block = each.value
}
resource "aws_subnet" "net" {
  for_each   = local.nets
  vpc_id     = aws_vpc.net[each.key].id
  cidr_block = cidrsubnet(each.value, 8, 1)
}
resource "aws_ec2_transit_gateway" "hub" {
  default_route_table_association = "disable"
  default_route_table_propagation = "disable"
}
resource "aws_ec2_transit_gateway_vpc_attachment" "net" {
  for_each           = local.nets
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.net[each.key].id
  subnet_ids         = [aws_subnet.net[each.key].id]
}
resource "aws_ec2_transit_gateway_route_table" "net" {
  for_each           = local.nets
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
}
resource "aws_ec2_transit_gateway_route_table_association" "net" {
  for_each                       = local.nets
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.net[each.key].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.net[each.key].id
}
resource "aws_ec2_transit_gateway_route" "there" {
  destination_cidr_block         = "10.1.0.0/16"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.net["prod"].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.net["dev"].id
}
resource "aws_ec2_transit_gateway_route_table_propagation" "back" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.net["dev"].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.net["prod"].id
}
resource "aws_default_route_table" "net" {
  for_each               = local.nets
  default_route_table_id = aws_vpc.net[each.key].default_route_table_id
  route {
    cidr_block         = "10.0.0.0/8"
    transit_gateway_id = aws_ec2_transit_gateway.hub.id
  }
}
resource "aws_security_group" "net" {
  for_each = local.nets
  vpc_id   = aws_vpc.net[each.key].id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "build" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.net["dev"].id
  vpc_security_group_ids = [aws_security_group.net["dev"].id]
}
resource "aws_db_subnet_group" "store" {
  subnet_ids = [aws_subnet.net["prod"].id]
}
resource "aws_db_instance" "store" {
  engine                 = "postgres"
  engine_version         = "14.9"
  db_subnet_group_name   = aws_db_subnet_group.store.name
  vpc_security_group_ids = [aws_security_group.net["prod"].id]
}
"#;

const CROSSED: &str = "aws_instance.build > aws_db_instance.store network tcp/5432";

/// Traffic goes where the table of each attachment has a route to the other.
#[rstest]
#[case::no_route(
    r#""10.1.0.0/16"
  transit"#,
    r#""10.3.0.0/16"
  transit"#
)]
#[case::hole("\"10.1.0.0/16\"\n", "\"10.1.0.0/16\"\n blackhole = true\n")]
#[case::elsewhere(
    "vpc_attachment.net[\"prod\"].id\n  transit_gateway_route_table_id",
    "vpc_attachment.net[\"dev\"].id\n  transit_gateway_route_table_id"
)]
#[case::no_way_back(
    "\"aws_ec2_transit_gateway_route_table_propagation\" \"back\" {",
    "\"aws_ec2_transit_gateway_route_table_propagation\" \"back\" {\n count = 0\n"
)]
#[case::no_table(
    "\"aws_ec2_transit_gateway_route_table_association\" \"net\" {\n  for_each                       = local.nets",
    "\"aws_ec2_transit_gateway_route_table_association\" \"net\" {\n  for_each = { for key, net in local.nets : key => net if key == \"prod\" }"
)]
#[case::hole_in_it(
    "resource \"aws_db_subnet_group\"",
    "resource \"aws_ec2_transit_gateway_route\" \"hole\" {\n destination_cidr_block = \"10.1.1.0/24\"\n blackhole = true\n transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.net[\"dev\"].id\n}\nresource \"aws_db_subnet_group\""
)]
fn transit_tables_decide(#[case] from: &str, #[case] to: &str) {
    differs(TRANSIT, from, to, CROSSED, terraform);
}

/// Without tables of one's own all attachments share the gateway's, unless it or they are told otherwise.
#[rstest]
#[case::shared("", true)]
#[case::not_joined("default_route_table_association = \"disable\"", false)]
#[case::nothing_told("default_route_table_propagation = \"disable\"", false)]
#[case::not_known("default_route_table_association = var.unknown", true)]
fn transit_gateways_have_tables_of_their_own(#[case] setting: &str, #[case] passes: bool) {
    let mut kept = String::from("variable \"unknown\" {}\n");
    for block in TRANSIT.split_inclusive("\n}\n") {
        if !block.contains("\"aws_ec2_transit_gateway_route") {
            kept.push_str(block);
        }
    }
    let disabled = "  default_route_table_association = \"disable\"\n  default_route_table_propagation = \"disable\"\n";
    let text = kept.replace(disabled, &format!("{setting}\n"));
    assert_ne!(text, kept);
    assert_eq!(has(&terraform(&text), CROSSED), passes);
}

/// A network that looks at all that passes sends it on; one that only lets out does not.
#[rstest]
#[case("\"enable\"", true)]
#[case("\"disable\"", false)]
fn transit_through_a_network_that_inspects(#[case] mode: &str, #[case] passes: bool) {
    let hub = r#"
resource "aws_vpc" "hub" {
  cidr_block = "10.9.0.0/16"
}
resource "aws_ec2_transit_gateway_vpc_attachment" "hub" {
  transit_gateway_id     = aws_ec2_transit_gateway.hub.id
  vpc_id                 = aws_vpc.hub.id
  subnet_ids             = []
  appliance_mode_support = MODE
}
resource "aws_ec2_transit_gateway_route_table" "hub" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
}
resource "aws_ec2_transit_gateway_route_table_association" "hub" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.hub.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub.id
}
resource "aws_ec2_transit_gateway_route_table_propagation" "hub" {
  for_each                       = local.nets
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.net[each.key].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub.id
}
"#;
    let text = TRANSIT.replace("\"10.1.0.0/16\"\n  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.net[\"prod\"].id", "\"0.0.0.0/0\"\n  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.hub.id");
    let text = text + &hub.replace("MODE", mode);
    assert_eq!(has(&terraform(&text), CROSSED), passes);
}

/// A machine with an address of IPv6 and none of IPv4.
const SIX: &str = r#"
resource "aws_vpc" "net" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_internet_gateway" "net" {
  vpc_id = aws_vpc.net.id
}
resource "aws_egress_only_internet_gateway" "net" {
  vpc_id = aws_vpc.net.id
}
resource "aws_route_table" "net" {
  vpc_id = aws_vpc.net.id
  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.net.id
  }
}
resource "aws_route_table_association" "net" {
  subnet_id      = aws_subnet.net.id
  route_table_id = aws_route_table.net.id
}
resource "aws_subnet" "net" {
  vpc_id          = aws_vpc.net.id
  cidr_block      = "10.0.1.0/24"
  ipv6_cidr_block = cidrsubnet(aws_vpc.net.ipv6_cidr_block, 8, 1)
}
resource "aws_security_group" "host" {
  vpc_id = aws_vpc.net.id
}
resource "aws_vpc_security_group_ingress_rule" "host" {
  security_group_id = aws_security_group.host.id
  cidr_ipv6         = "::/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
resource "aws_instance" "host" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.net.id
  vpc_security_group_ids = [aws_security_group.host.id]
  ipv6_address_count     = 1
}
"#;

const REACHED: &str = "internet > aws_instance.host network tcp/22";

/// What has an address of one family is open by routes and rules of this family.
#[rstest]
#[case::no_address("  ipv6_address_count     = 1\n", "")]
#[case::only_out(
    "gateway_id      = aws_internet_gateway.net.id",
    "egress_only_gateway_id = aws_egress_only_internet_gateway.net.id"
)]
#[case::route_of_the_other(
    "ipv6_cidr_block = \"::/0\"\n    gateway_id",
    "cidr_block = \"0.0.0.0/0\"\n    gateway_id"
)]
#[case::rule_of_the_other("cidr_ipv6         = \"::/0\"", "cidr_ipv4 = \"0.0.0.0/0\"")]
#[case::in_none("  ipv6_address_count     = 1\n", "  associate_public_ip_address = true\n")]
fn families_are_told_apart(#[case] from: &str, #[case] to: &str) {
    differs(SIX, from, to, REACHED, terraform);
}

/// Addresses come from the host, its subnet, or the balancer's type.
#[rstest]
#[case::of_the_subnet("  ipv6_address_count     = 1\n", "", true)]
#[case::listed("ipv6_address_count     = 1", "ipv6_addresses = [\"2001:db8::7\"]", true)]
#[case::none_listed("ipv6_address_count     = 1", "ipv6_addresses = []", false)]
#[case::zero("ipv6_address_count     = 1", "ipv6_address_count = 0", false)]
fn addresses_of_the_other_family(#[case] from: &str, #[case] to: &str, #[case] is_open: bool) {
    assert_eq!(SIX.matches(from).count(), 1);
    let mut text = SIX.replace(from, to);
    if to.is_empty() {
        text = text.replace(
            "  cidr_block      = \"10.0.1.0/24\"",
            "  cidr_block      = \"10.0.1.0/24\"\n  assign_ipv6_address_on_creation = true",
        );
    }
    assert_eq!(has(&terraform(&text), REACHED), is_open);
}

/// A balancer answers IPv6 where its type says so.
#[rstest]
#[case("dualstack", "false", true)]
#[case("dualstack-without-public-ipv4", "false", true)]
#[case("ipv4", "false", false)]
#[case("dualstack", "true", false)]
fn balancers_of_both_families(#[case] kind: &str, #[case] internal: &str, #[case] is_open: bool) {
    let balancer = format!(
        r#"
resource "aws_lb" "front" {{
  load_balancer_type = "application"
  ip_address_type    = "{kind}"
  internal           = {internal}
  subnets            = [aws_subnet.net.id]
  security_groups    = [aws_security_group.host.id]
}}
resource "aws_lb_listener" "front" {{
  load_balancer_arn = aws_lb.front.arn
  port              = 22
  protocol          = "HTTP"
  default_action {{
    type = "fixed-response"
    fixed_response {{
      content_type = "text/plain"
    }}
  }}
}}
"#
    );
    let text = SIX.to_owned() + &balancer;
    assert_eq!(has(&terraform(&text), "internet > aws_lb.front network tcp/22"), is_open);
}

/// An API whose policy is `POLICY`, with a method that asks for no login.
const API: &str = r#"
resource "aws_api_gateway_rest_api" "api" {
  name   = "api"
  policy = jsonencode({ Version = "2012-10-17", Statement = [POLICY] })
}
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "orders" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "POST"
  authorization = "NONE"
}
"#;

/// A bucket whose policy is `POLICY`.
const BUCKET: &str = r#"
resource "aws_s3_bucket" "store" {
  bucket = "store"
}
resource "aws_s3_bucket_public_access_block" "store" {
  bucket                  = aws_s3_bucket.store.id
  restrict_public_buckets = false
}
resource "aws_s3_bucket_policy" "store" {
  bucket = aws_s3_bucket.store.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [POLICY] })
}
"#;

/// How far a thing of a model is open to the internet: by flows, and by whether they are for named addresses only.
fn openness(text: &str, target: &str) -> &'static str {
    let tree = std::collections::BTreeMap::from([("main.tf".to_owned(), text.to_owned())]);
    let model = crate::model::model_of(&tree, None).model;
    let flows = model.flows.iter().filter(|flow| &*flow.source == "internet");
    let mut flows = flows.filter(|flow| &*flow.target == target);
    let exposed = |state: &str| {
        let of_it = model.threats.iter().filter(|threat| &*threat.target == target);
        let mut states = of_it.flat_map(|threat| &threat.context);
        states.any(|(name, own)| *name == "exposure" && own.to_string() == state)
    };
    match flows.next() {
        None => "closed",
        Some(_) if exposed("internet_open") => "open",
        Some(_) => "restricted",
    }
}

/// What allowances leave open and denials take away of who is not known.
#[rstest]
#[case::everyone("", "", "open")]
#[case::addresses("{ IpAddress = { \"aws:SourceIp\" = \"203.0.113.0/24\" } }", "", "restricted")]
#[case::all_addresses(
    "{ IpAddress = { \"aws:SourceIp\" = [\"0.0.0.0/1\", \"128.0.0.0/1\"] } }",
    "",
    "open"
)]
#[case::endpoint("{ StringEquals = { \"aws:SourceVpce\" = \"vpce-1\" } }", "", "closed")]
#[case::referer("{ StringLike = { \"aws:Referer\" = \"https://example.com/*\" } }", "", "open")]
#[case::denied("", "{ NotIpAddress = { \"aws:SourceIp\" = \"203.0.113.0/24\" } }", "restricted")]
#[case::denied_or_endpoint(
    "",
    "{ NotIpAddress = { \"aws:SourceIp\" = \"203.0.113.0/24\" }, StringNotEquals = { \"aws:SourceVpce\" = \"vpce-1\" } }",
    "restricted"
)]
#[case::denied_inside("", "{ NotIpAddress = { \"aws:SourceIp\" = \"10.0.0.0/8\" } }", "closed")]
#[case::of_an_endpoint("", "{ StringNotEquals = { \"aws:SourceVpce\" = \"vpce-1\" } }", "closed")]
#[case::of_an_organisation(
    "",
    "{ StringNotEqualsIfExists = { \"aws:PrincipalOrgID\" = \"o-1\" }, Bool = { \"aws:PrincipalIsAWSService\" = \"false\" } }",
    "closed"
)]
#[case::clear_text("", "{ Bool = { \"aws:SecureTransport\" = \"false\" } }", "open")]
#[case::by_referer(
    "",
    "{ StringNotLike = { \"aws:Referer\" = \"https://example.com/*\" } }",
    "open"
)]
#[case::some("", "{ IpAddress = { \"aws:SourceIp\" = \"203.0.113.0/24\" } }", "open")]
fn policies_of_resources(
    #[values((API, "aws_api_gateway_rest_api.api", "execute-api:Invoke"), (BUCKET, "aws_s3_bucket.store", "s3:GetObject"))]
    (base, target, action): (&str, &str, &str),
    #[case] allowed: &str,
    #[case] denied: &str,
    #[case] expected: &str,
) {
    let statement = |effect: &str, condition: &str| {
        let condition =
            if condition.is_empty() { String::new() } else { format!(", Condition = {condition}") };
        format!(
            "{{ Effect = \"{effect}\", Principal = \"*\", Action = \"{action}\", Resource = \"*\"{condition} }}"
        )
    };
    let mut policy = statement("Allow", allowed);
    if !denied.is_empty() {
        policy = format!("{policy}, {}", statement("Deny", denied));
    }
    assert_eq!(openness(&base.replace("POLICY", &policy), target), expected);
}

/// A denial about a part of what is allowed leaves the rest; one that is for another action leaves all.
#[rstest]
#[case("s3:*", "${aws_s3_bucket.store.arn}/*", "closed")]
#[case("s3:*", "${aws_s3_bucket.store.arn}/private/*", "open")]
#[case("s3:PutObject", "${aws_s3_bucket.store.arn}/*", "open")]
fn denials_of_a_part(#[case] action: &str, #[case] on: &str, #[case] expected: &str) {
    let policy = format!(
        r#"{{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${{aws_s3_bucket.store.arn}}/*" }},
        {{ Effect = "Deny", Principal = "*", Action = "{action}", Resource = "{on}", Condition = {{ StringNotEquals = {{ "aws:SourceVpce" = "vpce-1" }} }} }}"#
    );
    assert_eq!(openness(&BUCKET.replace("POLICY", &policy), "aws_s3_bucket.store"), expected);
}

/// Whom an API names may call it; nobody else may.
#[test]
fn accounts_that_an_api_names() {
    let policy = r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "execute-api:Invoke", Resource = "*" }"#;
    let text = API.replace("POLICY", policy);
    assert!(has(
        &terraform(&text),
        "account:444455556666 > aws_api_gateway_rest_api.api permission"
    ));
    assert_eq!(openness(&text, "aws_api_gateway_rest_api.api"), "closed");
}

/// Ranges that together are all of a family are everyone, in one rule or several.
#[rstest]
#[case::both("[\"0.0.0.0/1\", \"128.0.0.0/1\"]", "open")]
#[case::beside_private_ones(
    "[\"0.0.0.0/5\", \"8.0.0.0/7\", \"11.0.0.0/8\", \"12.0.0.0/6\", \"16.0.0.0/4\", \"32.0.0.0/3\", \"64.0.0.0/2\", \"128.0.0.0/1\"]",
    "open"
)]
#[case::one("[\"0.0.0.0/1\"]", "restricted")]
#[case::one_twice("[\"0.0.0.0/1\", \"64.0.0.0/2\"]", "restricted")]
fn ranges_together(#[case] ranges: &str, #[case] expected: &str) {
    let text = SIX
        .replace(
            "cidr_ipv6         = \"::/0\"",
            &format!("for_each = toset({ranges})\n  cidr_ipv4 = each.key"),
        )
        .replace(
            "ipv6_cidr_block = \"::/0\"\n    gateway_id",
            "cidr_block = \"0.0.0.0/0\"\n    gateway_id",
        )
        .replace("ipv6_address_count     = 1", "associate_public_ip_address = true");
    assert_eq!(openness(&text, "aws_instance.host"), expected);
}

/// An API of two routes, of which one asks for a token; behind it a function that reads a table of confidential data.
const ROUTES: &str = r#"
resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
  tags     = { data = "confidential" }
}
resource "aws_iam_role" "orders" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
  inline_policy {
    name   = "orders"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.orders.arn }] })
  }
}
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
}
resource "aws_lambda_function" "health" {
  function_name = "health"
  role          = "arn:aws:iam::111122223333:role/health"
}
"#;

const BY_ROUTE: &str = r#"
resource "aws_apigatewayv2_api" "api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_authorizer" "api" {
  api_id           = aws_apigatewayv2_api.api.id
  name             = "api"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    audience = ["api"]
    issuer   = "https://login.example.org/"
  }
}
resource "aws_apigatewayv2_integration" "all" {
  for_each         = { orders = aws_lambda_function.orders.invoke_arn, health = aws_lambda_function.health.invoke_arn }
  api_id           = aws_apigatewayv2_api.api.id
  integration_type = "AWS_PROXY"
  integration_uri  = each.value
}
resource "aws_apigatewayv2_route" "orders" {
  api_id             = aws_apigatewayv2_api.api.id
  route_key          = "GET /orders"
  target             = "integrations/${aws_apigatewayv2_integration.all["orders"].id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.api.id
}
resource "aws_apigatewayv2_route" "health" {
  api_id    = aws_apigatewayv2_api.api.id
  route_key = "GET /health"
  target    = "integrations/${aws_apigatewayv2_integration.all["health"].id}"
}
"#;

const BY_METHOD: &str = r#"
resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "orders" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "GET"
  authorization = "COGNITO_USER_POOLS"
}
resource "aws_api_gateway_method" "health" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "POST"
  authorization = "NONE"
}
resource "aws_api_gateway_integration" "orders" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.orders.id
  http_method             = "GET"
  integration_http_method = "POST"
  type                    = "AWS_PROXY"
  uri                     = aws_lambda_function.orders.invoke_arn
}
resource "aws_api_gateway_integration" "health" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.orders.id
  http_method             = aws_api_gateway_method.health.http_method
  integration_http_method = "POST"
  type                    = "AWS_PROXY"
  uri                     = aws_lambda_function.health.invoke_arn
}
"#;

/// What an open route leads to is open without a login; what stands behind one that asks is not.
#[rstest]
#[case::route(BY_ROUTE, "", "", false)]
#[case::route_that_asks_nobody(BY_ROUTE, "  authorization_type = \"JWT\"\n", "", true)]
#[case::both_routes(BY_ROUTE, "all[\"health\"].id}", "all[\"orders\"].id}", true)]
#[case::method(BY_METHOD, "", "", false)]
#[case::method_that_asks_nobody(BY_METHOD, "\"COGNITO_USER_POOLS\"", "\"NONE\"", true)]
#[case::of_the_open_method(
    BY_METHOD,
    "http_method             = \"GET\"",
    "http_method             = \"POST\"",
    true
)]
#[case::of_no_method(
    BY_METHOD,
    "http_method             = \"GET\"",
    "http_method             = \"PUT\"",
    true
)]
fn routes_that_ask(#[case] api: &str, #[case] from: &str, #[case] to: &str, #[case] is_open: bool) {
    assert!(from.is_empty() || api.matches(from).count() == 1);
    let api = if from.is_empty() { api.to_owned() } else { api.replace(from, to) };
    let lines = terraform(&(ROUTES.to_owned() + &api));
    let through = |line: &&String| {
        line.contains("> aws_lambda_function.orders > aws_iam_role.orders")
            && line.contains(": T031")
    };
    assert_eq!(lines.iter().any(|line| through(&line)), is_open, "{lines:#?}");
}

/// A list of rules at the edge of a subnet that lets all in, before a host with filters of its own.
const EDGE: &str = r#"
resource "aws_vpc" "net" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "host" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.9.9/32"]
  }
}
resource "aws_instance" "host" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.net.id
  vpc_security_group_ids = [aws_security_group.host.id]
}
resource "aws_network_acl" "net" {
  vpc_id     = aws_vpc.net.id
  subnet_ids = [aws_subnet.net.id]
}
resource "aws_network_acl_rule" "net" {
  for_each       = { in = false, out = true }
  network_acl_id = aws_network_acl.net.id
  egress         = each.value
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}
"#;

/// What a list at the edge lets in harms those hosts whose own filters let it in, too.
#[rstest]
#[case("22", "10.0.9.9/32", &[])]
#[case("443", "0.0.0.0/0", &[])]
#[case("22", "0.0.0.0/0", &["T001"])]
fn edges_alone_open_nothing(#[case] port: &str, #[case] from: &str, #[case] expected: &[&str]) {
    let text = EDGE
        .replace("10.0.9.9/32", from)
        .replace("_port   = 22", &format!("_port   = {port}"))
        .replace("to_port     = 22", &format!("to_port     = {port}"));
    let lines = terraform(&text);
    for class in ["T001", "T021"] {
        let found = has(&lines, &format!("{class} aws_instance.host"));
        assert_eq!(found, expected.contains(&class), "{class}: {lines:#?}");
    }
}

/// A firewall of the web before an API with a method that asks nobody.
const SCREEN: &str = r#"
resource "aws_wafv2_ip_set" "office" {
  name               = "office"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["203.0.113.0/24"]
}
resource "aws_wafv2_web_acl" "web" {
  name  = "web"
  scope = "REGIONAL"
  default_action {
    block {}
  }
  rule {
    name     = "office"
    priority = 1
    action {
      allow {}
    }
    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.office.arn
      }
    }
  }
}
resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  deployment_id = "live"
  stage_name    = "live"
}
resource "aws_wafv2_web_acl_association" "web" {
  resource_arn = aws_api_gateway_stage.live.arn
  web_acl_arn  = aws_wafv2_web_acl.web.arn
}
"#;

/// Only a firewall that blocks all but named addresses keeps others out.
#[rstest]
#[case::all_but_an_office("", "", "restricted")]
#[case::allows_all("block {}", "allow {}", "open")]
#[case::everybody_is_named("\"203.0.113.0/24\"", "\"0.0.0.0/1\", \"128.0.0.0/1\"", "open")]
#[case::by_something_else(
    "ip_set_reference_statement {\n        arn = aws_wafv2_ip_set.office.arn",
    "geo_match_statement {\n        country_codes = [\"NO\"]",
    "open"
)]
#[case::only_counts("allow {}", "count {}", "restricted")]
#[case::another_stage(
    "resource \"aws_wafv2_web_acl_association\"",
    "resource \"aws_api_gateway_stage\" \"next\" {\n  rest_api_id = aws_api_gateway_rest_api.api.id\n  deployment_id = \"next\"\n  stage_name = \"next\"\n}\nresource \"aws_wafv2_web_acl_association\"",
    "open"
)]
fn firewalls_that_let_named_addresses_pass(
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
) {
    assert!(from.is_empty() || SCREEN.matches(from).count() == 1);
    let screen = if from.is_empty() { SCREEN.to_owned() } else { SCREEN.replace(from, to) };
    let text = API
        .replace("  policy = jsonencode({ Version = \"2012-10-17\", Statement = [POLICY] })\n", "")
        + &screen;
    assert_eq!(openness(&text, "aws_api_gateway_rest_api.api"), expected);
}

/// A role that may do everything, within limits.
const LIMITED: &str = r#"
resource "aws_s3_bucket" "own" {
  bucket = "own"
}
resource "aws_s3_bucket" "other" {
  bucket = "other"
}
resource "aws_iam_role" "host" {
  name                 = "host"
  permissions_boundary = aws_iam_policy.limits.arn
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "host" {
  role   = aws_iam_role.host.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_policy" "limits" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = ["${aws_s3_bucket.own.arn}", "${aws_s3_bucket.own.arn}/*"] }] })
}
"#;

/// Rights are what a policy gives and the limits let.
#[rstest]
#[case::within("", "", false)]
#[case::without("  permissions_boundary = aws_iam_policy.limits.arn\n", "", true)]
#[case::all_of_them(
    "[\"${aws_s3_bucket.own.arn}\", \"${aws_s3_bucket.own.arn}/*\"]",
    "\"*\"",
    true
)]
fn limits_cut_rights(#[case] from: &str, #[case] to: &str, #[case] reaches: bool) {
    let text = if from.is_empty() { LIMITED.to_owned() } else { LIMITED.replace(from, to) };
    let lines = terraform(&text);
    assert!(has(&lines, "aws_iam_role.host > aws_s3_bucket.own permission"));
    assert_eq!(has(&lines, "aws_iam_role.host > aws_s3_bucket.other permission"), reaches);
}

/// A group of machines behind a balancer, in `SUBNETS`.
const GROUP: &str = r#"
data "aws_vpc" "net" {
  default = true
}
data "aws_subnets" "net" {
  tags = { Tier = "private" }
}
resource "aws_launch_template" "web" {
  image_id      = "ami-1"
  instance_type = "t3.small"
}
resource "aws_autoscaling_group" "web" {
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = SUBNETS
  target_group_arns   = [aws_lb_target_group.web.arn]
  launch_template {
    id = aws_launch_template.web.id
  }
}
resource "aws_lb_target_group" "web" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.net.id
}
resource "aws_lb" "web" {
  subnets = data.aws_subnets.net.ids
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"#;

/// Machines of which it is known that they stand in one place are one.
#[rstest]
#[case("[\"subnet-1\"]", true)]
#[case("data.aws_subnets.net.ids", false)]
fn machines_in_one_place(#[case] subnets: &str, #[case] is_one: bool) {
    let lines = terraform(&GROUP.replace("SUBNETS", subnets));
    assert_eq!(has(&lines, "T030 aws_autoscaling_group.web"), is_one);
}

/// A store whose filters let everybody in, and which may have an address on the internet.
const STORE: &str = r#"
variable "public" {}
resource "aws_vpc" "net" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "net" {
  vpc_id = aws_vpc.net.id
}
resource "aws_default_route_table" "net" {
  default_route_table_id = aws_vpc.net.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.net.id
  }
}
resource "aws_db_subnet_group" "net" {
  subnet_ids = [aws_subnet.net.id]
}
resource "aws_security_group" "store" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_db_instance" "store" {
  engine                 = "postgres"
  publicly_accessible    = var.public
  db_subnet_group_name   = aws_db_subnet_group.net.name
  vpc_security_group_ids = [aws_security_group.store.id]
}
"#;

/// A store without an address on the internet answers nobody there.
#[rstest]
#[case("= var.public", "= false")]
#[case("  publicly_accessible    = var.public\n", "")]
fn stores_without_addresses(#[case] from: &str, #[case] to: &str) {
    differs(STORE, from, to, "T046 aws_db_instance.store", terraform);
}
