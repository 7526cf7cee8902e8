resource "aws_iam_policy_attachment" "person" {
  name       = "person"
  users      = ["anna"] # expect: aws/iam-policy-on-user
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_policy_attachment" "nobody" {
  # ok: aws/iam-policy-on-user
  name       = "nobody"
  users      = []
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_policy_attachment" "people" {
  # ok: aws/iam-policy-on-user
  name       = "people"
  groups     = ["people"]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_policy_attachment" "person" {
  user       = "anna" # expect: aws/iam-policy-on-user
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_policy" "person" {
  user = "anna" # expect: aws/iam-policy-on-user
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:aws:s3:::dn-orders/*"
    }]
  })
}
