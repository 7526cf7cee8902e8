# expect: aws/s3-no-public-access-block
# expect: aws/s3-sse
# expect: aws/s3-access-logging
# expect: aws/s3-versioning
resource "aws_s3_bucket" "bare" {
  bucket = "dn-bare"
}

resource "aws_s3_bucket" "complete" {
  # ok: aws/s3-no-public-access-block
  # ok: aws/s3-sse
  # ok: aws/s3-sse-kms-cmk
  # ok: aws/s3-access-logging
  # ok: aws/s3-versioning
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  bucket = "dn-complete"
}

resource "aws_s3_bucket_public_access_block" "complete" {
  bucket                  = aws_s3_bucket.complete.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "complete" {
  bucket = aws_s3_bucket.complete.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "complete" {
  bucket        = aws_s3_bucket.complete.id
  target_bucket = "dn-access-logs"
  target_prefix = "complete/"
}

resource "aws_s3_bucket_versioning" "complete" {
  bucket = aws_s3_bucket.complete.id
  versioning_configuration {
    status = "Enabled"
  }
}
