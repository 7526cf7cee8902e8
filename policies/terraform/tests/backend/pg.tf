terraform {
  backend "pg" {
    # ok: terraform/backend-access-key
    conn_str = "postgres://terraform@db.example.org/state"
  }
}
