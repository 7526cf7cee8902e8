resource "aws_s3_bucket_policy" "inbox" {
  # ok: aws/s3-policy-public-principal
  bucket = "dn-inbox"
  # expect: aws/s3-policy-public-write
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::dn-inbox/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "shared" {
  bucket = "dn-shared"
  # expect: aws/s3-policy-public-principal
  # expect: aws/s3-policy-public-write
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["s3:GetObject", "s3:DeleteObject*"]
      Resource  = "arn:aws:s3:::dn-shared/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "reading" {
  # ok: aws/s3-policy-public-write
  bucket = "dn-reading"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource  = ["arn:aws:s3:::dn-reading", "arn:aws:s3:::dn-reading/*"]
    }]
  })
}

resource "aws_s3_bucket_policy" "members" {
  # ok: aws/s3-policy-public-principal
  # ok: aws/s3-policy-public-write
  bucket = "dn-members"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::dn-members/*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

# A block that restricts public buckets stands before the policy.
resource "aws_s3_bucket" "blocked" {
  # ok: aws/s3-policy-public-write
  bucket = "dn-blocked"
}

resource "aws_s3_bucket_policy" "blocked" {
  # ok: aws/s3-policy-public-write
  bucket = aws_s3_bucket.blocked.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::dn-blocked/*"
    }]
  })
}

resource "aws_s3_bucket_public_access_block" "blocked" {
  bucket                  = aws_s3_bucket.blocked.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# One that lets everybody in, and another that lets one write.
resource "aws_s3_bucket_policy" "mixed" {
  # ok: aws/s3-policy-public-write
  bucket = "dn-mixed"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-mixed/*" },
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::dn-mixed/*" },
    ]
  })
}

resource "aws_s3_bucket_server_side_encryption_configuration" "blocked" {
  bucket = aws_s3_bucket.blocked.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "blocked" {
  bucket        = aws_s3_bucket.blocked.id
  target_bucket = "dn-access-logs"
  target_prefix = "blocked/"
}

resource "aws_s3_bucket_versioning" "blocked" {
  bucket = aws_s3_bucket.blocked.id
  versioning_configuration {
    status = "Enabled"
  }
}

# All but one action: reading is among them.
resource "aws_s3_bucket_policy" "all_but" {
  bucket = "dn-all-but"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      NotAction = "s3:DeleteBucket"
      Resource  = "arn:aws:s3:::dn-all-but/*"
    }]
  })
}

# Within the bucket, as older configurations have it.
# expect: aws/s3-no-public-access-block
resource "aws_s3_bucket" "older" {
  bucket = "dn-older"
  # expect: aws/s3-policy-public-write
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::dn-older/*" }]
  })
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
