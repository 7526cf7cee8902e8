resource "aws_s3_bucket_public_access_block" "off" {
  bucket                  = "dn-off"
  block_public_acls       = true
  block_public_policy     = false # expect: aws/s3-block-public-policy
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "on" {
  # ok: aws/s3-block-public-policy
  bucket                  = "dn-on"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# expect: aws/s3-block-public-policy
resource "aws_s3_bucket_public_access_block" "unwritten" {
  bucket                  = "dn-unwritten"
  block_public_acls       = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
