resource "aws_ami_launch_permission" "all" {
  image_id = "ami-1"
  group    = "all" # expect: aws/image-shared-with-everyone
}

resource "aws_ami_launch_permission" "account" {
  # ok: aws/image-shared-with-everyone
  image_id   = "ami-1"
  account_id = "111122223333"
}

resource "aws_db_snapshot" "all" {
  db_instance_identifier = "main"
  db_snapshot_identifier = "main-1"
  shared_accounts        = ["all"] # expect: aws/image-shared-with-everyone
}

resource "aws_db_snapshot" "account" {
  # ok: aws/image-shared-with-everyone
  db_instance_identifier = "main"
  db_snapshot_identifier = "main-1"
  shared_accounts        = ["111122223333"]
}

resource "aws_db_snapshot_copy" "all" {
  source_db_snapshot_identifier = "main-1"
  target_db_snapshot_identifier = "main-2"
  shared_accounts               = ["111122223333", "all"] # expect: aws/image-shared-with-everyone
}

# Nobody else.
resource "aws_db_snapshot_copy" "own" {
  # ok: aws/image-shared-with-everyone
  source_db_snapshot_identifier = "main-1"
  target_db_snapshot_identifier = "all"
}

resource "aws_db_cluster_snapshot" "all" {
  db_cluster_identifier          = "main"
  db_cluster_snapshot_identifier = "main-1"
  shared_accounts                = ["all"] # expect: aws/image-shared-with-everyone
}

# ok: aws/image-shared-with-everyone
resource "aws_db_cluster_snapshot" "account" {
  db_cluster_identifier          = "main"
  db_cluster_snapshot_identifier = "main-1"
  shared_accounts                = ["111122223333"]
}

resource "aws_rds_cluster_snapshot_copy" "all" {
  source_db_cluster_snapshot_identifier = "main-1"
  target_db_cluster_snapshot_identifier = "main-2"
  shared_accounts                       = ["all"] # expect: aws/image-shared-with-everyone
}

# ok: aws/image-shared-with-everyone
resource "aws_rds_cluster_snapshot_copy" "own" {
  source_db_cluster_snapshot_identifier = "main-1"
  target_db_cluster_snapshot_identifier = "all"
}

variable "group" {}

# inconclusive: aws/image-shared-with-everyone
resource "aws_ami_launch_permission" "unknown" {
  image_id = "ami-1"
  group    = var.group
}
