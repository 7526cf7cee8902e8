resource "aws_ecr_repository" "loose" {
  name                 = "loose"
  image_tag_mutability = "MUTABLE" # expect: aws/ecr-tags-mutable
}

resource "aws_ecr_repository" "fixed" {
  # ok: aws/ecr-tags-mutable
  name                 = "fixed"
  image_tag_mutability = "IMMUTABLE"
}

# expect: aws/ecr-tags-mutable
resource "aws_ecr_repository" "silent" {
  name = "silent"
}

# All but some.
resource "aws_ecr_repository" "but_some" {
  # ok: aws/ecr-tags-mutable
  name                 = "but-some"
  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION"
}

variable "mutability" {}

# inconclusive: aws/ecr-tags-mutable
resource "aws_ecr_repository" "unknown" {
  name                 = "unknown"
  image_tag_mutability = var.mutability
}
