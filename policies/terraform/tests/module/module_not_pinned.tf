module "latest" {
  source = "git::https://git.example.org/platform/naming.git" # expect: terraform/module-not-pinned
}

module "commit" {
  # ok: terraform/module-not-pinned
  source = "git::https://git.example.org/platform/naming.git?ref=4f1c2d3e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d"
}

module "tag" {
  source = "git::https://git.example.org/platform/naming.git?ref=v1.2.0" # expect: terraform/module-not-pinned
}

module "branch" {
  source = "github.com/example/naming?ref=main" # expect: terraform/module-not-pinned
}

module "registry" {
  source = "example/naming/azurerm" # expect: terraform/module-not-pinned
}

module "checked" {
  # ok: terraform/module-not-pinned
  source = "https://example.org/naming.zip?checksum=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}
