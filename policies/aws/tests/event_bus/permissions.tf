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
