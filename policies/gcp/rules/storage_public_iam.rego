# METADATA
# scope: package
# title: Bucket is open to everyone
# description: >-
#   An IAM grant of the bucket names allUsers or allAuthenticatedUsers; the second is anyone with a Google account. A bucket
#   with enforced public access prevention overrules the grant. Who may only create objects reads none (T004).
# custom:
#   id: storage-public-iam
#   applies_to: [google_storage_bucket_iam_member, google_storage_bucket_iam_binding]
#   threat: T003
#   remediation: >-
#     Grant the role to named users, groups or service accounts, and set public_access_prevention to enforced.
#   concept: gcp.gcs.public-iam
#   aliases: [CKV_GCP_28, AVD-GCP-0001]
#   references:
#     - https://cloud.google.com/storage/docs/access-control/making-data-public
package dreadnought.gcp.storage_public_iam

import data.dreadnought.lib

everyone := {"allUsers", "allAuthenticatedUsers"}

deny contains finding(r, "/member") if {
	some r in input.by_type.google_storage_bucket_iam_member
	r.attributes.member in everyone
	not only_creates(r)
	not prevented(r)
}

deny contains finding(r, at) if {
	some r in input.by_type.google_storage_bucket_iam_binding
	some i, member in r.attributes.members
	member in everyone
	at := sprintf("/members/%d", [i])
	not only_creates(r)
	not prevented(r)
}

only_creates(r) if r.attributes.role == "roles/storage.objectCreator"

finding(r, at) := {"resource": r.address, "at": at, "message": "everyone may use the bucket"}

prevented(r) if {
	some bucket in lib.references(r, "/bucket")
	bucket.attributes.public_access_prevention == "enforced"
}
