resource "aws_kms_key" "tables" {}

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
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }
}

# expect: aws/dynamodb-cmk
resource "aws_dynamodb_table" "unwritten" {
  name         = "unwritten"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
}

# Encryption is on, but with the account's aws/dynamodb key.
resource "aws_dynamodb_table" "aws_key" {
  name         = "aws_key"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption { # expect: aws/dynamodb-cmk
    enabled = true
  }
}

# A key that is not used.
resource "aws_dynamodb_table" "off" {
  name         = "off"
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
    enabled = false
    # expect: aws/dynamodb-cmk
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }
}

# The key's ARN is not known yet, but that there is one is.
resource "aws_dynamodb_table" "own_key" {
  # ok: aws/dynamodb-cmk
  name         = "own_key"
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
    kms_key_arn = aws_kms_key.tables.arn
  }
}
