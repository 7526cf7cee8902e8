//! Parts of AWS in a model: who administers machines, copies and replicas, what APIs ask of services, who is told outside.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A build project stands where it says.
#[test]
fn a_build_project_stands_in_its_subnet() {
    let lines = terraform(
        r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "build" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = "arn:aws:iam::111122223333:role/build"
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type = "NO_SOURCE"
  }
  vpc_config {
    vpc_id             = aws_vpc.main.id
    subnets            = [aws_subnet.build.id]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}
"#,
    );
    let line = "aws_codebuild_project.build ci_pipeline in aws_subnet.build";
    assert!(has(&lines, line), "{lines:#?}");
}
