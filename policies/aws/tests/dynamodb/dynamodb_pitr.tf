resource "aws_dynamodb_table" "on" {
  # ok: aws/dynamodb-point-in-time-recovery
  name         = "on"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }
}

resource "aws_dynamodb_table" "off" {
  name         = "off"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = false # expect: aws/dynamodb-point-in-time-recovery
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }
}

# expect: aws/dynamodb-point-in-time-recovery
resource "aws_dynamodb_table" "unwritten" {
  name         = "unwritten"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }
}
