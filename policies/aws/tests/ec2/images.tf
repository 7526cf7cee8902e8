resource "aws_ami_copy" "locked" {
  name              = "locked"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "eu-west-1"
  encrypted         = true
}

resource "aws_launch_configuration" "from_locked" {
  # ok: aws/ec2-volumes-encrypted
  image_id      = aws_ami_copy.locked.id
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "from_locked" {
  # ok: aws/ec2-volumes-encrypted
  ami           = aws_ami_copy.locked.id
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    volume_size = 20
  }
}

# The image's encryption is not that of other volumes.
resource "aws_instance" "second_volume" {
  ami           = aws_ami_copy.locked.id
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  ebs_block_device { # expect: aws/ec2-volumes-encrypted
    device_name = "/dev/sdf"
    volume_size = 10
  }
}
