# Data events of trails say who read and changed objects.
resource "aws_s3_bucket" "recorded" {
  # ok: aws/s3-access-logging
  bucket = "dn-recorded"
}

resource "aws_cloudtrail" "some" {
  name           = "some"
  s3_bucket_name = "dn-central"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.recorded.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "written_only" {
  bucket = "dn-written-only"
}

resource "aws_cloudtrail" "written_only" {
  name           = "written-only"
  s3_bucket_name = "dn-central"
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.written_only.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "recorded_nowhere" {
  bucket = "dn-recorded-nowhere"
}

resource "aws_cloudtrail" "switched_off" {
  name           = "switched-off"
  s3_bucket_name = "dn-central"
  enable_logging = false
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.recorded_nowhere.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "of_another_type" {
  bucket = "dn-of-another-type"
}

resource "aws_cloudtrail" "of_another_type" {
  name           = "of-another-type"
  s3_bucket_name = "dn-central"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::DynamoDB::Table"
      values = ["${aws_s3_bucket.of_another_type.arn}/"]
    }
  }
}

resource "aws_s3_bucket" "by_fields" {
  # ok: aws/s3-access-logging
  bucket = "dn-by-fields"
}

resource "aws_cloudtrail" "by_fields" {
  name           = "by-fields"
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
    field_selector {
      field       = "resources.ARN"
      starts_with = ["${aws_s3_bucket.by_fields.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "by_fields_nowhere" {
  bucket = "dn-by-fields-nowhere"
}

resource "aws_cloudtrail" "by_fields_off" {
  name           = "by-fields-off"
  s3_bucket_name = "dn-central"
  enable_logging = false
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
      starts_with = ["${aws_s3_bucket.by_fields_nowhere.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "writes_by_fields" {
  bucket = "dn-writes-by-fields"
}

resource "aws_cloudtrail" "writes_by_fields" {
  name           = "writes-by-fields"
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
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["${aws_s3_bucket.writes_by_fields.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "of_another_type_by_fields" {
  bucket = "dn-of-another-type-by-fields"
}

resource "aws_cloudtrail" "of_another_type_by_fields" {
  name           = "of-another-type-by-fields"
  s3_bucket_name = "dn-central"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::Lambda::Function"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["${aws_s3_bucket.of_another_type_by_fields.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "left_out" {
  bucket = "dn-left-out"
}

resource "aws_cloudtrail" "left_out" {
  name           = "left-out"
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
    field_selector {
      field           = "resources.ARN"
      starts_with     = ["arn:aws:s3:::"]
      not_starts_with = ["${aws_s3_bucket.left_out.arn}/"]
    }
  }
}

# expect: aws/s3-access-logging
resource "aws_s3_bucket" "in_another_field" {
  bucket = "dn-in-another-field"
}

resource "aws_cloudtrail" "in_another_field" {
  name           = "in-another-field"
  s3_bucket_name = "dn-central"
  advanced_event_selector {
    field_selector {
      field       = "eventCategory"
      starts_with = ["${aws_s3_bucket.in_another_field.arn}"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["arn:aws:s3:::dn-other/"]
    }
  }
}

# What else buckets are asked for.
locals {
  buckets = {
    recorded                  = aws_s3_bucket.recorded.id
    written_only              = aws_s3_bucket.written_only.id
    recorded_nowhere          = aws_s3_bucket.recorded_nowhere.id
    of_another_type           = aws_s3_bucket.of_another_type.id
    by_fields                 = aws_s3_bucket.by_fields.id
    by_fields_nowhere         = aws_s3_bucket.by_fields_nowhere.id
    writes_by_fields          = aws_s3_bucket.writes_by_fields.id
    of_another_type_by_fields = aws_s3_bucket.of_another_type_by_fields.id
    left_out                  = aws_s3_bucket.left_out.id
    in_another_field          = aws_s3_bucket.in_another_field.id
  }
}

resource "aws_s3_bucket_public_access_block" "all" {
  for_each                = local.buckets
  bucket                  = each.value
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "all" {
  for_each = local.buckets
  bucket   = each.value
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_versioning" "all" {
  for_each = local.buckets
  bucket   = each.value
  versioning_configuration {
    status = "Enabled"
  }
}
