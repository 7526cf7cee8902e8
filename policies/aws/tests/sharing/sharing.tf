resource "aws_ec2_transit_gateway" "open" {
  auto_accept_shared_attachments = "enable" # expect: aws/transit-gateway-takes-everybody
}

resource "aws_ec2_transit_gateway" "closed" {
  # ok: aws/transit-gateway-takes-everybody
  auto_accept_shared_attachments = "disable"
}

# The provider's default.
resource "aws_ec2_transit_gateway" "silent" {
  # ok: aws/transit-gateway-takes-everybody
  description = "silent"
}

resource "aws_vpc_endpoint_service" "open" {
  acceptance_required        = false # expect: aws/endpoint-service-takes-everybody
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/x/1"]
}

resource "aws_vpc_endpoint_service" "closed" {
  # ok: aws/endpoint-service-takes-everybody
  acceptance_required        = true
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/x/1"]
}

# A text that Terraform reads as true.
resource "aws_vpc_endpoint_service" "as_text" {
  # ok: aws/endpoint-service-takes-everybody
  acceptance_required        = "true"
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/x/1"]
}

resource "aws_ram_resource_share" "open" {
  name                      = "open"
  allow_external_principals = true # expect: aws/resource-share-with-outsiders
}

resource "aws_ram_resource_share" "closed" {
  # ok: aws/resource-share-with-outsiders
  name                      = "closed"
  allow_external_principals = false
}

# The provider's default.
resource "aws_ram_resource_share" "silent" {
  # ok: aws/resource-share-with-outsiders
  name = "silent"
}
