# A dynamic block over nothing says nothing.
resource "aws_instance" "host" { # expect: aws/ec2-imdsv2, aws/ec2-volumes-encrypted
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"

  dynamic "metadata_options" {
    for_each = []
    content {
      http_tokens = "required"
    }
  }

  dynamic "root_block_device" {
    for_each = []
    content {
      encrypted = true
    }
  }
}
