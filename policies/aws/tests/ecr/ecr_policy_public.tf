resource "aws_ecr_repository_policy" "everyone" {
  repository = "shop"
  # expect: aws/ecr-repository-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

resource "aws_ecr_repository_policy" "partner" {
  # ok: aws/ecr-repository-policy-public
  repository = "shop"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

# The condition says who everyone is.
resource "aws_ecr_repository_policy" "narrowed" {
  # ok: aws/ecr-repository-policy-public
  repository = "shop"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

# A condition that lets everyone through narrows nothing.
resource "aws_ecr_repository_policy" "not_narrowed" {
  repository = "shop"
  # expect: aws/ecr-repository-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringLike = { "aws:SourceArn" = "*" } }
    }]
  })
}

# Everyone but one is everyone.
resource "aws_ecr_repository_policy" "all_but_one" {
  repository = "shop"
  # expect: aws/ecr-repository-policy-public
  policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

resource "aws_ecr_repository_policy" "denied" {
  # ok: aws/ecr-repository-policy-public
  repository = "shop"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
