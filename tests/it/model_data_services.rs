//! What models say of services of AWS for data by tables alone: their ports, logs, ways of saying who one is, and what rights are worth.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A host and a cluster of brokers.
const BROKERS: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.v.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "m" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port       = 9098
    to_port         = 9098
    protocol        = "tcp"
    security_groups = [aws_security_group.app.id]
  }
}
resource "aws_instance" "app" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_cloudwatch_log_group" "l" {
  name = "l"
}
resource "aws_msk_cluster" "m" {
  cluster_name           = "m"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  broker_node_group_info {
    instance_type   = "kafka.m7g.large"
    client_subnets  = [aws_subnet.s.id]
    security_groups = [aws_security_group.m.id]
  }
  client_authentication {
    sasl {
      iam = true
    }
  }
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.l.name
      }
    }
  }
}
"#;

/// Brokers listen by how clients say who they are.
#[rstest]
#[case::rights("iam = true", "9098")]
#[case::passwords("scram = true", "9096")]
#[case::certificates("iam = false", "9094")]
fn brokers_listen_by_how_clients_say_who_they_are(#[case] says: &str, #[case] port: &str) {
    let text = BROKERS.replace("iam = true", says);
    let flow = |port: &str| format!("aws_instance.app > aws_msk_cluster.m network tcp/{port} yes");
    let open = terraform(&text.replace("9098", port));
    assert!(has(&open, &flow(port)), "{open:#?}");
    if port != "9098" {
        assert!(!has(&terraform(&text), "aws_instance.app > aws_msk_cluster.m network"));
    }
}

#[test]
fn brokers_log_where_they_say() {
    let line = "aws_msk_cluster.m > aws_cloudwatch_log_group.l log";
    differs(BROKERS, "log_group = aws_cloudwatch_log_group.l.name", "", line, terraform);
}

/// A warehouse without servers that says whether it takes TLS alone.
const WAREHOUSE: &str = r#"
resource "aws_redshiftserverless_namespace" "n" {
  namespace_name        = "n"
  admin_username        = "a"
  manage_admin_password = true
}
resource "aws_redshiftserverless_workgroup" "w" {
  namespace_name     = aws_redshiftserverless_namespace.n.namespace_name
  workgroup_name     = "w"
  subnet_ids         = [aws_subnet.s.id]
  security_group_ids = [aws_security_group.m.id]
  config_parameter {
    parameter_key   = "require_ssl"
    parameter_value = "true"
  }
}
"#;

#[rstest]
#[case::tls_alone("\"true\"", "yes")]
#[case::either("\"false\"", "optional")]
fn warehouses_say_whether_they_take_tls_alone(#[case] value: &str, #[case] encrypted: &str) {
    let network = BROKERS.split("resource \"aws_cloudwatch_log_group\"").next().unwrap_or_default();
    let network = network.replace("9098", "5439");
    let made = terraform(&format!("{network}{}", WAREHOUSE.replace("\"true\"", value)));
    let flow = "aws_instance.app > aws_redshiftserverless_namespace.n network tcp/5439";
    assert!(has(&made, &format!("{flow} {encrypted}")), "{made:#?}");
}

/// A server for files with addresses on the internet.
const FILES: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "r" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.r.id
}
resource "aws_eip" "t" {
  domain = "vpc"
}
resource "aws_security_group" "t" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_transfer_server" "t" {
  protocols     = ["SFTP"]
  endpoint_type = "VPC"
  endpoint_details {
    vpc_id                 = aws_vpc.v.id
    subnet_ids             = [aws_subnet.s.id]
    address_allocation_ids = [aws_eip.t.id]
    security_group_ids     = [aws_security_group.t.id]
  }
}
"#;

/// A server for files is reached by its own addresses past its group, and is no host that anybody manages.
#[rstest]
#[case::no_addresses("address_allocation_ids = [aws_eip.t.id]", "")]
#[case::closed(
    "[\"0.0.0.0/0\"]\n  }\n}\nresource \"aws_transfer",
    "[\"10.0.0.0/8\"]\n  }\n}\nresource \"aws_transfer"
)]
#[case::no_way_out("gateway_id = aws_internet_gateway.g.id", "nat_gateway_id = \"nat-1\"")]
fn servers_for_files_are_reached_by_their_addresses(#[case] from: &str, #[case] to: &str) {
    differs(FILES, from, to, "internet > aws_transfer_server.t network tcp/22 yes", terraform);
    assert!(!has(&terraform(FILES), "T001 "));
    assert!(!has(&terraform(&FILES.replace(from, to)), "T001 "));
}

/// What an action gives beside a secret, a key and a database with a password of its own.
const RIGHTS: &str = r#"
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.i.arn
  filename      = "f.zip"
  handler       = "f.h"
  runtime       = "python3.13"
}
resource "aws_iam_role" "i" {
  name = "i"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "i" {
  role = aws_iam_role.i.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ACTION", Resource = "*" }]
  })
}
resource "aws_secretsmanager_secret" "s" {
  name = "s"
}
resource "aws_kms_key" "k" {
  enable_key_rotation = true
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
"#;

/// Actions that only look, or make something up, give nothing.
#[rstest]
#[case("secretsmanager:GetRandomPassword", "aws_secretsmanager_secret.s", false)]
#[case("secretsmanager:GetSecretValue", "aws_secretsmanager_secret.s", true)]
#[case("kms:GetPublicKey", "aws_kms_key.k", false)]
#[case("kms:Get*", "aws_kms_key.k", false)]
#[case("kms:GenerateRandom", "aws_kms_key.k", false)]
#[case("kms:Decrypt", "aws_kms_key.k", true)]
fn actions_that_only_look_give_nothing(
    #[case] action: &str,
    #[case] target: &str,
    #[case] gives: bool,
) {
    let made = terraform(&RIGHTS.replace("ACTION", action));
    assert_eq!(has(&made, &format!("aws_iam_role.i > {target} permission")), gives, "{made:#?}");
}

/// The provider's policy to read everything opens no secrets.
#[test]
fn reading_everything_opens_no_secrets() {
    let attached = r#"
resource "aws_iam_role_policy_attachment" "i" {
  role       = aws_iam_role.i.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#;
    let own = RIGHTS.replace("ACTION", "logs:PutLogEvents");
    let made = terraform(&format!("{own}{attached}"));
    assert!(has(&made, "aws_iam_role.i > aws_s3_bucket.b permission"), "{made:#?}");
    assert!(!made.iter().any(|line| line.contains("data=restricted")), "{made:#?}");
    let all = attached.replace("ReadOnlyAccess", "SecretsManagerReadWrite");
    let all = terraform(&format!("{own}{all}"));
    assert!(
        all.iter().any(|line| line.starts_with("T015 aws_lambda_function.f: ")
            && line.contains("data=restricted")),
        "{all:#?}"
    );
}
