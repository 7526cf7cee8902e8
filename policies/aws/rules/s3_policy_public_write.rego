# METADATA
# scope: package
# title: Bucket policy lets everyone write
# description: >-
#   A statement with effect Allow names every principal, or everyone but a few, and one of its actions creates, overwrites
#   or deletes objects, or changes who may; no condition narrows it to an account, an organisation, a network or a
#   service. A public access block that restricts public buckets makes such a policy harmless.
# custom:
#   id: s3-policy-public-write
#   applies_to: [aws_s3_bucket_policy, aws_s3_bucket]
#   threat: T004
#   remediation: >-
#     Name the principals that write, or narrow the statement with a condition such as aws:PrincipalOrgID; let outsiders
#     upload with presigned requests.
#   concept: aws.s3.policy-public-write
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#     - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
package dreadnought.aws.s3_policy_public_write

import data.dreadnought.aws.s3_policy_public_principal
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
	"message": "the bucket policy lets everyone write, and nothing limits who that is",
}

open(r) if {
	statements := lib.statements(r.parsed.policy)
	some statement in statements
	lib.allows_anyone(statement)
	not lib.denied(statement, statements)
	writes(statement)
	not s3_policy_public_principal.restricted(r)
}

writes(statement) if {
	some action in statement.actions
	some written in changing
	lib.glob_match(lower(action), written)
}

changing := ["s3:putobject", "s3:deleteobject", "s3:deleteobjectversion", "s3:putobjectacl", "s3:putbucketpolicy", "s3:putbucketacl", "s3:deletebucket"]
