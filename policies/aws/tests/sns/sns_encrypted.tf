# expect: aws/sns-topic-encrypted
resource "aws_sns_topic" "plain" {
  name = "plain"
}

resource "aws_sns_topic" "keyed" {
  # ok: aws/sns-topic-encrypted
  name              = "keyed"
  kms_master_key_id = "alias/alerts"
}

resource "aws_kms_key" "alerts" {}

# The key's id is not known yet, but that there is one is.
resource "aws_sns_topic" "own_key" {
  # ok: aws/sns-topic-encrypted
  kms_master_key_id = aws_kms_key.alerts.id
}
