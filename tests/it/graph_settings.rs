//! Stores on the internet that settings name, and who speaks to them there.

use rstest::rstest;

use crate::graphs::{Shown, shown};

/// An app, and a database that its settings name.
const APP: &str = r#"
resource "azurerm_linux_web_app" "app" {
  name            = "app"
  service_plan_id = "plan"
  app_settings    = { DB = SETTING }
}
resource "azurerm_mssql_server" "db" {
  name                          = "db"
  public_network_access_enabled = PUBLIC
}
resource "azurerm_mssql_firewall_rule" "some" {
  server_id        = azurerm_mssql_server.db.id
  start_ip_address = "FIRST"
  end_ip_address   = "LAST"
}
"#;
const NAMES: &str = "azurerm_mssql_server.db.fully_qualified_domain_name";
const CERTAIN: Option<&str> = Some("network tcp/1433 yes");
const ASSUMED: Option<&str> = Some("network tcp/1433 yes assumed");

#[rstest]
#[case::everybody(NAMES, "true", "0.0.0.0", "255.255.255.255", CERTAIN)]
#[case::services_of_the_provider(NAMES, "true", "0.0.0.0", "0.0.0.0", CERTAIN)]
// Whether its address is among those is not known.
#[case::some_addresses(NAMES, "true", "203.0.113.4", "203.0.113.4", ASSUMED)]
#[case::nobody(NAMES, "false", "0.0.0.0", "255.255.255.255", None)]
#[case::nothing_names_it("\"elsewhere\"", "true", "0.0.0.0", "255.255.255.255", None)]
fn apps_speak_to_databases_on_the_internet(
    #[case] setting: &str,
    #[case] public: &str,
    #[case] first: &str,
    #[case] last: &str,
    #[case] wanted: Option<&str>,
) {
    let text = APP.replace("SETTING", setting).replace("PUBLIC", public);
    let text = text.replace("FIRST", first).replace("LAST", last);
    let flows = between(&shown(&[("main.tf", &text)]), "azurerm_linux_web_app.app");
    assert_eq!(flows, wanted.map(|flow| format!("azurerm_mssql_server.db {flow}")));
}

/// The one flow of a node to a store.
fn between(shown: &Shown, source: &str) -> Option<String> {
    let start = format!("{source} > ");
    let own = shown.flows.iter().filter_map(|flow| flow.strip_prefix(&*start));
    let mut own = own.filter(|flow| flow.contains(".db "));
    let first = own.next().map(str::to_owned);
    assert_eq!(own.next(), None);
    first
}

/// A function, or a machine behind filters of its own, and a database on the internet in a network that neither is part of.
const ELSEWHERE: &str = r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "a" { vpc_id = aws_vpc.a.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.a.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.a.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_db_subnet_group" "a" { subnet_ids = [aws_subnet.a.id] }
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.a.id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["FROM"]
  }
}
resource "aws_db_instance" "db" {
  identifier             = "db"
  engine                 = "postgres"
  publicly_accessible    = PUBLIC
  db_subnet_group_name   = aws_db_subnet_group.a.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
"#;
const FUNCTION: &str = r#"
resource "aws_lambda_function" "app" {
  function_name = "app"
  role          = "arn:aws:iam::123456789012:role/app"
  environment { variables = { DB = aws_db_instance.db.address } }
}
"#;
/// In the network of the database: its filters decide, whatever is open on the internet.
const NEAR: &str = r#"
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.a.id
  EGRESS
}
resource "aws_instance" "app" {
  ami                         = "ami-1"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.a.id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.app.id]
  user_data                   = "DB=${aws_db_instance.db.address}"
}
"#;
const OUT: &str = "egress {\n    from_port = 443\n    to_port = 443\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }";

#[rstest]
#[case::open(FUNCTION, "true", "0.0.0.0/0", Some(""))]
#[case::open_to_some(FUNCTION, "true", "203.0.113.0/24", Some(" assumed"))]
#[case::in_its_network_only(FUNCTION, "true", "10.0.0.0/16", None)]
#[case::without_an_address(FUNCTION, "false", "0.0.0.0/0", None)]
#[case::near_and_let_out(NEAR, "true", "10.0.0.0/16", Some(""))]
#[case::near_and_not_let_out(&NEAR.replace("EGRESS", OUT), "true", "0.0.0.0/0", None)]
fn programs_reach_databases_where_these_let_them(
    #[case] app: &str,
    #[case] public: &str,
    #[case] from: &str,
    #[case] wanted: Option<&str>,
) {
    let all = "egress {\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }";
    let text = ELSEWHERE.replace("FROM", from).replace("PUBLIC", public);
    let text = text + &app.replace("EGRESS", all);
    let source = if app == FUNCTION { "aws_lambda_function.app" } else { "aws_instance.app" };
    let flow = between(&shown(&[("main.tf", &text)]), source);
    let line = |rest: &str| format!("aws_db_instance.db network tcp/5432 unknown{rest}");
    assert_eq!(flow, wanted.map(line));
}
