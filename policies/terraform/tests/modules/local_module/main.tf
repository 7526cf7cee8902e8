# ok: terraform/module-not-pinned
# ok: terraform/module-version-not-exact
module "part" {
  source = "./part"
}
