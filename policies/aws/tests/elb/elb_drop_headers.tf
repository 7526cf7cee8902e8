resource "aws_lb" "off" {
  subnets                    = ["subnet-0a", "subnet-0b"]
  drop_invalid_header_fields = false # expect: aws/elb-drop-invalid-headers
}

resource "aws_lb" "on" {
  # ok: aws/elb-drop-invalid-headers
  subnets                    = ["subnet-0a", "subnet-0b"]
  drop_invalid_header_fields = true
}

resource "aws_alb" "off" {
  subnets                    = ["subnet-0a", "subnet-0b"]
  drop_invalid_header_fields = false # expect: aws/elb-drop-invalid-headers
}

resource "aws_alb" "on" {
  # ok: aws/elb-drop-invalid-headers
  subnets                    = ["subnet-0a", "subnet-0b"]
  drop_invalid_header_fields = true
}

# expect: aws/elb-drop-invalid-headers
resource "aws_lb" "unwritten" {
  subnets = ["subnet-0a", "subnet-0b"]
}

# A network load balancer sees no headers.
resource "aws_lb" "network" {
  # ok: aws/elb-drop-invalid-headers
  load_balancer_type = "network"
  subnets            = ["subnet-0a", "subnet-0b"]
}
