resource "aws_snapshot_create_volume_permission" "partner" {
  snapshot_id = "snap-0123456789abcdef0"
  account_id  = "444455556666" # expect: aws/copy-shared-with-account
}

data "aws_caller_identity" "me" {}

# Whose number it is, is not known.
resource "aws_snapshot_create_volume_permission" "own" {
  # inconclusive: aws/copy-shared-with-account
  snapshot_id = "snap-0123456789abcdef0"
  account_id  = data.aws_caller_identity.me.account_id
}

resource "aws_db_snapshot" "partner" {
  db_instance_identifier = "db"
  db_snapshot_identifier = "db-1"
  shared_accounts        = ["444455556666"] # expect: aws/copy-shared-with-account
}

resource "aws_db_snapshot" "own" {
  # ok: aws/copy-shared-with-account
  db_instance_identifier = "db"
  db_snapshot_identifier = "db-2"
}

resource "aws_db_snapshot_copy" "partner" {
  source_db_snapshot_identifier = "db-1"
  target_db_snapshot_identifier = "db-3"
  shared_accounts               = ["444455556666"] # expect: aws/copy-shared-with-account
}

resource "aws_db_snapshot_copy" "own" {
  # ok: aws/copy-shared-with-account
  source_db_snapshot_identifier = "db-1"
  target_db_snapshot_identifier = "db-4"
}

# ok: aws/copy-shared-with-account
resource "aws_db_snapshot" "nobody" {
  db_instance_identifier = "db"
  db_snapshot_identifier = "db-1"
  shared_accounts        = []
}

resource "aws_db_cluster_snapshot" "partner" {
  db_cluster_identifier          = "cluster"
  db_cluster_snapshot_identifier = "cluster-1"
  shared_accounts                = ["444455556666"] # expect: aws/copy-shared-with-account
}

# ok: aws/copy-shared-with-account
resource "aws_db_cluster_snapshot" "own" {
  db_cluster_identifier          = "cluster"
  db_cluster_snapshot_identifier = "cluster-2"
}

resource "aws_rds_cluster_snapshot_copy" "partner" {
  source_db_cluster_snapshot_identifier = "cluster-1"
  target_db_cluster_snapshot_identifier = "cluster-3"
  shared_accounts                       = ["444455556666"] # expect: aws/copy-shared-with-account
}

# ok: aws/copy-shared-with-account
resource "aws_rds_cluster_snapshot_copy" "own" {
  source_db_cluster_snapshot_identifier = "cluster-1"
  target_db_cluster_snapshot_identifier = "cluster-4"
}
