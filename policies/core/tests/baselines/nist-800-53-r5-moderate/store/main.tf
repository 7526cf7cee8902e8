resource "aws_efs_file_system" "home" {
  encrypted = false
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}
