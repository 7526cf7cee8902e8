# METADATA
# scope: package
# title: Database is not encrypted at rest
# description: >-
#   Transparent data encryption is switched off, or, on a dedicated pool of Synapse, not switched on: files, logs and
#   backups are in plain text.
# custom:
#   id: database-not-encrypted
#   applies_to:
#     - azurerm_mssql_database
#     - azurerm_synapse_sql_pool
#   threat: T005
#   remediation: >-
#     Leave transparent_data_encryption_enabled at true; set data_encrypted of a pool to true.
#   references:
#     - https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview
package dreadnought.azure.servers_encryption

import data.dreadnought.lib

deny contains finding(r, "/transparent_data_encryption_enabled") if {
	some r in input.by_type.azurerm_mssql_database
	r.attributes.transparent_data_encryption_enabled in {false, "false"}
}

deny contains finding(r, "/data_encrypted") if {
	some r in input.by_type.azurerm_synapse_sql_pool
	not lib.is_on(r.attributes, "data_encrypted")
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the database is not encrypted at rest"}
