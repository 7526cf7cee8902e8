resource "azurerm_container_app" "moves" {
  name = "moves"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "registry.example/web:latest"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app" "pinned" {
  # ok: azure/image-tag-moves
  name = "pinned"
  template {
    container {
      name   = "web"
      image  = "registry.example/web:1.4.2"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app_job" "moves" {
  name = "moves"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "registry.example/web:latest"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app_job" "pinned" {
  # ok: azure/image-tag-moves
  name = "pinned"
  template {
    container {
      name   = "web"
      image  = "registry.example/web:1.4.2"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_group" "moves" {
  name    = "moves"
  os_type = "Linux"
  # expect: azure/image-tag-moves
  container {
    name   = "web"
    image  = "registry.example/web:latest"
    cpu    = 0.5
    memory = "1Gi"
  }
}

resource "azurerm_container_group" "pinned" {
  # ok: azure/image-tag-moves
  name    = "pinned"
  os_type = "Linux"
  container {
    name   = "web"
    image  = "registry.example/web:1.4.2"
    cpu    = 0.5
    memory = "1Gi"
  }
}
