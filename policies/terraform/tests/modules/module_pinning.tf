module "git" {
  source = "git::https://git.example.org/naming.git" # expect: terraform/module-not-pinned
}

# ok: terraform/module-not-pinned
# ok: terraform/module-version-not-exact
module "git_commit" {
  source = "git::https://git.example.org/naming.git?ref=0123456789abcdef0123456789abcdef01234567"
}

# ok: terraform/module-not-pinned
module "git_tag" {
  source = "git::https://git.example.org/naming.git?ref=v1.2.0" # expect: terraform/module-version-not-exact
}

module "registry" {
  source = "terraform-aws-modules/vpc/aws" # expect: terraform/module-not-pinned
}

# ok: terraform/module-not-pinned
module "registry_range" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0" # expect: terraform/module-version-not-exact
}

# ok: terraform/module-not-pinned
# ok: terraform/module-version-not-exact
module "registry_exact" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.2"
}
