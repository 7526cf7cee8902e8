resource "aws_instance" "key" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  # expect: aws/ec2-user-data-secrets
  user_data = <<-EOT
    #!/bin/sh
    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
  EOT
}

resource "aws_instance" "no_key" {
  # ok: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  user_data = <<-EOT
    #!/bin/sh
    export AWS_REGION=eu-west-1
  EOT
}

resource "aws_instance" "password" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  # expect: aws/ec2-user-data-secrets
  user_data = <<-EOT
    #!/bin/sh
    mysql --user=app --password=hunter2hunter2 shop
  EOT
}

# The secret is fetched, not written.
resource "aws_instance" "fetched" {
  # ok: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  user_data = <<-EOT
    #!/bin/sh
    DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id shop/db --query SecretString --output text)
  EOT
}

# Where the secret is kept is no secret.
resource "aws_instance" "named" {
  # ok: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  user_data = <<-EOT
    #!/bin/sh
    export DB_PASSWORD=arn:aws:ssm:eu-west-1:111122223333:parameter/shop/db
  EOT
}

resource "aws_launch_configuration" "key" {
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  # expect: aws/ec2-user-data-secrets
  user_data = <<-EOT
    #!/bin/sh
    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
  EOT
}

resource "aws_launch_template" "key" {
  metadata_options {
    http_tokens = "required"
  }
  # expect: aws/ec2-user-data-secrets
  user_data = base64encode(<<-EOT
    #!/bin/sh
    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
  EOT
  )
}

resource "aws_launch_template" "no_key" {
  # ok: aws/ec2-user-data-secrets
  metadata_options {
    http_tokens = "required"
  }
  user_data = base64encode(<<-EOT
    #!/bin/sh
    export AWS_REGION=eu-west-1
  EOT
  )
}

# A connection with a password in it.
resource "aws_instance" "connection" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  # expect: aws/ec2-user-data-secrets
  user_data = <<-EOT
    #!/bin/sh
    export DATABASE_URL=postgres://shop:hunter2hunter2@db/shop
  EOT
}

# What has to be given, what is asked for, and what a call returns.
resource "aws_instance" "asked" {
  # ok: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  user_data = <<-EOT
    #!/bin/sh
    : "$${DB_PASSWORD:?has to be set}"
    API_TOKEN=`fetch-token`
    python -c 'import os; connect(password=os.environ["DB_PASSWORD"])'
  EOT
}

# A default is judged where the variable is, the rest of the script here.
variable "db_password" {
  type    = string
  default = "qT7-harbour-12"
}

variable "boat" {
  type    = string
  default = "qT7-harbour-13"
}

resource "aws_instance" "by_variable" {
  # ok: aws/ec2-user-data-secrets
  user_data = "export DB_PASSWORD=${var.db_password}"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
}

resource "aws_instance" "by_another_variable" {
  user_data = "export DB_PASSWORD=${var.boat}" # expect: aws/ec2-user-data-secrets
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
}

# Of a script that is known in part, the lines that are known count.
resource "aws_db_instance" "orders" {
  identifier = "dn-orders"
}

resource "aws_instance" "known_in_part" {
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  # expect: aws/ec2-user-data-secrets
  user_data = <<-EOT
    #!/bin/sh
    export DB_HOST=${aws_db_instance.orders.address}
    export DB_PASSWORD=kingfisher-7731-lane
  EOT
}

resource "aws_launch_template" "known_in_part" {
  metadata_options {
    http_tokens = "required"
  }
  # expect: aws/ec2-user-data-secrets
  user_data = base64encode(<<-EOT
    #!/bin/sh
    export DB_PASSWORD=kingfisher-7731-lane
    export DB_HOST=${aws_db_instance.orders.address}
  EOT
  )
}

# The password itself is not known.
resource "aws_instance" "unknown" {
  # inconclusive: aws/ec2-user-data-secrets
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "t3.micro"
  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    encrypted = true
  }
  user_data     = <<-EOT
    #!/bin/sh
    export DB_PASSWORD=${aws_db_instance.orders.address}
  EOT
}
