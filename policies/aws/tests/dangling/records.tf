resource "aws_route53_zone" "public" {
  name = "example.org"
}

resource "aws_route53_zone" "private" {
  name = "example.internal"
  vpc {
    vpc_id = "vpc-1"
  }
}

resource "aws_route53_record" "open" {
  zone_id = aws_route53_zone.public.zone_id
  name    = "shop"
  type    = "CNAME"
  ttl     = 300
  records = ["harbour-shop.eu-west-1.elasticbeanstalk.com"] # expect: aws/record-of-claimable-name
}

# The same in a zone that answers nobody outside.
resource "aws_route53_record" "inside" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.private.zone_id
  name    = "shop"
  type    = "CNAME"
  ttl     = 300
  records = ["harbour-shop.eu-west-1.elasticbeanstalk.com"]
}

resource "aws_route53_record" "own" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "own"
  type    = "CNAME"
  ttl     = 300
  records = ["www.example.org"]
}

resource "aws_elastic_beanstalk_environment" "held" {
  name         = "held"
  application  = "held"
  cname_prefix = "harbour-held"
}

resource "aws_route53_record" "held" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "held"
  type    = "CNAME"
  ttl     = 300
  records = ["harbour-held.eu-west-1.elasticbeanstalk.com"]
}

resource "aws_route53_record" "referred" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "referred"
  type    = "CNAME"
  ttl     = 300
  records = [aws_elastic_beanstalk_environment.held.cname]
}

resource "aws_s3_bucket" "site" {
  bucket = "site.example.org"
}

resource "aws_route53_record" "site" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "site"
  type    = "CNAME"
  ttl     = 300
  records = ["site.example.org.s3-website-eu-west-1.amazonaws.com"]
}

# A text about a name is no way to it.
resource "aws_route53_record" "text" {
  # ok: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "text"
  type    = "TXT"
  ttl     = 300
  records = ["harbour-shop.eu-west-1.elasticbeanstalk.com"]
}

variable "target" {}

resource "aws_route53_record" "unknown" { # inconclusive: aws/record-of-claimable-name
  zone_id = aws_route53_zone.public.zone_id
  name    = "unknown"
  type    = "CNAME"
  ttl     = 300
  records = [var.target]
}
