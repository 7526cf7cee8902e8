# METADATA
# scope: package
# title: Anybody may pull images
# description: >-
#   The registry gives its images to callers that do not log in, with whatever lies in them.
# custom:
#   id: registry-anonymous-pull
#   applies_to: [azurerm_container_registry]
#   threat: T043
#   remediation: >-
#     Leave anonymous_pull_enabled at false, and publish what is meant for everybody in a registry of its own.
#   aliases: [CKV_AZURE_138]
#   references:
#     - https://learn.microsoft.com/azure/container-registry/anonymous-pull-access
package dreadnought.azure.registry_anonymous

deny contains finding(r, "/anonymous_pull_enabled") if {
	some r in input.by_type.azurerm_container_registry
	r.attributes.anonymous_pull_enabled in {true, "true"}
}

finding(r, at) := {"resource": r.address, "at": at, "message": "images are given to anybody"}
