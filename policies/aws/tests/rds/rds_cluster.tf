resource "aws_rds_cluster" "fine" {
  # ok: aws/rds-cluster-encrypted
  # ok: aws/rds-backup-retention
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 7
}

resource "aws_rds_cluster" "plain" {
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = false # expect: aws/rds-cluster-encrypted
  backup_retention_period     = 7
}

# expect: aws/rds-cluster-encrypted
# expect: aws/rds-backup-retention
resource "aws_rds_cluster" "bare" {
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
}

resource "aws_rds_cluster" "a_day" {
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 1 # expect: aws/rds-backup-retention
}

# Serverless clusters are always encrypted.
resource "aws_rds_cluster" "serverless" {
  # ok: aws/rds-cluster-encrypted
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  engine_mode                 = "serverless"
  backup_retention_period     = 7
}

resource "aws_rds_cluster" "replica" {
  # ok: aws/rds-cluster-encrypted
  # ok: aws/rds-backup-retention
  engine                        = "aurora-postgresql"
  replication_source_identifier = "arn:aws:rds:eu-central-1:111122223333:cluster:orders"
}

resource "aws_rds_cluster_instance" "public" {
  cluster_identifier  = aws_rds_cluster.fine.id
  engine              = "aurora-postgresql"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # expect: aws/rds-public
}

resource "aws_rds_cluster_instance" "private" {
  # ok: aws/rds-public
  cluster_identifier  = aws_rds_cluster.fine.id
  engine              = "aurora-postgresql"
  instance_class      = "db.r6g.large"
  publicly_accessible = false
}

# Where nothing is written there is no public address.
resource "aws_rds_cluster_instance" "unwritten" {
  # ok: aws/rds-public
  cluster_identifier = aws_rds_cluster.fine.id
  engine             = "aurora-postgresql"
  instance_class     = "db.r6g.large"
}
