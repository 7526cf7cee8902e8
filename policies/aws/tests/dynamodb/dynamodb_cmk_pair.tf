# The same tables beside a key that is there and one that is not.
resource "aws_kms_key" "made" {
  count = 1
}

resource "aws_kms_key" "left_out" {
  count = 0
}

resource "aws_dynamodb_table" "keyed" {
  # ok: aws/dynamodb-cmk
  name         = "keyed"
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
    kms_key_arn = one(aws_kms_key.made[*].arn)
  }
}

resource "aws_dynamodb_table" "keyless" {
  name         = "keyless"
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
    kms_key_arn = one(aws_kms_key.left_out[*].arn) # expect: aws/dynamodb-cmk
  }
}
