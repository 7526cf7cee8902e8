resource "aws_iam_role" "everyone" {
  # expect: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "partner" {
  # ok: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# The condition says who everyone is.
resource "aws_iam_role" "narrowed" {
  # ok: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

# A condition that lets everyone through narrows nothing.
resource "aws_iam_role" "not_narrowed" {
  # expect: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:AssumeRole"
      Condition = { StringLike = { "aws:SourceArn" = "*" } }
    }]
  })
}

# Everyone but one is everyone.
resource "aws_iam_role" "all_but_one" {
  # expect: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "denied" {
  # ok: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sts:AssumeRole"
    }]
  })
}

# Which identity provider it is does not matter: it is not everyone.
variable "provider" {}

data "aws_iam_policy_document" "workload" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.provider]
    }
    condition {
      test     = "StringEquals"
      variable = "${var.provider}:sub"
      values   = ["system:serviceaccount:shop:orders"]
    }
  }
}

resource "aws_iam_role" "workload" {
  # ok: aws/iam-role-trusts-anyone
  assume_role_policy = data.aws_iam_policy_document.workload.json
}

variable "partner" {}

# inconclusive: aws/iam-role-trusts-anyone
resource "aws_iam_role" "of_a_variable" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = var.partner }, Action = "sts:AssumeRole" }]
  })
}

# A condition that holds only where the key is there narrows nothing; an external id is no narrowing either.
resource "aws_iam_role" "if_it_exists" {
  # expect: aws/iam-role-trusts-anyone
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::444455556666:root", "*"] }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEqualsIfExists = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }
        StringEquals         = { "sts:ExternalId" = "shop" }
      }
    }]
  })
}
