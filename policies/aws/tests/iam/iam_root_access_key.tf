resource "aws_iam_access_key" "root" {
  user = "root" # expect: aws/iam-root-access-key
}

resource "aws_iam_access_key" "robot" {
  # ok: aws/iam-root-access-key
  user = "robot"
}

# The name only resembles it.
resource "aws_iam_access_key" "rooter" {
  # ok: aws/iam-root-access-key
  user = "root-cause-analysis"
}
