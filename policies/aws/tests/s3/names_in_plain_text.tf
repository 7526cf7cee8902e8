# Companions that name the bucket itself instead of referring to it.
# ok: aws/s3-no-public-access-block, aws/s3-versioning, aws/s3-sse
resource "aws_s3_bucket" "named" {
  bucket = "named-example"
}

resource "aws_s3_bucket_public_access_block" "named" {
  bucket                  = "named-example"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "named" {
  bucket = "named-example"

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "named" {
  bucket = "named-example"

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "alias/named"
    }
  }
}

resource "aws_s3_bucket_logging" "named" {
  bucket        = "named-example"
  target_bucket = "log-example"
  target_prefix = "named/"
}
