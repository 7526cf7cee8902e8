resource "aws_s3_bucket_public_access_block" "off" {
  bucket                  = "dn-off"
  block_public_acls       = false # expect: aws/s3-block-public-acls
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "on" {
  # ok: aws/s3-block-public-acls
  bucket                  = "dn-on"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# expect: aws/s3-block-public-acls
resource "aws_s3_bucket_public_access_block" "unwritten" {
  bucket                  = "dn-unwritten"
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
