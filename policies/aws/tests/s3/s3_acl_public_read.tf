resource "aws_s3_bucket_acl" "read" {
  bucket = "dn-read"
  acl    = "public-read" # expect: aws/s3-acl-public-read
}

resource "aws_s3_bucket_acl" "private" {
  # ok: aws/s3-acl-public-read
  bucket = "dn-private"
  acl    = "private"
}

resource "aws_s3_bucket_acl" "granted" {
  bucket = "dn-granted"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "FULL_CONTROL"
      grantee {
        type = "CanonicalUser"
        id   = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
      }
    }
    grant {
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers" # expect: aws/s3-acl-public-read
      }
    }
  }
}

resource "aws_s3_bucket_acl" "log_delivery" {
  # ok: aws/s3-acl-public-read
  bucket = "dn-log-delivery"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
      }
    }
  }
}

resource "aws_s3_bucket" "inline" {
  # ok: aws/s3-acl-public-read
  bucket = "dn-inline"
  acl    = "private"
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

# The same ACL on two buckets: one has its public ACLs ignored.
resource "aws_s3_bucket_acl" "ignored" {
  # ok: aws/s3-acl-public-read
  bucket = aws_s3_bucket.inline.id
  acl    = "public-read"
}

resource "aws_s3_bucket" "open" {
  bucket = "dn-open"
  acl    = "public-read" # expect: aws/s3-acl-public-read
}

resource "aws_s3_bucket_server_side_encryption_configuration" "open" {
  bucket = aws_s3_bucket.open.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_s3_bucket_logging" "open" {
  bucket        = aws_s3_bucket.open.id
  target_bucket = "dn-access-logs"
  target_prefix = "open/"
}

resource "aws_s3_bucket_versioning" "open" {
  bucket = aws_s3_bucket.open.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_acl" "open" {
  bucket = aws_s3_bucket.open.id
  acl    = "public-read" # expect: aws/s3-acl-public-read
}

resource "aws_s3_bucket_public_access_block" "open" {
  bucket                  = aws_s3_bucket.open.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = true
}

# Where the bucket owner owns every object, ACLs are switched off.
resource "aws_s3_bucket_acl" "switched_off" {
  # ok: aws/s3-acl-public-read
  bucket = aws_s3_bucket_ownership_controls.switched_off.bucket
  acl    = "public-read"
}

resource "aws_s3_bucket_ownership_controls" "switched_off" {
  bucket = "dn-switched-off"
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
