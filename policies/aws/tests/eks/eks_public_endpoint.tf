resource "aws_eks_cluster" "private" {
  # ok: aws/eks-secrets-encryption
  # ok: aws/eks-public-endpoint
  name     = "private"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids              = ["subnet-0a", "subnet-0b"]
    endpoint_private_access = true
    endpoint_public_access  = false
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_eks_cluster" "public" {
  name     = "public"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids              = ["subnet-0a", "subnet-0b"]
    endpoint_private_access = true
    endpoint_public_access  = true # expect: aws/eks-public-endpoint
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

# Public is what EKS does where nothing is written.
resource "aws_eks_cluster" "unwritten" {
  name     = "unwritten"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config { # expect: aws/eks-public-endpoint
    subnet_ids = ["subnet-0a", "subnet-0b"]
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_eks_cluster" "offices" {
  # ok: aws/eks-public-endpoint
  name     = "offices"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-0a", "subnet-0b"]
    endpoint_public_access = true
    public_access_cidrs    = ["198.51.100.0/28"]
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}

resource "aws_eks_cluster" "everyone" {
  name     = "everyone"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-0a", "subnet-0b"]
    endpoint_public_access = true # expect: aws/eks-public-endpoint
    public_access_cidrs    = ["198.51.100.0/28", "0.0.0.0/0"]
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
    }
  }
}
