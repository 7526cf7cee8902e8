resource "aws_db_instance" "off" {
  instance_class             = "db.t4g.micro"
  auto_minor_version_upgrade = false # expect: aws/rds-minor-upgrades-off
}

resource "aws_db_instance" "on" {
  # ok: aws/rds-minor-upgrades-off
  instance_class             = "db.t4g.micro"
  auto_minor_version_upgrade = true
}

resource "aws_rds_cluster_instance" "off" {
  instance_class             = "db.t4g.micro"
  auto_minor_version_upgrade = false # expect: aws/rds-minor-upgrades-off
}

resource "aws_rds_cluster_instance" "on" {
  # ok: aws/rds-minor-upgrades-off
  instance_class             = "db.t4g.micro"
  auto_minor_version_upgrade = true
}

# On unless it is switched off.
resource "aws_db_instance" "silent" {
  # ok: aws/rds-minor-upgrades-off
  instance_class = "db.t4g.micro"
}

variable "upgrades" {}

# inconclusive: aws/rds-minor-upgrades-off
resource "aws_db_instance" "unknown" {
  instance_class             = "db.t4g.micro"
  auto_minor_version_upgrade = var.upgrades
}
