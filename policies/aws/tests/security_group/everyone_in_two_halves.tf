resource "aws_security_group" "halves" {
  name = "halves"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"] # expect: aws/security-group-ssh-from-internet
  }
}

# Half of the internet is not everyone.
# ok: aws/security-group-ssh-from-internet
resource "aws_security_group" "half" {
  name = "half"

  ingress {
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    cidr_blocks      = ["128.0.0.0/1"]
    ipv6_cidr_blocks = ["::/1"]
  }
}

resource "aws_security_group_rule" "halves_of_ipv6" {
  type              = "ingress"
  security_group_id = "sg-0c0ffee0c0ffee000"
  from_port         = 3389
  to_port           = 3389
  protocol          = "tcp"
  ipv6_cidr_blocks  = ["8000::/1", "::/1"] # expect: aws/security-group-rdp-from-internet
}

# The list is not known; the port is that of a web server.
variable "ranges" {
  type = list(string)
}

# ok: aws/security-group-ssh-from-internet, aws/security-group-rdp-from-internet, aws/security-group-open-to-internet
resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = var.ranges
    ipv6_cidr_blocks = var.ranges
  }
}
