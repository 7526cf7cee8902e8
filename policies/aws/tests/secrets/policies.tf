variable "policy" {}

resource "aws_secretsmanager_secret_policy" "everyone" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"

  # expect: aws/secret-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_secretsmanager_secret_policy" "organisation" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"

  # ok: aws/secret-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1a2b3c4d5e" } }
    }]
  })
}

resource "aws_secretsmanager_secret_policy" "account" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"

  # ok: aws/secret-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

# ok: aws/secret-policy-public
resource "aws_secretsmanager_secret_policy" "refused" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

# inconclusive: aws/secret-policy-public
resource "aws_secretsmanager_secret_policy" "unknown" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"
  policy = var.policy
}

resource "aws_secretsmanager_secret" "inline" {
  name = "app"

  # expect: aws/secret-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:root" }
      Action       = "secretsmanager:*"
      Resource     = "*"
    }]
  })
}

# ok: aws/secret-policy-public
resource "aws_secretsmanager_secret" "none" {
  name = "app"
}

resource "aws_secretsmanager_secret_policy" "blocked" {
  secret_arn          = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3"
  block_public_policy = true

  # ok: aws/secret-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}
