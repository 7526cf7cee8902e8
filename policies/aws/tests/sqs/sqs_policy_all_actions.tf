resource "aws_sqs_queue_policy" "all" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  # expect: aws/sqs-queue-policy-all-actions
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "sqs:*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue_policy" "send" {
  # ok: aws/sqs-queue-policy-all-actions
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "sqs:Send*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue_policy" "denied" {
  # ok: aws/sqs-queue-policy-all-actions
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "all" {
  # expect: aws/sqs-queue-policy-all-actions
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["sqs:SendMessage", "*"]
      Resource  = "*"
    }]
  })
}
