# An account's block that blocks nothing covers nothing.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
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

resource "aws_s3_bucket_acl" "bare" {
  bucket = aws_s3_bucket.bare.id
  acl    = "public-read" # expect: aws/s3-acl-public-read
}

resource "aws_s3_bucket_policy" "bare" {
  bucket = aws_s3_bucket.bare.id
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-bare/*" }]
  })
}

# Off here as well.
resource "aws_s3_bucket_public_access_block" "off_here" {
  bucket                  = "dn-off-here"
  block_public_acls       = false # expect: aws/s3-block-public-acls
  block_public_policy     = false # expect: aws/s3-block-public-policy
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = false # expect: aws/s3-restrict-public-buckets
}

resource "aws_s3_bucket_acl" "open" {
  bucket = "dn-open"
  # expect: aws/s3-acl-public-read
  # expect: aws/s3-acl-public-write
  acl = "public-read-write"
}
