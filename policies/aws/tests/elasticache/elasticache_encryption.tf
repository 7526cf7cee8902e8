resource "aws_elasticache_replication_group" "on" {
  # ok: aws/elasticache-at-rest
  # ok: aws/elasticache-in-transit
  replication_group_id       = "on"
  description                = "on"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "rest_off" {
  replication_group_id       = "rest-off"
  description                = "rest_off"
  at_rest_encryption_enabled = false # expect: aws/elasticache-at-rest
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "transit_off" {
  replication_group_id       = "transit-off"
  description                = "transit_off"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = false # expect: aws/elasticache-in-transit
}

# expect: aws/elasticache-at-rest
# expect: aws/elasticache-in-transit
resource "aws_elasticache_replication_group" "unwritten" {
  replication_group_id = "unwritten"
  description          = "unwritten"
}

# This engine encrypts at rest unless told otherwise.
resource "aws_elasticache_replication_group" "valkey" {
  # ok: aws/elasticache-at-rest
  replication_group_id       = "valkey"
  description                = "valkey"
  engine                     = "valkey"
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "valkey_off" {
  replication_group_id       = "valkey-off"
  description                = "valkey_off"
  engine                     = "valkey"
  at_rest_encryption_enabled = false # expect: aws/elasticache-at-rest
  transit_encryption_enabled = true
}

# A member of a global datastore is as the datastore is.
resource "aws_elasticache_replication_group" "member" {
  # ok: aws/elasticache-at-rest
  # ok: aws/elasticache-in-transit
  replication_group_id        = "member"
  description                 = "member"
  global_replication_group_id = "ldgnf-orders"
}
