# METADATA
# scope: package
# title: Key vault can be purged
# description: >-
#   Without purge protection, whoever may delete the vault or what is in it may destroy it for good at once, and all
#   that its keys encrypt with it.
# custom:
#   id: keyvault-purge-unprotected
#   applies_to: [azurerm_key_vault]
#   threat: T027
#   remediation: >-
#     Set purge_protection_enabled to true; it cannot be switched off again.
#   aliases: [CKV_AZURE_110, AVD-AZU-0016]
#   references:
#     - https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
package dreadnought.azure.protection_purge

import data.dreadnought.lib

deny contains finding(r, "/purge_protection_enabled") if {
	some r in input.by_type.azurerm_key_vault
	not lib.is_on(r.attributes, "purge_protection_enabled")
}

finding(r, at) := {"resource": r.address, "at": at, "message": "a deleted vault can be destroyed at once"}
