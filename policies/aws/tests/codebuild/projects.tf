resource "aws_codebuild_project" "plain" {
  name = "plain"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    # expect: aws/build-secret-in-environment
    environment_variable {
      name  = "NPM_TOKEN"
      value = "qT7harbour9Lm"
    }
  }
}

# ok: aws/build-secret-in-environment
resource "aws_codebuild_project" "named" {
  name = "named"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    environment_variable {
      name  = "NPM_TOKEN"
      value = "npm-token"
    }
  }
}

# The name of a parameter, whatever it looks like.
# ok: aws/build-secret-in-environment
resource "aws_codebuild_project" "stored" {
  name = "stored"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    environment_variable {
      name  = "NPM_TOKEN"
      value = "qT7harbour9Lm"
      type  = "SECRETS_MANAGER"
    }
  }
}

resource "aws_codebuild_project" "stated" {
  name = "stated"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    # expect: aws/build-secret-in-environment
    environment_variable {
      name  = "NPM_TOKEN"
      value = "qT7harbour9Lm"
      type  = "PLAINTEXT"
    }
  }
}

# ok: aws/build-secret-in-environment
resource "aws_codebuild_project" "other" {
  name = "other"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    environment_variable {
      name  = "BRANCH"
      value = "qT7harbour9Lm"
    }
  }
}

variable "token" {}

# inconclusive: aws/build-secret-in-environment
resource "aws_codebuild_project" "unknown" {
  name = "unknown"
  service_role = "arn:aws:iam::111122223333:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image = "aws/codebuild/standard:7.0"
    type = "LINUX_CONTAINER"
    environment_variable {
      name  = "NPM_TOKEN"
      value = var.token
    }
  }
}

