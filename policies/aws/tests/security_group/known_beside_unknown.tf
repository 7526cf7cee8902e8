# What a list holds for sure decides, whatever else comes into it.

variable "more" {
  type = list(string)
}

variable "partners" {
  type = list(list(string))
}

resource "aws_security_group_rule" "joined" {
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  security_group_id = "sg-12345678"
  # expect: aws/security-group-ssh-from-internet
  cidr_blocks = concat(["0.0.0.0/0"], var.more)
}

resource "aws_security_group" "flat" {
  name = "flat"
  ingress {
    from_port = 22
    to_port   = 22
    protocol  = "tcp"
    # expect: aws/security-group-ssh-from-internet
    cidr_blocks = distinct(flatten([["10.0.0.0/8"], ["0.0.0.0/0"], var.partners]))
  }
}

resource "aws_security_group_rule" "office" {
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  security_group_id = "sg-12345678"
  # inconclusive: aws/security-group-ssh-from-internet
  cidr_blocks = concat(["198.51.100.0/28"], var.more)
}

resource "aws_security_group_rule" "https" {
  # ok: aws/security-group-ssh-from-internet
  type              = "ingress"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  security_group_id = "sg-12345678"
  cidr_blocks       = concat(["0.0.0.0/0"], var.more)
}
