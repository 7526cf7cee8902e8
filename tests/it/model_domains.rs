//! Names of hosts that a configuration gives itself, in a model: who says one in its settings calls what stands behind it.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// Two services of tasks in one network, each open to everybody, and a database.
const SHOP: &str = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "inner" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_cluster" "main" { name = "shop" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name         = "web", image = "example.org/web:1"
    portMappings = [{ containerPort = 8080 }]
    environment  = [{ name = "PRICES", value = "http://prices.shop.internal:9000" }]
  }])
}
resource "aws_ecs_task_definition" "prices" {
  family       = "prices"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name         = "prices", image = "example.org/prices:1"
    portMappings = [{ containerPort = 9000, name = "http" }, { containerPort = 9001 }]
  }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.inner.id]
    security_groups = [aws_security_group.open.id]
  }
  # web joins
}
resource "aws_ecs_service" "prices" {
  name            = "prices"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.prices.arn
  network_configuration {
    subnets         = [aws_subnet.inner.id]
    security_groups = [aws_security_group.open.id]
  }
  # prices joins
}
resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "shop.internal"
  vpc  = aws_vpc.main.id
}
resource "aws_service_discovery_http_namespace" "mesh" { name = "mesh" }
resource "aws_service_discovery_service" "prices" {
  name = "prices"
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id
    dns_records {
      ttl  = 10
      type = "A"
    }
  }
}
resource "aws_route53_zone" "inner" {
  name = "example.internal"
  vpc { vpc_id = aws_vpc.main.id }
}
resource "aws_db_subnet_group" "main" { subnet_ids = [aws_subnet.inner.id] }
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_route53_record" "db" {
  zone_id = aws_route53_zone.inner.zone_id
  name    = "db"
  type    = "CNAME"
  ttl     = 60
  records = [aws_db_instance.main.address]
}
"#;

/// The service registers itself in Cloud Map.
const REGISTERED: (&str, &str) = (
    "# prices joins",
    "service_registries { registry_arn = aws_service_discovery_service.prices.arn }",
);

const WEB: &str = "aws_ecs_service.web > aws_ecs_service.prices network tcp/9000 no";
const WEB_KNOWN_AT_ALL: &str = "aws_ecs_service.web > aws_ecs_service.prices network";
const DATABASE: &str = "aws_ecs_service.web > aws_db_instance.main network tcp/5432";

/// The system with changes.
fn shop(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SHOP.to_owned(), |tree, (from, to)| {
        assert!(tree.contains(from), "{from}");
        tree.replace(from, to)
    })
}

#[test]
fn who_says_a_name_of_cloud_map_calls_what_registers_itself() {
    let tree = shop(&[REGISTERED]);
    differs(&tree, REGISTERED.1, "", WEB, terraform);
    differs(&tree, "prices.shop.internal:9000", "prices.shop.example:9000", WEB, terraform);
    differs(&tree, "\"prices\"\n  dns", "\"costs\"\n  dns", WEB, terraform);
    // Part of a longer name is another name.
    for other in
        ["old-prices.shop.internal", "prices.shop.internal.example.org", "a.prices.shop.internal"]
    {
        differs(&tree, "prices.shop.internal", other, WEB_KNOWN_AT_ALL, terraform);
    }
}

#[rstest]
#[case::capital_letters("http://Prices.Shop.Internal:9000/v1", "tcp/9000 no")]
#[case::with_a_dot_at_the_end("http://prices.shop.internal.:9000", "tcp/9000 no")]
#[case::encrypted("https://prices.shop.internal:9000", "tcp/9000 yes")]
#[case::without_a_scheme("prices.shop.internal:9000", "tcp/9000 unknown")]
#[case::at_the_port_of_another_container("http://prices.shop.internal:9001", "tcp/9001 no")]
#[case::by_references(
    "http://${aws_service_discovery_service.prices.name}.${aws_service_discovery_private_dns_namespace.main.name}:9000",
    "tcp/9000 no"
)]
fn what_an_address_says_is_what_is_spoken(#[case] address: &str, #[case] line: &str) {
    let tree = shop(&[REGISTERED, ("http://prices.shop.internal:9000", address)]);
    let line = format!("aws_ecs_service.web > aws_ecs_service.prices network {line}");
    assert!(has(&terraform(&tree), &line));
}

#[rstest]
#[case::an_alias(
    "mesh",
    "http://prices:9000",
    "client_alias {\n dns_name = \"prices\"\n port = 9000\n }",
    true
)]
#[case::at_a_bare_port(
    "mesh",
    "prices:9000",
    "client_alias {\n dns_name = \"prices\"\n port = 9000\n }",
    true
)]
#[case::a_word("mesh", "prices", "client_alias {\n dns_name = \"prices\"\n port = 9000\n }", false)]
#[case::a_version(
    "mesh",
    "prices:1",
    "client_alias {\n dns_name = \"prices\"\n port = 9000\n }",
    false
)]
#[case::its_port_and_namespace("mesh", "http://http.mesh:9000", "", true)]
#[case::its_own_name("mesh", "http://costs.mesh:9000", "discovery_name = \"costs\"", true)]
#[case::another_name("mesh", "http://http.mesh:9000", "discovery_name = \"costs\"", false)]
#[case::of_another_namespace(
    "other",
    "http://prices:9000",
    "client_alias {\n dns_name = \"prices\"\n port = 9000\n }",
    false
)]
fn names_of_service_connect_are_known_in_their_namespace(
    #[case] namespace: &str,
    #[case] address: &str,
    #[case] named: &str,
    #[case] calls: bool,
) {
    let web = format!(
        "service_connect_configuration {{\n enabled = true\n namespace = \"{namespace}\"\n }}"
    );
    let prices = format!(
        "service_connect_configuration {{\n enabled = true\n namespace = aws_service_discovery_http_namespace.mesh.arn\n service {{\n port_name = \"http\"\n {named}\n }}\n }}"
    );
    let changes = [
        ("# web joins", &*web),
        ("# prices joins", &*prices),
        ("http://prices.shop.internal:9000", address),
    ];
    let model = terraform(&shop(&changes));
    assert_eq!(has(&model, WEB_KNOWN_AT_ALL), calls);
    // Who has not joined does not know the name.
    let model = terraform(&shop(&changes[1..]));
    assert!(!has(&model, WEB_KNOWN_AT_ALL));
}

#[rstest]
#[case::by_its_name("db.example.internal", true)]
#[case::by_reference("${aws_route53_record.db.fqdn}", true)]
#[case::another_host("db2.example.internal", false)]
fn who_says_a_record_calls_what_it_resolves_to(#[case] host: &str, #[case] calls: bool) {
    let address = format!("postgres://app@{host}/shop");
    let tree = shop(&[("http://prices.shop.internal:9000", &address)]);
    assert_eq!(has(&terraform(&tree), DATABASE), calls);
    let elsewhere = tree.replace("records = [aws_db_instance.main.address]", "records = []");
    assert!(!has(&terraform(&elsewhere), DATABASE));
}

/// Two machines of one network that is open to everybody; one is told something about the other.
const MACHINES: &str = r#"
variable "unset" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "inner" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 9000
    to_port     = 9100
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
resource "aws_instance" "app" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.inner.id
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.inner.id
  vpc_security_group_ids = [aws_security_group.open.id]
  user_data              = SETTING
}
"#;

#[rstest]
#[case::an_address("\"APP=http://${aws_instance.app.private_ip}:9000\"", Some("tcp/9000 no"))]
#[case::in_base64(
    "base64encode(\"APP=https://${aws_instance.app.private_ip}:9000/v1\")",
    Some("tcp/9000 yes")
)]
#[case::a_port_alone("\"APP=${aws_instance.app.private_ip}:9001\"", Some("tcp/9001 unknown"))]
#[case::a_scheme_alone("\"APP=http://${aws_instance.app.private_ip}/\"", Some("tcp/9000-9100 no"))]
#[case::beside_another_unknown(
    "\"KEY=${var.unset} APP=http://${aws_instance.app.private_ip}:9000\"",
    Some("tcp/9000 unknown")
)]
#[case::a_port_that_is_closed(
    "\"APP=http://${aws_instance.app.private_ip}:8080\"",
    Some("tcp/9000-9100 no")
)]
#[case::a_word("\"APP=${aws_instance.app.id}\"", None)]
#[case::an_address_of_nothing("\"${aws_instance.app.private_ip}\"", None)]
fn who_is_told_an_address_calls_it(#[case] setting: &str, #[case] flow: Option<&str>) {
    let model = terraform(&MACHINES.replace("SETTING", setting));
    let all = "aws_instance.web > aws_instance.app network";
    match flow {
        Some(flow) => assert!(has(&model, &format!("{all} {flow}")), "{model:#?}"),
        None => assert!(!has(&model, all), "{model:#?}"),
    }
    // The machine that is called does not call back.
    assert!(!has(&model, "aws_instance.app > aws_instance.web"));
}

/// Names that say who calls, or where mail comes from, call nobody.
#[rstest]
#[case::called("environment { variables = { API = \"https://app.example.internal\" } }", true)]
#[case::mail("environment { variables = { FROM = \"noreply@app.example.internal\" } }", false)]
#[case::mail_with_a_name(
    "environment { variables = { FROM = \"Shop <shop@app.example.internal>\" } }",
    false
)]
#[case::a_login("environment { variables = { API = \"https://me@app.example.internal\" } }", true)]
#[case::a_description("description = \"serves https://app.example.internal\"", false)]
fn names_that_call_nobody(#[case] setting: &str, #[case] calls: bool) {
    let tree = format!(
        r#"{}
resource "aws_route53_zone" "inner" {{
  name = "example.internal"
  vpc {{ vpc_id = aws_vpc.main.id }}
}}
resource "aws_route53_record" "app" {{
  zone_id = aws_route53_zone.inner.zone_id
  name    = "app"
  type    = "A"
  ttl     = 60
  records = [aws_instance.app.private_ip]
}}
resource "aws_lambda_function" "mail" {{
  function_name = "mail"
  role          = "arn:aws:iam::111122223333:role/mail"
  handler       = "main.handler"
  runtime       = "python3.12"
  filename      = "mail.zip"
  vpc_config {{
    subnet_ids         = [aws_subnet.inner.id]
    security_group_ids = [aws_security_group.open.id]
  }}
  {setting}
}}
"#,
        MACHINES.replace("SETTING", "\"\"")
    );
    let line = "aws_lambda_function.mail > aws_instance.app network";
    let model = terraform(&tree);
    assert_eq!(has(&model, line), calls, "{model:#?}");
}
