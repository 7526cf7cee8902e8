# Its owner is whoever owns this code.
module "local" {
  # ok: terraform/module-not-pinned, terraform/module-version-range
  source = "./naming"
}
