# Switched off, the account's default changes nothing.
resource "aws_ebs_encryption_by_default" "this" {
  enabled = false
}

# expect: aws/ec2-volumes-encrypted
resource "aws_instance" "unwritten" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
}
