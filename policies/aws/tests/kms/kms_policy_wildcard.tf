resource "aws_kms_key_policy" "everyone" {
  key_id = "11112222-3333-4444-5555-666677778888"
  # expect: aws/kms-key-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key_policy" "partner" {
  # ok: aws/kms-key-policy-public
  key_id = "11112222-3333-4444-5555-666677778888"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "kms:Decrypt"
      Resource  = "*"
    }]
  })
}

# The condition says who everyone is.
resource "aws_kms_key_policy" "narrowed" {
  # ok: aws/kms-key-policy-public
  key_id = "11112222-3333-4444-5555-666677778888"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = "111122223333" } }
    }]
  })
}

# A condition that lets everyone through narrows nothing.
resource "aws_kms_key_policy" "not_narrowed" {
  key_id = "11112222-3333-4444-5555-666677778888"
  # expect: aws/kms-key-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringLike = { "aws:SourceArn" = "*" } }
    }]
  })
}

# Everyone but one is everyone.
resource "aws_kms_key_policy" "all_but_one" {
  key_id = "11112222-3333-4444-5555-666677778888"
  # expect: aws/kms-key-policy-public
  policy = jsonencode({
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/former-contractor" }
      Action       = "kms:Decrypt"
      Resource     = "*"
    }]
  })
}

resource "aws_kms_key_policy" "denied" {
  # ok: aws/kms-key-policy-public
  key_id = "11112222-3333-4444-5555-666677778888"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "everyone" {
  enable_key_rotation = true
  # expect: aws/kms-key-policy-public
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "kms:Decrypt"
      Resource  = "*"
    }]
  })
}
