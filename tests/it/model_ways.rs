//! Doors, rights and ways that one kind of resource makes, each in a document as small as it can be: what has to be in the model, and what
//! must not be.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::aws_shop::lines;
use crate::model::model_of;

/// Lines of a model about some aspects.
fn all(document: &str) -> BTreeSet<String> {
    let tree = BTreeMap::from([("main.tf".to_owned(), document.to_owned())]);
    let made = model_of(&tree, None);
    assert_eq!(made.problems, []);
    ["flows", "threats", "paths"].iter().flat_map(|it| lines(&made.model, it)).collect()
}

/// Whether lines that begin so are there, and none that begin as the others do.
pub(crate) fn check(document: &str, wanted: &[&str], forbidden: &[&str]) {
    let found = all(document);
    for line in wanted {
        assert!(found.iter().any(|it| it.starts_with(line)), "missing {line} in {found:#?}");
    }
    for line in forbidden {
        assert!(!found.iter().any(|it| it.starts_with(line)), "not expected {line} in {found:#?}");
    }
}

const BASTION: &str = r#"
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "bastion" {
  name                 = "AzureBastionSubnet"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.0.0/26"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "app" {
  name = "app"
  security_rule {
    name                       = "manage"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "SOURCE"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "closed"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}
resource "azurerm_public_ip" "bastion" {
  name              = "bastion"
  allocation_method = "Static"
}
resource "azurerm_bastion_host" "b" {
  name = "b"
  ip_configuration {
    name                 = "c"
    subnet_id            = azurerm_subnet.bastion.id
    public_ip_address_id = azurerm_public_ip.bastion.id
  }
}
resource "azurerm_network_interface" "app" {
  name = "app"
  ip_configuration {
    name      = "c"
    subnet_id = azurerm_subnet.app.id
  }
}
resource "azurerm_linux_virtual_machine" "app" {
  name                  = "app"
  size                  = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.app.id]
}
"#;

#[rstest]
#[case::let_in("10.0.0.0/26", true)]
#[case::another_range("10.0.2.0/24", false)]
fn a_bastion_answers_administrators_and_reaches_what_lets_it_in(
    #[case] source: &str,
    #[case] reaches: bool,
) {
    let door = "internet > azurerm_bastion_host.b network tcp/443 yes";
    let inner = "azurerm_bastion_host.b > azurerm_linux_virtual_machine.app network tcp/22 yes";
    let document = BASTION.replace("SOURCE", source);
    let never = ["T032 azurerm_bastion_host.b", "T028 azurerm_bastion_host.b"];
    if reaches {
        check(&document, &[door, inner], &never);
    } else {
        check(&document, &[door], &[&never[..], &[inner]].concat());
    }
}

const SITE: &str = r#"
resource "azurerm_linux_web_app" "site" {
  name       = "site"
  https_only = true
  public_network_access_enabled = true
  site_config {}
}
"#;

#[rstest]
#[case::both("", &["tcp/443 yes", "tcp/80 no"], &[])]
#[case::encrypted_alone("is_http_allowed = false", &["tcp/443 yes"], &["tcp/80"])]
#[case::sent_to_the_encrypted_door(
    "delivery_rule {\n name = \"r\"\n order = 1\n url_redirect_action {\n redirect_type = \"Found\"\n protocol = \"Https\"\n }\n }",
    &["tcp/443 yes"],
    &["tcp/80"]
)]
fn an_endpoint_of_a_content_network_is_a_door(
    #[case] more: &str,
    #[case] doors: &[&str],
    #[case] closed: &[&str],
) {
    let document = format!(
        "{SITE}\nresource \"azurerm_cdn_endpoint\" \"e\" {{\n name = \"e\"\n {more}\n origin {{\n name = \"site\"\n host_name = azurerm_linux_web_app.site.default_hostname\n }}\n}}\n"
    );
    let door = |end: &&str| format!("internet > azurerm_cdn_endpoint.e network {end}");
    let mut wanted: Vec<String> = doors.iter().map(door).collect();
    wanted.push("azurerm_cdn_endpoint.e > azurerm_linux_web_app.site network tcp/443".into());
    let closed: Vec<String> = closed.iter().map(door).collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let closed: Vec<&str> = closed.iter().map(String::as_str).collect();
    check(&document, &wanted, &closed);
}

const CLASSIC: &str = r#"
resource "azurerm_frontdoor_firewall_policy" "w" {
  name    = "w"
  enabled = true
  mode    = "MODE"
  managed_rule {
    type    = "DefaultRuleSet"
    version = "1.0"
  }
}
resource "azurerm_frontdoor" "f" {
  name = "f"
  routing_rule {
    name               = "r"
    accepted_protocols = ["Https"]
    patterns_to_match  = ["/*"]
    frontend_endpoints = ["e"]
    forwarding_configuration {
      forwarding_protocol = "HttpsOnly"
      backend_pool_name   = "p"
    }
  }
  backend_pool {
    name = "p"
    backend {
      host_header = azurerm_linux_web_app.site.default_hostname
      address     = azurerm_linux_web_app.site.default_hostname
      http_port   = 80
      https_port  = 443
    }
  }
  frontend_endpoint {
    name                                    = "e"
    host_name                               = "f.azurefd.net"
    web_application_firewall_policy_link_id = azurerm_frontdoor_firewall_policy.w.id
  }
}
"#;

#[rstest]
#[case::blocks("Prevention", false)]
#[case::watches("Detection", true)]
fn a_policy_before_the_first_front_door_counts_where_it_blocks(
    #[case] mode: &str,
    #[case] open: bool,
) {
    let document = format!("{SITE}{}", CLASSIC.replace("MODE", mode));
    let door = "internet > azurerm_frontdoor.f network tcp/443 yes";
    let inner = "azurerm_frontdoor.f > azurerm_linux_web_app.site network tcp/443 yes";
    let floods =
        if open { "T028 azurerm_frontdoor.f: 4 7 5" } else { "T028 azurerm_frontdoor.f: 4 7 4" };
    check(&document, &[door, inner, floods], &[]);
}

const GATEWAY: &str = r#"
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "edge" {
  name                 = "edge"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.0.0/24"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" {
  name              = "p"
  allocation_method = "Static"
}
resource "azurerm_web_application_firewall_policy" "w" {
  name = "w"
  policy_settings {
    enabled = ENABLED
    mode    = "MODE"
  }
  managed_rules {
    managed_rule_set {
      version = "3.2"
    }
  }
}
resource "azurerm_application_gateway" "g" {
  name               = "g"
  firewall_policy_id = azurerm_web_application_firewall_policy.w.id
  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }
  gateway_ip_configuration {
    name      = "i"
    subnet_id = azurerm_subnet.edge.id
  }
  frontend_ip_configuration {
    name                 = "f"
    public_ip_address_id = azurerm_public_ip.p.id
  }
  frontend_port {
    name = "https"
    port = 443
  }
  backend_address_pool {
    name = "b"
  }
  backend_http_settings {
    name                  = "s"
    cookie_based_affinity = "Disabled"
    port                  = 8080
    protocol              = "Http"
  }
  http_listener {
    name                           = "l"
    frontend_ip_configuration_name = "f"
    frontend_port_name             = "https"
    protocol                       = "Https"
    ssl_certificate_name           = "c"
  }
  request_routing_rule {
    name                       = "r"
    rule_type                  = "Basic"
    http_listener_name         = "l"
    backend_address_pool_name  = "b"
    backend_http_settings_name = "s"
    priority                   = 1
  }
}
resource "azurerm_network_interface" "app" {
  name = "app"
  ip_configuration {
    name      = "c"
    subnet_id = azurerm_subnet.app.id
  }
}
resource "azurerm_network_interface_application_gateway_backend_address_pool_association" "app" {
  network_interface_id    = azurerm_network_interface.app.id
  ip_configuration_name   = "c"
  backend_address_pool_id = one(azurerm_application_gateway.g.backend_address_pool).id
}
resource "azurerm_linux_virtual_machine" "app" {
  name                  = "app"
  size                  = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.app.id]
}
"#;

#[rstest]
#[case::blocks("true", "Prevention", false)]
#[case::watches("true", "Detection", true)]
#[case::off("false", "Prevention", true)]
fn a_firewall_policy_of_a_gateway_counts_where_it_blocks(
    #[case] enabled: &str,
    #[case] mode: &str,
    #[case] open: bool,
) {
    let document = GATEWAY.replace("ENABLED", enabled).replace("MODE", mode);
    let unfiltered = "T032 azurerm_linux_virtual_machine.app";
    let inner =
        "azurerm_application_gateway.g > azurerm_linux_virtual_machine.app network tcp/8080";
    if open {
        check(&document, &[inner, unfiltered], &[]);
    } else {
        check(&document, &[inner], &[unfiltered]);
    }
}

const MACHINE: &str = r#"
resource "azurerm_virtual_network" "v" {
  name          = "v"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "app" {
  name = "app"
  security_rule {
    name                       = "in"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    PORTS
    source_address_prefix      = "Internet"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}
resource "azurerm_public_ip" "p" {
  name              = "p"
  allocation_method = "Static"
}
resource "azurerm_network_interface" "app" {
  name = "app"
  ip_configuration {
    name                 = "c"
    subnet_id            = azurerm_subnet.app.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}
resource "azurerm_linux_virtual_machine" "app" {
  name                  = "app"
  size                  = "Standard_B1s"
  network_interface_ids = [azurerm_network_interface.app.id]
}
"#;

#[rstest]
#[case::within_a_range("destination_port_range = \"20-25\"", true)]
#[case::at_its_end("destination_port_range = \"1-22\"", true)]
#[case::in_a_list("destination_port_ranges = [\"80\", \"20-25\"]", true)]
#[case::past_it("destination_port_range = \"23-25\"", false)]
#[case::in_no_part_of_a_list("destination_port_ranges = [\"80\", \"8000-9000\"]", false)]
fn a_port_lies_in_a_range_or_does_not(#[case] ports: &str, #[case] open: bool) {
    let document = MACHINE.replace("PORTS", ports);
    let managed = "T001 azurerm_linux_virtual_machine.app";
    let way = "internet > azurerm_linux_virtual_machine.app network tcp/";
    if open {
        check(&document, &[managed, way], &[]);
    } else {
        check(&document, &[way], &[managed]);
    }
}

const MANAGED_API: &str = r#"
resource "azurerm_api_management" "m" {
  name            = "m"
  publisher_name  = "p"
  publisher_email = "p@example.org"
  sku_name        = "Standard_1"
}
resource "azurerm_api_management_api" "a" {
  name                = "a"
  api_management_name = azurerm_api_management.m.name
  revision            = "1"
  protocols           = ["https"]
  service_url         = "https://${azurerm_linux_web_app.site.default_hostname}"
}
"#;

#[rstest]
#[case::answers("true", true)]
#[case::answers_in_its_network("false", false)]
fn an_api_asks_the_service_at_its_address(#[case] public: &str, #[case] reaches: bool) {
    let document = format!("{SITE}{MANAGED_API}").replace(
        "public_network_access_enabled = true",
        &format!("public_network_access_enabled = {public}"),
    );
    let way = "azurerm_api_management.m > azurerm_linux_web_app.site network tcp/443";
    if reaches {
        check(&document, &[way], &[]);
    } else {
        check(&document, &[], &[way]);
    }
}

const STORES: &str = r#"
resource "azurerm_storage_account" "s" {
  name                     = "s"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  network_rules {
    default_action = "ACTION"
    MORE
  }
}
resource "azurerm_key_vault" "k" {
  name      = "k"
  sku_name  = "standard"
  tenant_id = "00000000-0000-0000-0000-000000000000"
  network_acls {
    bypass         = "AzureServices"
    default_action = "ACTION"
    MORE
  }
}
"#;

/// Rules that turn everybody away and name nobody leave no door; where they name ranges, these get in.
#[rstest]
#[case::nobody("Deny", "", false)]
#[case::an_empty_list("Deny", "ip_rules = []", false)]
#[case::a_range("Deny", "ip_rules = [\"203.0.113.0/24\"]", true)]
#[case::everybody("Allow", "", true)]
fn rules_of_stores_without_addresses_let_nobody_in(
    #[case] action: &str,
    #[case] more: &str,
    #[case] open: bool,
) {
    let document = STORES.replace("ACTION", action).replace("MORE", more);
    let doors =
        ["internet > azurerm_storage_account.s network", "internet > azurerm_key_vault.k network"];
    if open {
        check(&document, &doors, &[]);
    } else {
        check(&document, &[], &doors);
    }
}

const ROLES: &str = r#"
resource "azurerm_user_assigned_identity" "app" {
  name = "app"
}
resource "azurerm_cosmosdb_account" "c" {
  name       = "c"
  offer_type = "Standard"
}
resource "azurerm_cosmosdb_sql_role_assignment" "app" {
  account_name       = azurerm_cosmosdb_account.c.name
  scope              = azurerm_cosmosdb_account.c.id
  role_definition_id = "${azurerm_cosmosdb_account.c.id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
  principal_id       = azurerm_user_assigned_identity.app.principal_id
}
resource "azurerm_redis_cache" "r" {
  name     = "r"
  capacity = 1
  family   = "C"
  sku_name = "Standard"
}
resource "azurerm_redis_cache_access_policy_assignment" "app" {
  name               = "app"
  redis_cache_id     = azurerm_redis_cache.r.id
  access_policy_name = "Data Contributor"
  object_id          = azurerm_user_assigned_identity.app.principal_id
  object_id_alias    = "app"
}
resource "azurerm_mssql_server" "s" {
  name    = "s"
  version = "12.0"
  azuread_administrator {
    login_username = "app"
    object_id      = azurerm_user_assigned_identity.app.principal_id
  }
}
"#;

#[rstest]
#[case("azurerm_cosmosdb_account.c")]
#[case("azurerm_redis_cache.r")]
#[case("azurerm_mssql_server.s")]
fn rights_that_a_store_gives_by_itself_are_rights(#[case] store: &str) {
    let line = format!("azurerm_user_assigned_identity.app > {store} permission");
    check(ROLES, &[&line], &[]);
    let without = ROLES.replace("azurerm_user_assigned_identity.app.principal_id", "\"somebody\"");
    check(&without, &[], &[&line]);
}

const MESSAGES: &str = r#"
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { environment = "prod", data = "confidential" }
  }
}
resource "aws_sns_topic" "t" {
  name = "t"
}
resource "aws_sns_topic_policy" "t" {
  arn = aws_sns_topic.t.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = PRINCIPAL, Action = "sns:Publish", Resource = aws_sns_topic.t.arn }]
  })
}
resource "aws_sns_topic_subscription" "q" {
  topic_arn = aws_sns_topic.t.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.q.arn
}
resource "aws_sqs_queue" "q" {
  name = "q"
}
resource "aws_lambda_event_source_mapping" "f" {
  event_source_arn = aws_sqs_queue.q.arn
  function_name    = aws_lambda_function.f.arn
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
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.b.arn}/*" }]
  })
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.f.arn
  handler       = "f.main"
  runtime       = "python3.12"
  filename      = "f.zip"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
"#;

#[rstest]
#[case::anybody("\"*\"", true)]
#[case::an_account("{ AWS = \"arn:aws:iam::111111111111:root\" }", false)]
fn messages_from_anybody_reach_who_reads_them(#[case] principal: &str, #[case] open: bool) {
    let document = MESSAGES.replace("PRINCIPAL", principal);
    let way = "internet > aws_sns_topic.t > aws_sqs_queue.q > aws_lambda_function.f > aws_iam_role.f > aws_s3_bucket.b: T038 T015 = 9 8 6 10 5 7.6";
    if open {
        check(&document, &["internet > aws_sns_topic.t: T038 = 9 9 7 10 5 8.0", way], &[]);
    } else {
        check(&document, &[], &["internet > "]);
    }
}

const INSIDE: &str = r#"
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { environment = "prod", data = "confidential" }
  }
}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "tcp"
    from_port   = 9000
    to_port     = 9000
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "other" {
  vpc_id = aws_vpc.v.id
}
resource "aws_security_group" "api" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 9000
    to_port         = 9000
    security_groups = [aws_security_group.FROM.id]
  }
}
resource "aws_lb" "inner" {
  name               = "inner"
  internal           = true
  load_balancer_type = "network"
  subnets            = [aws_subnet.s.id]
}
resource "aws_lb_listener" "inner" {
  load_balancer_arn = aws_lb.inner.arn
  port              = 9000
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
resource "aws_lb_target_group" "api" {
  port        = 9000
  protocol    = "TCP"
  vpc_id      = aws_vpc.v.id
  target_type = "instance"
}
resource "aws_lb_target_group_attachment" "api" {
  target_group_arn = aws_lb_target_group.api.arn
  target_id        = aws_instance.api.id
}
resource "aws_instance" "api" {
  ami                    = "ami-1"
  instance_type          = "t4g.small"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.api.id]
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t4g.small"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = "API=${aws_lb.inner.dns_name}"
}
"#;

/// A balancer of packets keeps who sent them: what stands behind has to let that host in.
#[rstest]
#[case::named("web", true)]
#[case::another("other", false)]
fn a_tier_calls_the_next_through_a_balancer_inside(#[case] from: &str, #[case] calls: bool) {
    let document = INSIDE.replace("FROM", from);
    let first = "aws_instance.web > aws_lb.inner network tcp/9000";
    let second = "aws_lb.inner > aws_instance.api network tcp/9000";
    if calls {
        check(&document, &[first, second], &["internet > "]);
    } else {
        check(&document, &[], &[first]);
    }
}

const SERVED: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: app, labels: {environment: production}}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: inside}
spec: {controller: k8s.io/inside-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: site, namespace: app}
spec:
  ingressClassName: CLASS
  tls: [{hosts: [a.example], secretName: tls}]
  rules:
    - host: a.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: site, port: {number: 80}}}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: site, namespace: app}
spec:
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec:
      containers:
        - {name: site, image: registry.example/site:1, ports: [{containerPort: 8080}]}
        - {name: mesh, image: registry.example/envoy:1}
---
apiVersion: v1
kind: Service
metadata: {name: site, namespace: app}
spec: {selector: {app: site}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: outer, namespace: app}
spec:
  selector: {matchLabels: {app: outer}}
  template:
    metadata: {labels: {app: outer}}
    spec:
      containers:
        - {name: c, image: "registry.k8s.io/ingress-nginx/controller:v1", args: ["--ingress-class=outside"], ports: [{containerPort: 443}]}
---
apiVersion: v1
kind: Service
metadata: {name: outer, namespace: app}
spec: {type: LoadBalancer, selector: {app: outer}, ports: [{port: 443}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: inner, namespace: app}
spec:
  selector: {matchLabels: {app: inner}}
  template:
    metadata: {labels: {app: inner}}
    spec:
      containers:
        - {name: c, image: "registry.k8s.io/ingress-nginx/controller:v1", args: ["--controller-class=k8s.io/inside-nginx"], ports: [{containerPort: 443}]}
---
apiVersion: v1
kind: Service
metadata:
  name: inner
  namespace: app
  annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: "true"}
spec: {type: LoadBalancer, selector: {app: inner}, ports: [{port: 443}]}
"#;

/// An Ingress is reached as the controllers of its class are. What they carry for it is no second entry, and a helper of a name like
/// theirs makes no controller.
#[rstest]
#[case::of_the_outer("outside", true)]
#[case::of_the_inner("inside", false)]
fn an_ingress_is_open_as_what_serves_it(#[case] class: &str, #[case] open: bool) {
    let document = SERVED.replace("CLASS", class);
    let tree = BTreeMap::from([("all.yaml".to_owned(), document)]);
    let made = model_of(&tree, None);
    let found: BTreeSet<String> =
        ["flows", "threats"].iter().flat_map(|it| lines(&made.model, it)).collect();
    let has = |line: &str| found.iter().any(|it| it.starts_with(line));
    assert_eq!(has("internet > Ingress/app/site network tcp/443 yes"), open, "{found:#?}");
    assert_eq!(has("T032 Ingress/app/site"), open, "{found:#?}");
    assert!(has("Ingress/app/site > Deployment/app/site network tcp/8080"), "{found:#?}");
    let outer_is_an_entry = has("T032 Deployment/app/outer");
    assert_eq!(outer_is_an_entry, !open, "{found:#?}");
    assert!(!has("T032 Deployment/app/inner") && !has("T032 Deployment/app/site"), "{found:#?}");
}

const DOOR: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_virtual_network" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_subnet" "doors" {
  name                              = "doors"
  resource_group_name               = azurerm_resource_group.g.name
  virtual_network_name              = azurerm_virtual_network.n.name
  address_prefixes                  = ["10.0.2.0/24"]
  private_endpoint_network_policies = "POLICIES"
}
resource "azurerm_network_security_group" "doors" {
  name                = "doors"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
  security_rule {
    name                       = "app"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "1433"
    source_address_prefix      = "SOURCE"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "others"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "doors" {
  subnet_id                 = azurerm_subnet.doors.id
  network_security_group_id = azurerm_network_security_group.doors.id
}
resource "azurerm_private_endpoint" "d" {
  name                = "d"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.doors.id
  private_service_connection {
    name                           = "d"
    private_connection_resource_id = STORE.s.id
    is_manual_connection           = false
  }
}
resource "azurerm_mssql_server" "s" {
  name                          = "s"
  resource_group_name           = azurerm_resource_group.g.name
  location                      = "westeurope"
  version                       = "12.0"
  public_network_access_enabled = false
}
resource "azurerm_storage_account" "s" {
  name                          = "s"
  resource_group_name           = azurerm_resource_group.g.name
  location                      = "westeurope"
  public_network_access_enabled = false
}
"#;

/// A database behind a door in a network is as open to it as one that stands there; who calls the interface of a service is said by
/// rights.
#[rstest]
#[case::without_filters("azurerm_mssql_server", "Disabled", "10.0.1.0/24", true)]
#[case::for_one_tier("azurerm_mssql_server", "Enabled", "10.0.1.0/24", false)]
#[case::for_the_network("azurerm_mssql_server", "Enabled", "VirtualNetwork", true)]
#[case::an_interface("azurerm_storage_account", "Disabled", "10.0.1.0/24", false)]
fn a_door_in_a_network(
    #[case] store: &str,
    #[case] policies: &str,
    #[case] source: &str,
    #[case] open: bool,
) {
    let text = DOOR.replace("POLICIES", policies).replace("SOURCE", source);
    let text = text.replace("STORE", store);
    let line = format!("T021 {store}.s:");
    let (wanted, forbidden): (&[&str], &[&str]) =
        if open { (&[&line], &[]) } else { (&[], &["T021 "]) };
    check(&text, wanted, forbidden);
}
