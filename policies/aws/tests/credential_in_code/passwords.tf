# Passwords that are written down, and those that come from elsewhere.
resource "aws_db_instance" "written" {
  instance_class = "db.t4g.small"
  password = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_rds_cluster" "written" {
  engine = "aurora-mysql"
  master_password = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_docdb_cluster" "written" {
  master_password = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_redshift_cluster" "written" {
  cluster_identifier = "a"
  node_type = "ra3.large"
  master_password = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_elasticache_replication_group" "written" {
  replication_group_id = "a"
  description = "a"
  auth_token = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_dms_endpoint" "written" {
  endpoint_id = "a"
  endpoint_type = "source"
  engine_name = "mysql"
  password = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_secretsmanager_secret_version" "written" {
  secret_id = "db"
  secret_string = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_ssm_parameter" "written" {
  name = "/db"
  type = "SecureString"
  value = "qT7-harbour-9" # expect: aws/credential-in-code
}

resource "aws_mq_broker" "written" {
  broker_name        = "a"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.t3.micro"
  user { # expect: aws/credential-in-code
    username = "a"
    password = "qT7-harbour-9"
  }
}

resource "aws_opensearch_domain" "written" {
  domain_name = "a"
  advanced_security_options { # expect: aws/credential-in-code
    enabled = true
    master_user_options {
      master_user_name     = "a"
      master_user_password = "qT7-harbour-9"
    }
  }
}

variable "password" {
  type    = string
  default = "qT7-harbour-8"
}

resource "random_password" "made" {
  length = 24
}

# Judged at the variable.
resource "aws_db_instance" "default" {
  # ok: aws/credential-in-code
  instance_class = "db.t4g.small"
  password       = var.password
}

resource "aws_db_instance" "made" {
  # ok: aws/credential-in-code
  instance_class = "db.t4g.small"
  password       = random_password.made.result
}

resource "aws_db_instance" "kept" {
  # ok: aws/credential-in-code
  instance_class              = "db.t4g.small"
  manage_master_user_password = true
}

resource "aws_db_instance" "placeholder" {
  # ok: aws/credential-in-code
  instance_class = "db.t4g.small"
  password       = "change-me-soon"
}

resource "aws_ssm_parameter" "plain" {
  # ok: aws/credential-in-code
  name  = "/address"
  type  = "String"
  value = "qT7-harbour-9"
}

resource "aws_rds_cluster" "later" {
  # ok: aws/credential-in-code
  engine = "aurora-mysql"
  master_password = "change-me-soon"
}

resource "aws_docdb_cluster" "later" {
  # ok: aws/credential-in-code
  master_password = "change-me-soon"
}

resource "aws_redshift_cluster" "later" {
  # ok: aws/credential-in-code
  cluster_identifier = "a"
  node_type = "ra3.large"
  master_password = "change-me-soon"
}

resource "aws_elasticache_replication_group" "later" {
  # ok: aws/credential-in-code
  replication_group_id = "a"
  description = "a"
  auth_token = "change-me-soon"
}

resource "aws_dms_endpoint" "later" {
  # ok: aws/credential-in-code
  endpoint_id = "a"
  endpoint_type = "source"
  engine_name = "mysql"
  password = "change-me-soon"
}

resource "aws_secretsmanager_secret_version" "later" {
  # ok: aws/credential-in-code
  secret_id = "db"
  secret_string = "change-me-soon"
}

resource "aws_mq_broker" "later" {
  # ok: aws/credential-in-code
  broker_name        = "a"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.t3.micro"
  user {
    username = "a"
    password = "change-me-soon"
  }
}

resource "aws_opensearch_domain" "later" {
  # ok: aws/credential-in-code
  domain_name = "a"
  advanced_security_options {
    enabled = true
    master_user_options {
      master_user_name     = "a"
      master_user_password = "change-me-soon"
    }
  }
}
