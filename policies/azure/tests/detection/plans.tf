variable "tier" {}

resource "azurerm_security_center_subscription_pricing" "free" {
  resource_type = "VirtualMachines"
  tier = "Free" # expect: azure/detection-switched-off
}

resource "azurerm_security_center_subscription_pricing" "standard" {
  # ok: azure/detection-switched-off
  resource_type = "VirtualMachines"
  tier = "Standard"
}

resource "azurerm_mssql_server_security_alert_policy" "off" {
  resource_group_name = "rg"
  server_name = "sql"
  state = "Disabled" # expect: azure/detection-switched-off
}

resource "azurerm_mssql_server_security_alert_policy" "on" {
  # ok: azure/detection-switched-off
  resource_group_name = "rg"
  server_name = "sql"
  state = "Enabled"
}

# Fewer kinds of alerts are not none.
resource "azurerm_mssql_server_security_alert_policy" "fewer" {
  # ok: azure/detection-switched-off
  resource_group_name = "rg"
  server_name = "sql"
  state = "Enabled"
  disabled_alerts = ["Sql_Injection"]
}

# inconclusive: azure/detection-switched-off
resource "azurerm_security_center_subscription_pricing" "unknown" {
  resource_type = "VirtualMachines"
  tier = var.tier
}

