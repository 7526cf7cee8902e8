resource "aws_efs_file_system" "off" {
  encrypted = false # expect: aws/efs-encrypted
}

resource "aws_efs_file_system" "on" {
  # ok: aws/efs-encrypted
  encrypted = true
}

# expect: aws/efs-encrypted
resource "aws_efs_file_system" "unwritten" {
  creation_token = "unwritten"
}

# A boolean written as text.
resource "aws_efs_file_system" "as_text" {
  # ok: aws/efs-encrypted
  encrypted = "true"
}
