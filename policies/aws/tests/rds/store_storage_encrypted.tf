# expect: aws/store-storage-encrypted
resource "aws_docdb_cluster" "plain" {
  cluster_identifier = "plain"
}

resource "aws_docdb_cluster" "encrypted" {
  # ok: aws/store-storage-encrypted
  cluster_identifier = "encrypted"
  storage_encrypted  = true
}

resource "aws_docdb_cluster" "restored" {
  # ok: aws/store-storage-encrypted
  cluster_identifier  = "restored"
  snapshot_identifier = "snapshot-1"
}

resource "aws_neptune_cluster" "plain" {
  cluster_identifier = "plain"
  storage_encrypted  = false # expect: aws/store-storage-encrypted
}

resource "aws_neptune_cluster" "encrypted" {
  # ok: aws/store-storage-encrypted
  cluster_identifier = "encrypted"
  storage_encrypted  = "true"
}

resource "aws_redshift_cluster" "plain" {
  cluster_identifier = "plain"
  node_type          = "ra3.xlplus"
  encrypted          = false # expect: aws/store-storage-encrypted
}

# expect: aws/store-storage-encrypted
resource "aws_redshift_cluster" "silent" {
  cluster_identifier = "silent"
  node_type          = "ra3.xlplus"
}

resource "aws_redshift_cluster" "encrypted" {
  # ok: aws/store-storage-encrypted
  cluster_identifier = "encrypted"
  node_type          = "ra3.xlplus"
  encrypted          = true
}

resource "aws_docdb_cluster" "member" {
  # ok: aws/store-storage-encrypted
  cluster_identifier        = "member"
  global_cluster_identifier = "world"
}

resource "aws_neptune_cluster" "restored" {
  # ok: aws/store-storage-encrypted
  cluster_identifier  = "restored"
  snapshot_identifier = "snapshot-1"
}

resource "aws_neptune_cluster" "replica" {
  # ok: aws/store-storage-encrypted
  cluster_identifier            = "replica"
  replication_source_identifier = "arn:aws:rds:eu-west-1:111122223333:cluster:source"
}

resource "aws_neptune_cluster" "member" {
  # ok: aws/store-storage-encrypted
  cluster_identifier        = "member"
  global_cluster_identifier = "world"
}

resource "aws_redshift_cluster" "restored" {
  # ok: aws/store-storage-encrypted
  cluster_identifier  = "restored"
  node_type           = "ra3.xlplus"
  snapshot_identifier = "snapshot-1"
}

resource "aws_redshift_cluster" "copied" {
  # ok: aws/store-storage-encrypted
  cluster_identifier = "copied"
  node_type          = "ra3.xlplus"
  snapshot_arn       = "arn:aws:redshift:eu-west-1:111122223333:snapshot:source/1"
}
