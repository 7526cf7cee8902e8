# METADATA
# scope: package
# title: Audit logs can be deleted
# description: >-
#   The account keeps audit logs (a diagnostic setting or an auditing policy writes to it), and no immutability policy holds them: whoever
#   administers the account removes the trail. A policy that is not locked can be taken off, but somebody has to see to it first.
# custom:
#   id: audit-logs-deletable
#   applies_to: [azurerm_storage_account]
#   threat: T024
#   remediation: >-
#     Give the account (or the containers of the logs) a locked immutability policy, and its administration to others than those who are
#     audited.
#   references:
#     - https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview
package dreadnought.azure.audit_store

import data.dreadnought.lib

deny contains {
	"resource": account.address,
	"at": "/immutability_policy",
	"message": "whoever administers the account may delete the audit logs in it",
} if {
	some account in input.by_type.azurerm_storage_account
	keeps_logs(account)
	not lib.has_block(account.attributes, "immutability_policy")
	not held(account)
}

keeps_logs(account) if {
	some kind in [
		"azurerm_mssql_server_extended_auditing_policy", "azurerm_mssql_database_extended_auditing_policy",
		"azurerm_monitor_log_profile",
	]
	some _ in lib.related(account, kind)
}

# Logs of the account itself may go elsewhere.
keeps_logs(account) if {
	some setting in lib.related(account, "azurerm_monitor_diagnostic_setting")
	some store in lib.references(setting, "/storage_account_id")
	store.address == account.address
}

# A policy of one of its containers.
held(account) if {
	some container in lib.related(account, "azurerm_storage_container")
	some _ in lib.related(container, "azurerm_storage_container_immutability_policy")
}
