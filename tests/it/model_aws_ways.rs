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
