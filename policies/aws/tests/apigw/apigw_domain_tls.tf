resource "aws_api_gateway_domain_name" "old" {
  domain_name     = "old.example.com"
  security_policy = "TLS_1_0" # expect: aws/apigw-domain-tls
}

resource "aws_api_gateway_domain_name" "new" {
  # ok: aws/apigw-domain-tls
  domain_name     = "new.example.com"
  security_policy = "TLS_1_2"
}

# expect: aws/apigw-domain-tls
resource "aws_api_gateway_domain_name" "unwritten" {
  domain_name = "unwritten.example.com"
}
