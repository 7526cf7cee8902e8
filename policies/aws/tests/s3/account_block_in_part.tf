# An account's block that leaves a part off leaves buckets without a block of their own open to it.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false
}

# expect: aws/s3-no-public-access-block
resource "aws_s3_bucket" "bare" {
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
}
