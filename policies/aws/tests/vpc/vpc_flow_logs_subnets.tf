# One of two subnets is logged.
# expect: aws/vpc-flow-logs
resource "aws_vpc" "half" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "logged" {
  vpc_id     = aws_vpc.half.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_subnet" "silent" {
  vpc_id     = aws_vpc.half.id
  cidr_block = "10.0.2.0/24"
}

resource "aws_flow_log" "logged" {
  subnet_id            = aws_subnet.logged.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::dn-flow-logs"
}
