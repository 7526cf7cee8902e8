# What an instance does not say itself its launch template decides.
resource "aws_launch_template" "this" {
  # ok: aws/ec2-imdsv2
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "from_template" {
  # ok: aws/ec2-volumes-encrypted
  # ok: aws/ec2-imdsv2
  launch_template {
    id = aws_launch_template.this.id
  }
}

# What it says itself holds.
resource "aws_instance" "overrides" {
  launch_template {
    id = aws_launch_template.this.id
  }
  metadata_options {
    http_tokens = "optional" # expect: aws/ec2-imdsv2
  }
  root_block_device {
    encrypted = false # expect: aws/ec2-volumes-encrypted
  }
}
