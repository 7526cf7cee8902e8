# ok: NAME/bucket-region, NAME/bucket-owner
resource "aws_s3_bucket" "good" {
  region = "eu-west-1"
  tags   = { owner = "payments" }
}

# expect: NAME/bucket-owner message="who owns"
resource "aws_s3_bucket" "elsewhere" {
  region = "us-east-1" # expect: NAME/bucket-region
}

variable "region" {
  type = string
}

# ok: NAME/bucket-owner
# inconclusive: NAME/bucket-region message="has no default"
resource "aws_s3_bucket" "open" {
  region = var.region
  tags   = { owner = "payments" }
}
