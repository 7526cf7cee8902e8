# METADATA
# scope: package
# title: Detection of attacks is switched off
# description: >-
#   The free plan of Defender looks for no attacks on what it stands for, and an alert policy that is disabled tells
#   nobody.
# custom:
#   id: detection-switched-off
#   applies_to:
#     - azurerm_security_center_subscription_pricing
#     - azurerm_mssql_server_security_alert_policy
#   threat: T025
#   remediation: >-
#     Set tier to Standard for the kinds of resources that there are, and state to Enabled.
#   references:
#     - https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction
package dreadnought.azure.detection

deny contains finding(r, "/tier") if {
	some r in input.by_type.azurerm_security_center_subscription_pricing
	r.attributes.tier == "Free"
}

deny contains finding(r, "/state") if {
	some r in input.by_type.azurerm_mssql_server_security_alert_policy
	r.attributes.state == "Disabled"
}

finding(r, at) := {"resource": r.address, "at": at, "message": "nobody is told of attacks"}
