# METADATA
# scope: package
# title: Storage account is reachable from every network
# description: >-
#   No network rules deny by default, neither in the account nor in an azurerm_storage_account_network_rules of it, and its
#   public endpoint is on. Lower than the threat class: callers still need a key, a signature or a token.
# custom:
#   id: storage-open-firewall
#   applies_to: [azurerm_storage_account, azurerm_storage_account_network_rules]
#   threat: T046
#   remediation: >-
#     Set default_action to Deny and name the subnets and addresses that need the account, or switch
#     public_network_access_enabled off and use a private endpoint.
#   concept: azure.storage.default-deny
#   aliases: [CKV_AZURE_35, AVD-AZU-0012]
#   references:
#     - https://learn.microsoft.com/azure/storage/common/storage-network-security
package dreadnought.azure.storage_open_firewall

import data.dreadnought.lib

deny contains {
	"resource": account.address,
	"at": sprintf("/network_rules/%d/default_action", [i]),
	"message": "the firewall lets every network in by default",
} if {
	some account in input.by_type.azurerm_storage_account
	not closed(account)
	some i, rules in account.attributes.network_rules
	rules.default_action == "Allow"
}

deny contains {
	"resource": account.address,
	"at": "/public_network_access_enabled",
	"message": "the account has no network rules and a public endpoint",
} if {
	some account in input.by_type.azurerm_storage_account
	not closed(account)
	not has_rules(account)
	count(lib.related(account, "azurerm_storage_account_network_rules")) == 0
}

deny contains {
	"resource": rules.address,
	"at": "/default_action",
	"message": "the firewall lets every network in by default",
} if {
	some rules in input.by_type.azurerm_storage_account_network_rules
	rules.attributes.default_action == "Allow"
	not of_closed(rules)
}

closed(account) if account.attributes.public_network_access_enabled in {false, "false"}

has_rules(account) if count(account.attributes.network_rules) > 0

of_closed(rules) if {
	some account in lib.related(rules, "azurerm_storage_account")
	closed(account)
}
