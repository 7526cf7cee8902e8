# METADATA
# scope: package
# title: Start script holds a secret
# description: >-
#   A private key, a key of a service account or a password is written into the machine's start script or cloud-init. Whoever may read
#   the state, describe the machine or run anything on it reads the secret.
# custom:
#   id: vm-startup-secret
#   applies_to: [google_compute_instance, google_compute_instance_template, google_compute_region_instance_template]
#   threat: T008
#   remediation: >-
#     Keep the secret in Secret Manager, and fetch it at start as the machine's service account. Replace the one that was written down.
#   references:
#     - https://cloud.google.com/compute/docs/instances/startup-scripts/linux
package dreadnought.gcp.startup_secret

machines := ["google_compute_instance", "google_compute_instance_template", "google_compute_region_instance_template"]

deny contains finding(r, "/metadata_startup_script") if {
	some kind in machines
	some r in input.by_type[kind]
	dreadnought.script_holds_secret(without_defaults(r.attributes.metadata_startup_script))
}

deny contains finding(r, sprintf("/metadata/%s", [key])) if {
	some kind in machines
	some r in input.by_type[kind]
	some key in ["startup-script", "user-data", "windows-startup-script-ps1"]
	dreadnought.script_holds_secret(without_defaults(r.attributes.metadata[key]))
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the start script holds a secret"}

# Secrets that are defaults of variables are judged where the variable is.
without_defaults(text) := strings.replace_n(
	{default_value: "" |
		some variable in input.by_type.variable
		default_value := variable.attributes.default
		dreadnought.is_secret(variable.attributes.name, default_value)
	},
	text,
)
