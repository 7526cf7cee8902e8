resource "aws_ecs_task_definition" "moves" {
  family                = "moves"
  container_definitions = jsonencode([{ name = "web", image = "nginx:latest" }]) # expect: aws/task-image-tag-moves
}

resource "aws_ecs_task_definition" "bare" {
  family                = "bare"
  container_definitions = jsonencode([{ name = "web", image = "registry.example/team/web" }]) # expect: aws/task-image-tag-moves
}

resource "aws_ecs_task_definition" "pinned" {
  # ok: aws/task-image-tag-moves
  family                = "pinned"
  container_definitions = jsonencode([{ name = "web", image = "nginx:1.27.1" }])
}

resource "aws_ecs_task_definition" "digest" {
  # ok: aws/task-image-tag-moves
  family = "digest"
  container_definitions = jsonencode([{
    name  = "web"
    image = "nginx@sha256:0aafd2ae7e6c391f39fb6b7621632d79f54068faebc726caf469e87bd1d301c0"
  }])
}

# Its repository says that no tag moves, not even this one; where tags may, that is said there.
resource "aws_ecr_repository" "own" {
  name                 = "own"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecs_task_definition" "own" {
  # ok: aws/task-image-tag-moves
  family                = "own"
  container_definitions = jsonencode([{ name = "web", image = "${aws_ecr_repository.own.repository_url}:latest" }])
}

# A port of the registry is no tag.
resource "aws_ecs_task_definition" "port" {
  family                = "port"
  container_definitions = jsonencode([{ name = "web", image = "localhost:5000/web" }]) # expect: aws/task-image-tag-moves
}
