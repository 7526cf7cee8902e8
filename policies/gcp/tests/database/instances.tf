resource "google_sql_database_instance" "good" {
  # ok: gcp/sql-open-to-everyone, gcp/sql-without-backup, gcp/sql-deletion-unprotected
  name                = "good"
  database_version    = "POSTGRES_16"
  deletion_protection = true
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        value = "203.0.113.0/24"
      }
    }
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "open" {
  # ok: gcp/sql-without-backup, gcp/sql-deletion-unprotected
  name                = "open"
  database_version    = "POSTGRES_16"
  deletion_protection = true
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = true
      # expect: gcp/sql-open-to-everyone
      authorized_networks {
        value = "0.0.0.0/0"
      }
    }
    backup_configuration {
      enabled = true
    }
  }
}

# Everyone in two halves.
resource "google_sql_database_instance" "halves" {
  name             = "halves"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      # expect: gcp/sql-open-to-everyone
      authorized_networks {
        value = "0.0.0.0/1"
      }
      authorized_networks {
        value = "128.0.0.0/1"
      }
    }
    backup_configuration {
      enabled = true
    }
  }
}

# Networks of an address that is not there.
resource "google_sql_database_instance" "private" {
  # ok: gcp/sql-open-to-everyone
  name             = "private"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = false
      authorized_networks {
        value = "0.0.0.0/0"
      }
    }
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "unsaved" {
  # ok: gcp/sql-open-to-everyone, gcp/sql-deletion-unprotected
  name                = "unsaved"
  database_version    = "POSTGRES_16"
  deletion_protection = true
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        value = "203.0.113.0/24"
      }
    }
    backup_configuration {
      enabled = false # expect: gcp/sql-without-backup
    }
  }
}

resource "google_sql_database_instance" "unguarded" {
  # ok: gcp/sql-open-to-everyone, gcp/sql-without-backup
  name                = "unguarded"
  database_version    = "POSTGRES_16"
  deletion_protection = false # expect: gcp/sql-deletion-unprotected
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        value = "203.0.113.0/24"
      }
    }
    backup_configuration {
      enabled = true
    }
  }
}

# Guarded by the service itself.
resource "google_sql_database_instance" "guarded_there" {
  # ok: gcp/sql-deletion-unprotected
  name                = "guarded-there"
  database_version    = "POSTGRES_16"
  deletion_protection = false
  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
    backup_configuration {
      enabled = true
    }
  }
}

# A replica is as its source is.
resource "google_sql_database_instance" "replica" {
  # ok: gcp/sql-without-backup, gcp/sql-deletion-unprotected
  name                 = "replica"
  database_version     = "POSTGRES_16"
  master_instance_name = google_sql_database_instance.good.name
  deletion_protection  = false
  settings {
    tier = "db-custom-2-7680"
  }
}

resource "google_sql_database_instance" "replica_elsewhere" {
  # ok: gcp/sql-without-backup, gcp/sql-deletion-unprotected
  name                 = "replica-elsewhere"
  database_version     = "POSTGRES_16"
  master_instance_name = "main"
  deletion_protection  = false
  settings {
    tier = "db-custom-2-7680"
  }
}

variable "backup" {}
variable "guard" {}
variable "office" {}

# inconclusive: gcp/sql-open-to-everyone, gcp/sql-without-backup, gcp/sql-deletion-unprotected
resource "google_sql_database_instance" "unknown" {
  name                = "unknown"
  database_version    = "POSTGRES_16"
  deletion_protection = var.guard
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      authorized_networks {
        value = var.office
      }
    }
    backup_configuration {
      enabled = var.backup
    }
  }
}

# Whatever its source has, the clone has.
resource "google_sql_database_instance" "clone" {
  # ok: gcp/sql-without-backup
  name             = "clone"
  database_version = "POSTGRES_16"
  clone {
    source_instance_name = "main"
  }
}

# As a replica is written, and none.
resource "google_sql_database_instance" "bare" {
  name                = "bare"
  database_version    = "POSTGRES_16"
  deletion_protection = false # expect: gcp/sql-deletion-unprotected
  settings { # expect: gcp/sql-without-backup
    tier = "db-custom-2-7680"
  }
}
