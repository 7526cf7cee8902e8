terraform {
  backend "pg" {
    conn_str = "postgres://state:hunter22@db.example.org/state" # expect: terraform/backend-secret
  }
}
