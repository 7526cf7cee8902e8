# The same clusters beside a source that is there and one that is not: only the first is a replica.
resource "aws_rds_cluster" "source" {
  count                       = 1
  engine                      = "aurora-mysql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 7
}

resource "aws_rds_cluster" "left_out" {
  count                       = 0
  engine                      = "aurora-mysql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 7
}

resource "aws_rds_cluster" "replica" {
  # ok: aws/rds-cluster-encrypted
  engine                        = "aurora-mysql"
  storage_encrypted             = false
  backup_retention_period       = 7
  replication_source_identifier = one(aws_rds_cluster.source[*].arn)
}

resource "aws_rds_cluster" "alone" {
  engine                        = "aurora-mysql"
  storage_encrypted             = false # expect: aws/rds-cluster-encrypted
  backup_retention_period       = 7
  replication_source_identifier = one(aws_rds_cluster.left_out[*].arn)
}
