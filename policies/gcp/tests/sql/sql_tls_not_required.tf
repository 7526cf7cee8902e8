resource "google_sql_database_instance" "both" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # expect: gcp/sql-tls-not-required
    }
  }
}

resource "google_sql_database_instance" "encrypted" {
  # ok: gcp/sql-tls-not-required
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"
    }
  }
}

# expect: gcp/sql-tls-not-required
resource "google_sql_database_instance" "bare" {
  database_version = "POSTGRES_16"
}

# The name before version 6 of the provider.
resource "google_sql_database_instance" "old" {
  # ok: gcp/sql-tls-not-required
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      require_ssl = true
    }
  }
}

# A clone takes the settings of its source.
resource "google_sql_database_instance" "clone" {
  # ok: gcp/sql-tls-not-required
  database_version = "POSTGRES_16"
  clone {
    source_instance_name = "core"
  }
}

# Connectors encrypt by themselves, and nothing else is let in.
resource "google_sql_database_instance" "connectors" {
  # ok: gcp/sql-tls-not-required
  database_version = "POSTGRES_16"
  settings {
    tier                  = "db-f1-micro"
    connector_enforcement = "REQUIRED"
  }
}

resource "google_sql_database_instance" "no_connectors" {
  database_version = "POSTGRES_16"
  # expect: gcp/sql-tls-not-required
  settings {
    tier                  = "db-f1-micro"
    connector_enforcement = "NOT_REQUIRED"
  }
}

# The new name counts where both are written.
resource "google_sql_database_instance" "both_names" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      require_ssl = true
      ssl_mode    = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # expect: gcp/sql-tls-not-required
    }
  }
}

resource "google_sql_database_instance" "certificates" {
  # ok: gcp/sql-tls-not-required
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ssl_mode = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }
  }
}
