# METADATA
# scope: package
# title: Repository policy grants access to everyone
# description: >-
#   The repository's policy lets any principal of any account pull images, or push them where the actions say so.
#   Conditions count: one that names an account, an organisation, a network or the sending resource narrows the
#   statement. A Deny opens nothing, an Allow for everyone but a few does.
# custom:
#   id: ecr-repository-policy-public
#   applies_to: [aws_ecr_repository_policy]
#   threat: T043
#   remediation: >-
#     Name the accounts that pull, or add a condition on aws:PrincipalOrgID; publish images in ECR Public.
#   concept: aws.ecr.policy-public
#   aliases: [CKV_AWS_32, AVD-AWS-0032]
#   references:
#     - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
package dreadnought.aws.ecr_policy_public

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_ecr_repository_policy
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the repository's policy allows everyone",
}

open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
