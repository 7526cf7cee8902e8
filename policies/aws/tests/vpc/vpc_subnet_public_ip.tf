resource "aws_subnet" "public" {
  vpc_id                  = "vpc-0aa11bb22"
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true # expect: aws/vpc-subnet-public-ip
}

resource "aws_subnet" "private" {
  # ok: aws/vpc-subnet-public-ip
  vpc_id                  = "vpc-0aa11bb22"
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = false
}

resource "aws_subnet" "unwritten" {
  # ok: aws/vpc-subnet-public-ip
  vpc_id     = "vpc-0aa11bb22"
  cidr_block = "10.0.1.0/24"
}
