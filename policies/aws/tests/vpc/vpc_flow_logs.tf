resource "aws_vpc" "logged" {
  # ok: aws/vpc-flow-logs
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "logged" {
  vpc_id               = aws_vpc.logged.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::dn-flow-logs"
}

# The log is of another network.
# expect: aws/vpc-flow-logs
resource "aws_vpc" "silent" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "elsewhere" {
  vpc_id               = "vpc-0aa11bb22"
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::dn-flow-logs"
}

# All of its subnets are logged.
resource "aws_vpc" "by_subnet" {
  # ok: aws/vpc-flow-logs
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "by_subnet" {
  vpc_id     = aws_vpc.by_subnet.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_flow_log" "by_subnet" {
  subnet_id            = aws_subnet.by_subnet.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::dn-flow-logs"
}
