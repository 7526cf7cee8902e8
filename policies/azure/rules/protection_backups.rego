# METADATA
# scope: package
# title: Deleted backups are gone at once
# description: >-
#   Soft delete of the vault, which keeps deleted backups for two weeks, is switched off, so that an intruder destroys
#   backups before the data.
# custom:
#   id: backups-deleted-at-once
#   applies_to:
#     - azurerm_recovery_services_vault
#     - azurerm_data_protection_backup_vault
#   threat: T027
#   remediation: >-
#     Leave soft delete on, and set immutability to Locked.
#   references:
#     - https://learn.microsoft.com/azure/backup/backup-azure-security-feature-cloud
package dreadnought.azure.protection_backups

deny contains finding(r, "/soft_delete_enabled") if {
	some r in input.by_type.azurerm_recovery_services_vault
	r.attributes.soft_delete_enabled in {false, "false"}
}

deny contains finding(r, "/soft_delete") if {
	some r in input.by_type.azurerm_data_protection_backup_vault
	r.attributes.soft_delete == "Off"
}

finding(r, at) := {"resource": r.address, "at": at, "message": "deleted backups are not kept"}
