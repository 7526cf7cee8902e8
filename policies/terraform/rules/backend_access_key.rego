# METADATA
# scope: package
# title: Key of the state's storage is in the code
# description: >-
#   A key, token or password of the backend is written into its block, so whoever reads the code reads and changes the state,
#   with every secret in it.
# custom:
#   id: backend-access-key
#   applies_to: [backend]
#   threat: T008
#   remediation: >-
#     Remove it, replace it, and let the backend use the identity of whoever runs (Entra ID, OIDC, an instance role) or the
#     environment.
#   references:
#     - https://developer.hashicorp.com/terraform/language/backend
package dreadnought.terraform.backend_access_key

secrets := {
	"azurerm": {"access_key", "sas_token", "client_secret", "client_certificate_password"},
	"consul": {"access_token"},
	"cos": {"secret_key"},
	"gcs": {"access_token", "encryption_key"},
	"http": {"password"},
	"kubernetes": {"token", "password"},
	"oss": {"secret_key"},
	"remote": {"token"},
	"s3": {"secret_key", "token"},
}

deny contains finding(backend, attribute) if {
	some backend in input.by_type.backend
	some attribute in secrets[backend.attributes.type]
	backend.attributes[attribute] != ""
}

# A service account's key as text; a path to one is no secret.
deny contains finding(backend, "credentials") if {
	some backend in input.by_type.backend
	contains(backend.attributes.credentials, "private_key")
}

# A connection string with a password in it.
deny contains finding(backend, "conn_str") if {
	some backend in input.by_type.backend
	regex.match(`^[a-z]+://[^:/@]+:[^@]+@`, backend.attributes.conn_str)
}

finding(backend, attribute) := {
	"resource": backend.address,
	"at": sprintf("/%s", [attribute]),
	"message": sprintf("%s of the %s backend is written in the code", [attribute, backend.attributes.type]),
}
