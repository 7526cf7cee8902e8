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

# A key is named and encryption with it is off.
resource "aws_dynamodb_table" "switched_off" {
  name         = "switched-off"
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
    enabled     = false
    kms_key_arn = one(aws_kms_key.made[*].arn) # expect: aws/dynamodb-cmk
  }
}

# The key that AWS holds is not the customer's, whoever looks it up.
data "aws_kms_key" "of_aws" {
  key_id = "alias/aws/dynamodb"
}

data "aws_kms_key" "of_the_shop" {
  key_id = "alias/shop"
}

resource "aws_dynamodb_table" "aws_key" {
  name         = "aws-key"
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
    kms_key_arn = data.aws_kms_key.of_aws.arn # expect: aws/dynamodb-cmk
  }
}

resource "aws_dynamodb_table" "shop_key" {
  # ok: aws/dynamodb-cmk
  name         = "shop-key"
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
    kms_key_arn = data.aws_kms_key.of_the_shop.arn
  }
}
