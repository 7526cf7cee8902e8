resource "aws_sqs_queue_policy" "everyone" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  # expect: aws/sqs-queue-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue_policy" "partner" {
  # ok: aws/sqs-queue-policy-public
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

# The condition says who everyone is.
resource "aws_sqs_queue_policy" "narrowed" {
  # ok: aws/sqs-queue-policy-public
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
  })
}

# A condition that lets everyone through narrows nothing.
resource "aws_sqs_queue_policy" "not_narrowed" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  # expect: aws/sqs-queue-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { StringLike = { "aws:SourceArn" = "*" } }
    }]
  })
}

# Everyone but one is everyone.
resource "aws_sqs_queue_policy" "all_but_one" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  # expect: aws/sqs-queue-policy-public
  policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = "sqs:SendMessage"
      Resource     = "*"
    }]
  })
}

resource "aws_sqs_queue_policy" "denied" {
  # ok: aws/sqs-queue-policy-public
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "everyone" {
  # expect: aws/sqs-queue-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}
