# Sources by prefix list: what the list holds decides, where this configuration says it.
resource "aws_ec2_managed_prefix_list" "anywhere" {
  name           = "anywhere"
  address_family = "IPv4"
  max_entries    = 1
  entry {
    cidr = "0.0.0.0/0"
  }
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 1
  entry {
    cidr = "198.51.100.0/28"
  }
}

resource "aws_ec2_managed_prefix_list" "filled_apart" {
  name           = "filled-apart"
  address_family = "IPv6"
  max_entries    = 1
}

resource "aws_ec2_managed_prefix_list_entry" "everything" {
  prefix_list_id = aws_ec2_managed_prefix_list.filled_apart.id
  cidr           = "::/0"
}

resource "aws_vpc_security_group_ingress_rule" "anywhere" {
  security_group_id = "sg-0b0b0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  # expect: aws/security-group-open-to-internet
  prefix_list_id = aws_ec2_managed_prefix_list.anywhere.id
}

resource "aws_vpc_security_group_ingress_rule" "offices" {
  # ok: aws/security-group-open-to-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
}

resource "aws_security_group_rule" "filled_apart" {
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "tcp"
  from_port         = 5432
  to_port           = 5432
  # expect: aws/security-group-open-to-internet
  prefix_list_ids = [aws_ec2_managed_prefix_list.filled_apart.id]
}

# A list from elsewhere is not known to be open.
resource "aws_security_group_rule" "elsewhere" {
  # ok: aws/security-group-open-to-internet
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "tcp"
  from_port         = 5432
  to_port           = 5432
  prefix_list_ids   = ["pl-0123456789abcdef0"]
}

resource "aws_security_group" "lists" {
  name = "lists"
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.offices.id]
  }
  ingress {
    from_port = 5432
    to_port   = 5432
    protocol  = "tcp"
    # expect: aws/security-group-open-to-internet
    prefix_list_ids = ["pl-0123456789abcdef0", aws_ec2_managed_prefix_list.anywhere.id]
  }
}
