# The account's own block covers every bucket in it.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "covered" {
  # ok: aws/s3-no-public-access-block
  bucket = "dn-covered"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "covered" {
  bucket = aws_s3_bucket.covered.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "covered" {
  bucket        = aws_s3_bucket.covered.id
  target_bucket = "dn-access-logs"
  target_prefix = "covered/"
}

resource "aws_s3_bucket_versioning" "covered" {
  bucket = aws_s3_bucket.covered.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_acl" "covered" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  bucket = aws_s3_bucket.covered.id
  acl    = "public-read-write"
}

resource "aws_s3_bucket_policy" "covered" {
  # ok: aws/s3-policy-public-principal
  bucket = aws_s3_bucket.covered.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-covered/*" }]
  })
}

# What one bucket switches off the account keeps on.
resource "aws_s3_bucket_public_access_block" "off_here" {
  # ok: aws/s3-block-public-acls
  # ok: aws/s3-block-public-policy
  # ok: aws/s3-ignore-public-acls
  # ok: aws/s3-restrict-public-buckets
  bucket                  = "dn-off-here"
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}
