resource "aws_s3_bucket_policy" "all" {
  bucket = "dn-all"
  # expect: aws/s3-policy-wildcard-action
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "s3:*"
      Resource  = "arn:aws:s3:::dn-all/*"
    }]
  })
}

resource "aws_s3_bucket_policy" "get" {
  # ok: aws/s3-policy-wildcard-action
  bucket = "dn-get"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "s3:Get*"
      Resource  = "arn:aws:s3:::dn-get/*"
    }]
  })
}

resource "aws_s3_bucket" "inline" {
  bucket = "dn-inline"
  # expect: aws/s3-policy-wildcard-action
  policy = jsonencode({
    Statement = {
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["s3:GetObject", "*"]
      Resource  = "arn:aws:s3:::dn-inline/*"
    }
  })
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

resource "aws_s3_bucket_versioning" "inline" {
  bucket = aws_s3_bucket.inline.id
  versioning_configuration {
    status = "Enabled"
  }
}
