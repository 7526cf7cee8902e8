resource "aws_codebuild_webhook" "open" {
  project_name = "shop"
  filter_group {
    # expect: aws/build-of-outside-pull-requests
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
    }
  }
}

# ok: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "pushes" {
  project_name = "shop"
  filter_group {
    filter {
      type = "EVENT"
      pattern = "PUSH"
    }
  }
}

# ok: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "known" {
  project_name = "shop"
  filter_group {
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
    }
    filter {
      type = "ACTOR_ACCOUNT_ID"
      pattern = "^(1234567|7654321)$"
    }
  }
}

# All but one.
resource "aws_codebuild_webhook" "unknown_people" {
  project_name = "shop"
  filter_group {
    # expect: aws/build-of-outside-pull-requests
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
    }
    filter {
      type = "ACTOR_ACCOUNT_ID"
      pattern = "^1234567$"
      exclude_matched_pattern = true
    }
  }
}

# ok: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "not_requests" {
  project_name = "shop"
  filter_group {
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED"
      exclude_matched_pattern = true
    }
  }
}

# To which branch says nothing of whose.
resource "aws_codebuild_webhook" "branch" {
  project_name = "shop"
  filter_group {
    # expect: aws/build-of-outside-pull-requests
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
    }
    filter {
      type = "BASE_REF"
      pattern = "^refs/heads/main$"
    }
  }
}

# ok: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "approved" {
  project_name = "shop"
  pull_request_build_policy {
    requires_comment_approval = "FORK_PULL_REQUESTS"
  }
  filter_group {
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED"
    }
  }
}

# After they are merged.
# ok: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "merged" {
  project_name = "shop"
  filter_group {
    filter {
      type = "EVENT"
      pattern = "PULL_REQUEST_MERGED"
    }
  }
}

variable "events" {}

# inconclusive: aws/build-of-outside-pull-requests
resource "aws_codebuild_webhook" "unknown" {
  project_name = "shop"
  filter_group {
    filter {
      type = "EVENT"
      pattern = var.events
    }
  }
}

# What a message says is no event.
resource "aws_codebuild_webhook" "message" {
  # ok: aws/build-of-outside-pull-requests
  project_name = "shop"
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PUSH"
    }
    filter {
      type    = "COMMIT_MESSAGE"
      pattern = "PULL_REQUEST_CREATED"
    }
  }
}

resource "aws_codebuild_webhook" "disabled" {
  project_name = "shop"
  pull_request_build_policy {
    requires_comment_approval = "DISABLED"
  }
  filter_group {
    # expect: aws/build-of-outside-pull-requests
    filter {
      type    = "EVENT"
      pattern = "PULL_REQUEST_CREATED"
    }
  }
}
