# METADATA
# scope: package
# title: Dataset is open to everyone
# description: >-
#   An access entry of the dataset, or an IAM grant of it or of a table in it, names allUsers or allAuthenticatedUsers; the
#   second is anyone with a Google account.
# custom:
#   id: bigquery-public-dataset
#   applies_to:
#     - google_bigquery_dataset
#     - google_bigquery_dataset_access
#     - google_bigquery_dataset_iam_member
#     - google_bigquery_dataset_iam_binding
#     - google_bigquery_table_iam_member
#     - google_bigquery_table_iam_binding
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

members := ["google_bigquery_dataset_iam_member", "google_bigquery_table_iam_member"]

bindings := ["google_bigquery_dataset_iam_binding", "google_bigquery_table_iam_binding"]

deny contains finding(r, "/member") if {
	some kind in members
	some r in input.by_type[kind]
	r.attributes.member in everyone
}

deny contains finding(r, at) if {
	some kind in bindings
	some r in input.by_type[kind]
	some i, member in r.attributes.members
	member in everyone
	at := sprintf("/members/%d", [i])
}

finding(r, at) := {"resource": r.address, "at": at, "message": "everyone may use the dataset"}
