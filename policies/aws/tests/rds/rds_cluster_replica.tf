resource "aws_rds_cluster" "orders" {
  engine                      = "aurora-mysql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 7
}

# A replica is as its source is; that the source's ARN is not known yet does not matter.
resource "aws_rds_cluster" "replica" {
  # ok: aws/rds-cluster-encrypted
  # ok: aws/rds-backup-retention
  engine                        = "aurora-mysql"
  replication_source_identifier = aws_rds_cluster.orders.arn
}
