resource "aws_opensearch_domain" "fine" {
  # ok: aws/opensearch-at-rest
  # ok: aws/opensearch-node-to-node
  domain_name = "fine"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_opensearch_domain" "plain" {
  domain_name = "plain"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = false # expect: aws/opensearch-at-rest
  }
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_opensearch_domain" "chatty" {
  domain_name = "chatty"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = false # expect: aws/opensearch-node-to-node
  }
}

# expect: aws/opensearch-at-rest
# expect: aws/opensearch-node-to-node
# expect: aws/opensearch-https
resource "aws_opensearch_domain" "bare" {
  domain_name = "bare"
}

resource "aws_elasticsearch_domain" "fine" {
  # ok: aws/opensearch-at-rest
  # ok: aws/opensearch-node-to-node
  domain_name = "fine"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_elasticsearch_domain" "plain" {
  domain_name = "plain"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = false # expect: aws/opensearch-at-rest
  }
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_elasticsearch_domain" "chatty" {
  domain_name = "chatty"
  domain_endpoint_options {
    enforce_https = true
  }
  encrypt_at_rest {
    enabled = true
  }
  node_to_node_encryption {
    enabled = false # expect: aws/opensearch-node-to-node
  }
}

# expect: aws/opensearch-at-rest
# expect: aws/opensearch-node-to-node
# expect: aws/opensearch-https
resource "aws_elasticsearch_domain" "bare" {
  domain_name = "bare"
}
