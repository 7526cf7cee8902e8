resource "aws_s3_bucket_acl" "write" {
  bucket = "dn-write"
  # expect: aws/s3-acl-public-write
  # expect: aws/s3-acl-public-read
  acl = "public-read-write"
}

resource "aws_s3_bucket_acl" "private" {
  # ok: aws/s3-acl-public-write
  bucket = "dn-private"
  acl    = "private"
}

# Everyone may read: bad enough, but not this rule's case.
resource "aws_s3_bucket_acl" "read" {
  # ok: aws/s3-acl-public-write
  bucket = "dn-read"
  acl    = "public-read" # expect: aws/s3-acl-public-read
}

resource "aws_s3_bucket_public_access_block" "granted" {
  bucket                  = aws_s3_bucket.granted.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "granted" {
  bucket = "dn-granted"
  grant {
    type        = "Group"
    permissions = ["WRITE"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers" # expect: aws/s3-acl-public-write
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "granted" {
  bucket = aws_s3_bucket.granted.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "granted" {
  bucket        = aws_s3_bucket.granted.id
  target_bucket = "dn-access-logs"
  target_prefix = "granted/"
}

resource "aws_s3_bucket_versioning" "granted" {
  bucket = aws_s3_bucket.granted.id
  versioning_configuration {
    status = "Enabled"
  }
}
