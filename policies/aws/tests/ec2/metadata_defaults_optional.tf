# A default that does not ask for tokens.
resource "aws_ec2_instance_metadata_defaults" "this" {
  http_tokens = "optional"
}

# expect: aws/ec2-imdsv2
resource "aws_launch_template" "unwritten" {
  name = "unwritten"
}
