//! Lookups in a model: what one finds in the configuration itself is that thing, and two for the same are one.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A machine and a database that look up the network that the configuration makes.
const TREE: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main", Team = "web" }
}
resource "aws_subnet" "s" {
  count      = 2
  vpc_id     = aws_vpc.v.id
  cidr_block = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
}
data "aws_vpc" "a" {
  filter {
    name   = "tag:Name"
    values = ["main"]
  }
}
data "aws_vpc" "b" {
  tags = { Name = "main" }
}
resource "aws_subnet" "a" {
  vpc_id     = data.aws_vpc.a.id
  cidr_block = "10.0.8.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = data.aws_vpc.b.id
  cidr_block = "10.0.9.0/24"
}
data "aws_subnet" "a" {
  vpc_id     = data.aws_vpc.a.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = data.aws_vpc.a.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/8"]
  }
}
data "aws_security_group" "web" {
  name   = "web"
  vpc_id = data.aws_vpc.b.id
}
resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = data.aws_vpc.b.id
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [data.aws_security_group.web.id]
  }
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = data.aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.web.id]
}
resource "aws_db_subnet_group" "db" {
  name       = "db"
  subnet_ids = aws_subnet.s[*].id
}
resource "aws_db_instance" "db" {
  identifier             = "db"
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  db_subnet_group_name   = aws_db_subnet_group.db.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
"#;

/// Whatever the words are by which it is looked up, where they fit one thing and no other.
#[rstest]
#[case::the_tag_of_one(
    "values = [\"main\"]",
    "values = [\"other\"]",
    "aws_subnet.a subnet in aws_vpc.v"
)]
#[case::the_tag_of_the_other(
    "tags = { Name = \"main\" }\n",
    "tags = { Name = \"main\", Team = \"data\" }\n",
    "aws_subnet.b subnet in aws_vpc.v"
)]
#[case::the_range(
    "cidr_block = \"10.0.0.0/24\"",
    "cidr_block = \"10.0.7.0/24\"",
    "aws_instance.web compute_vm in aws_subnet.s[0]"
)]
#[case::the_name(
    "data \"aws_security_group\" \"web\" {\n  name   = \"web\"",
    "data \"aws_security_group\" \"web\" {\n  name   = \"else\"",
    "aws_instance.web > aws_db_instance.db network tcp/5432"
)]
#[case::one_of_two(
    "resource \"aws_subnet\" \"s\"",
    "resource \"aws_vpc\" \"w\" {\n  cidr_block = \"10.9.0.0/16\"\n  tags       = { Name = \"main\", Team = \"web\" }\n}\nresource \"aws_subnet\" \"s\"",
    "aws_subnet.a subnet in aws_vpc.v"
)]
fn a_lookup_is_what_it_finds(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(TREE, from, to, line, terraform);
}

/// Also by a reference.
#[rstest]
#[case(
    "data \"aws_vpc\" \"b\" {\n  tags = { Name = \"main\" }\n",
    "data \"aws_vpc\" \"b\" {\n  id = aws_vpc.v.id\n",
    true
)]
#[case(
    "data \"aws_vpc\" \"b\" {\n  tags = { Name = \"main\" }\n",
    "data \"aws_vpc\" \"b\" {\n  id = \"vpc-1\"\n",
    false
)]
fn a_lookup_by_a_reference_is_what_that_names(
    #[case] from: &str,
    #[case] to: &str,
    #[case] same: bool,
) {
    assert_eq!(TREE.matches(from).count(), 1);
    let lines = terraform(&TREE.replace(from, to));
    assert_eq!(has(&lines, "aws_subnet.b subnet in aws_vpc.v"), same);
    assert_eq!(has(&lines, "aws_subnet.b subnet in data.aws_vpc.b"), !same);
}

/// A filter by the provider's own word for a name.
#[rstest]
#[case("web", true)]
#[case("other", false)]
fn a_filter_names_a_group(#[case] name: &str, #[case] found: bool) {
    let start = TREE.find("data \"aws_security_group\" \"web\" {").unwrap();
    let filter = format!("filter {{\n    name = \"group-name\"\n    values = [\"{name}\"]\n  }}");
    let tree =
        format!("{}{}", &TREE[..start], TREE[start..].replacen("name   = \"web\"", &filter, 1));
    let line = "aws_instance.web > aws_db_instance.db network tcp/5432";
    assert_eq!(has(&terraform(&tree), line), found);
}

/// What the configuration does not make is still one thing, however often it is looked up.
#[test]
fn lookups_of_one_thing_are_one() {
    let start = TREE.find("data \"aws_vpc\" \"a\"").unwrap();
    let alike = "tags = { Name = \"main\" }\n";
    let filter = "filter {\n    name   = \"tag:Name\"\n    values = [\"main\"]\n  }\n";
    let outside = format!(
        "data \"aws_subnet\" \"s\" {{\n  id = \"subnet-1\"\n}}\n{}",
        TREE[start..]
            .replace("aws_subnet.s[*].id", "[data.aws_subnet.s.id]")
            .replace(filter, alike)
    );
    assert!(has(&terraform(&outside), "aws_subnet.b subnet in data.aws_vpc.a"));
    let other = outside.replacen(alike, "tags = { Name = \"else\" }\n", 1);
    assert!(has(&terraform(&other), "aws_subnet.b subnet in data.aws_vpc.b"));
}

const VAULT: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_key_vault" "v" {
  name                = "secrets"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "standard"
}
data "azurerm_key_vault" "v" {
  name                = "secrets"
  resource_group_name = "g"
}
resource "azurerm_user_assigned_identity" "api" {
  name                = "api"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_role_assignment" "api" {
  scope                = data.azurerm_key_vault.v.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.api.principal_id
}
"#;

#[rstest]
#[case(
    "name                = \"secrets\"\n  resource_group_name = \"g\"",
    "name                = \"others\"\n  resource_group_name = \"g\""
)]
#[case("resource_group_name = \"g\"", "resource_group_name = \"h\"")]
fn a_lookup_in_azure_is_what_it_finds(#[case] from: &str, #[case] to: &str) {
    let line = "azurerm_user_assigned_identity.api > azurerm_key_vault.v permission";
    differs(VAULT, from, to, line, terraform);
}

const KEYED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  for_each   = { a = 1, b = 2 }
  vpc_id     = aws_vpc.v.id
  cidr_block = cidrsubnet(aws_vpc.v.cidr_block, 8, each.value)
  tags       = { Name = each.key }
}
locals {
  ids = IDS
}
resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  subnet_id     = local.ids[KEY]
}
"#;

/// An element of what is made of several resources is of its own one.
#[rstest]
#[case::by_name("{ for subnet in aws_subnet.s : subnet.tags.Name => subnet.id }", "\"b\"")]
#[case::by_name_where(
    "{ for subnet in aws_subnet.s : subnet.tags.Name => subnet.id if subnet.cidr_block != \"\" }",
    "\"b\""
)]
#[case::where_only("[for subnet in aws_subnet.s : subnet.id if subnet.tags.Name == \"b\"]", "0")]
#[case::written(
    "{ (aws_subnet.s[\"a\"].tags.Name) = aws_subnet.s[\"a\"].id, (aws_subnet.s[\"b\"].tags.Name) = aws_subnet.s[\"b\"].id }",
    "\"b\""
)]
#[case::grouped("{ for subnet in aws_subnet.s : subnet.tags.Name => subnet.id... }", "\"b\"][0")]
fn an_element_is_of_its_own_resource(#[case] ids: &str, #[case] key: &str) {
    let lines = terraform(&KEYED.replace("IDS", ids).replace("KEY", key));
    assert!(has(&lines, "aws_instance.web compute_vm in aws_subnet.s[\"b\"]"), "{lines:#?}");
}
