resource "aws_security_group" "database" {
  name = "database"
  ingress {
    from_port = 5432
    to_port   = 5432
    protocol  = "tcp"
    # expect: aws/security-group-open-to-internet
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database_inside" {
  # ok: aws/security-group-open-to-internet
  name = "database-inside"
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.8.0.0/16"]
  }
}

resource "aws_security_group" "web" {
  # ok: aws/security-group-open-to-internet
  name = "web"
  ingress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 8
    to_port     = 0
    protocol    = "icmp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# A range of ports is not a web server.
resource "aws_security_group_rule" "web_and_more" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  protocol          = "tcp"
  from_port         = 80
  to_port           = 443
  # expect: aws/security-group-open-to-internet
  cidr_blocks = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "outward" {
  # ok: aws/security-group-open-to-internet
  type              = "egress"
  security_group_id = aws_security_group.web.id
  protocol          = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_blocks       = ["0.0.0.0/0"]
}
