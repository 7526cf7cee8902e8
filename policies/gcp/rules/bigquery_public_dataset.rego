# METADATA
# scope: package
# title: Dataset is open to everyone
# description: >-
#   An access entry or an IAM grant of the dataset names allUsers or allAuthenticatedUsers; the second is anyone with a Google
#   account.
# custom:
#   id: bigquery-public-dataset
#   applies_to:
#     - google_bigquery_dataset
#     - google_bigquery_dataset_access
#     - google_bigquery_dataset_iam_member
#     - google_bigquery_dataset_iam_binding
#   threat: T003
#   remediation: >-
#     Grant access to named users, groups or service accounts.
#   concept: gcp.bq.dataset-public
#   aliases: [CKV_GCP_15, AVD-GCP-0046]
#   references:
#     - https://cloud.google.com/bigquery/docs/control-access-to-resources-iam
package dreadnought.gcp.bigquery_public_dataset

everyone := {"allUsers", "allAuthenticatedUsers", "iamMember:allUsers"}

deny contains finding(r, sprintf("/access/%d/special_group", [i])) if {
	some r in input.by_type.google_bigquery_dataset
	some i, access in r.attributes.access
	access.special_group in everyone
}

deny contains finding(r, at) if {
	some r in input.by_type.google_bigquery_dataset
	some i, access in r.attributes.access
	access.iam_member in everyone
	at := sprintf("/access/%d/iam_member", [i])
}

deny contains finding(r, "/special_group") if {
	some r in input.by_type.google_bigquery_dataset_access
	r.attributes.special_group in everyone
}

deny contains finding(r, "/iam_member") if {
	some r in input.by_type.google_bigquery_dataset_access
	r.attributes.iam_member in everyone
}

deny contains finding(r, "/member") if {
	some r in input.by_type.google_bigquery_dataset_iam_member
	r.attributes.member in everyone
}

deny contains finding(r, at) if {
	some r in input.by_type.google_bigquery_dataset_iam_binding
	some i, member in r.attributes.members
	member in everyone
	at := sprintf("/members/%d", [i])
}

finding(r, at) := {"resource": r.address, "at": at, "message": "everyone may use the dataset"}
