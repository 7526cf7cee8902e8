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
	"azurerm": {"access_key", "sas_token", "client_secret", "client_certificate_password", "oidc_token"},
	"s3": {"secret_key", "token", "sse_customer_key"},
	"gcs": {"access_token", "encryption_key"},
	"http": {"password", "client_private_key_pem"},
	"remote": {"token"},
	"cloud": {"token"},
	"consul": {"access_token"},
	"kubernetes": {"token", "password", "client_key"},
	"oss": {"secret_key", "security_token"},
	"cos": {"secret_key", "security_token"},
	"swift": {"password", "token", "application_credential_secret"},
	"etcd": {"password"},
	"artifactory": {"password"},
	"manta": {"key_material"},
}

deny contains finding(backend, attribute) if {
	some backend in input.by_type.backend
	some attribute in secrets[backend.attributes.type]
	value := backend.attributes[attribute]
	is_string(value)
	value != ""
}

# A service account's key as text; a path to one is no secret.
deny contains finding(backend, "credentials") if {
	some backend in input.by_type.backend
	backend.attributes.type == "gcs"
	contains(backend.attributes.credentials, "private_key")
}

# A connection string with a password in it.
deny contains finding(backend, "conn_str") if {
	some backend in input.by_type.backend
	backend.attributes.type == "pg"
	regex.match(`^[a-z]+://[^:/@]+:[^@]+@`, backend.attributes.conn_str)
}

finding(backend, attribute) := {
	"resource": backend.address,
	"at": sprintf("/%s", [attribute]),
	"message": sprintf("%s of the %s backend is written in the code", [attribute, backend.attributes.type]),
}
