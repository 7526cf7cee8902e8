resource "aws_cloudfront_distribution" "old" {
  enabled = true
  logging_config {
    bucket = "dn-logs.s3.amazonaws.com"
  }
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/a"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.1_2016" # expect: aws/cloudfront-weak-tls
  }
}

resource "aws_cloudfront_distribution" "new" {
  # ok: aws/cloudfront-weak-tls
  enabled = true
  logging_config {
    bucket = "dn-logs.s3.amazonaws.com"
  }
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/a"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_cloudfront_distribution" "unwritten" {
  enabled = true
  logging_config {
    bucket = "dn-logs.s3.amazonaws.com"
  }
  # expect: aws/cloudfront-weak-tls
  viewer_certificate {
    iam_certificate_id = "ASCAEXAMPLE"
    ssl_support_method = "sni-only"
  }
}

resource "aws_cloudfront_distribution" "given" {
  # ok: aws/cloudfront-weak-tls
  enabled = true
  logging_config {
    bucket = "dn-logs.s3.amazonaws.com"
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
