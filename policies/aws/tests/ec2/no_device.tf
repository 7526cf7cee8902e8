# The mapping takes a volume away.
resource "aws_launch_configuration" "no_device" {
  # ok: aws/ec2-volumes-encrypted
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    no_device   = true
  }
}
