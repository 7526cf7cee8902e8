# METADATA
# scope: package
# title: Bucket policy grants access to everyone
# description: >-
#   A statement with effect Allow names every principal (or everyone but a few, by NotPrincipal) and no condition
#   narrows it to an account, an organisation, a network or a service. What only lets them write is
#   aws/s3-policy-public-write. A public access block that restricts public buckets makes such a policy harmless.
# custom:
#   id: s3-policy-public-principal
#   applies_to: [aws_s3_bucket_policy, aws_s3_bucket]
#   threat: T003
#   remediation: >-
#     Name the principals that need access, or narrow the statement with a condition such as aws:PrincipalOrgID;
#     publish content through a CDN with an origin access control.
#   concept: aws.s3.policy-public-principal
#   aliases: [CKV_AWS_70]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_policy_public_principal

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_s3_bucket_policy
	open(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_s3_bucket
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the bucket policy allows everyone, and nothing limits who that is",
}

open(r) if {
	statements := lib.statements(r.parsed.policy)
	some statement in statements
	lib.allows_anyone(statement)
	not lib.denied(statement, statements)
	not only_writes(statement)
	not restricted(r)
}

# Who may only write is another rule's: aws/s3-policy-public-write.
only_writes(statement) if {
	count(statement.actions) > 0
	every action in statement.actions {
		some start in ["s3:put", "s3:delete"]
		startswith(lower(action), start)
	}
}

# Public policies of a restricted bucket reach its own account and AWS services only. Rejecting new public policies is
# not enough: one that is there already stays in force.
restricted(r) if {
	some block in lib.related(r, "aws_s3_bucket_public_access_block")
	on(block)
}

restricted(r) if {
	some bucket in lib.related(r, "aws_s3_bucket")
	some block in lib.related(bucket, "aws_s3_bucket_public_access_block")
	on(block)
}

restricted(_) if {
	some block in input.by_type.aws_s3_account_public_access_block
	on(block)
}

on(block) if block.attributes.restrict_public_buckets in {true, "true"}
