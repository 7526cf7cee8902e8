resource "aws_ebs_encryption_by_default" "this" {}

resource "aws_launch_configuration" "unwritten" {
  # ok: aws/ec2-volumes-encrypted
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_configuration" "off" {
  # ok: aws/ec2-volumes-encrypted
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = false
  }
}
