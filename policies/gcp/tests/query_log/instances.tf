variable "flag" {}

resource "google_sql_database_instance" "postgres_hardened" {
  # ok: gcp/sql-no-connection-log
  # ok: gcp/sql-no-disconnection-log
  # ok: gcp/sql-no-statement-log
  # ok: gcp/sql-no-audit-extension
  # ok: gcp/sql-verbose-error-log
  # ok: gcp/sql-warnings-not-logged
  # ok: gcp/sql-failed-statements-not-logged
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_no_connection_log" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-no-connection-log
      name  = "log_connections"
      value = "off"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_no_disconnection_log" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-no-disconnection-log
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "off"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_no_statement_log" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-no-statement-log
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "none"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_no_audit_extension" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-no-audit-extension
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "off"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_verbose_error_log" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-verbose-error-log
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "verbose"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_warnings_not_logged" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-warnings-not-logged
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "panic"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}

resource "google_sql_database_instance" "sql_failed_statements_not_logged" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-failed-statements-not-logged
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "panic"
    }
  }
}

resource "google_sql_database_instance" "postgres_as_made" {
  database_version = "POSTGRES_16"
  settings { # expect: gcp/sql-no-connection-log, gcp/sql-no-disconnection-log, gcp/sql-no-statement-log, gcp/sql-no-audit-extension
    tier = "db-custom-2-8192"
  }
}

resource "google_sql_database_instance" "mysql_hardened" {
  # ok: gcp/sql-local-files
  # ok: gcp/sql-database-names-shown
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "local_infile"
      value = "off"
    }
    database_flags {
      name  = "skip_show_database"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "sql_local_files" {
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-local-files
      name  = "local_infile"
      value = "on"
    }
    database_flags {
      name  = "skip_show_database"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "sql_database_names_shown" {
  database_version = "MYSQL_8_0"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-database-names-shown
      name  = "local_infile"
      value = "off"
    }
    database_flags {
      name  = "skip_show_database"
      value = "off"
    }
  }
}

resource "google_sql_database_instance" "mysql_as_made" {
  database_version = "MYSQL_8_0"
  settings { # expect: gcp/sql-local-files, gcp/sql-database-names-shown
    tier = "db-custom-2-8192"
  }
}

resource "google_sql_database_instance" "sqlserver_hardened" {
  # ok: gcp/sql-connections-limited
  # ok: gcp/sql-remote-access
  # ok: gcp/sql-error-parameters-shown
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "user connections"
      value = "0"
    }
    database_flags {
      name  = "remote access"
      value = "off"
    }
    database_flags {
      name  = "3625"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "sql_connections_limited" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-connections-limited
      name  = "user connections"
      value = "10"
    }
    database_flags {
      name  = "remote access"
      value = "off"
    }
    database_flags {
      name  = "3625"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "sql_remote_access" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-remote-access
      name  = "user connections"
      value = "0"
    }
    database_flags {
      name  = "remote access"
      value = "on"
    }
    database_flags {
      name  = "3625"
      value = "on"
    }
  }
}

resource "google_sql_database_instance" "sql_error_parameters_shown" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings {
    tier = "db-custom-2-8192"
    database_flags { # expect: gcp/sql-error-parameters-shown
      name  = "user connections"
      value = "0"
    }
    database_flags {
      name  = "remote access"
      value = "off"
    }
    database_flags {
      name  = "3625"
      value = "off"
    }
  }
}

resource "google_sql_database_instance" "sqlserver_as_made" {
  database_version = "SQLSERVER_2022_STANDARD"
  settings { # expect: gcp/sql-remote-access, gcp/sql-error-parameters-shown
    tier = "db-custom-2-8192"
  }
}

resource "google_sql_database_instance" "unknown_flag" {
  # inconclusive: gcp/sql-no-connection-log
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    database_flags {
      name  = "log_connections"
      value = var.flag
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    database_flags {
      name  = "log_error_verbosity"
      value = "default"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
  }
}
