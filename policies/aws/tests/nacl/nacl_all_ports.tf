resource "aws_network_acl" "open" {
  vpc_id = "vpc-0aa11bb22"
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

resource "aws_network_acl" "inside" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "10.0.0.0/8"
    from_port  = 0
    to_port    = 0
  }
}

# Answers come back on ephemeral ports: not all of them.
resource "aws_network_acl" "answers" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 1024
    to_port    = 65535
  }
}

# A deny with a lower number takes some ports away.
resource "aws_network_acl" "front" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  ingress {
    rule_no    = 10
    action     = "deny"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 20
    to_port    = 22
  }
}

# A deny with a higher number comes too late.
resource "aws_network_acl" "late" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 60
    action     = "deny"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
  ingress {
    rule_no  = 50
    action   = "allow"
    protocol = "-1"
    # expect: aws/nacl-all-ports
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl_rule" "open" {
  network_acl_id = "acl-0aa11bb22"
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "all"
  # expect: aws/nacl-all-ports
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
}

resource "aws_network_acl_rule" "outward" {
  # ok: aws/nacl-all-ports
  # ok: aws/nacl-ssh-from-internet
  network_acl_id = "acl-0aa11bb22"
  egress         = true
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "all"
  cidr_block     = "0.0.0.0/0"
}

# What keeps everyone out lets nobody in.
resource "aws_network_acl" "shut" {
  # ok: aws/nacl-all-ports
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 100
    action     = "deny"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_network_acl_rule" "shut" {
  # ok: aws/nacl-all-ports
  network_acl_id = "acl-0aa11bb22"
  rule_number    = 100
  rule_action    = "deny"
  protocol       = "all"
  cidr_block     = "0.0.0.0/0"
}
