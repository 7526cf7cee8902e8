resource "aws_sns_topic_policy" "everyone" {
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  # expect: aws/sns-topic-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic_policy" "partner" {
  # ok: aws/sns-topic-policy-public
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

# The condition says who everyone is.
resource "aws_sns_topic_policy" "narrowed" {
  # ok: aws/sns-topic-policy-public
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
  })
}

# A condition that lets everyone through narrows nothing.
resource "aws_sns_topic_policy" "not_narrowed" {
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  # expect: aws/sns-topic-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = "*"
      Condition = { StringLike = { "aws:SourceArn" = "*" } }
    }]
  })
}

# Everyone but one is everyone.
resource "aws_sns_topic_policy" "all_but_one" {
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  # expect: aws/sns-topic-policy-public
  policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = "sns:Publish"
      Resource     = "*"
    }]
  })
}

resource "aws_sns_topic_policy" "denied" {
  # ok: aws/sns-topic-policy-public
  arn = "arn:aws:sns:eu-west-1:111122223333:alerts"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "everyone" {
  kms_master_key_id = "alias/alerts"
  # expect: aws/sns-topic-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}
