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
  # ok: aws/rds-deletion-protection
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = false
  backup_retention_period = 7
  replicate_source_db     = one(aws_db_instance.source[*].arn)
}

resource "aws_db_instance" "alone" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  deletion_protection     = false # expect: aws/rds-deletion-protection
  backup_retention_period = 7
  replicate_source_db     = one(aws_db_instance.left_out[*].arn)
}
