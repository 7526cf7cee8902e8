# METADATA
# scope: package
# title: Service or function answers everyone
# description: >-
#   A binding gives an invoker's role to allUsers or allAuthenticatedUsers; the second is anyone with a Google account. Whoever finds
#   the address calls it. A service that lets in only what comes from inside (its ingress setting) is not open.
# custom:
#   id: service-open-to-everyone
#   applies_to:
#     - google_cloud_run_service_iam_member
#     - google_cloud_run_service_iam_binding
#     - google_cloud_run_v2_service_iam_member
#     - google_cloud_run_v2_service_iam_binding
#     - google_cloudfunctions_function_iam_member
#     - google_cloudfunctions_function_iam_binding
#     - google_cloudfunctions2_function_iam_member
#     - google_cloudfunctions2_function_iam_binding
#     - google_cloud_run_service_iam_policy
#     - google_cloud_run_v2_service_iam_policy
#     - google_cloudfunctions_function_iam_policy
#     - google_cloudfunctions2_function_iam_policy
#   threat: T031
#   remediation: >-
#     Grant the invoker's role to the accounts that call it; put Identity-Aware Proxy or an API gateway before it where people do.
#   references:
#     - https://cloud.google.com/run/docs/authenticating/overview
package dreadnought.gcp.grants_caller

import data.dreadnought.lib

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_cloud_run_service_iam_member",
	"google_cloud_run_v2_service_iam_member",
	"google_cloudfunctions_function_iam_member",
	"google_cloudfunctions2_function_iam_member",
]

bindings := [
	"google_cloud_run_service_iam_binding",
	"google_cloud_run_v2_service_iam_binding",
	"google_cloudfunctions_function_iam_binding",
	"google_cloudfunctions2_function_iam_binding",
]

policies := [
	"google_cloud_run_service_iam_policy",
	"google_cloud_run_v2_service_iam_policy",
	"google_cloudfunctions_function_iam_policy",
	"google_cloudfunctions2_function_iam_policy",
]

deny contains finding(r, "/policy_data") if {
	some kind in policies
	some r in input.by_type[kind]
	some binding in r.parsed.policy_data.bindings
	endswith(lower(binding.role), "invoker")
	some member in binding.members
	member in everyone
	not inside(r)
}

deny contains finding(r, "/member") if {
	some kind in members
	some r in input.by_type[kind]
	r.attributes.member in everyone
	endswith(lower(r.attributes.role), "invoker")
	not inside(r)
}

deny contains finding(r, sprintf("/members/%d", [i])) if {
	some kind in bindings
	some r in input.by_type[kind]
	some i, member in r.attributes.members
	member in everyone
	endswith(lower(r.attributes.role), "invoker")
	not inside(r)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may call it"}

inside(r) if {
	some service in lib.references(r, "/name")
	service.attributes.ingress in {"INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}
}

inside(r) if {
	some service in lib.references(r, "/service")
	some metadata in service.attributes.metadata
	metadata.annotations["run.googleapis.com/ingress"] in {"internal", "internal-and-cloud-load-balancing"}
}

inside(r) if {
	some function in lib.references(r, "/cloud_function")
	function.attributes.ingress_settings in {"ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"}
}

inside(r) if {
	some function in lib.references(r, "/cloud_function")
	some config in function.attributes.service_config
	config.ingress_settings in {"ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"}
}
