# Attachments that differ in the policy that is looked up.
data "aws_iam_policy" "everything" {
  name = "AdministratorAccess"
}

data "aws_iam_policy" "reading" {
  name = "ReadOnlyAccess"
}

resource "aws_iam_role_policy_attachment" "everything" {
  role       = "worker"
  policy_arn = data.aws_iam_policy.everything.arn # expect: aws/iam-administrator-access
}

resource "aws_iam_role_policy_attachment" "reading" {
  # ok: aws/iam-administrator-access
  role       = "worker"
  policy_arn = data.aws_iam_policy.reading.arn
}
