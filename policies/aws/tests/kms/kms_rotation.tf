resource "aws_kms_key" "off" {
  enable_key_rotation = false # expect: aws/kms-key-rotation
}

resource "aws_kms_key" "on" {
  # ok: aws/kms-key-rotation
  # ok: aws/kms-key-policy-public
  enable_key_rotation = true
}

# expect: aws/kms-key-rotation
resource "aws_kms_key" "unwritten" {
  description = "orders"
}

# KMS rotates no asymmetric keys.
resource "aws_kms_key" "signing" {
  # ok: aws/kms-key-rotation
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_2048"
}
