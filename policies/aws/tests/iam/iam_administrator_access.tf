resource "aws_iam_role_policy_attachment" "admin" {
  role       = "worker"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # expect: aws/iam-administrator-access
}

resource "aws_iam_role_policy_attachment" "reader" {
  # ok: aws/iam-administrator-access
  role       = "worker"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# A policy of this configuration is judged where it is written.
resource "aws_iam_policy" "orders" {
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::dn-orders/*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "orders" {
  # ok: aws/iam-administrator-access
  role       = "worker"
  policy_arn = aws_iam_policy.orders.arn
}

resource "aws_iam_user_policy_attachment" "admin" {
  user       = "anna"                                               # expect: aws/iam-policy-on-user
  policy_arn = "arn:aws-us-gov:iam::aws:policy/AdministratorAccess" # expect: aws/iam-administrator-access
}

resource "aws_iam_group_policy_attachment" "admin" {
  group      = "people"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # expect: aws/iam-administrator-access
}

resource "aws_iam_policy_attachment" "admin" {
  name       = "admin"
  groups     = ["people"]
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # expect: aws/iam-administrator-access
}

resource "aws_iam_role" "admin" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "sts:AssumeRole"
    }]
  })
  managed_policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"] # expect: aws/iam-administrator-access
}
