# Data events of trails say who read and changed objects.
resource "aws_s3_bucket" "recorded" {
  # ok: aws/s3-access-logging
  bucket = "dn-recorded"
}

resource "aws_s3_bucket" "recorded_by_fields" {
  # ok: aws/s3-access-logging
  bucket = "dn-recorded-by-fields"
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "written_only" {
  bucket = "dn-written-only"
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "trail" {
  bucket = "dn-trail"
}

resource "aws_cloudtrail" "some" {
  name           = "some"
  s3_bucket_name = aws_s3_bucket.trail.id
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.recorded.arn}/"]
    }
  }
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.written_only.arn}/"]
    }
  }
}

resource "aws_cloudtrail" "by_fields" {
  name           = "by-fields"
  s3_bucket_name = aws_s3_bucket.trail.id
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["${aws_s3_bucket.recorded_by_fields.arn}/"]
    }
  }
}

resource "aws_s3_bucket_public_access_block" "recorded" {
  bucket                  = aws_s3_bucket.recorded.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "recorded" {
  bucket = aws_s3_bucket.recorded.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "recorded" {
  bucket = aws_s3_bucket.recorded.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "recorded_by_fields" {
  bucket                  = aws_s3_bucket.recorded_by_fields.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "recorded_by_fields" {
  bucket = aws_s3_bucket.recorded_by_fields.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "recorded_by_fields" {
  bucket = aws_s3_bucket.recorded_by_fields.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "written_only" {
  bucket                  = aws_s3_bucket.written_only.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "written_only" {
  bucket = aws_s3_bucket.written_only.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "written_only" {
  bucket = aws_s3_bucket.written_only.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "trail" {
  bucket                  = aws_s3_bucket.trail.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  bucket = aws_s3_bucket.trail.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "trail" {
  bucket = aws_s3_bucket.trail.id
  versioning_configuration {
    status = "Enabled"
  }
}
