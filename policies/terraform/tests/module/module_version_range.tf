module "range" {
  source  = "example/naming/azurerm"
  version = "~> 1.2" # expect: terraform/module-version-range
}

module "exact" {
  # ok: terraform/module-version-range, terraform/module-not-pinned
  source  = "example/naming/azurerm"
  version = "1.2.0"
}

module "equals" {
  # ok: terraform/module-version-range
  source  = "example/naming/azurerm"
  version = "= 1.2.0"
}

module "least" {
  source  = "example/naming/azurerm"
  version = ">= 1.2.0" # expect: terraform/module-version-range
}
