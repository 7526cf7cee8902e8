variable "open" {
  type = bool
}

resource "aws_redshift_cluster" "open" {
  cluster_identifier  = "sales"
  node_type           = "ra3.xlplus"
  publicly_accessible = true # expect: aws/store-public-address
}

resource "aws_redshift_cluster" "closed" {
  # ok: aws/store-public-address
  cluster_identifier  = "sales"
  node_type           = "ra3.xlplus"
  publicly_accessible = false
}

# Not written: one version of the provider opens it, the next one does not.
resource "aws_redshift_cluster" "unwritten" {
  # ok: aws/store-public-address
  cluster_identifier = "sales"
  node_type          = "ra3.xlplus"
}

resource "aws_redshift_cluster" "asked" {
  cluster_identifier  = "sales"
  node_type           = "ra3.xlplus"
  publicly_accessible = var.open # inconclusive: aws/store-public-address
}

resource "aws_redshiftserverless_workgroup" "open" {
  namespace_name      = "sales"
  workgroup_name      = "sales"
  publicly_accessible = "true" # expect: aws/store-public-address
}

resource "aws_redshiftserverless_workgroup" "closed" {
  # ok: aws/store-public-address
  namespace_name = "sales"
  workgroup_name = "sales"
}

resource "aws_neptune_cluster_instance" "open" {
  cluster_identifier  = "ties"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # expect: aws/store-public-address
}

resource "aws_neptune_cluster_instance" "closed" {
  # ok: aws/store-public-address
  cluster_identifier = "ties"
  instance_class     = "db.r6g.large"
}

resource "aws_mq_broker" "open" {
  broker_name         = "orders"
  engine_type         = "RabbitMQ"
  engine_version      = "3.13"
  host_instance_type  = "mq.m5.large"
  publicly_accessible = true # expect: aws/store-public-address
}

resource "aws_mq_broker" "closed" {
  # ok: aws/store-public-address
  broker_name         = "orders"
  engine_type         = "RabbitMQ"
  engine_version      = "3.13"
  host_instance_type  = "mq.m5.large"
  publicly_accessible = false
}
