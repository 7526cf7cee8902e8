# METADATA
# scope: package
# title: Credentials of a provider are in the code
# description: >-
#   A secret of the provider is a text in its block, or a service account's key is. Whoever reads the code acts on the account
#   with the rights of the pipeline. Profiles, paths and identifiers are no secrets.
# custom:
#   id: provider-static-credentials
#   applies_to: [provider]
#   threat: T008
#   remediation: >-
#     Remove it, replace it, and let the provider use the environment, OIDC or the identity of the machine that runs.
#   aliases: [CKV_AWS_41, CKV_AZURE_161]
#   references:
#     - https://developer.hashicorp.com/terraform/language/providers/configuration
package dreadnought.terraform.provider_static_credentials

secrets := {
	"access_token",
	"api_key",
	"api_token",
	"app_key",
	"client_certificate_password",
	"client_secret",
	"password",
	"private_key",
	"secret_key",
	"token",
}

deny contains finding(provider, attribute) if {
	some provider in input.by_type.provider
	some attribute in secrets
	provider.attributes[attribute] != ""
}

deny contains finding(provider, "credentials") if {
	some provider in input.by_type.provider
	contains(provider.attributes.credentials, "private_key")
}

finding(provider, attribute) := {
	"resource": provider.address,
	"at": sprintf("/%s", [attribute]),
	"message": sprintf("%s of provider %s is written in the code", [attribute, provider.attributes.name]),
}
