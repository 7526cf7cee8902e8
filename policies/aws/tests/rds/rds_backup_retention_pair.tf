# The same instances beside a source that is there and one that is not: only the first is a replica.
resource "aws_db_instance" "source" {
  count                   = 1
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = true
  backup_retention_period = 7
}

resource "aws_db_instance" "left_out" {
  count                   = 0
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = true
  backup_retention_period = 7
}

resource "aws_db_instance" "replica" {
  # ok: aws/rds-backup-retention
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = true
  backup_retention_period = 0
  replicate_source_db     = one(aws_db_instance.source[*].arn)
}

resource "aws_db_instance" "alone" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = true
  backup_retention_period = 0 # expect: aws/rds-backup-retention
  replicate_source_db     = one(aws_db_instance.left_out[*].arn)
}
