variable "flag" {}

resource "google_sql_database_instance" "external_scripts_on" {
  database_version    = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-external-scripts
      name  = "external scripts enabled"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "external_scripts_off" {
  # ok: gcp/sql-external-scripts
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "external scripts enabled"
      value = "off"
    }
  }
}

# inconclusive: gcp/sql-external-scripts
resource "google_sql_database_instance" "external_scripts_unknown" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "external scripts enabled"
      value = var.flag
    }
  }
}

resource "google_sql_database_instance" "ownership_chains_on" {
  database_version    = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-ownership-chains
      name  = "cross db ownership chaining"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "ownership_chains_off" {
  # ok: gcp/sql-ownership-chains
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "cross db ownership chaining"
      value = "off"
    }
  }
}

# inconclusive: gcp/sql-ownership-chains
resource "google_sql_database_instance" "ownership_chains_unknown" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "cross db ownership chaining"
      value = var.flag
    }
  }
}

resource "google_sql_database_instance" "contained_users_on" {
  database_version    = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-contained-users
      name  = "contained database authentication"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "contained_users_off" {
  # ok: gcp/sql-contained-users
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "contained database authentication"
      value = "off"
    }
  }
}

# inconclusive: gcp/sql-contained-users
resource "google_sql_database_instance" "contained_users_unknown" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "contained database authentication"
      value = var.flag
    }
  }
}

# Another flag that is on.
resource "google_sql_database_instance" "other" {
  # ok: gcp/sql-external-scripts, gcp/sql-ownership-chains, gcp/sql-contained-users
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "3625"
      value = "on"
    }
  }
}
