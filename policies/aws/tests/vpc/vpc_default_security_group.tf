resource "aws_default_security_group" "ingress" {
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  ingress { # expect: aws/vpc-default-security-group-open
    protocol  = -1
    self      = true
    from_port = 0
    to_port   = 0
  }
}

resource "aws_default_security_group" "egress" {
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  egress { # expect: aws/vpc-default-security-group-open
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/16"]
  }
}

# Without rules it lets nothing through.
resource "aws_default_security_group" "closed" {
  # ok: aws/vpc-default-security-group-open
  vpc_id = "vpc-0a1b2c3d4e5f60718"
}

# A rule for nobody lets nothing through.
resource "aws_default_security_group" "nobody" {
  # ok: aws/vpc-default-security-group-open
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  ingress {
    protocol  = -1
    self      = false
    from_port = 0
    to_port   = 0
  }
}

# Blocks over nothing are none.
resource "aws_default_security_group" "over_nothing" {
  # ok: aws/vpc-default-security-group-open
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  dynamic "ingress" {
    for_each = []
    content {
      protocol  = -1
      from_port = 0
      to_port   = 0
    }
  }
}
