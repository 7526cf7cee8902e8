# Everyone is allowed, and a denial leaves those of a network, an organisation, an account.
resource "aws_s3_bucket_policy" "by_address" {
  bucket = "dn-by-address"
  # ok: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-by-address/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::dn-by-address", "arn:aws:s3:::dn-by-address/*"]
        Condition = { NotIpAddress = { "aws:SourceIp" = "203.0.113.0/24" }, Bool = { "aws:ViaAWSService" = "false" } }
      }
    ]
  })
}

resource "aws_s3_bucket_policy" "by_organisation" {
  bucket = "dn-by-organisation"
  # ok: aws/s3-policy-public-principal
  # ok: aws/s3-policy-public-write
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = ["s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::dn-by-organisation/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "arn:aws:s3:::dn-by-organisation/*"
        Condition = { StringNotEquals = { "aws:PrincipalOrgID" = "o-abcdef1234" } }
      }
    ]
  })
}

# Denials that leave everyone: of requests in clear text, of a part of what is allowed, of one country's readers.
resource "aws_s3_bucket_policy" "transport" {
  bucket = "dn-transport"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-transport/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "arn:aws:s3:::dn-transport/*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }
    ]
  })
}

resource "aws_s3_bucket_policy" "part" {
  bucket = "dn-part"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-part/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "arn:aws:s3:::dn-part/private/*"
        Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-0123456789abcdef0" } }
      }
    ]
  })
}

resource "aws_s3_bucket_policy" "write" {
  bucket = "dn-write"
  # expect: aws/s3-policy-public-write
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::dn-write/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::dn-write/*"
        Condition = { StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" } }
      }
    ]
  })
}

# Those who escape the denial are whoever does not say who they are.
resource "aws_s3_bucket_policy" "strangers" {
  bucket = "dn-strangers"
  # expect: aws/s3-policy-public-principal
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::dn-strangers/*" },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:::dn-strangers/*"
        Condition = { StringNotEquals = { "aws:userid" = "anonymous" } }
      }
    ]
  })
}
