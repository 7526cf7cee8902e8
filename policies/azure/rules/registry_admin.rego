# METADATA
# scope: package
# title: Registry has an account that everybody shares
# description: >-
#   The registry's own administrator has two passwords that do not expire, pull and push everything, and name nobody.
# custom:
#   id: registry-admin-user
#   applies_to: [azurerm_container_registry]
#   threat: T009
#   remediation: >-
#     Leave admin_enabled at false, and give AcrPull and AcrPush to the identities that need them.
#   aliases: [CKV_AZURE_137]
#   references:
#     - https://learn.microsoft.com/azure/container-registry/container-registry-authentication
package dreadnought.azure.registry_admin

deny contains finding(r, "/admin_enabled") if {
	some r in input.by_type.azurerm_container_registry
	r.attributes.admin_enabled in {true, "true"}
}

finding(r, at) := {"resource": r.address, "at": at, "message": "a shared password pulls and pushes every image"}
