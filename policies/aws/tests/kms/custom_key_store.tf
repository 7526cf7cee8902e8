resource "aws_kms_custom_key_store" "hsm" {
  cloud_hsm_cluster_id     = "cluster-1a23b4cdefg"
  custom_key_store_name    = "hsm"
  key_store_password       = "placeholder"
  trust_anchor_certificate = "placeholder"
}

# KMS rotates no keys in a store of your own.
resource "aws_kms_key" "hsm" {
  # ok: aws/kms-key-rotation
  custom_key_store_id = aws_kms_custom_key_store.hsm.id
}
