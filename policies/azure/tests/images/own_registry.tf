# Registries of the same configuration: how the address begins is not known. And images without a tag.
resource "azurerm_container_registry" "own" {
  name = "own"
  sku  = "Premium"
}

resource "azurerm_container_app" "own_moves" {
  name = "own_moves"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "${azurerm_container_registry.own.login_server}/web:latest"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app" "without_tag" {
  name = "without_tag"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "registry.example/web"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app" "own_pinned" {
  # ok: azure/image-tag-moves
  name = "own_pinned"
  template {
    container {
      name   = "web"
      image  = "registry.example/own/web:1.4.2"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app_job" "own_moves" {
  name = "own_moves"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "${azurerm_container_registry.own.login_server}/web:latest"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app_job" "without_tag" {
  name = "without_tag"
  # expect: azure/image-tag-moves
  template {
    container {
      name   = "web"
      image  = "registry.example/web"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_app_job" "own_pinned" {
  # ok: azure/image-tag-moves
  name = "own_pinned"
  template {
    container {
      name   = "web"
      image  = "registry.example/own/web:1.4.2"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}

resource "azurerm_container_group" "own_moves" {
  name = "own_moves"
  # expect: azure/image-tag-moves
  container {
    name   = "web"
    image  = "${azurerm_container_registry.own.login_server}/web:latest"
    cpu    = 0.5
    memory = "1"
  }
}

resource "azurerm_container_group" "without_tag" {
  name = "without_tag"
  # expect: azure/image-tag-moves
  container {
    name   = "web"
    image  = "registry.example/web"
    cpu    = 0.5
    memory = "1"
  }
}

resource "azurerm_container_group" "own_pinned" {
  # ok: azure/image-tag-moves
  name = "own_pinned"
  container {
    name   = "web"
    image  = "registry.example/own/web:1.4.2"
    cpu    = 0.5
    memory = "1"
  }
}
