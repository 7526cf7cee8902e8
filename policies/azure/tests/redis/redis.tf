resource "azurerm_redis_cache" "off" {
  name                = "off"
  resource_group_name = "rg"
  location            = "westeurope"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  redis_configuration {
    authentication_enabled = false # expect: azure/redis-without-authentication
  }
}

resource "azurerm_redis_cache" "on" {
  # ok: azure/redis-without-authentication
  name                = "on"
  resource_group_name = "rg"
  location            = "westeurope"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  redis_configuration {
    authentication_enabled = true
  }
}

# The name before version 4 of the provider.
resource "azurerm_redis_cache" "old" {
  name                = "old"
  resource_group_name = "rg"
  location            = "westeurope"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  redis_configuration {
    enable_authentication = false # expect: azure/redis-without-authentication
  }
}

resource "azurerm_redis_cache" "old_on" {
  # ok: azure/redis-without-authentication
  name                = "old-on"
  resource_group_name = "rg"
  location            = "westeurope"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  redis_configuration {
    enable_authentication = true
  }
}
