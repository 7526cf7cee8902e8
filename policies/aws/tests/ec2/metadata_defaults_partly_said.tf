# An instance that speaks of other options leaves this one to the account.
resource "aws_ec2_instance_metadata_defaults" "account" {
  http_tokens = "required"
}

# ok: aws/ec2-imdsv2
resource "aws_instance" "host" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"

  root_block_device {
    encrypted = true
  }

  metadata_options {
    http_endpoint = "enabled"
  }
}
