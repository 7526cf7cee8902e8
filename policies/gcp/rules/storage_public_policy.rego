# METADATA
# scope: package
# title: Bucket policy opens the bucket to everyone
# description: >-
#   The policy that is set on the bucket names allUsers or allAuthenticatedUsers, in a google_iam_policy or in JSON; the
#   second is anyone with a Google account. Enforced public access prevention, of the bucket or by a policy of its
#   organization, overrules it.
# custom:
#   id: storage-public-policy
#   applies_to: [google_storage_bucket_iam_policy]
#   threat: T003
#   remediation: >-
#     Grant the roles to named users, groups or service accounts.
#   concept: gcp.gcs.public-iam
#   aliases: [CKV_GCP_28, AVD-GCP-0001]
#   references:
#     - https://cloud.google.com/storage/docs/access-control/making-data-public
package dreadnought.gcp.storage_public_policy

import data.dreadnought.gcp.storage_public_iam

deny contains {"resource": r.address, "at": "/policy_data", "message": "everyone may use the bucket"} if {
	some r in input.by_type.google_storage_bucket_iam_policy
	some binding in r.parsed.policy_data.bindings
	some member in binding.members
	member in {"allUsers", "allAuthenticatedUsers"}
	not storage_public_iam.prevented(r)
}
