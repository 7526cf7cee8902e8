# METADATA
# scope: package
# title: Blob container is open to everyone
# description: >-
#   Its access type lets anonymous callers read blobs, or list them as well. An account that forbids public blobs
#   (allow_nested_items_to_be_public) overrules its containers.
# custom:
#   id: storage-public-container
#   applies_to: [azurerm_storage_container]
#   threat: T003
#   remediation: >-
#     Set container_access_type to private, and allow_nested_items_to_be_public of the account to false.
#   concept: azure.storage.container-private
#   aliases: [CKV_AZURE_34, AVD-AZU-0007]
#   references:
#     - https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent
package dreadnought.azure.storage_public_container

import data.dreadnought.lib

deny contains {
	"resource": container.address,
	"at": "/container_access_type",
	"message": "anonymous callers may read the blobs of the container",
} if {
	some container in input.by_type.azurerm_storage_container
	container.attributes.container_access_type in {"blob", "container"}
	not overruled(container)
}

overruled(container) if {
	some account in lib.related(container, "azurerm_storage_account")
	account.attributes.allow_nested_items_to_be_public in {false, "false"}
}

overruled(container) if {
	some account in lib.related(container, "azurerm_storage_account")
	account.attributes.allow_blob_public_access in {false, "false"}
}

overruled(container) if {
	some account in lib.related(container, "azurerm_storage_account")
	account.attributes.public_network_access_enabled in {false, "false"}
}
