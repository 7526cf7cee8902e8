resource "aws_sqs_queue" "plain" {
  sqs_managed_sse_enabled = false # expect: aws/sqs-queue-encrypted
}

resource "aws_sqs_queue" "managed" {
  # ok: aws/sqs-queue-encrypted
  sqs_managed_sse_enabled = true
}

# Nothing written: SQS encrypts with keys of its own.
resource "aws_sqs_queue" "unwritten" {
  # ok: aws/sqs-queue-encrypted
  name = "unwritten"
}

resource "aws_kms_key" "orders" {}

resource "aws_sqs_queue" "own_key" {
  # ok: aws/sqs-queue-encrypted
  kms_master_key_id = aws_kms_key.orders.id
}

# A key of your own instead of SQS's.
resource "aws_sqs_queue" "own_key_only" {
  # ok: aws/sqs-queue-encrypted
  sqs_managed_sse_enabled = false
  kms_master_key_id       = aws_kms_key.orders.id
}
