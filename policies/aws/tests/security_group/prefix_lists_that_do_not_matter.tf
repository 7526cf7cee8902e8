# A list of everyone, behind ports and directions that are none of the rule's business.
resource "aws_ec2_managed_prefix_list" "everyone" {
  name           = "everyone"
  address_family = "IPv4"
  max_entries    = 1

  entry {
    cidr = "0.0.0.0/0"
  }
}

# ok: aws/security-group-ssh-from-internet, aws/security-group-rdp-from-internet
# ok: aws/security-group-open-to-internet, aws/security-group-egress-to-internet
resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id]
  }

  egress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id]
  }
}

# ok: aws/security-group-ssh-from-internet, aws/security-group-rdp-from-internet
# ok: aws/security-group-open-to-internet, aws/security-group-egress-to-internet
resource "aws_default_security_group" "web" {
  vpc_id = "vpc-0aa11bb22cc33dd44"

  ingress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id]
  }

  egress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id]
  }
}

# ok: aws/security-group-ssh-from-internet, aws/security-group-rdp-from-internet
# ok: aws/security-group-open-to-internet
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = "sg-0c0ffee0c0ffee000"
  from_port         = 0
  to_port           = 65535
  protocol          = "-1"
  prefix_list_ids   = [aws_ec2_managed_prefix_list.everyone.id] # expect: aws/security-group-egress-to-internet
}

# ok: aws/security-group-egress-to-internet
resource "aws_security_group_rule" "in" {
  type              = "ingress"
  security_group_id = "sg-0c0ffee0c0ffee000"
  from_port         = 0
  to_port           = 65535
  protocol          = "-1"
  # expect: aws/security-group-ssh-from-internet, aws/security-group-rdp-from-internet, aws/security-group-open-to-internet
  prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id]
}

# ok: aws/security-group-egress-to-internet
resource "aws_security_group_rule" "out_web" {
  type              = "egress"
  security_group_id = "sg-0c0ffee0c0ffee000"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  prefix_list_ids   = [aws_ec2_managed_prefix_list.everyone.id]
}

# ok: aws/security-group-egress-to-internet
resource "aws_vpc_security_group_egress_rule" "out_web" {
  security_group_id = "sg-0c0ffee0c0ffee000"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
  prefix_list_id    = aws_ec2_managed_prefix_list.everyone.id
}
