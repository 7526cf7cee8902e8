# Published ports and narrow ranges, in every way that a rule can be written.
resource "aws_security_group" "narrow" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  # ok: aws/security-group-egress-to-internet
  ingress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    ipv6_cidr_blocks = ["2001:db8::/32"]
  }
  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    ipv6_cidr_blocks = ["2001:db8::/32"]
  }
  egress {
    from_port   = 1024
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 1023
    protocol    = "udp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_security_group" "narrow" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  # ok: aws/security-group-egress-to-internet
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group_rule" "web" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "inward" {
  # ok: aws/security-group-egress-to-internet
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["198.51.100.0/28"]
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "narrow_ipv6" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "-1"
  cidr_ipv6         = "2001:db8::/32"
}

resource "aws_vpc_security_group_egress_rule" "https" {
  # ok: aws/security-group-egress-to-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# A list that is filled apart, with a narrow range.
resource "aws_ec2_managed_prefix_list" "partner" {
  name           = "partner"
  address_family = "IPv4"
  max_entries    = 1
}

resource "aws_ec2_managed_prefix_list_entry" "partner" {
  prefix_list_id = aws_ec2_managed_prefix_list.partner.id
  cidr           = "203.0.113.64/29"
}

resource "aws_security_group_rule" "partner" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  prefix_list_ids   = [aws_ec2_managed_prefix_list.partner.id]
}

resource "aws_security_group_rule" "to_partner" {
  # ok: aws/security-group-egress-to-internet
  type              = "egress"
  security_group_id = "sg-0b0b0"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  prefix_list_ids   = [aws_ec2_managed_prefix_list.partner.id]
}
