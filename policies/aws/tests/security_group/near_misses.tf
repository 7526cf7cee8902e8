# Open, but neither SSH nor the remote desktop: ranges that end or begin beside the port, another protocol.
resource "aws_security_group" "beside" {
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  ingress {
    from_port   = 1
    to_port     = 21
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # expect: aws/security-group-open-to-internet
  }
  ingress {
    from_port   = 23
    to_port     = 3388
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # expect: aws/security-group-open-to-internet
  }
  ingress {
    from_port   = 3390
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # expect: aws/security-group-open-to-internet
  }
}

resource "aws_security_group_rule" "udp" {
  # ok: aws/security-group-ssh-from-internet
  type              = "ingress"
  security_group_id = "sg-0b0b0"
  protocol          = "udp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["0.0.0.0/0"] # expect: aws/security-group-open-to-internet
}

# No TCP or UDP at all: ports mean nothing to ESP.
resource "aws_vpc_security_group_ingress_rule" "esp" {
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "50"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "0.0.0.0/0" # expect: aws/security-group-open-to-internet
}

resource "aws_vpc_security_group_egress_rule" "esp" {
  # ok: aws/security-group-egress-to-internet
  security_group_id = "sg-0b0b0"
  ip_protocol       = "50"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "0.0.0.0/0"
}

# The number of the web, but no TCP or UDP.
resource "aws_vpc_security_group_ingress_rule" "esp_web" {
  security_group_id = "sg-0b0b0"
  ip_protocol       = "50"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0" # expect: aws/security-group-open-to-internet
}

# Ranges that only begin or end at SSH are more than that.
resource "aws_security_group" "around" {
  ingress {
    from_port = 22
    to_port   = 23
    protocol  = "tcp"
    # expect: aws/security-group-ssh-from-internet
    # expect: aws/security-group-open-to-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port = 21
    to_port   = 22
    protocol  = "tcp"
    # expect: aws/security-group-ssh-from-internet
    # expect: aws/security-group-open-to-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_eip" "office" {
  domain = "vpc"
}

# One address, whichever it is.
resource "aws_security_group" "one_address" {
  # ok: aws/security-group-open-to-internet
  # ok: aws/security-group-ssh-from-internet
  # ok: aws/security-group-rdp-from-internet
  # ok: aws/security-group-egress-to-internet
  name = "one-address"
  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["${aws_eip.office.public_ip}/32"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["${aws_eip.office.public_ip}/32"]
  }
}

# inconclusive: aws/security-group-ssh-from-internet
resource "aws_security_group" "some_range" {
  name = "some-range"
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [aws_eip.office.public_ip]
  }
}
