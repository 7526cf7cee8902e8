resource "aws_instance" "fine" {
  # ok: aws/ec2-volumes-encrypted
  # ok: aws/ec2-imdsv2
  # ok: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = true
  }
}

resource "aws_instance" "root_off" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = false # expect: aws/ec2-volumes-encrypted
  }
}

# expect: aws/ec2-volumes-encrypted
resource "aws_instance" "unwritten" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "second_off" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  ebs_block_device { # expect: aws/ec2-volumes-encrypted
    device_name = "/dev/sdf"
    volume_size = 10
  }
}

resource "aws_launch_configuration" "fine" {
  # ok: aws/ec2-volumes-encrypted
  # ok: aws/ec2-imdsv2
  # ok: aws/ec2-user-data-secrets
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
    encrypted   = true
  }
}

resource "aws_launch_configuration" "root_off" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = false # expect: aws/ec2-volumes-encrypted
  }
}

# expect: aws/ec2-volumes-encrypted
resource "aws_launch_configuration" "unwritten" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_launch_configuration" "second_off" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  ebs_block_device { # expect: aws/ec2-volumes-encrypted
    device_name = "/dev/sdf"
    volume_size = 10
  }
}

resource "aws_ami_copy" "locked" {
  name              = "locked"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "eu-west-1"
  encrypted         = true
}

# From an encrypted copy of an image comes an encrypted root volume.
resource "aws_instance" "from_locked" {
  # ok: aws/ec2-volumes-encrypted
  instance_type = "t3.micro"
  ami           = aws_ami_copy.locked.id
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_ami_copy" "open" {
  name              = "open"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "eu-west-1"
  encrypted         = false
}

# expect: aws/ec2-volumes-encrypted
resource "aws_instance" "from_open" {
  instance_type = "t3.micro"
  ami           = aws_ami_copy.open.id
  metadata_options {
    http_tokens = "required"
  }
}
