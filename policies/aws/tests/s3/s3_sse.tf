# expect: aws/s3-sse
resource "aws_s3_bucket" "unstated" {
  bucket = "dn-unstated"
}

resource "aws_s3_bucket_public_access_block" "unstated" {
  bucket                  = aws_s3_bucket.unstated.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_logging" "unstated" {
  bucket        = aws_s3_bucket.unstated.id
  target_bucket = "dn-access-logs"
  target_prefix = "unstated/"
}

resource "aws_s3_bucket_versioning" "unstated" {
  bucket = aws_s3_bucket.unstated.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "stated" {
  # ok: aws/s3-sse
  bucket = "dn-stated"
}

resource "aws_s3_bucket_public_access_block" "stated" {
  bucket                  = aws_s3_bucket.stated.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "stated" {
  bucket = aws_s3_bucket.stated.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "stated" {
  bucket        = aws_s3_bucket.stated.id
  target_bucket = "dn-access-logs"
  target_prefix = "stated/"
}

resource "aws_s3_bucket_versioning" "stated" {
  bucket = aws_s3_bucket.stated.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "inline" {
  # ok: aws/s3-sse
  # ok: aws/s3-sse-kms-cmk
  bucket = "dn-inline"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
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
