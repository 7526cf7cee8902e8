resource "aws_instance" "weak" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "optional" # expect: aws/ec2-imdsv2
  }
  root_block_device {
    encrypted = true
  }
}

resource "aws_instance" "strong" {
  # ok: aws/ec2-imdsv2
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
}

# expect: aws/ec2-imdsv2
resource "aws_instance" "unwritten" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  root_block_device {
    encrypted = true
  }
}

# No metadata service, nothing to steal from.
resource "aws_instance" "off" {
  # ok: aws/ec2-imdsv2
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_endpoint = "disabled"
  }
  root_block_device {
    encrypted = true
  }
}

resource "aws_launch_configuration" "weak" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "optional" # expect: aws/ec2-imdsv2
  }
  root_block_device {
    encrypted = true
  }
}

resource "aws_launch_configuration" "strong" {
  # ok: aws/ec2-imdsv2
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
}

resource "aws_launch_template" "weak" {
  metadata_options {
    http_tokens = "optional" # expect: aws/ec2-imdsv2
  }
}

resource "aws_launch_template" "strong" {
  # ok: aws/ec2-imdsv2
  # ok: aws/ec2-user-data-secrets
  metadata_options {
    http_tokens = "required"
  }
}

# The template decides, and is judged itself.
resource "aws_instance" "from_template" {
  # ok: aws/ec2-imdsv2
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  launch_template {
    id = aws_launch_template.weak.id
  }
  root_block_device {
    encrypted = true
  }
}
