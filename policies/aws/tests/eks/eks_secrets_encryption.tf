resource "aws_eks_cluster" "with" {
  # ok: aws/eks-secrets-encryption
  name     = "with"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-0a", "subnet-0b"]
    endpoint_public_access = false
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

# expect: aws/eks-secrets-encryption
resource "aws_eks_cluster" "without" {
  name     = "without"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-0a", "subnet-0b"]
    endpoint_public_access = false
  }
}

# Encryption of something else.
resource "aws_eks_cluster" "something_else" {
  name     = "something-else"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-0a", "subnet-0b"]
    endpoint_public_access = false
  }
  encryption_config {
    resources = ["configmaps"] # expect: aws/eks-secrets-encryption
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}
