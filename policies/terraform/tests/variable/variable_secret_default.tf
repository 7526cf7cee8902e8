variable "db_password" {
  default = "Sh0p-Db-Passw0rd-2026" # expect: terraform/variable-secret-default
}

variable "db_user" {
  # ok: terraform/variable-secret-default
  default = "Sh0p-Db-Passw0rd-2026"
}

# Nobody gets in with these.
variable "admin_password" {
  # ok: terraform/variable-secret-default
  default = "changeme"
}

variable "root_password" {
  # ok: terraform/variable-secret-default
  default = "<your password>"
}

variable "master_password" {
  # ok: terraform/variable-secret-default
  default = ""
}

variable "user_password" {
  # ok: terraform/variable-secret-default
  default = null
}

variable "service_password" {
  # ok: terraform/variable-secret-default
  type      = string
  sensitive = true
}

# Marked sensitive, but still in the code.
variable "github_token" {
  sensitive = true
  default   = "ghp_16C7e42F292c6912E7710c838347Ae178B4a" # expect: terraform/variable-secret-default
}

variable "apiKey" {
  default = "9f86d081884c7d659a2feaa0c55ad015" # expect: terraform/variable-secret-default
}

variable "signing_private_key" {
  # expect: terraform/variable-secret-default
  default = <<-EOT
    -----BEGIN PRIVATE KEY-----
    bm90IGEgcmVhbCBrZXk=
    -----END PRIVATE KEY-----
  EOT
}

# Where a secret is kept, or what it is called.
variable "api_token" {
  # ok: terraform/variable-secret-default
  default = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:api"
}

variable "ssh_private_key" {
  # ok: terraform/variable-secret-default
  default = "~/.ssh/id_ed25519"
}

variable "registry_secret" {
  # ok: terraform/variable-secret-default
  default = "registry-pull-credentials"
}

variable "image_pull_secret" {
  # ok: terraform/variable-secret-default
  default = "regcred"
}

# Settings about secrets.
variable "password_length" {
  # ok: terraform/variable-secret-default
  default = 32
}

variable "token_issuer" {
  # ok: terraform/variable-secret-default
  default = "shop-identity"
}

variable "rotate_password" {
  # ok: terraform/variable-secret-default
  default = true
}

variable "vault_token" {
  # ok: terraform/variable-secret-default
  default = "{{ lookup }}"
}

variable "tls_private_key" {
  # ok: terraform/variable-secret-default
  default = "server.pem"
}

variable "join_token" {
  # ok: terraform/variable-secret-default
  default = "disabled"
}

# What a secret is called where it is kept: words, and paths of them.
variable "kube_secret" {
  # ok: terraform/variable-secret-default
  default = "tailscale"
}

variable "monitoring_api_secret_key" {
  # ok: terraform/variable-secret-default
  default = "default"
}

variable "parameter_password" {
  # ok: terraform/variable-secret-default
  default = "admin/db_password"
}

# A word may well be a password.
variable "postgres_password" {
  default = "postgres" # expect: terraform/variable-secret-default
}

# As a key in base64 may have slashes.
variable "account_key" {
  default = "q83vEjRWeJCrze8S/NFZ4kKvN7xI0VniQq83vEjRWeJA=" # expect: terraform/variable-secret-default
}

variable "deploy_secret_key" {
  default = "wPq2rXUtn/K7MDqT7LM/bPxRfiCY9c81" # expect: terraform/variable-secret-default
}

# What it is called there, and a bad one.
variable "shop_password" {
  # ok: terraform/variable-secret-default
  default = "shop-db-password"
}

variable "cache_password_2" {
  default = "root" # expect: terraform/variable-secret-default
}
