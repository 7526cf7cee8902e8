resource "aws_ecs_task_definition" "privileged" {
  family = "privileged"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0", privileged = true }]) # expect: aws/task-runs-privileged
}

# ok: aws/task-runs-privileged, aws/task-mounts-runtime-socket
resource "aws_ecs_task_definition" "plain" {
  family = "plain"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0", privileged = false }])
}

# One capability is not all.
# ok: aws/task-runs-privileged
resource "aws_ecs_task_definition" "capability" {
  family = "capability"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0", linuxParameters = { capabilities = { add = ["NET_ADMIN"] } } }])
}

resource "aws_ecs_task_definition" "socket" {
  family = "socket"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
  volume {
    name = "v"
    host_path = "/var/run/docker.sock" # expect: aws/task-mounts-runtime-socket
  }
}

# ok: aws/task-mounts-runtime-socket
resource "aws_ecs_task_definition" "data" {
  family = "data"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
  volume {
    name = "v"
    host_path = "/srv/data"
  }
}

resource "aws_ecs_task_definition" "whole" {
  family = "whole"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
  volume {
    name = "v"
    host_path = "/" # expect: aws/task-mounts-runtime-socket
  }
}

# Its logs are not the runtime.
# ok: aws/task-mounts-runtime-socket
resource "aws_ecs_task_definition" "logs" {
  family = "logs"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
  volume {
    name = "v"
    host_path = "/var/log"
  }
}

variable "path" {}
variable "containers" {}

# inconclusive: aws/task-runs-privileged, aws/task-mounts-runtime-socket, aws/task-image-tag-moves
resource "aws_ecs_task_definition" "unknown" {
  family = "unknown"
  container_definitions = var.containers
  volume {
    name = "v"
    host_path = var.path
  }
}

