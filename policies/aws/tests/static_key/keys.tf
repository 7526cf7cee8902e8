resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "ci" {
  user   = aws_iam_user.ci.name # expect: aws/iam-access-key
  status = "Active"
}

resource "aws_iam_access_key" "off" {
  # ok: aws/iam-access-key
  user   = aws_iam_user.ci.name
  status = "Inactive"
}

# Active where nothing is written.
resource "aws_iam_access_key" "silent" {
  user = "old" # expect: aws/iam-access-key
}

# Another rule says so.
resource "aws_iam_access_key" "root" {
  # ok: aws/iam-access-key
  user = "root"
}

variable "status" {}

# inconclusive: aws/iam-access-key
resource "aws_iam_access_key" "unknown" {
  user   = aws_iam_user.ci.name
  status = var.status
}
