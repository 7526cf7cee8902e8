resource "aws_security_group" "open" {
  name = "open"
  ingress {
    from_port = 22
    to_port   = 22
    protocol  = "tcp"
    # expect: aws/security-group-ssh-from-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 20
    to_port     = 25
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
    # expect: aws/security-group-ssh-from-internet
    # expect: aws/security-group-open-to-internet
    ipv6_cidr_blocks = ["::/0"]
    self             = true
  }
}

resource "aws_security_group" "office" {
  # ok: aws/security-group-ssh-from-internet
  name = "office"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["198.51.100.0/28"]
  }
}

resource "aws_security_group" "written_as_list" {
  name = "written-as-list"
  ingress = [{
    description = "file drop"
    from_port   = 20
    to_port     = 25
    protocol    = "tcp"
    # expect: aws/security-group-ssh-from-internet
    # expect: aws/security-group-open-to-internet
    cidr_blocks      = ["10.0.0.0/8", "0.0.0.0/0"]
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = []
    self             = true
  }]
}

# The port itself is shut: another range, another protocol, members only.
resource "aws_security_group" "web" {
  # ok: aws/security-group-ssh-from-internet
  name = "web"
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 8
    to_port     = -1
    protocol    = "icmp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port = 22
    to_port   = 22
    protocol  = "tcp"
    self      = true
  }
}

resource "aws_default_security_group" "open" {
  vpc_id = "vpc-0aa11bb22"
  ingress {
    from_port = 0
    to_port   = 0
    protocol  = -1
    # expect: aws/security-group-ssh-from-internet
    # expect: aws/security-group-rdp-from-internet
    # expect: aws/security-group-open-to-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_security_group" "members" {
  # ok: aws/security-group-ssh-from-internet
  vpc_id = "vpc-0aa11bb22"
  ingress {
    from_port = 0
    to_port   = 0
    protocol  = -1
    self      = true
  }
}

resource "aws_security_group_rule" "open" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  # expect: aws/security-group-ssh-from-internet
  # expect: aws/security-group-rdp-from-internet
  # expect: aws/security-group-open-to-internet
  cidr_blocks = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "outward" {
  # ok: aws/security-group-ssh-from-internet
  type              = "egress"
  security_group_id = aws_security_group.web.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "from_group" {
  # ok: aws/security-group-ssh-from-internet
  type                     = "ingress"
  security_group_id        = aws_security_group.web.id
  protocol                 = "tcp"
  from_port                = 22
  to_port                  = 22
  source_security_group_id = aws_security_group.office.id
}

resource "aws_vpc_security_group_ingress_rule" "open" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  # expect: aws/security-group-ssh-from-internet
  cidr_ipv4 = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "open_ipv6" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "-1"
  # expect: aws/security-group-ssh-from-internet
  # expect: aws/security-group-rdp-from-internet
  # expect: aws/security-group-open-to-internet
  cidr_ipv6 = "::/0"
}

resource "aws_vpc_security_group_ingress_rule" "office" {
  # ok: aws/security-group-ssh-from-internet
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "198.51.100.0/28"
}
