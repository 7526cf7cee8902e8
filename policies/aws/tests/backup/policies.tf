variable "policy" {}

resource "aws_backup_vault_policy" "everyone" {
  backup_vault_name = "main"

  # expect: aws/backup-vault-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "backup:CopyFromBackupVault"
      Resource  = "*"
    }]
  })
}

resource "aws_backup_vault_policy" "organisation" {
  backup_vault_name = "main"

  # ok: aws/backup-vault-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "backup:CopyFromBackupVault"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1a2b3c4d5e" } }
    }]
  })
}

resource "aws_backup_vault_policy" "account" {
  backup_vault_name = "main"

  # ok: aws/backup-vault-policy-public
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "backup:CopyFromBackupVault"
      Resource  = "*"
    }]
  })
}

# ok: aws/backup-vault-policy-public
resource "aws_backup_vault_policy" "refused" {
  backup_vault_name = "main"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "backup:CopyFromBackupVault"
      Resource  = "*"
    }]
  })
}

# inconclusive: aws/backup-vault-policy-public
resource "aws_backup_vault_policy" "unknown" {
  backup_vault_name = "main"
  policy = var.policy
}
