resource "aws_ebs_encryption_by_default" "this" {
  enabled = false
}

# expect: aws/ebs-volume-encrypted
resource "aws_ebs_volume" "unwritten" {
  availability_zone = "eu-west-1a"
  size              = 10
}
