# METADATA
# scope: package
# title: Pull requests of anybody are built
# description: >-
#   A group of filters lets events of pull requests start builds and does not ask whose they are, so that whoever may open one runs code
#   with the rights of the project's role. Where a comment has to approve them, they wait. Where only members of the repository open pull
#   requests, it is they. A webhook without filters is left alone, what starts builds then, it does not say.
# custom:
#   id: build-of-outside-pull-requests
#   applies_to: [aws_codebuild_webhook]
#   threat: T035
#   remediation: >-
#     Add a filter of the type ACTOR_ACCOUNT_ID to the group, or a policy that asks for approval.
#   references:
#     - https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
#     - https://docs.aws.amazon.com/codebuild/latest/userguide/pull-request-build-policy.html
package dreadnought.aws.webhook

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": sprintf("/filter_group/%d/filter", [i]),
	"message": "pull requests are built whoever opened them",
} if {
	some r in input.by_type.aws_codebuild_webhook
	not approved(r)
	some i, group in r.attributes.filter_group
	some filter in group.filter
	filter.type == "EVENT"
	regex.match(`PULL_REQUEST_(CREATED|UPDATED|REOPENED)`, filter.pattern)
	not lib.is_on(filter, "exclude_matched_pattern")
	not by_known_people(group)
}

by_known_people(group) if {
	some filter in group.filter
	filter.type == "ACTOR_ACCOUNT_ID"
	not lib.is_on(filter, "exclude_matched_pattern")
}

approved(r) if {
	some policy in r.attributes.pull_request_build_policy # lint: ignore unknown-attribute
	policy.requires_comment_approval in {"ALL_PULL_REQUESTS", "FORK_PULL_REQUESTS"}
}
