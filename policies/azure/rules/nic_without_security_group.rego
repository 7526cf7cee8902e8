# METADATA
# scope: package
# title: Network interface has no security group
# description: >-
#   Neither the interface nor its subnet is joined to a network security group, so every address of the virtual network and of
#   its peers reaches every port. Subnets of other configurations are not judged.
# custom:
#   id: nic-without-security-group
#   applies_to: [azurerm_network_interface]
#   threat: T021
#   remediation: >-
#     Join the subnet to a network security group with azurerm_subnet_network_security_group_association.
#   aliases: [CKV2_AZURE_31]
#   references:
#     - https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
package dreadnought.azure.nic_without_security_group

import data.dreadnought.lib

deny contains {
	"resource": nic.address,
	"at": sprintf("/ip_configuration/%d/subnet_id", [i]),
	"message": sprintf("neither the interface nor %s has a network security group", [subnet.address]),
} if {
	some nic in input.by_type.azurerm_network_interface
	count(lib.related(nic, "azurerm_network_interface_security_group_association")) == 0
	some i, _ in nic.attributes.ip_configuration
	some subnet in lib.references(nic, sprintf("/ip_configuration/%d/subnet_id", [i]))
	subnet.type == "azurerm_subnet"
	subnet.mode == "managed"
	count(lib.related(subnet, "azurerm_subnet_network_security_group_association")) == 0
}
