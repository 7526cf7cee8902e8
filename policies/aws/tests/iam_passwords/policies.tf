resource "aws_iam_account_password_policy" "short" {
  minimum_password_length   = 13 # expect: aws/iam-password-short
  password_reuse_prevention = 24
}

resource "aws_iam_account_password_policy" "long" {
  # ok: aws/iam-password-short, aws/iam-password-reused
  minimum_password_length   = 14
  password_reuse_prevention = 24
}

# A number that is written as a text.
resource "aws_iam_account_password_policy" "text" {
  # ok: aws/iam-password-short, aws/iam-password-reused
  minimum_password_length   = "20"
  password_reuse_prevention = "24"
}

resource "aws_iam_account_password_policy" "forgets" {
  minimum_password_length   = 14
  password_reuse_prevention = 5 # expect: aws/iam-password-reused
}

resource "aws_iam_account_password_policy" "silent" { # expect: aws/iam-password-short, aws/iam-password-reused
  require_symbols = true
}

variable "length" {}

# inconclusive: aws/iam-password-short
resource "aws_iam_account_password_policy" "unknown" {
  minimum_password_length   = var.length
  password_reuse_prevention = 24
}
