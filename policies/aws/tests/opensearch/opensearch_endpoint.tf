resource "aws_opensearch_domain" "fine" {
  # ok: aws/opensearch-https
  # ok: aws/opensearch-tls
  domain_name = "fine"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }
}

resource "aws_opensearch_domain" "default" {
  # ok: aws/opensearch-https
  # ok: aws/opensearch-tls
  domain_name = "default"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    custom_endpoint_enabled = false
  }
}

resource "aws_opensearch_domain" "plain" {
  domain_name = "plain"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https       = false # expect: aws/opensearch-https
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}

resource "aws_opensearch_domain" "old" {
  # ok: aws/opensearch-https
  domain_name = "old"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # expect: aws/opensearch-tls
  }
}

# expect: aws/opensearch-https
resource "aws_opensearch_domain" "bare" {
  domain_name = "bare"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
}

variable "enforce" {
  type = bool
}

# inconclusive: aws/opensearch-https
resource "aws_elasticsearch_domain" "asked" {
  domain_name = "asked"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https = var.enforce
  }
}

resource "aws_elasticsearch_domain" "plain" {
  domain_name = "plain"
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https       = "false"                      # expect: aws/opensearch-https
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # expect: aws/opensearch-tls
  }
}
