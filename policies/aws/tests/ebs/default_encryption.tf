# The account encrypts new volumes whatever they say.
resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_ebs_volume" "unwritten" {
  # ok: aws/ebs-volume-encrypted
  availability_zone = "eu-west-1a"
  size              = 10
}
