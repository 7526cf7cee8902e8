# A user of this configuration is not the root user, whatever its name is computed from.
variable "team" {}

resource "aws_iam_user" "deploy" {
  name = "${var.team}-deploy"
}

resource "aws_iam_access_key" "deploy" {
  # ok: aws/iam-root-access-key
  user = aws_iam_user.deploy.name
}

resource "aws_iam_access_key" "of_a_variable" {
  # inconclusive: aws/iam-root-access-key
  user = var.team
}
