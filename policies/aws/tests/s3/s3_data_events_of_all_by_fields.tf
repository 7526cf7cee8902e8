# A trail by fields that names no bucket records all.
resource "aws_s3_bucket" "any" {
  # ok: aws/s3-access-logging
  bucket = "dn-any"
}

resource "aws_s3_bucket_public_access_block" "any" {
  bucket                  = aws_s3_bucket.any.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "any" {
  bucket = aws_s3_bucket.any.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "any" {
  bucket = aws_s3_bucket.any.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_cloudtrail" "all" {
  name           = "all"
  s3_bucket_name = "dn-central"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
  }
}
