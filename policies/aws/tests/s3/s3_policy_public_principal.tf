resource "aws_s3_bucket_policy" "anyone" {
  bucket = "dn-anyone"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-anyone/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "partner" {
  # ok: aws/s3-policy-public-principal
  bucket = "dn-partner"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-partner/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "organisation" {
  # ok: aws/s3-policy-public-principal
  bucket = "dn-organisation"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-organisation/*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

# Encryption on the way says nothing about who is at the other end.
resource "aws_s3_bucket_policy" "over_tls" {
  bucket = "dn-over-tls"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-over-tls/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

resource "aws_s3_bucket_policy" "tls_only" {
  # ok: aws/s3-policy-public-principal
  # ok: aws/s3-policy-wildcard-action
  bucket = "dn-tls-only"
  policy = jsonencode({
    Statement = {
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "arn:aws:s3:::dn-tls-only/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  })
}

resource "aws_s3_bucket_policy" "all_but_one" {
  bucket = "dn-all-but-one"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = "s3:GetObject"
      Resource     = "arn:aws:s3:::dn-all-but-one/*"
    }]
  })
}

# The second statement counts, too.
data "aws_iam_policy_document" "feed" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::dn-feed/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/ingest"]
    }
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::dn-feed/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "feed" {
  bucket = "dn-feed"
  policy = data.aws_iam_policy_document.feed.json # expect: aws/s3-policy-public-principal
}

resource "aws_s3_bucket" "open" {
  bucket = "dn-open"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "open" {
  bucket = aws_s3_bucket.open.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "open" {
  bucket        = aws_s3_bucket.open.id
  target_bucket = "dn-access-logs"
  target_prefix = "open/"
}

resource "aws_s3_bucket_versioning" "open" {
  bucket = aws_s3_bucket.open.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "open" {
  bucket = aws_s3_bucket.open.id
  policy = data.aws_iam_policy_document.feed.json # expect: aws/s3-policy-public-principal
}

# Rejecting new public policies does not close one that is there.
resource "aws_s3_bucket_public_access_block" "open" {
  bucket                  = aws_s3_bucket.open.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false # expect: aws/s3-restrict-public-buckets
}

resource "aws_s3_bucket" "restricted" {
  bucket = "dn-restricted"
}

resource "aws_s3_bucket_public_access_block" "restricted" {
  bucket                  = aws_s3_bucket.restricted.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "restricted" {
  bucket = aws_s3_bucket.restricted.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "restricted" {
  bucket        = aws_s3_bucket.restricted.id
  target_bucket = "dn-access-logs"
  target_prefix = "restricted/"
}

resource "aws_s3_bucket_versioning" "restricted" {
  bucket = aws_s3_bucket.restricted.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "restricted" {
  # ok: aws/s3-policy-public-principal
  bucket = aws_s3_bucket.restricted.id
  policy = data.aws_iam_policy_document.feed.json
}

# expect: aws/s3-no-public-access-block
resource "aws_s3_bucket" "inline" {
  bucket = "dn-inline"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-inline/*"
    }]
  })
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

resource "aws_s3_bucket_versioning" "inline" {
  bucket = aws_s3_bucket.inline.id
  versioning_configuration {
    status = "Enabled"
  }
}

# A policy of the bucket's own beside a block that does not restrict it.
resource "aws_s3_bucket" "inline_unrestricted" {
  bucket = "dn-inline-unrestricted"
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
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::dn-inline-unrestricted/*"
    }]
  })
}

resource "aws_s3_bucket_public_access_block" "inline_unrestricted" {
  bucket                  = aws_s3_bucket.inline_unrestricted.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false # expect: aws/s3-restrict-public-buckets
}
