# ok: gcp/bigquery-dataset-customer-key
resource "google_bigquery_dataset" "own_key" {
  dataset_id = "own_key"
  default_encryption_configuration {
    kms_key_name = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  }
}

resource "google_bigquery_dataset" "their_key" {
  dataset_id = "their_key" # expect: gcp/bigquery-dataset-customer-key
}

# ok: gcp/dataproc-customer-key
resource "google_dataproc_cluster" "own_key" {
  name = "own-key"
  cluster_config {
    encryption_config {
      kms_key_name = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
    }
  }
}

resource "google_dataproc_cluster" "their_key" {
  name = "their-key"
  cluster_config { # expect: gcp/dataproc-customer-key
    encryption_config {
      kms_key_name = null
    }
  }
}

resource "google_dataproc_cluster" "nothing_said" {
  name = "nothing-said" # expect: gcp/dataproc-customer-key
}

# ok: gcp/sql-public-address
resource "google_sql_database_instance" "inside" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    ip_configuration {
      ipv4_enabled    = false
      private_network = "projects/p/global/networks/n"
    }
  }
}

resource "google_sql_database_instance" "outside" {
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    ip_configuration {
      ipv4_enabled    = true # expect: gcp/sql-public-address
      private_network = "projects/p/global/networks/n"
    }
  }
}

resource "google_sql_database_instance" "by_default" {
  database_version = "POSTGRES_16"
  settings { # expect: gcp/sql-public-address
    tier = "db-custom-2-8192"
  }
}

# A copy of another instance that is made elsewhere says nothing.
resource "google_sql_database_instance" "copy" {
  database_version = "POSTGRES_16"
  clone {
    source_instance_name = "other"
  }
}
