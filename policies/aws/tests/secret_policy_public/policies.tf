resource "aws_secretsmanager_secret_policy" "open" {
  secret_arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders"
  # expect: aws/secret-policy-public
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret_policy" "refused" {
  # ok: aws/secret-policy-public
  secret_arn          = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders"
  block_public_policy = true
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret_policy" "partner" {
  # ok: aws/secret-policy-public
  secret_arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret" "open" {
  name = "orders"
  # expect: aws/secret-policy-public
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "secretsmanager:*", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret" "partner" {
  # ok: aws/secret-policy-public
  name = "orders"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "secretsmanager:*", Resource = "*" }]
  })
}
