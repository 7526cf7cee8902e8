# METADATA
# scope: package
# title: Start data of a machine holds a secret
# description: >-
#   A private key or a password is written into the machine's custom data. Whoever may read the state or run anything on the machine reads
#   the secret. Texts that are not known as a whole are not read.
# custom:
#   id: vm-custom-data-secret
#   applies_to: [azurerm_linux_virtual_machine, azurerm_windows_virtual_machine, azurerm_linux_virtual_machine_scale_set]
#   threat: T008
#   remediation: >-
#     Keep the secret in Key Vault, and fetch it at start with the machine's identity. Replace the one that was written down.
#   references:
#     - https://learn.microsoft.com/azure/virtual-machines/custom-data
package dreadnought.azure.machine_secret

deny contains {"resource": r.address, "at": "/custom_data", "message": "the custom data holds a secret"} if {
	some kind in [
		"azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine",
		"azurerm_linux_virtual_machine_scale_set",
	]
	some r in input.by_type[kind]
	dreadnought.script_holds_secret(without_defaults(base64.decode(r.attributes.custom_data)))
}

# Secrets that are defaults of variables are judged where the variable is.
without_defaults(text) := strings.replace_n(
	{default_value: "" |
		some variable in input.by_type.variable
		default_value := variable.attributes.default
		dreadnought.is_secret(variable.attributes.name, default_value)
	},
	text,
)
