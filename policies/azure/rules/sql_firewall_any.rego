# METADATA
# scope: package
# title: Database firewall is open to the internet
# description: >-
#   A firewall rule of a database server admits all or nearly all IPv4 addresses. The rule has no effect where the server's
#   public network access is off. The range 0.0.0.0 to 0.0.0.0 means services of Azure and is not judged here.
# custom:
#   id: sql-firewall-any
#   applies_to:
#     - azurerm_mssql_firewall_rule
#     - azurerm_sql_firewall_rule
#     - azurerm_mysql_firewall_rule
#     - azurerm_mysql_flexible_server_firewall_rule
#     - azurerm_postgresql_firewall_rule
#     - azurerm_postgresql_flexible_server_firewall_rule
#     - azurerm_mariadb_firewall_rule
#   threat: T002
#   remediation: >-
#     Name the addresses that need the database, or switch public network access off and use a private endpoint.
#   concept: azure.sql.firewall-any
#   aliases: [CKV_AZURE_11, AVD-AZU-0029]
#   references:
#     - https://learn.microsoft.com/azure/azure-sql/database/firewall-configure
package dreadnought.azure.sql_firewall_any

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.azurerm_mssql_firewall_rule
	is_open(r, "azurerm_mssql_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_sql_firewall_rule
	is_open(r, "azurerm_sql_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_mysql_firewall_rule
	is_open(r, "azurerm_mysql_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_mysql_flexible_server_firewall_rule
	is_open(r, "azurerm_mysql_flexible_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_postgresql_firewall_rule
	is_open(r, "azurerm_postgresql_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_postgresql_flexible_server_firewall_rule
	is_open(r, "azurerm_postgresql_flexible_server")
}

deny contains finding(r) if {
	some r in input.by_type.azurerm_mariadb_firewall_rule
	is_open(r, "azurerm_mariadb_server")
}

finding(r) := {
	"resource": r.address,
	"at": "/start_ip_address",
	"message": "every address on the internet passes the firewall",
}

firsts := {"0.0.0.0", "0.0.0.1", "1.0.0.0", "1.0.0.1", "1.1.1.1"}

lasts := {"255.255.255.255", "255.255.255.254", "254.255.255.255", "254.255.255.254", "223.255.255.255"}

is_open(r, server_type) if {
	r.attributes.start_ip_address in firsts
	r.attributes.end_ip_address in lasts
	not is_private(r, server_type)
}

is_private(r, server_type) if {
	some server in lib.related(r, server_type)
	server.attributes.public_network_access_enabled in {false, "false"}
}

is_private(r, server_type) if {
	some server in lib.related(r, server_type)
	server.attributes.public_network_access == "Disabled"
}
