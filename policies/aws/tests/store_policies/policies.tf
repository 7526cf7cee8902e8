variable "policy" {}

resource "aws_dynamodb_resource_policy" "everyone" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"

  # expect: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "dynamodb:*"
      Resource  = "*"
    }]
  })
}

resource "aws_dynamodb_resource_policy" "organisation" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"

  # ok: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "dynamodb:*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1a2b3c4d5e" } }
    }]
  })
}

resource "aws_dynamodb_resource_policy" "account" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"

  # ok: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "dynamodb:*"
      Resource  = "*"
    }]
  })
}

# ok: aws/store-policy-public
resource "aws_dynamodb_resource_policy" "refused" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "dynamodb:*"
      Resource  = "*"
    }]
  })
}

# inconclusive: aws/store-policy-public
resource "aws_dynamodb_resource_policy" "unknown" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
  policy = var.policy
}

resource "aws_kinesis_resource_policy" "everyone" {
  resource_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"

  # expect: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kinesis:GetRecords"
      Resource  = "*"
    }]
  })
}

resource "aws_kinesis_resource_policy" "organisation" {
  resource_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"

  # ok: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kinesis:GetRecords"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1a2b3c4d5e" } }
    }]
  })
}

resource "aws_kinesis_resource_policy" "account" {
  resource_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"

  # ok: aws/store-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "kinesis:GetRecords"
      Resource  = "*"
    }]
  })
}

# ok: aws/store-policy-public
resource "aws_kinesis_resource_policy" "refused" {
  resource_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "kinesis:GetRecords"
      Resource  = "*"
    }]
  })
}

# inconclusive: aws/store-policy-public
resource "aws_kinesis_resource_policy" "unknown" {
  resource_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
  policy = var.policy
}
