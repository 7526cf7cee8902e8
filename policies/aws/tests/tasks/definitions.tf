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
# ok: aws/task-runs-privileged, aws/task-adds-strong-capabilities, aws/task-shares-host-processes
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
variable "processes" {}
variable "containers" {}

# inconclusive: aws/task-runs-privileged, aws/task-mounts-runtime-socket, aws/task-image-tag-moves, aws/task-adds-strong-capabilities, aws/task-shares-host-processes
resource "aws_ecs_task_definition" "unknown" {
  family = "unknown"
  container_definitions = var.containers
  pid_mode = var.processes
  volume {
    name = "v"
    host_path = var.path
  }
}


resource "aws_ecs_task_definition" "tracing" {
  family = "tracing"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0", linuxParameters = { capabilities = { add = ["SYS_PTRACE"] } } }]) # expect: aws/task-adds-strong-capabilities
}

# A privileged container has them all, and is told so.
# ok: aws/task-adds-strong-capabilities
resource "aws_ecs_task_definition" "both" {
  family = "both"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0", privileged = true, linuxParameters = { capabilities = { add = ["SYS_ADMIN"] } } }]) # expect: aws/task-runs-privileged
}

resource "aws_ecs_task_definition" "processes" {
  family = "processes"
  pid_mode = "host" # expect: aws/task-shares-host-processes
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
}

# ok: aws/task-shares-host-processes
resource "aws_ecs_task_definition" "own_processes" {
  family = "own-processes"
  pid_mode = "task"
  container_definitions = jsonencode([{ name = "app", image = "app:1.0" }])
}
