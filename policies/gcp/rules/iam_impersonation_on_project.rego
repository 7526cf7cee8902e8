# METADATA
# scope: package
# title: Principal may act as every service account of the project
# description: >-
#   Service Account User and Service Account Token Creator, granted on the project, hold for every service account in it, with
#   all that these may do. Granted on one account they hold for that account alone.
# custom:
#   id: iam-impersonation-on-project
#   applies_to: [google_project_iam_member, google_project_iam_binding, google_project_iam_policy]
#   threat: T011
#   dread: {damage: 8, affected_users: 8}
#   remediation: >-
#     Grant the role on the service accounts that are meant, with google_service_account_iam_member.
#   concept: gcp.iam.sa-user-project
#   aliases: [CKV_GCP_41, AVD-GCP-0011]
#   references:
#     - https://cloud.google.com/iam/docs/service-account-permissions
package dreadnought.gcp.iam_impersonation_on_project

import data.dreadnought.lib

roles := {"roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator"}

deny contains finding(r, "/role", r.attributes.role) if {
	some r in input.by_type.google_project_iam_member
	r.attributes.role in roles
}

deny contains finding(r, "/role", r.attributes.role) if {
	some r in input.by_type.google_project_iam_binding
	r.attributes.role in roles
}

deny contains finding(r, "/policy_data", binding.role) if {
	some r in input.by_type.google_project_iam_policy
	some policy in lib.references(r, "/policy_data")
	some binding in policy.attributes.binding
	binding.role in roles
}

finding(r, at, role) := {
	"resource": r.address,
	"at": at,
	"message": sprintf("%s holds for every service account of the project", [role]),
}
