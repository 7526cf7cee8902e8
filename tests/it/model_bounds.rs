//! Where ways end in a model, and where they go on: rules for named addresses, services that are closed to the internet, proxies before
//! databases, stores of what programs run, networks of which only the groups are known.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A balancer with a rule before a machine that asks a database through a proxy.
const OFFICE: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "net" { vpc_id = aws_vpc.net.id }
resource "aws_subnet" "front" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "back" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table" "front" {
  vpc_id = aws_vpc.net.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.net.id
  }
}
resource "aws_route_table_association" "front" {
  subnet_id      = aws_subnet.front.id
  route_table_id = aws_route_table.front.id
}
resource "aws_security_group" "door" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "desk" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.door.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "data" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.desk.id]
    self            = true
  }
  egress {
    from_port = 5432
    to_port   = 5432
    protocol  = "tcp"
    self      = true
  }
}
resource "aws_lb" "door" {
  subnets         = [aws_subnet.front.id]
  security_groups = [aws_security_group.door.id]
}
resource "aws_lb_listener" "door" {
  load_balancer_arn = aws_lb.door.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "403"
    }
  }
}
variable "office" { default = ["203.0.113.0/24"] }
resource "aws_lb_listener_rule" "desk" {
  listener_arn = aws_lb_listener.door.arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.desk.arn
  }
  condition {
    path_pattern {
      values = ["/*"]
    }
  }
  condition {
    source_ip {
      values = var.office
    }
  }
}
resource "aws_lb_target_group" "desk" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.net.id
}
resource "aws_lb_target_group_attachment" "desk" {
  target_group_arn = aws_lb_target_group.desk.arn
  target_id        = aws_instance.desk.id
}
resource "aws_instance" "desk" {
  ami                    = "ami-1"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.back.id
  vpc_security_group_ids = [aws_security_group.desk.id]
  user_data              = "DB=${aws_db_proxy.data.endpoint}"
}
resource "aws_db_subnet_group" "data" { subnet_ids = [aws_subnet.back.id] }
resource "aws_db_instance" "data" {
  engine                      = "postgres"
  instance_class              = "db.t3.small"
  username                    = "app"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.data.name
  vpc_security_group_ids      = [aws_security_group.data.id]
  tags                        = { DataClassification = "restricted" }
}
resource "aws_db_proxy" "data" {
  name                   = "data"
  engine_family          = "POSTGRESQL"
  role_arn               = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids         = [aws_subnet.back.id]
  vpc_security_group_ids = [aws_security_group.data.id]
}
resource "aws_db_proxy_target" "data" {
  db_proxy_name          = aws_db_proxy.data.name
  target_group_name      = "default"
  db_instance_identifier = aws_db_instance.data.identifier
}
"#;

/// How far the machine is open to the internet.
fn exposure(tree: &str) -> Option<String> {
    let lines = terraform(tree);
    let own = lines.iter().find(|line| line.starts_with("T032 aws_instance.desk"))?;
    let state = own.split_once("exposure=")?.1;
    Some(state.split(' ').next()?.to_owned())
}

#[rstest]
#[case::one_range("[\"203.0.113.0/24\"]", Some("internet_restricted"))]
#[case::one_of_two("[\"203.0.113.0/24\", \"10.0.0.0/8\"]", Some("internet_restricted"))]
#[case::everyone("[\"0.0.0.0/0\"]", Some("internet_open"))]
#[case::everyone_in_halves("[\"0.0.0.0/1\", \"128.0.0.0/1\"]", Some("internet_open"))]
#[case::inside("[\"10.0.0.0/8\"]", None)]
fn a_rule_of_a_listener_is_for_named_addresses(
    #[case] ranges: &str,
    #[case] expected: Option<&str>,
) {
    let tree = OFFICE.replace("[\"203.0.113.0/24\"]", ranges);
    assert_eq!(exposure(&tree).as_deref(), expected);
    let lines = terraform(&tree);
    assert!(has(&lines, "internet > aws_lb.door network tcp/443"), "{lines:#?}");
    assert!(has(&lines, "aws_lb.door > aws_instance.desk network tcp/8080") || expected.is_none());
}

#[test]
fn a_rule_without_addresses_is_for_all() {
    let tree = OFFICE.replace("source_ip {", "host_header {").replace("var.office", "[\"a.b\"]");
    assert_eq!(exposure(&tree).as_deref(), Some("internet_open"));
}

#[test]
fn a_rule_for_addresses_that_are_not_known_is_not_known() {
    let tree = OFFICE.replace("default = [\"203.0.113.0/24\"]", "type = list(string)");
    assert_eq!(exposure(&tree), None);
}

#[test]
fn what_else_leads_to_the_same_group_is_open() {
    let other = "type = \"forward\"\n    target_group_arn = aws_lb_target_group.desk.arn\n";
    let tree = OFFICE.replace("type = \"fixed-response\"", other);
    assert_eq!(exposure(&tree).as_deref(), Some("internet_open"));
}

#[test]
fn who_asks_a_proxy_gets_what_its_database_holds() {
    let line =
        "internet > aws_lb.door > aws_instance.desk > aws_db_proxy.data > aws_db_instance.data";
    differs(OFFICE, "    self            = true\n", "", line, terraform);
    let lines = terraform(OFFICE);
    let own = |line: &&String| line.starts_with("T014 aws_instance.desk");
    assert!(lines.iter().find(own).unwrap().contains("data=restricted"), "{lines:#?}");
}

/// A store of code that anybody may write, a function that is made of it, and a role of others that may write it, too.
const CODE: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_s3_bucket" "code" { bucket = "code" }
resource "aws_s3_bucket_policy" "code" {
  bucket = aws_s3_bucket.code.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["s3:GetObject", "s3:PutObject"]
      Principal = "*"
      Resource  = "${aws_s3_bucket.code.arn}/*"
    }]
  })
}
resource "aws_s3_bucket_public_access_block" "code" {
  bucket                  = aws_s3_bucket.code.id
  block_public_policy     = false
  restrict_public_buckets = false
}
resource "aws_iam_role" "made" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "made" {
  role = aws_iam_role.made.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.names.arn }]
  })
}
resource "aws_dynamodb_table" "names" {
  name     = "names"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_lambda_function" "made" {
  function_name = "made"
  role          = aws_iam_role.made.arn
  s3_bucket     = aws_s3_bucket.code.id
  s3_key        = "made.zip"
}
resource "aws_iam_role" "partner" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::999999999999:root" } }]
  })
}
resource "aws_iam_role_policy" "partner" {
  role = aws_iam_role.partner.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject*", Resource = "${aws_s3_bucket.code.arn}/*" }]
  })
}
"#;

const BY_ANYBODY: &str = "internet > aws_s3_bucket.code > aws_lambda_function.made > \
                          aws_iam_role.made > aws_dynamodb_table.names: T004 T015";
const BY_RIGHT: &str = "account:999999999999 > aws_iam_role.partner > aws_s3_bucket.code > \
                        aws_lambda_function.made > aws_iam_role.made > aws_dynamodb_table.names: T012";

#[rstest]
#[case::only_reads("\"s3:GetObject\", \"s3:PutObject\"", "\"s3:GetObject\"")]
#[case::blocked("restrict_public_buckets = false", "restrict_public_buckets = true")]
#[case::code_elsewhere("s3_bucket     = aws_s3_bucket.code.id", "filename = \"made.zip\"")]
fn who_may_replace_code_is_in_the_program(#[case] from: &str, #[case] to: &str) {
    differs(CODE, from, to, BY_ANYBODY, terraform);
}

#[rstest]
#[case::only_reads("s3:PutObject*", "s3:GetObject*")]
#[case::code_elsewhere("s3_bucket     = aws_s3_bucket.code.id", "filename = \"made.zip\"")]
fn who_has_the_right_to_replace_code_is_in_the_program(#[case] from: &str, #[case] to: &str) {
    differs(CODE, from, to, BY_RIGHT, terraform);
}

#[test]
fn layers_hold_code_too() {
    let tree = CODE
        .replace(
            "s3_bucket     = aws_s3_bucket.code.id",
            "layers = [aws_lambda_layer_version.parts.arn]",
        )
        .replace("s3_key        = \"made.zip\"", "filename = \"made.zip\"");
    let layer = r#"
resource "aws_lambda_layer_version" "parts" {
  layer_name = "parts"
  s3_bucket  = aws_s3_bucket.code.id
  s3_key     = "parts.zip"
}
"#;
    assert!(has(&terraform(&[&tree, layer].concat()), BY_ANYBODY));
}

#[test]
fn what_is_only_kept_beside_code_leads_nowhere() {
    let log = "resource \"aws_s3_bucket\" \"log\" { bucket = \"log\" }\n";
    let tree =
        CODE.replace("s3_bucket     = aws_s3_bucket.code.id", "s3_bucket = aws_s3_bucket.log.id");
    let lines = terraform(&[&tree, log].concat());
    assert!(has(&lines, "aws_s3_bucket.log > aws_lambda_function.made supply_chain"), "{lines:#?}");
    assert!(!has(&lines, "internet > aws_s3_bucket.code > aws_lambda_function.made"));
}

/// Machines of which the subnet is looked up.
const LOOKED_UP: &str = r#"
provider "aws" { region = "eu-west-1" }
data "aws_vpc" "default" { default = true }
data "aws_subnets" "all" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}
resource "aws_security_group" "box" {
  vpc_id = data.aws_vpc.default.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "box" {
  ami                    = "ami-1"
  instance_type          = "t3.small"
  subnet_id              = data.aws_subnets.all.ids[0]
  vpc_security_group_ids = [aws_security_group.box.id]
}
"#;

#[rstest]
#[case::looked_up("")]
#[case::not_written("subnet_id              = data.aws_subnets.all.ids[0]\n")]
fn a_machine_stands_in_the_network_of_its_groups(#[case] gone: &str) {
    let tree = LOOKED_UP.replace(gone, "");
    let lines = terraform(if gone.is_empty() { LOOKED_UP } else { &tree });
    assert!(has(&lines, "aws_instance.box compute_vm in data.aws_vpc.default"), "{lines:#?}");
    assert!(has(&lines, "internet > aws_instance.box network tcp/22"));
}

/// A machine and an app with rights on a store and a vault that are closed to the internet.
const CLOSED: &str = r#"
provider "azurerm" {
  features {}
}
resource "azurerm_resource_group" "all" {
  name     = "all"
  location = "westeurope"
}
resource "azurerm_virtual_network" "net" {
  name                = "net"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "box" {
  name                 = "box"
  resource_group_name  = azurerm_resource_group.all.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_subnet" "ends" {
  name                 = "ends"
  resource_group_name  = azurerm_resource_group.all.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.1.2.0/24"]
}
resource "azurerm_public_ip" "box" {
  name                = "box"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  allocation_method   = "Static"
}
resource "azurerm_network_interface" "box" {
  name                = "box"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  ip_configuration {
    name                          = "own"
    subnet_id                     = azurerm_subnet.box.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.box.id
  }
}
resource "azurerm_network_security_group" "box" {
  name                = "box"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "box" {
  subnet_id                 = azurerm_subnet.box.id
  network_security_group_id = azurerm_network_security_group.box.id
}
resource "azurerm_linux_virtual_machine" "box" {
  name                  = "box"
  resource_group_name   = azurerm_resource_group.all.name
  location              = "westeurope"
  size                  = "Standard_B2s"
  admin_username        = "me"
  network_interface_ids = [azurerm_network_interface.box.id]
  identity {
    type = "SystemAssigned"
  }
}
resource "azurerm_storage_account" "files" {
  name                          = "files"
  resource_group_name           = azurerm_resource_group.all.name
  location                      = "westeurope"
  account_tier                  = "Standard"
  account_replication_type      = "LRS"
  public_network_access_enabled = false
  tags                          = { DataClassification = "restricted" }
}
resource "azurerm_role_assignment" "files" {
  scope                = azurerm_storage_account.files.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_linux_virtual_machine.box.identity[0].principal_id
}
resource "azurerm_private_endpoint" "files" {
  name                = "files"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  subnet_id           = azurerm_subnet.ends.id
  private_service_connection {
    name                           = "files"
    private_connection_resource_id = azurerm_storage_account.files.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
}
"#;

const TO_FILES: &str =
    "internet > azurerm_linux_virtual_machine.box > azurerm_storage_account.files: T001 T015";

const OTHER_NETWORK: &str = r#"
resource "azurerm_virtual_network" "other" {
  name                = "other"
  resource_group_name = azurerm_resource_group.all.name
  location            = "westeurope"
  address_space       = ["10.2.0.0/16"]
}
"#;

const PEERINGS: &str = r#"
resource "azurerm_virtual_network_peering" "there" {
  name                      = "there"
  resource_group_name       = azurerm_resource_group.all.name
  virtual_network_name      = azurerm_virtual_network.net.name
  remote_virtual_network_id = azurerm_virtual_network.other.id
}
resource "azurerm_virtual_network_peering" "back" {
  name                      = "back"
  resource_group_name       = azurerm_resource_group.all.name
  virtual_network_name      = azurerm_virtual_network.other.name
  remote_virtual_network_id = azurerm_virtual_network.net.id
}
"#;

/// Rules of the store instead of the endpoint.
const RULES: &str = "network_rules {\n    default_action = \"Deny\"\n    virtual_network_subnet_ids = [azurerm_subnet.box.id]\n  }";

fn by_rules() -> String {
    CLOSED
        .replace("public_network_access_enabled = false", RULES)
        .replace("private_connection_resource_id = azurerm_storage_account.files.id", "")
}

#[test]
fn a_right_is_worth_something_where_the_service_hears() {
    let end = "virtual_network_name = azurerm_virtual_network.net.name\n  address_prefixes     = [\"10.1.2.0/24\"]";
    let other = "virtual_network_name = azurerm_virtual_network.other.name\n  address_prefixes     = [\"10.2.2.0/24\"]";
    let tree = [CLOSED, OTHER_NETWORK].concat();
    differs(&tree, end, other, TO_FILES, terraform);
    // Two networks that are joined are as good as one.
    let joined = [&tree.replace(end, other), PEERINGS].concat();
    assert!(has(&terraform(&joined), TO_FILES));
}

#[rstest]
#[case::by_a_right_over_the_account("\"Storage Blob Data Contributor\"", "\"Contributor\"")]
#[case::by_what_is_made_elsewhere("name                = \"ends\"", "name = \"ends\"")]
#[case::by_addresses_that_are_not_known(
    "public_network_access_enabled = false",
    "public_network_access_enabled = var.open"
)]
#[case::by_rules_that_are_not_known(
    "public_network_access_enabled = false",
    "network_rules {\n    default_action = \"Deny\"\n    virtual_network_subnet_ids = var.subnets\n  }"
)]
#[case::from_everywhere(
    "public_network_access_enabled = false",
    "public_network_access_enabled = true"
)]
fn a_right_stays_one_without_the_endpoint(#[case] from: &str, #[case] to: &str) {
    let variables =
        "variable \"open\" { type = bool }\nvariable \"subnets\" { type = list(string) }\n";
    let tree = CLOSED
        .replace("private_connection_resource_id = azurerm_storage_account.files.id", "")
        .replace(from, to);
    let lines = terraform(&[&tree, variables].concat());
    assert!(
        has(&lines, "internet > azurerm_linux_virtual_machine.box > azurerm_storage_account.files"),
        "{lines:#?}"
    );
}

#[rstest]
#[case::another_subnet(
    "virtual_network_subnet_ids = [azurerm_subnet.box.id]",
    "virtual_network_subnet_ids = [azurerm_subnet.ends.id]"
)]
fn rules_of_a_store_let_a_subnet_in(#[case] from: &str, #[case] to: &str) {
    differs(&by_rules(), from, to, TO_FILES, terraform);
}

#[test]
fn an_endpoint_may_stand_anywhere() {
    let tree =
        CLOSED.replace("subnet_id           = azurerm_subnet.ends.id", "subnet_id = var.ends");
    let lines = terraform(&[&tree, "variable \"ends\" { type = string }\n"].concat());
    assert!(has(&lines, TO_FILES), "{lines:#?}");
}

/// A machine that logs in to a database as its role.
const LOGIN: &str = r#"
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "net" { vpc_id = aws_vpc.net.id }
resource "aws_route_table" "net" {
  vpc_id = aws_vpc.net.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.net.id
  }
}
resource "aws_subnet" "net" {
  vpc_id                  = aws_vpc.net.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table_association" "net" {
  subnet_id      = aws_subnet.net.id
  route_table_id = aws_route_table.net.id
}
resource "aws_security_group" "box" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 22
    to_port     = 22
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
resource "aws_security_group" "data" {
  vpc_id = aws_vpc.net.id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_db_subnet_group" "data" { subnet_ids = [aws_subnet.net.id] }
resource "aws_db_instance" "data" {
  engine                              = "postgres"
  db_subnet_group_name                = aws_db_subnet_group.data.name
  vpc_security_group_ids              = [aws_security_group.data.id]
  iam_database_authentication_enabled = true
}
resource "aws_iam_role" "box" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "box" {
  role = aws_iam_role.box.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "rds-db:connect", Resource = "*" }]
  })
}
resource "aws_iam_instance_profile" "box" { role = aws_iam_role.box.name }
resource "aws_instance" "box" {
  ami                    = "ami-1"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.net.id
  vpc_security_group_ids = [aws_security_group.box.id]
  iam_instance_profile   = aws_iam_instance_profile.box.name
}
"#;

/// Nothing names the machine, but the filters let it in.
#[rstest]
#[case::another_range(
    "to_port     = 5432\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]",
    "to_port     = 5432\n    protocol    = \"tcp\"\n    cidr_blocks = [\"192.168.0.0/24\"]"
)]
fn who_may_log_in_has_to_get_there(#[case] from: &str, #[case] to: &str) {
    let way = "internet > aws_instance.box > aws_iam_role.box > aws_db_instance.data: T001 T015";
    differs(LOGIN, from, to, way, terraform);
}

#[rstest]
#[case::tags("s3:PutBucketTagging")]
#[case::deletes("s3:DeleteObject")]
fn who_may_only_change_something_else_replaces_no_code(#[case] action: &str) {
    let tree = CODE.replace("s3:PutObject*", action);
    let lines = terraform(&tree);
    assert!(has(&lines, "aws_iam_role.partner > aws_s3_bucket.code permission"), "{lines:#?}");
    assert!(!has(&lines, BY_RIGHT));
}

/// A machine on the internet, in a network with another way out.
const AWAY: &str = r#"
resource "google_compute_network" "net" {
  name                    = "net"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "net" {
  name          = "net"
  network       = google_compute_network.net.id
  ip_cidr_range = "10.0.1.0/24"
  region        = "europe-west1"
}
resource "google_compute_firewall" "box" {
  name          = "box"
  network       = google_compute_network.net.id
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_instance" "box" {
  name         = "box"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params { image = "debian" }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.net.id
    access_config {}
  }
}
resource "google_compute_route" "away" {
  count       = 1
  name        = "away"
  network     = google_compute_network.net.id
  dest_range  = "0.0.0.0/0"
  priority    = 100
  next_hop_ip = "10.0.1.9"
}
"#;

#[rstest]
#[case::there("count       = 1", false)]
#[case::perhaps_there("count = length(google_compute_network.net.id)", true)]
#[case::less_urgent("count = 1\n  priority = 2000", true)]
fn a_route_elsewhere_closes_where_it_is_known_to_be_there(#[case] count: &str, #[case] open: bool) {
    let mut tree = AWAY.replace("count       = 1", count);
    if count.contains("2000") {
        tree = tree.replace("  priority    = 100\n", "");
    }
    let lines = terraform(&tree);
    let way = "internet > google_compute_instance.box network tcp/22";
    assert_eq!(has(&lines, way), open, "{lines:#?}");
}

/// An account whose rights are written elsewhere keeps them, whatever scopes a machine has; one whose rights none of these leaves does not.
#[rstest]
#[case::written_elsewhere("", true)]
#[case::written_here("roles/storage.objectAdmin", false)]
fn scopes_take_rights_that_are_written(#[case] role: &str, #[case] runs: bool) {
    let account = r#"
resource "google_service_account" "box" { account_id = "box" }
resource "google_project_iam_member" "box" {
  project = "fleet"
  role    = "ROLE"
  member  = "serviceAccount:${google_service_account.box.email}"
}
"#;
    let own = "  service_account {\n    email  = google_service_account.box.email\n    scopes = [\"pubsub\"]\n  }\n  boot_disk {";
    let account = match role {
        "" => account.split("resource \"google_project").next().unwrap().to_owned(),
        role => account.replace("ROLE", role),
    };
    let tree = [&AWAY.replace("  boot_disk {", own), &*account].concat();
    let line = "google_compute_instance.box > google_service_account.box identity";
    let lines = terraform(&tree);
    assert_eq!(has(&lines, line), runs, "{lines:#?}");
}
