resource "aws_kms_key" "orders" {}

resource "aws_s3_bucket_server_side_encryption_configuration" "s3_key" {
  bucket = "dn-s3-key"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256" # expect: aws/s3-sse-kms-cmk
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "aws_key" {
  bucket = "dn-aws-key"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms" # expect: aws/s3-sse-kms-cmk
      kms_master_key_id = "alias/aws/s3"
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "own_alias" {
  # ok: aws/s3-sse-kms-cmk
  bucket = "dn-own-alias"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "alias/orders"
    }
  }
}

# The key's ARN is not known yet, but that it is a key of this configuration is.
resource "aws_s3_bucket_server_side_encryption_configuration" "own_key" {
  # ok: aws/s3-sse-kms-cmk
  bucket = "dn-own-key"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.orders.arn
    }
  }
}

resource "aws_s3_bucket" "inline" {
  bucket = "dn-inline"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256" # expect: aws/s3-sse-kms-cmk
      }
    }
  }
}

resource "aws_s3_bucket_public_access_block" "inline" {
  bucket                  = aws_s3_bucket.inline.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_logging" "inline" {
  bucket        = aws_s3_bucket.inline.id
  target_bucket = "dn-access-logs"
  target_prefix = "inline/"
}

resource "aws_s3_bucket_versioning" "inline" {
  bucket = aws_s3_bucket.inline.id
  versioning_configuration {
    status = "Enabled"
  }
}
