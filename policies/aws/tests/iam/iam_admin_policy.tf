resource "aws_iam_policy" "all" {
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_policy" "service" {
  # ok: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy" "all" {
  role = "worker"
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "*"]
      Resource = ["*"]
    }]
  })
}

resource "aws_iam_group_policy" "all" {
  group = "people"
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_user_policy" "all" {
  user = "anna" # expect: aws/iam-policy-on-user
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

# Everything on one bucket's objects is not everything.
resource "aws_iam_role_policy" "bucket" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  role = "worker"
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "arn:aws:s3:::dn-orders/*"
    }]
  })
}

# A Deny takes away.
resource "aws_iam_policy" "denied" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Deny"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "inline" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  inline_policy {
    name = "all"
    policy = jsonencode({
      Statement = [{
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      }]
    })
  }
}

data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "document" {
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = data.aws_iam_policy_document.all.json
}

# A boundary grants nothing.
resource "aws_iam_policy" "boundary" {
  # ok: aws/iam-admin-policy
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "bounded" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
  permissions_boundary = aws_iam_policy.boundary.arn
}

resource "aws_iam_policy" "boundary_and_attached" {
  # expect: aws/iam-admin-policy
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_iam_user" "bounded" {
  name                 = "bounded"
  permissions_boundary = aws_iam_policy.boundary_and_attached.arn
}

resource "aws_iam_role_policy_attachment" "also" {
  role       = aws_iam_role.bounded.name
  policy_arn = aws_iam_policy.boundary_and_attached.arn
}
