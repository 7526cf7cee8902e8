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
  # ok: aws/nacl-ssh-from-internet
  network_acl_id = aws_network_acl.shut.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 20
  to_port        = 25
}

# The same two entries, the deny after the allow.
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
  protocol       = "tcp"
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 20
  to_port    = 25
}

# Another list's deny does not count.
resource "aws_network_acl" "other" {
  vpc_id = "vpc-0aa11bb22"
}

resource "aws_network_acl_rule" "other_allow" {
  network_acl_id = aws_network_acl.other.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  # expect: aws/nacl-ssh-from-internet
  cidr_block = "0.0.0.0/0"
  from_port  = 22
  to_port    = 22
}

resource "aws_network_acl" "single" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no  = 100
    action   = "allow"
    protocol = "6"
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
}

resource "aws_network_acl" "web" {
  # ok: aws/nacl-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "6"
    cidr_block = "0.0.0.0/0"
    from_port  = 443
    to_port    = 443
  }
}

# Only part of the world is denied.
resource "aws_network_acl" "part" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    rule_no    = 10
    action     = "deny"
    protocol   = "tcp"
    cidr_block = "203.0.113.0/24"
    from_port  = 22
    to_port    = 22
  }
  ingress {
    rule_no  = 100
    action   = "allow"
    protocol = "tcp"
    # expect: aws/nacl-ssh-from-internet
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
}
