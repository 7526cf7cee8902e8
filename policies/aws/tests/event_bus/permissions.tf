resource "aws_cloudwatch_event_permission" "open" {
  statement_id = "open"
  principal    = "*" # expect: aws/event-bus-open-to-everyone
}

resource "aws_cloudwatch_event_permission" "account" {
  # ok: aws/event-bus-open-to-everyone
  statement_id = "account"
  principal    = "111122223333"
}

resource "aws_cloudwatch_event_permission" "organization" {
  # ok: aws/event-bus-open-to-everyone
  statement_id = "organization"
  principal    = "*"
  condition {
    key   = "aws:PrincipalOrgID"
    type  = "StringEquals"
    value = "o-a1b2c3d4e5"
  }
}

variable "principal" {}

# inconclusive: aws/event-bus-open-to-everyone
resource "aws_cloudwatch_event_permission" "unknown" {
  statement_id = "unknown"
  principal    = var.principal
}

resource "aws_cloudwatch_event_bus_policy" "everyone" {
  event_bus_name = "orders"

  # expect: aws/event-bus-open-to-everyone
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "events:PutEvents"
      Resource  = "arn:aws:events:eu-west-1:123456789012:event-bus/orders"
    }]
  })
}

resource "aws_cloudwatch_event_bus_policy" "organisation" {
  event_bus_name = "orders"

  # ok: aws/event-bus-open-to-everyone
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "events:PutEvents"
      Resource  = "arn:aws:events:eu-west-1:123456789012:event-bus/orders"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1a2b3c4d5e" } }
    }]
  })
}
