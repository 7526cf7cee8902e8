# expect: aws/s3-access-logging
resource "aws_s3_bucket" "silent" {
  bucket = "dn-silent"
}

resource "aws_s3_bucket_public_access_block" "silent" {
  bucket                  = aws_s3_bucket.silent.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "silent" {
  bucket = aws_s3_bucket.silent.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "silent" {
  bucket = aws_s3_bucket.silent.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "logged" {
  # ok: aws/s3-access-logging
  bucket = "dn-logged"
}

resource "aws_s3_bucket_public_access_block" "logged" {
  bucket                  = aws_s3_bucket.logged.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logged" {
  bucket = aws_s3_bucket.logged.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "logged" {
  bucket        = aws_s3_bucket.logged.id
  target_bucket = "dn-access-logs"
  target_prefix = "logged/"
}

resource "aws_s3_bucket_versioning" "logged" {
  bucket = aws_s3_bucket.logged.id
  versioning_configuration {
    status = "Enabled"
  }
}

# A bucket that takes logs needs no log of its own.
resource "aws_s3_bucket" "taker" {
  # ok: aws/s3-access-logging
  bucket = "dn-taker"
}

resource "aws_s3_bucket_public_access_block" "taker" {
  bucket                  = aws_s3_bucket.taker.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "taker" {
  bucket = aws_s3_bucket.taker.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "taker" {
  bucket = aws_s3_bucket.taker.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_acl" "taker" {
  bucket = aws_s3_bucket.taker.id
  acl    = "log-delivery-write"
}

resource "aws_s3_bucket" "target" {
  # ok: aws/s3-access-logging
  bucket = "dn-target"
}

resource "aws_s3_bucket_public_access_block" "target" {
  bucket                  = aws_s3_bucket.target.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "target" {
  bucket = aws_s3_bucket.target.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "target" {
  bucket = aws_s3_bucket.target.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "elsewhere" {
  bucket        = "dn-elsewhere"
  target_bucket = aws_s3_bucket.target.id
  target_prefix = "elsewhere/"
}

resource "aws_s3_bucket" "inline" {
  # ok: aws/s3-access-logging
  bucket = "dn-inline"
  logging {
    target_bucket = "dn-access-logs"
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

resource "aws_s3_bucket_versioning" "inline" {
  bucket = aws_s3_bucket.inline.id
  versioning_configuration {
    status = "Enabled"
  }
}

# An ACL of another kind does not make it a log bucket.
# expect: aws/s3-access-logging
resource "aws_s3_bucket" "plain_acl" {
  bucket = "dn-plain-acl"
  versioning {
    enabled = true
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

resource "aws_s3_bucket_public_access_block" "plain_acl" {
  bucket                  = aws_s3_bucket.plain_acl.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_acl" "plain_acl" {
  bucket = aws_s3_bucket.plain_acl.id
  acl    = "private"
}

variable "log_to" { type = list(string) }

# Whether there is a block nobody knows.
# inconclusive: aws/s3-access-logging
resource "aws_s3_bucket" "perhaps_logged" { # expect: aws/s3-no-public-access-block, aws/s3-sse, aws/s3-versioning
  bucket = "perhaps-logged"
  dynamic "logging" {
    for_each = var.log_to
    content {
      target_bucket = logging.value
    }
  }
}

# Over what is known, there is one.
resource "aws_s3_bucket" "logged_by_a_dynamic_block" { # expect: aws/s3-no-public-access-block, aws/s3-sse, aws/s3-versioning
  # ok: aws/s3-access-logging
  bucket = "logged"
  dynamic "logging" {
    for_each = ["logs"]
    content {
      target_bucket = logging.value
    }
  }
}
