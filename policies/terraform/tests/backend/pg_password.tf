terraform {
  backend "pg" {
    conn_str = "postgres://terraform:Sh0p-State@db.example.org/state" # expect: terraform/backend-access-key
  }
}
