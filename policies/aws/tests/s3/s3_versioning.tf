# expect: aws/s3-versioning
resource "aws_s3_bucket" "flat" {
  bucket = "dn-flat"
}

resource "aws_s3_bucket_public_access_block" "flat" {
  bucket                  = aws_s3_bucket.flat.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "flat" {
  bucket = aws_s3_bucket.flat.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "flat" {
  bucket        = aws_s3_bucket.flat.id
  target_bucket = "dn-access-logs"
  target_prefix = "flat/"
}

resource "aws_s3_bucket" "kept" {
  # ok: aws/s3-versioning
  bucket = "dn-kept"
}

resource "aws_s3_bucket_public_access_block" "kept" {
  bucket                  = aws_s3_bucket.kept.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "kept" {
  bucket = aws_s3_bucket.kept.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "kept" {
  bucket        = aws_s3_bucket.kept.id
  target_bucket = "dn-access-logs"
  target_prefix = "kept/"
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "inline" {
  # ok: aws/s3-versioning
  bucket = "dn-inline"
  versioning {
    enabled = true
  }
}

resource "aws_s3_bucket_public_access_block" "inline" {
  bucket                  = aws_s3_bucket.inline.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "inline" {
  bucket = aws_s3_bucket.inline.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "inline" {
  bucket        = aws_s3_bucket.inline.id
  target_bucket = "dn-access-logs"
  target_prefix = "inline/"
}

resource "aws_s3_bucket" "inline_off" {
  bucket = "dn-inline-off"
  versioning {
    enabled = false # expect: aws/s3-versioning
  }
}

resource "aws_s3_bucket_public_access_block" "inline_off" {
  bucket                  = aws_s3_bucket.inline_off.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "inline_off" {
  bucket = aws_s3_bucket.inline_off.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "inline_off" {
  bucket        = aws_s3_bucket.inline_off.id
  target_bucket = "dn-access-logs"
  target_prefix = "inline_off/"
}

resource "aws_s3_bucket_versioning" "suspended" {
  bucket = "dn-suspended"
  versioning_configuration {
    status = "Suspended" # expect: aws/s3-versioning
  }
}

resource "aws_s3_bucket_versioning" "enabled" {
  # ok: aws/s3-versioning
  bucket = "dn-enabled"
  versioning_configuration {
    status = "Enabled"
  }
}
