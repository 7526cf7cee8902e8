# METADATA
# scope: package
# title: Credentials of a provider are in the code
# description: >-
#   A secret of the provider is a text in its block, or a service account's key is. Whoever reads the code acts on the account
#   with the rights of the pipeline. Profiles, paths, identifiers and stand-ins for emulators are no secrets.
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
	some attribute in provider.attributes.literal
	attribute in secrets
	value := provider.attributes[attribute]
	value != ""
	not is_stand_in(value)
}

deny contains finding(provider, "credentials") if {
	some provider in input.by_type.provider
	"credentials" in provider.attributes.literal
	contains(provider.attributes.credentials, "private_key")
}

# What emulators and tests are given, because the provider asks for something.
is_stand_in(value) if regex.match(`(?i)^[^a-z0-9]*(mock|fake|test|dummy|example|placeholder|localstack|change|your|(foo|bar|x+)$)`, value)

finding(provider, attribute) := {
	"resource": provider.address,
	"at": sprintf("/%s", [attribute]),
	"message": sprintf("%s of provider %s is written in the code", [attribute, provider.attributes.name]),
}
