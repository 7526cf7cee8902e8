resource "aws_db_instance" "fine" {
  # ok: aws/rds-storage-encrypted
  # ok: aws/rds-public
  # ok: aws/rds-deletion-protection
  # ok: aws/rds-backup-retention
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  publicly_accessible     = false
  deletion_protection     = true
  backup_retention_period = 7
}

# expect: aws/rds-storage-encrypted
# expect: aws/rds-deletion-protection
# expect: aws/rds-backup-retention
resource "aws_db_instance" "bare" {
  instance_class = "db.t4g.micro"
}

resource "aws_db_instance" "plain" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = false # expect: aws/rds-storage-encrypted
  publicly_accessible     = false
  deletion_protection     = true
  backup_retention_period = 7
}

resource "aws_db_instance" "public" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  publicly_accessible     = true # expect: aws/rds-public
  deletion_protection     = true
  backup_retention_period = 7
}

resource "aws_db_instance" "unprotected" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  publicly_accessible     = false
  deletion_protection     = false # expect: aws/rds-deletion-protection
  backup_retention_period = 7
}

resource "aws_db_instance" "forgetful" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  publicly_accessible     = false
  deletion_protection     = true
  backup_retention_period = 0 # expect: aws/rds-backup-retention
}

resource "aws_db_instance" "a_day" {
  instance_class          = "db.t4g.micro"
  storage_encrypted       = true
  publicly_accessible     = false
  deletion_protection     = true
  backup_retention_period = 1 # expect: aws/rds-backup-retention
}

# A replica is as its source is.
resource "aws_db_instance" "replica" {
  # ok: aws/rds-storage-encrypted
  # ok: aws/rds-public
  # ok: aws/rds-deletion-protection
  # ok: aws/rds-backup-retention
  instance_class      = "db.t4g.micro"
  replicate_source_db = aws_db_instance.fine.identifier
}

resource "aws_db_instance" "replica_of_elsewhere" {
  # ok: aws/rds-storage-encrypted
  # ok: aws/rds-public
  # ok: aws/rds-deletion-protection
  # ok: aws/rds-backup-retention
  instance_class      = "db.t4g.micro"
  replicate_source_db = "arn:aws:rds:eu-central-1:111122223333:db:orders"
}
