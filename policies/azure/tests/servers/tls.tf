variable "lowest" {}
variable "days" {}
variable "on" {}

resource "azurerm_mssql_server" "old" {
  name = "old"
  minimum_tls_version = "1.0" # expect: azure/server-weak-tls
}

resource "azurerm_mssql_server" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  minimum_tls_version = "1.2"
}

resource "azurerm_mssql_server" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_mssql_server" "unknown" {
  name = "unknown"
  minimum_tls_version = var.lowest
}

resource "azurerm_redis_cache" "old" {
  name = "old"
  minimum_tls_version = "1.1" # expect: azure/server-weak-tls
}

resource "azurerm_redis_cache" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  minimum_tls_version = "1.2"
}

resource "azurerm_redis_cache" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_redis_cache" "unknown" {
  name = "unknown"
  minimum_tls_version = var.lowest
}

resource "azurerm_servicebus_namespace" "old" {
  name = "old"
  minimum_tls_version = "1.0" # expect: azure/server-weak-tls
}

resource "azurerm_servicebus_namespace" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  minimum_tls_version = "1.2"
}

resource "azurerm_servicebus_namespace" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_servicebus_namespace" "unknown" {
  name = "unknown"
  minimum_tls_version = var.lowest
}

resource "azurerm_eventhub_namespace" "old" {
  name = "old"
  minimum_tls_version = "1.1" # expect: azure/server-weak-tls
}

resource "azurerm_eventhub_namespace" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  minimum_tls_version = "1.2"
}

resource "azurerm_eventhub_namespace" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_eventhub_namespace" "unknown" {
  name = "unknown"
  minimum_tls_version = var.lowest
}

resource "azurerm_postgresql_server" "old" {
  name = "old"
  ssl_minimal_tls_version_enforced = "TLSEnforcementDisabled" # expect: azure/server-weak-tls
}

resource "azurerm_postgresql_server" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  ssl_minimal_tls_version_enforced = "TLS1_2"
}

resource "azurerm_postgresql_server" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_postgresql_server" "unknown" {
  name = "unknown"
  ssl_minimal_tls_version_enforced = var.lowest
}

resource "azurerm_mysql_server" "old" {
  name = "old"
  ssl_minimal_tls_version_enforced = "TLS1_1" # expect: azure/server-weak-tls
}

resource "azurerm_mysql_server" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  ssl_minimal_tls_version_enforced = "TLS1_2"
}

resource "azurerm_mysql_server" "silent" {
  # ok: azure/server-weak-tls
  name = "silent"
}

# inconclusive: azure/server-weak-tls
resource "azurerm_mysql_server" "unknown" {
  name = "unknown"
  ssl_minimal_tls_version_enforced = var.lowest
}

resource "azurerm_linux_web_app" "old" {
  name = "old"
  site_config {
    minimum_tls_version = "1.0" # expect: azure/server-weak-tls
  }
}

resource "azurerm_linux_web_app" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  site_config {
    minimum_tls_version = "1.3"
  }
}

resource "azurerm_windows_web_app" "old" {
  name = "old"
  site_config {
    minimum_tls_version = "1.0" # expect: azure/server-weak-tls
  }
}

resource "azurerm_windows_web_app" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  site_config {
    minimum_tls_version = "1.3"
  }
}


resource "azurerm_linux_function_app" "old" {
  name = "old"
  site_config {
    minimum_tls_version = "1.0" # expect: azure/server-weak-tls
  }
}

resource "azurerm_linux_function_app" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  site_config {
    minimum_tls_version = "1.3"
  }
}

resource "azurerm_windows_function_app" "old" {
  name = "old"
  site_config {
    minimum_tls_version = "1.0" # expect: azure/server-weak-tls
  }
}

resource "azurerm_windows_function_app" "new" {
  # ok: azure/server-weak-tls
  name = "new"
  site_config {
    minimum_tls_version = "1.3"
  }
}
