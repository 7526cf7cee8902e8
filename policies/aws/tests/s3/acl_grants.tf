# Who is granted what, and whether it takes effect.
resource "aws_s3_bucket_acl" "permissions_only" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  bucket = "dn-permissions-only"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "READ_ACP"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}

resource "aws_s3_bucket_acl" "accounts" {
  bucket = "dn-accounts"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "WRITE"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" # expect: aws/s3-acl-public-write
      }
    }
  }
}

resource "aws_s3_bucket_acl" "accounts_read" {
  # ok: aws/s3-acl-public-write
  bucket = "dn-accounts-read"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" # expect: aws/s3-acl-public-read
      }
    }
  }
}

resource "aws_s3_bucket_acl" "logs" {
  # ok: aws/s3-acl-public-write
  # ok: aws/s3-acl-public-read
  bucket = "dn-logs"
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "WRITE"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
      }
    }
  }
}

resource "aws_s3_bucket" "read" {
  # ok: aws/s3-acl-public-write
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers" # expect: aws/s3-acl-public-read
  }
}

resource "aws_s3_bucket_public_access_block" "read" {
  bucket                  = aws_s3_bucket.read.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "logs" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
  grant {
    type        = "Group"
    permissions = ["WRITE"]
    uri         = "http://acs.amazonaws.com/groups/s3/LogDelivery"
  }
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "http://acs.amazonaws.com/groups/s3/LogDelivery"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "ignored" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers"
  }
  grant {
    type        = "Group"
    permissions = ["WRITE"]
    uri         = "http://acs.amazonaws.com/groups/global/AllUsers"
  }
}

resource "aws_s3_bucket_public_access_block" "ignored" {
  bucket                  = aws_s3_bucket.ignored.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "ignored_canned" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
  acl = "public-read-write"
}

resource "aws_s3_bucket_public_access_block" "ignored_canned" {
  bucket                  = aws_s3_bucket.ignored_canned.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "canned" {
  versioning {
    enabled = true
  }
  logging {
    target_bucket = "dn-access-logs"
  }
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = "alias/orders"
      }
    }
  }
  # expect: aws/s3-acl-public-read
  # expect: aws/s3-acl-public-write
  acl = "public-read-write"
}

resource "aws_s3_bucket_public_access_block" "canned" {
  bucket                  = aws_s3_bucket.canned.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: aws/s3-ignore-public-acls
  restrict_public_buckets = true
}

# Ownership that leaves ACLs in force.
resource "aws_s3_bucket_ownership_controls" "preferred" {
  bucket = "dn-preferred"
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "preferred" {
  bucket = aws_s3_bucket_ownership_controls.preferred.bucket
  # expect: aws/s3-acl-public-read
  # expect: aws/s3-acl-public-write
  acl = "public-read-write"
}

# Grants of an ACL of its own that the bucket's block ignores.
resource "aws_s3_bucket_acl" "ignored_grants" {
  # ok: aws/s3-acl-public-read
  # ok: aws/s3-acl-public-write
  bucket = aws_s3_bucket.ignored.id
  access_control_policy {
    owner {
      id = "c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6"
    }
    grant {
      permission = "FULL_CONTROL"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}

# A block that is there, but does not ignore them.
resource "aws_s3_bucket_acl" "beside" {
  bucket = aws_s3_bucket.read.id
  # expect: aws/s3-acl-public-read
  # expect: aws/s3-acl-public-write
  acl = "public-read-write"
}
