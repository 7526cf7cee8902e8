resource "aws_cloudtrail" "off" {
  name                       = "off"
  s3_bucket_name             = "dn-trail"
  kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  enable_log_file_validation = false # expect: aws/cloudtrail-log-validation
}

resource "aws_cloudtrail" "on" {
  # ok: aws/cloudtrail-log-validation
  name                       = "on"
  s3_bucket_name             = "dn-trail"
  kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  enable_log_file_validation = true
}

# expect: aws/cloudtrail-log-validation
resource "aws_cloudtrail" "silent" {
  name           = "silent"
  s3_bucket_name = "dn-trail"
  kms_key_id     = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
}

# A text that Terraform reads as true.
resource "aws_cloudtrail" "as_text" {
  # ok: aws/cloudtrail-log-validation
  name                       = "as-text"
  s3_bucket_name             = "dn-trail"
  kms_key_id                 = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  enable_log_file_validation = "true"
}
