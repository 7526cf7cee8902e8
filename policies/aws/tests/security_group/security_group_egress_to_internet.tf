resource "aws_security_group" "all" {
  name = "all"
  egress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
    # expect: aws/security-group-egress-to-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "inside" {
  # ok: aws/security-group-egress-to-internet
  name = "inside"
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/8"]
  }
}

# Terraform takes away the rule that AWS gives a new group: nothing may leave.
resource "aws_security_group" "none" {
  # ok: aws/security-group-egress-to-internet
  name = "none"
}

resource "aws_security_group" "https" {
  # ok: aws/security-group-egress-to-internet
  name = "https"
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_security_group" "all" {
  vpc_id = "vpc-0aa11bb22"
  egress {
    from_port = 0
    to_port   = 65535
    protocol  = "tcp"
    # expect: aws/security-group-egress-to-internet
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_security_group_rule" "all" {
  type              = "egress"
  security_group_id = aws_security_group.none.id
  protocol          = "all"
  from_port         = 0
  to_port           = 0
  # expect: aws/security-group-egress-to-internet
  cidr_blocks = ["0.0.0.0/0"]
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.none.id
  ip_protocol       = "-1"
  # expect: aws/security-group-egress-to-internet
  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "members" {
  # ok: aws/security-group-egress-to-internet
  security_group_id            = aws_security_group.none.id
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.inside.id
}

# The same rule over two lists.
resource "aws_ec2_managed_prefix_list" "anywhere" {
  name           = "anywhere"
  address_family = "IPv4"
  max_entries    = 1
  entry {
    cidr = "0.0.0.0/0"
  }
}

resource "aws_ec2_managed_prefix_list" "partner" {
  name           = "partner"
  address_family = "IPv4"
  max_entries    = 1
  entry {
    cidr = "198.51.100.0/28"
  }
}

resource "aws_vpc_security_group_egress_rule" "anywhere" {
  security_group_id = aws_security_group.none.id
  ip_protocol       = "-1"
  # expect: aws/security-group-egress-to-internet
  prefix_list_id = aws_ec2_managed_prefix_list.anywhere.id
}

resource "aws_vpc_security_group_egress_rule" "partner" {
  # ok: aws/security-group-egress-to-internet
  security_group_id = aws_security_group.none.id
  ip_protocol       = "-1"
  prefix_list_id    = aws_ec2_managed_prefix_list.partner.id
}
