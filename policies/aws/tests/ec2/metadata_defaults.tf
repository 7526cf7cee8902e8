# The account asks for tokens where an instance says nothing.
resource "aws_ec2_instance_metadata_defaults" "this" {
  http_tokens = "required"
}

resource "aws_instance" "unwritten" {
  # ok: aws/ec2-imdsv2
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  root_block_device {
    encrypted = true
  }
}

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
