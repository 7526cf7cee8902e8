//! What models say of doors, rights and triggers that are there and shut, switched off or limits only: each condition matters in some case.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests, terraform};

/// A machine of Azure that a rule opens to ranges.
const RANGES: &str = r#"
resource "azurerm_resource_group" "m" {
  name     = "rg-shop-prod"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  resource_group_name  = azurerm_resource_group.m.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = ["0.0.0.0/1", "128.0.0.0/1"]
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "n" {
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_public_ip" "p" {
  name                = "p"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  allocation_method   = "Static"
}
resource "azurerm_network_interface" "i" {
  name                = "i"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.a.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.p.id
  }
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  resource_group_name   = azurerm_resource_group.m.name
  location              = "westeurope"
  size                  = "Standard_B2s"
  admin_username        = "a"
  network_interface_ids = [azurerm_network_interface.i.id]
  admin_ssh_key {
    username   = "a"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
}
"#;

/// Ranges that together are the whole internet are no named ones, though the last rule of every group denies.
#[rstest]
#[case::one_half(r#"["0.0.0.0/1", "128.0.0.0/1"]"#, r#"["0.0.0.0/1"]"#)]
#[case::not_all(r#"["0.0.0.0/1", "128.0.0.0/1"]"#, r#"["0.0.0.0/1", "128.0.0.0/2"]"#)]
fn halves_of_the_internet_are_all_of_it(#[case] from: &str, #[case] to: &str) {
    let line = "T001 azurerm_linux_virtual_machine.m: 5 8 6 7 9 = 7.0 exposure=internet_open";
    differs(RANGES, from, to, line, terraform);
    let named = terraform(&RANGES.replace(from, to));
    assert!(
        has(
            &named,
            "T001 azurerm_linux_virtual_machine.m: 5 8 4 7 6 = 6.0 exposure=internet_restricted"
        ),
        "{named:#?}"
    );
}

/// A function whose role may read one bucket, and has a boundary.
const BOUNDARY: &str = r#"
resource "aws_iam_policy" "b" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["*"], Resource = "*" }]
  })
}
resource "aws_iam_role" "r" {
  name = "fn"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  permissions_boundary = aws_iam_policy.b.arn
}
resource "aws_iam_role_policy" "p" {
  role = aws_iam_role.r.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.d.arn}/*" }]
  })
}
resource "aws_s3_bucket" "d" {
  bucket = "acme-prod-data"
}
resource "aws_lambda_function" "f" {
  function_name = "fn"
  role          = aws_iam_role.r.arn
  runtime       = "python3.13"
  handler       = "a.b"
  filename      = "f.zip"
}
"#;

/// A boundary of permissions grants nothing: it is no threat by itself, and one where it is attached, too.
#[rstest]
fn boundaries_grant_nothing(#[values("T010", "T015")] threat: &str) {
    let attached = "resource \"aws_iam_role_policy_attachment\" \"a\" {\n  role = aws_iam_role.r.name\n  policy_arn = aws_iam_policy.b.arn\n}\n";
    let both = format!("{BOUNDARY}{attached}");
    let own = format!("{threat} ");
    assert!(!has(&terraform(BOUNDARY), &own));
    assert!(has(&terraform(&both), &own), "{:#?}", terraform(&both));
}

/// What starts a function.
const TRIGGERS: &str = r#"
resource "aws_sqs_queue" "q" {
  name = "q"
}
resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.r.arn
  runtime       = "python3.13"
  handler       = "a.b"
  filename      = "f.zip"
}
resource "aws_lambda_event_source_mapping" "m" {
  event_source_arn = aws_sqs_queue.q.arn
  function_name    = aws_lambda_function.f.arn
  enabled          = true
}
resource "aws_cloudwatch_event_rule" "e" {
  schedule_expression = "rate(1 hour)"
  state               = "ENABLED"
}
resource "aws_cloudwatch_event_target" "e" {
  rule = aws_cloudwatch_event_rule.e.name
  arn  = aws_lambda_function.f.arn
}
resource "aws_scheduler_schedule" "s" {
  schedule_expression = "rate(2 hours)"
  state               = "ENABLED_WITH_CARE"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_lambda_function.f.arn
    role_arn = aws_iam_role.r.arn
  }
}
"#;

/// What is switched off starts nothing.
#[rstest]
#[case::mapping(
    "enabled          = true",
    "enabled = false",
    "aws_sqs_queue.q > aws_lambda_function.f"
)]
#[case::mapping_as_text(
    "enabled          = true",
    "enabled = \"false\"",
    "aws_sqs_queue.q > aws_lambda_function.f"
)]
#[case::rule(
    "state               = \"ENABLED\"",
    "state = \"DISABLED\"",
    "aws_cloudwatch_event_rule.e > aws_lambda_function.f"
)]
#[case::rule_of_old(
    "state               = \"ENABLED\"",
    "is_enabled = false",
    "aws_cloudwatch_event_rule.e > aws_lambda_function.f"
)]
#[case::schedule(
    "state               = \"ENABLED_WITH_CARE\"",
    "state = \"DISABLED\"",
    "aws_scheduler_schedule.s > aws_lambda_function.f"
)]
fn what_is_switched_off_starts_nothing(#[case] from: &str, #[case] to: &str, #[case] flow: &str) {
    differs(TRIGGERS, from, to, flow, terraform);
}

/// An identity of Azure that may give rights away.
const IDENTITY: &str = r#"
resource "azurerm_resource_group" "m" {
  name     = "rg-shop-dev"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "a" {
  name                = "id-shop"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
}
resource "azurerm_role_assignment" "a" {
  scope                = azurerm_resource_group.m.id
  role_definition_name = "User Access Administrator"
  principal_id         = azurerm_user_assigned_identity.a.principal_id
}
"#;

#[test]
fn an_identity_is_of_the_environment_of_its_group() {
    let own = "T011 azurerm_user_assigned_identity.a: 8 9 6 4 4 = 6.2";
    differs(IDENTITY, "rg-shop-dev", "rg-shop", own, terraform);
    // Its own name says more.
    differs(IDENTITY, "\"id-shop\"", "\"id-shop-prod\"", own, terraform);
}

/// A database that programs of all of Azure may ask.
const TENANTS: &str = r#"
resource "azurerm_resource_group" "m" {
  name     = "rg-shop-prod"
  location = "westeurope"
}
resource "azurerm_postgresql_flexible_server" "d" {
  name                = "psql-shop"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  administrator_login = "u"
}
resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  name      = "require_secure_transport"
  server_id = azurerm_postgresql_flexible_server.d.id
  value     = "OFF"
}
resource "azurerm_postgresql_flexible_server_firewall_rule" "az" {
  name             = "azure"
  server_id        = azurerm_postgresql_flexible_server.d.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}
"#;

/// Who asks from other tenants is as foreign on the way as at the door.
#[test]
fn flows_of_other_tenants_are_no_named_ranges() {
    let line =
        "T006 internet > azurerm_postgresql_flexible_server.d network tcp/5432: 6 6 2 7 1 = 4.4";
    let range = TENANTS.replace("\"0.0.0.0\"", "\"203.0.113.7\"");
    assert!(has(&terraform(TENANTS), line), "{:#?}", terraform(TENANTS));
    assert!(!has(&terraform(&range), line));
}

/// An app that writes to a store over an endpoint in a network.
const ENDPOINT: &str = r#"
resource "azurerm_resource_group" "m" {
  name     = "rg-shop-prod"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  resource_group_name  = azurerm_resource_group.m.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
  delegation {
    name = "web"
    service_delegation {
      name = "Microsoft.Web/serverFarms"
    }
  }
}
resource "azurerm_subnet" "pe" {
  name                              = "pe"
  resource_group_name               = azurerm_resource_group.m.name
  virtual_network_name              = azurerm_virtual_network.v.name
  address_prefixes                  = ["10.0.2.0/24"]
  private_endpoint_network_policies = "Enabled"
}
resource "azurerm_user_assigned_identity" "a" {
  name                = "id-app-prod"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
}
resource "azurerm_storage_account" "s" {
  name                          = "stshopprod"
  resource_group_name           = azurerm_resource_group.m.name
  location                      = "westeurope"
  account_tier                  = "Standard"
  account_replication_type      = "ZRS"
  public_network_access_enabled = false
  tags                          = { data = "confidential" }
}
resource "azurerm_role_assignment" "s" {
  scope                = azurerm_storage_account.s.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.a.principal_id
}
resource "azurerm_service_plan" "p" {
  name                = "asp"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  os_type             = "Linux"
  sku_name            = "P1v3"
}
resource "azurerm_linux_web_app" "w" {
  name                      = "app-shop"
  resource_group_name       = azurerm_resource_group.m.name
  location                  = "westeurope"
  service_plan_id           = azurerm_service_plan.p.id
  https_only                = true
  virtual_network_subnet_id = azurerm_subnet.app.id
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.a.id]
  }
  site_config {
    vnet_route_all_enabled = true
  }
  app_settings = {
    BLOB = azurerm_storage_account.s.primary_blob_endpoint
  }
}
resource "azurerm_private_endpoint" "s" {
  name                = "pe"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.pe.id
  private_service_connection {
    name                           = "s"
    private_connection_resource_id = azurerm_storage_account.s.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
}
resource "azurerm_network_security_group" "pe" {
  name                = "nsg-pe"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  security_rule {
    name                       = "all"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "pe" {
  subnet_id                 = azurerm_subnet.pe.id
  network_security_group_id = azurerm_network_security_group.pe.id
}
"#;

/// A filter before the endpoint cuts the way of those who hold a right; one that is not asked there cuts nothing.
#[test]
fn filters_before_endpoints_shut_out_who_holds_a_right() {
    let path = "internet > azurerm_linux_web_app.w > azurerm_storage_account.s:";
    differs(ENDPOINT, "= \"Allow\"", "= \"Deny\"", path, terraform);
    let unasked = ENDPOINT.replace("= \"Allow\"", "= \"Deny\"");
    let unasked = unasked.replace(
        "private_endpoint_network_policies = \"Enabled\"",
        "private_endpoint_network_policies = \"Disabled\"",
    );
    assert!(has(&terraform(&unasked), path));
}

/// A filter before nothing but doors of services harms no host; one before nothing at all may be attached to some.
#[test]
fn filters_before_endpoints_alone_open_no_host() {
    let line = "T001 azurerm_network_security_group.pe:";
    assert!(!has(&terraform(ENDPOINT), line));
    let alone = ENDPOINT
        .split("resource \"azurerm_subnet_network_security_group_association\"")
        .next()
        .unwrap_or_default();
    assert!(has(&terraform(alone), line));
}

/// The rule by which an app lets Front Door in.
const TAG: &str = "service_tag = \"AzureFrontDoor.Backend\"";

/// An app behind Front Door that lets named ranges in.
const DOOR: &str = r#"
resource "azurerm_resource_group" "m" {
  name     = "rg-shop-prod"
  location = "westeurope"
}
resource "azurerm_service_plan" "p" {
  name                = "asp"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  os_type             = "Linux"
  sku_name            = "P1v3"
}
resource "azurerm_linux_web_app" "w" {
  name                = "app-shop"
  resource_group_name = azurerm_resource_group.m.name
  location            = "westeurope"
  service_plan_id     = azurerm_service_plan.p.id
  https_only          = true
  site_config {
    ip_restriction_default_action = "Deny"
    ip_restriction {
      name        = "front"
      action      = "Allow"
      service_tag = "AzureFrontDoor.Backend"
    }
    ip_restriction {
      name       = "office"
      priority   = 100
      action     = "Allow"
      ip_address = "203.0.113.0/24"
    }
  }
}
resource "azurerm_cdn_frontdoor_profile" "main" {
  name                = "afd"
  resource_group_name = azurerm_resource_group.m.name
  sku_name            = "Premium_AzureFrontDoor"
}
resource "azurerm_cdn_frontdoor_endpoint" "main" {
  name                     = "ep"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main.id
}
resource "azurerm_cdn_frontdoor_origin_group" "api" {
  name                     = "api"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.main.id
  load_balancing {}
}
resource "azurerm_cdn_frontdoor_origin" "api" {
  name                           = "api"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.api.id
  enabled                        = true
  host_name                      = azurerm_linux_web_app.w.default_hostname
  certificate_name_check_enabled = true
}
resource "azurerm_cdn_frontdoor_route" "api" {
  name                          = "api"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.main.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.api.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.api.id]
  supported_protocols           = ["Https"]
  patterns_to_match             = ["/*"]
  forwarding_protocol           = "HttpsOnly"
}
"#;

#[rstest]
#[case::another_range(
    "service_tag = \"AzureFrontDoor.Backend\"",
    "ip_address = \"198.51.100.0/24\"",
    false
)]
#[case::another_tag(
    "service_tag = \"AzureFrontDoor.Backend\"",
    "service_tag = \"AzureCloud\"",
    true
)]
#[case::denied("action      = \"Allow\"", "action = \"Deny\"", false)]
#[case::open_by_default("\"Deny\"", "\"Allow\"", true)]
#[case::everybody("203.0.113.0/24", "0.0.0.0/0", true)]
fn front_door_reaches_apps_that_let_it_in(#[case] from: &str, #[case] to: &str, #[case] in_: bool) {
    let flow = "azurerm_cdn_frontdoor_profile.main > azurerm_linux_web_app.w network";
    assert!(has(&terraform(DOOR), flow));
    let base = if in_ && from != TAG {
        DOOR.replace(TAG, "ip_address  = \"198.51.100.0/24\"")
    } else {
        DOOR.to_owned()
    };
    assert_eq!(base.matches(from).count(), 1, "{from}");
    assert_eq!(has(&terraform(&base.replace(from, to)), flow), in_);
}

/// A balancer that takes requests from a distribution with a web firewall, and only redirects who comes past it.
const REDIRECTED: &str = r#"
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "i" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "pub" {
  for_each                = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id                  = aws_vpc.v.id
  cidr_block              = each.value
  availability_zone       = "eu-west-1${each.key}"
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_route_table_association" "a" {
  for_each       = aws_subnet.pub
  subnet_id      = each.value.id
  route_table_id = aws_route_table.r.id
}
resource "aws_security_group" "alb" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    prefix_list_ids = [data.aws_ec2_managed_prefix_list.cf.id]
  }
  ingress {
    from_port   = 80
    to_port     = 80
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
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.alb.id]
  }
}
resource "aws_lb" "l" {
  subnets         = [for s in aws_subnet.pub : s.id]
  security_groups = [aws_security_group.alb.id]
}
resource "aws_lb_target_group" "t" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.v.id
}
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.l.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = "arn:aws:acm:eu-west-1:111122223333:certificate/x"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.l.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.pub["a"].id
  vpc_security_group_ids = [aws_security_group.web.id]
  metadata_options { http_tokens = "required" }
  tags = { Environment = "prod" }
}
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.t.arn
  target_id        = aws_instance.web.id
}

data "aws_ec2_managed_prefix_list" "cf" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}
resource "aws_cloudfront_distribution" "c" {
  enabled    = true
  web_acl_id = aws_wafv2_web_acl.w.arn
  origin {
    origin_id   = "alb"
    domain_name = aws_lb.l.dns_name
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "alb"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/x"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}
resource "aws_wafv2_web_acl" "w" {
  name  = "edge"
  scope = "CLOUDFRONT"
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
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"
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
"#;

/// What a listener only redirects gets no further, and opens no way past the firewall before the others.
#[rstest]
#[case::as_it_is("", "", None)]
#[case::no_firewall(
    "web_acl_id = aws_wafv2_web_acl.w.arn",
    "",
    Some("4 7 6 7 7 = 6.2 exposure=internet_open")
)]
#[case::passes_on(REDIRECTION, FORWARDING, Some("4 7 6 7 7 = 6.2 exposure=internet_open"))]
#[case::office_past_it(
    "prefix_list_ids = [data.aws_ec2_managed_prefix_list.cf.id]",
    "prefix_list_ids = [data.aws_ec2_managed_prefix_list.cf.id]\n    cidr_blocks = [\"203.0.113.0/24\"]",
    Some("4 7 4 7 4 = 5.2 exposure=internet_restricted")
)]
#[case::office_alone(
    "prefix_list_ids = [data.aws_ec2_managed_prefix_list.cf.id]",
    "cidr_blocks = [\"203.0.113.0/24\"]",
    Some("4 7 4 7 4 = 5.2 exposure=internet_restricted")
)]
fn redirects_open_nothing_behind(
    #[case] from: &str,
    #[case] to: &str,
    #[case] threat: Option<&str>,
) {
    if !from.is_empty() {
        assert_eq!(REDIRECTED.matches(from).count(), 1, "{from}");
    }
    let made = terraform(&REDIRECTED.replace(from, to));
    let line = "T032 aws_instance.web: ";
    match threat {
        Some(threat) => assert!(has(&made, &format!("{line}{threat}")), "{made:#?}"),
        None => assert!(!has(&made, line), "{made:#?}"),
    }
    // The balancer itself takes floods from whoever gets to it.
    assert!(has(&made, "T028 aws_lb.l: "));
}

const REDIRECTION: &str = "    type = \"redirect\"
    redirect {
      port        = \"443\"
      protocol    = \"HTTPS\"
      status_code = \"HTTP_301\"
    }";
const FORWARDING: &str =
    "    type             = \"forward\"\n    target_group_arn = aws_lb_target_group.t.arn";

/// Two listeners, the second of which is for an office and leads to a host of its own.
#[test]
fn a_listener_for_named_addresses_beside_an_open_one_is_a_way_in() {
    let office = REDIRECTED.replace(
        "prefix_list_ids = [data.aws_ec2_managed_prefix_list.cf.id]",
        "cidr_blocks = [\"203.0.113.0/24\"]",
    );
    let second = office.replace(
        "from_port   = 80\n    to_port     = 80",
        "from_port   = 8443\n    to_port     = 8443",
    );
    let second = second.replace("port              = 80\n  protocol          = \"HTTP\"", "port = 8443\n  protocol = \"HTTPS\"\n  certificate_arn = \"arn:aws:acm:eu-west-1:111122223333:certificate/x\"");
    let second = second.replace(
        REDIRECTION,
        "    type = \"forward\"\n    target_group_arn = aws_lb_target_group.o.arn",
    );
    let other = r#"
resource "aws_lb_target_group" "o" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.v.id
}
resource "aws_instance" "open" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.pub["a"].id
  vpc_security_group_ids = [aws_security_group.web.id]
}
resource "aws_lb_target_group_attachment" "open" {
  target_group_arn = aws_lb_target_group.o.arn
  target_id        = aws_instance.open.id
}
"#;
    let made = terraform(&format!("{second}{other}"));
    assert!(
        has(&made, "T032 aws_instance.web: 4 7 4 7 4 = 5.2 exposure=internet_restricted"),
        "{made:#?}"
    );
    let open = |line: &String| {
        line.starts_with("T032 aws_instance.open: ") && line.contains("exposure=internet_open")
    };
    assert!(made.iter().any(open), "{made:#?}");
}

/// A Service for the internet before pods that let some in, and a database with a level of pod security around it.
const PODS: &str = r"
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          ports: [{containerPort: 8080}]
          env: [{name: PGHOST, value: db}]
          securityContext: {privileged: true}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: a}
spec:
  type: LoadBalancer
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: a}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - ipBlock: {cidr: 203.0.113.0/24}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: a}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:17
          ports: [{containerPort: 5432}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: a}
spec:
  selector: {app: db}
  ports: [{port: 5432}]
";

/// Who lets in machines beside named addresses lets in all that these pass on, unless senders keep their address.
#[rstest]
#[case::named_addresses(false, false, false)]
#[case::machines_too(true, false, true)]
#[case::the_sender_is_seen(true, true, false)]
fn who_lets_in_machines_lets_in_what_they_pass_on(
    #[case] machines: bool,
    #[case] local: bool,
    #[case] is_open: bool,
) {
    let block = "        - ipBlock: {cidr: 203.0.113.0/24}\n";
    let both = format!("{block}        - ipBlock: {{cidr: 10.0.0.0/8}}\n");
    let text = if machines { PODS.replace(block, &both) } else { PODS.to_owned() };
    let kept = "type: LoadBalancer\n  externalTrafficPolicy: Local";
    let made = manifests(&if local { text.replace("type: LoadBalancer", kept) } else { text });
    let open = |line: &String| {
        line.starts_with("T028 Service/a/web: ") && line.contains("exposure=internet_open")
    };
    assert!(has(&made, "T028 Service/a/web: "), "{made:#?}");
    assert_eq!(made.iter().any(open), is_open, "{made:#?}");
}

/// Where a name is that of several namespaces, the level that refuses the least counts; users of one's own lift nothing else.
#[rstest]
#[case::refused("", "", false)]
#[case::two_of_one_name(
    "apiVersion: apps/v1\nkind: StatefulSet",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: privileged}}\n---\napiVersion: apps/v1\nkind: StatefulSet",
    true
)]
#[case::the_same_twice(
    "apiVersion: apps/v1\nkind: StatefulSet",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: restricted}}\n---\napiVersion: apps/v1\nkind: StatefulSet",
    false
)]
#[case::own_users(
    "      containers:\n        - name: web",
    "      hostUsers: false\n      containers:\n        - name: web",
    false
)]
fn levels_of_namespaces_of_one_name_are_the_least(
    #[case] from: &str,
    #[case] to: &str,
    #[case] breaks_out: bool,
) {
    let text = if from.is_empty() { PODS.to_owned() } else { PODS.replacen(from, to, 1) };
    assert_eq!(has(&manifests(&text), "T016 Deployment/a/web: "), breaks_out);
}

/// What runs before a program, or is only mounted, says nothing of its connections.
#[rstest]
#[case::the_program(
    "env: [{name: PGHOST, value: db}]",
    "env: [{name: PGHOST, value: db}, {name: PGSSLMODE, value: require}]",
    "yes"
)]
#[case::before_it(
    "      containers:\n        - name: web",
    "      initContainers:\n        - {name: wait, image: \"postgres:17\", env: [{name: PGSSLMODE, value: require}]}\n      containers:\n        - name: web",
    "unknown"
)]
#[case::mounted(
    "          ports: [{containerPort: 8080}]",
    "          ports: [{containerPort: 8080}]\n          volumeMounts: [{name: c, mountPath: /c}]\n      volumes: [{name: c, configMap: {name: c}}]",
    "unknown"
)]
#[case::taken(
    "          ports: [{containerPort: 8080}]",
    "          ports: [{containerPort: 8080}]\n          envFrom: [{configMapRef: {name: c}}]",
    "yes"
)]
fn only_what_connects_says_how(#[case] from: &str, #[case] to: &str, #[case] encrypted: &str) {
    let kept = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a}\ndata: {PGSSLMODE: require}\n";
    // A volume stands beside the containers.
    let text = PODS.replacen(from, to, 1);
    let text = if text.contains("volumes: [{name: c") {
        text.replacen("          env: [{name: PGHOST, value: db}]\n          securityContext: {privileged: true}\n", "", 1).replacen("          volumeMounts", "          env: [{name: PGHOST, value: db}]\n          volumeMounts", 1)
    } else {
        text
    };
    let made = manifests(&format!("{text}{kept}"));
    let flow = format!("Deployment/a/web > StatefulSet/a/db network tcp/5432 {encrypted}");
    assert!(has(&made, &flow), "{made:#?}");
}
