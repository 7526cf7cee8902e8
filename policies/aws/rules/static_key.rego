# METADATA
# scope: package
# title: User has a key that does not expire
# description: >-
#   The key lies in the state and works from anywhere until somebody deletes it. A key that is switched off opens
#   nothing; that of the root user has a rule of its own.
# custom:
#   id: iam-access-key
#   applies_to: [aws_iam_access_key]
#   threat: T009
#   remediation: >-
#     Let the workload assume a role (by its instance, task or function, by OIDC, or IAM Roles Anywhere), and delete the
#     key.
#   references:
#     - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
package dreadnought.aws.static_key

deny contains {"resource": r.address, "at": "/user", "message": "the key works from anywhere until it is deleted"} if {
	some r in input.by_type.aws_iam_access_key
	not r.attributes.status == "Inactive"
	not r.attributes.user == "root"
}
