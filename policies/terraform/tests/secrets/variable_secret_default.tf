variable "db_password" {
  type    = string
  default = "Tr0ub4dor-and-3" # expect: terraform/variable-secret-default
}

# ok: terraform/variable-secret-default
variable "db_password_name" {
  type    = string
  default = "Tr0ub4dor-and-3"
}

# ok: terraform/variable-secret-default
variable "api_token" {
  type    = string
  default = "CHANGEME-please"
}

# ok: terraform/variable-secret-default
variable "no_default_secret" {
  type = string
}

# ok: terraform/variable-secret-default
variable "empty_password" {
  default = ""
}

variable "hidden_token" {
  type      = string
  sensitive = true
  default   = "9f86d081884c7d65" # expect: terraform/variable-secret-default
}

# ok: terraform/variable-secret-default
variable "secret" {
  default = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"
}

# ok: terraform/variable-secret-default
variable "color" {
  default = "Tr0ub4dor-and-3"
}

# ok: terraform/variable-secret-default
variable "password_options" {
  default = ["Tr0ub4dor-and-3"]
}
