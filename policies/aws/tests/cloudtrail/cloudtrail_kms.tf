resource "aws_kms_key" "trail" {}

# expect: aws/cloudtrail-kms
resource "aws_cloudtrail" "plain" {
  name           = "plain"
  s3_bucket_name = "dn-trail"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "keyed" {
  # ok: aws/cloudtrail-kms
  name           = "keyed"
  s3_bucket_name = "dn-trail"
  enable_log_file_validation = true
  kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
}

# The key's ARN is not known yet, but that there is one is.
resource "aws_cloudtrail" "own_key" {
  # ok: aws/cloudtrail-kms
  name           = "own-key"
  s3_bucket_name = "dn-trail"
  enable_log_file_validation = true
  kms_key_id     = aws_kms_key.trail.arn
}
