terraform {
  # ok: terraform/backend-secret
  backend "pg" {
    conn_str = "postgres://db.example.org/state"
  }
}
