resource "aws_dax_cluster" "on" {
  # ok: aws/dax-encrypted
  cluster_name       = "on"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 1
  server_side_encryption {
    enabled = true
  }
}

resource "aws_dax_cluster" "off" {
  cluster_name       = "off"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 1
  server_side_encryption {
    enabled = false # expect: aws/dax-encrypted
  }
}

# expect: aws/dax-encrypted
resource "aws_dax_cluster" "unwritten" {
  cluster_name       = "unwritten"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.r5.large"
  replication_factor = 1
}
