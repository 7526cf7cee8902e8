resource "aws_lambda_code_signing_config" "warns" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:eu-west-1:111122223333:/signing-profiles/main/a1"]
  }
  policies { # expect: aws/unsigned-code-admitted
    untrusted_artifact_on_deployment = "Warn"
  }
}

# ok: aws/unsigned-code-admitted
resource "aws_lambda_code_signing_config" "enforces" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:eu-west-1:111122223333:/signing-profiles/main/a1"]
  }
  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}

# A warning where nothing is written.
# expect: aws/unsigned-code-admitted
resource "aws_lambda_code_signing_config" "silent" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:eu-west-1:111122223333:/signing-profiles/main/a1"]
  }
}

variable "what" {}

# inconclusive: aws/unsigned-code-admitted
resource "aws_lambda_code_signing_config" "unknown" {
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:eu-west-1:111122223333:/signing-profiles/main/a1"]
  }
  policies {
    untrusted_artifact_on_deployment = var.what
  }
}

