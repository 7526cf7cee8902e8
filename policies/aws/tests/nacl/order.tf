# What comes before an entry shuts it only where it is a deny, inward, of the same family and the same port.
resource "aws_network_acl" "shut" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "shut_deny" {
  network_acl_id = aws_network_acl.shut.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "shut_allow" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  network_acl_id = aws_network_acl.shut.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
  from_port      = 0
  to_port        = 0
}

resource "aws_network_acl" "outward" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "outward_deny" {
  network_acl_id = aws_network_acl.outward.id
  egress         = true
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "outward_allow" {
  network_acl_id = aws_network_acl.outward.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  # expect: aws/nacl-all-ports
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 0
  to_port    = 0
}

resource "aws_network_acl" "family" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "family_deny" {
  network_acl_id  = aws_network_acl.family.id
  rule_number     = 10
  rule_action     = "deny"
  protocol        = "tcp"
  ipv6_cidr_block = "::/0"
  from_port       = 22
  to_port         = 22
}

resource "aws_network_acl_rule" "family_allow" {
  network_acl_id = aws_network_acl.family.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  # expect: aws/nacl-all-ports
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 0
  to_port    = 0
}

resource "aws_network_acl" "twice" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "twice_first" {
  network_acl_id = aws_network_acl.twice.id
  rule_number    = 10
  rule_action    = "allow"
  protocol       = "tcp"
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 22
  to_port    = 22
}

resource "aws_network_acl_rule" "twice_second" {
  network_acl_id = aws_network_acl.twice.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  # expect: aws/nacl-all-ports
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 0
  to_port    = 0
}

resource "aws_network_acl" "late" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "late_deny" {
  network_acl_id = aws_network_acl.late.id
  rule_number    = 110
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "late_allow" {
  network_acl_id = aws_network_acl.late.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "-1"
  # expect: aws/nacl-all-ports
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 0
  to_port    = 0
}

resource "aws_network_acl" "other_port" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "other_port_deny" {
  network_acl_id = aws_network_acl.other_port.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 3389
  to_port        = 3389
}

resource "aws_network_acl_rule" "other_port_allow" {
  network_acl_id = aws_network_acl.other_port.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 20
  to_port    = 25
}

resource "aws_network_acl" "web" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "web" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  network_acl_id = aws_network_acl.web.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 443
  to_port        = 443
}

resource "aws_network_acl" "inline_family" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no         = 10
    action          = "deny"
    protocol        = "tcp"
    ipv6_cidr_block = "::/0"
    from_port       = 22
    to_port         = 22
  }
  ingress {
    rule_no  = 100
    action   = "allow"
    protocol = "-1"
    # expect: aws/nacl-all-ports
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "inline_twice" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no  = 10
    action   = "allow"
    protocol = "tcp"
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
  ingress {
    rule_no  = 100
    action   = "allow"
    protocol = "-1"
    # expect: aws/nacl-all-ports
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl" "inline_other_port" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 10
    action     = "deny"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 3389
    to_port    = 3389
  }
  ingress {
    rule_no  = 100
    action   = "allow"
    protocol = "tcp"
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 20
    to_port    = 25
  }
}

resource "aws_network_acl" "beside" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 90
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 21
  }
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "udp"
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
  ingress {
    rule_no    = 110
    action     = "allow"
    protocol   = "50"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 65535
  }
}
