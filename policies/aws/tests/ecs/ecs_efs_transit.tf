resource "aws_ecs_task_definition" "off" {
  family                = "off"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0.0", memory = 128 }])
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id     = "fs-0a1b2c3d"
      transit_encryption = "DISABLED" # expect: aws/ecs-efs-transit
    }
  }
}

resource "aws_ecs_task_definition" "on" {
  # ok: aws/ecs-efs-transit
  family                = "on"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0.0", memory = 128 }])
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id     = "fs-0a1b2c3d"
      transit_encryption = "ENABLED"
    }
  }
}

# Where nothing is written there is no encryption.
resource "aws_ecs_task_definition" "unwritten" {
  family                = "unwritten"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0.0", memory = 128 }])
  volume {
    name = "files"
    efs_volume_configuration { # expect: aws/ecs-efs-transit
      file_system_id = "fs-0a1b2c3d"
    }
  }
}

# A volume that is no file system.
resource "aws_ecs_task_definition" "scratch" {
  # ok: aws/ecs-efs-transit
  family                = "scratch"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0.0", memory = 128 }])
  volume {
    name = "scratch"
  }
}
