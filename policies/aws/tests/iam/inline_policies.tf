# A role's inline policies are judged like others.
resource "aws_iam_role" "denied" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name = "worker"
    policy = jsonencode({
      Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }]
    })
  }
}

resource "aws_iam_role" "bucket" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name = "worker"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "*", Resource = "arn:aws:s3:::dn-orders/*" }]
    })
  }
}

resource "aws_iam_role" "listing" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name = "worker"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "ec2:Describe*", Resource = "*" }]
    })
  }
}

resource "aws_iam_role" "tagged" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name = "worker"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "ec2:StopInstances", Resource = "*", Condition = { StringEquals = { "aws:ResourceTag/team" = "shop" } } }]
    })
  }
}

resource "aws_iam_role" "service" {
  # ok: aws/iam-admin-policy
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  # expect: aws/iam-wildcard-resource
  inline_policy {
    name = "worker"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }]
    })
  }
}

# Every action but some, on one bucket only.
resource "aws_iam_policy" "all_but_on_bucket" {
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{ Effect = "Allow", NotAction = "iam:*", Resource = "arn:aws:s3:::dn-orders/*" }]
  })
}
