resource "aws_elasticache_global_replication_group" "orders" {
  global_replication_group_id_suffix = "orders"
  primary_replication_group_id       = "orders"
}

# A member is as the datastore is; that the datastore's id is not known yet does not matter.
resource "aws_elasticache_replication_group" "member" {
  # ok: aws/elasticache-at-rest
  # ok: aws/elasticache-in-transit
  replication_group_id        = "member"
  description                 = "member"
  global_replication_group_id = aws_elasticache_global_replication_group.orders.global_replication_group_id
}
