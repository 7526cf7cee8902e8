resource "random_password" "token" {
  length = 32
}

resource "aws_elasticache_user_group" "app" {
  engine        = "redis"
  user_group_id = "app"
  user_ids      = ["default"]
}

resource "aws_elasticache_global_replication_group" "world" {
  global_replication_group_id_suffix = "world"
  primary_replication_group_id       = "primary"
}

# expect: aws/redis-without-authentication
resource "aws_elasticache_replication_group" "open" {
  replication_group_id = "open"
  description          = "open"
}

resource "aws_elasticache_replication_group" "token" {
  # ok: aws/redis-without-authentication
  replication_group_id = "token"
  description          = "token"
  auth_token           = random_password.token.result
}

resource "aws_elasticache_replication_group" "written" {
  # ok: aws/redis-without-authentication
  replication_group_id = "written"
  description          = "written"
  auth_token           = "not-a-real-token-0000"
}

resource "aws_elasticache_replication_group" "users" {
  # ok: aws/redis-without-authentication
  replication_group_id = "users"
  description          = "users"
  user_group_ids       = [aws_elasticache_user_group.app.id]
}

resource "aws_elasticache_replication_group" "named_users" {
  # ok: aws/redis-without-authentication
  replication_group_id = "named-users"
  description          = "named users"
  user_group_ids       = ["app"]
}

# A member is as its datastore is.
resource "aws_elasticache_replication_group" "member" {
  # ok: aws/redis-without-authentication
  replication_group_id        = "member"
  description                 = "member"
  global_replication_group_id = aws_elasticache_global_replication_group.world.global_replication_group_id
}

resource "aws_elasticache_replication_group" "member_by_name" {
  # ok: aws/redis-without-authentication
  replication_group_id        = "member-by-name"
  description                 = "member by name"
  global_replication_group_id = "ldgnf-world"
}

# An empty list is no group.
# expect: aws/redis-without-authentication
resource "aws_elasticache_replication_group" "no_users" {
  replication_group_id = "no-users"
  description          = "no users"
  user_group_ids       = []
}
