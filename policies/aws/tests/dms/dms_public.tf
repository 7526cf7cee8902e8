resource "aws_dms_replication_instance" "public" {
  replication_instance_id    = "public"
  replication_instance_class = "dms.t3.micro"
  publicly_accessible        = true # expect: aws/dms-public
}

resource "aws_dms_replication_instance" "private" {
  # ok: aws/dms-public
  replication_instance_id    = "private"
  replication_instance_class = "dms.t3.micro"
  publicly_accessible        = false
}

resource "aws_dms_replication_instance" "unwritten" {
  # ok: aws/dms-public
  replication_instance_id    = "unwritten"
  replication_instance_class = "dms.t3.micro"
}
