//! What the settings of programs say of their connections in a model: by address, by key.

use rstest::rstest;

use crate::model_systems::terraform;

/// A program that names a machine of its network, which lets it in.
const CALLER: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "api" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "api" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  private_ip             = null
  vpc_security_group_ids = [aws_security_group.api.id]
}
locals {
  host = aws_instance.api.private_ip
}
"#;

const FUNCTION: &str = r#"
resource "aws_lambda_function" "web" {
  function_name = "web"
  role          = "arn:aws:iam::123456789012:role/web"
  vpc_config {
    subnet_ids         = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.web.id]
  }
  environment {
    variables = {
      API = VALUE
    }
  }
}
"#;

const TASK: &str = r#"
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web", environment = [{ name = "API", value = VALUE }] }
  ])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"#;

const MACHINE: &str = r#"
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = <<-EOT
    #!/bin/sh
    export API="${VALUE}"
  EOT
}
"#;

#[rstest]
#[case::clear("\"http://${local.host}:8080\"", "no")]
#[case::tls("\"https://${local.host}:8080/${local.host}\"", "yes")]
#[case::who_connects("\"https://web:${aws_vpc.v.id}@${local.host}:8080\"", "yes")]
#[case::a_host("local.host", "unknown")]
#[case::another_one("\"https://example.com/${local.host}\"", "unknown")]
fn an_address_in_settings_says_what_is_spoken(
    #[values(FUNCTION, TASK, MACHINE)] caller: &str,
    #[case] value: &str,
    #[case] said: &str,
    #[values("null", "\"10.0.1.10\"")] address: &str,
) {
    let text = if value.starts_with('"') { value } else { &format!("\"${{{value}}}\"") };
    let caller = caller.replace("\"${VALUE}\"", text).replace("VALUE", value);
    let known = format!("= {address}");
    let found = terraform(&format!("{CALLER}{caller}").replace("= null", &known));
    let line = format!("> aws_instance.api network tcp/8080 {said}");
    assert!(found.iter().any(|it| it.ends_with(&line)), "{found:#?}");
}
