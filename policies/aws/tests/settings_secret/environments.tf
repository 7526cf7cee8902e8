resource "aws_lambda_function" "password" {
  function_name = "password"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {
    variables = { # expect: aws/environment-secret
      STAGE       = "prod"
      DB_PASSWORD = "qT7-harbour-9"
    }
  }
}

resource "aws_lambda_function" "named" {
  # ok: aws/environment-secret
  function_name = "named"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {
    variables = {
      STAGE            = "prod"
      DB_PASSWORD_NAME = "qT7-harbour-9"
    }
  }
}

resource "aws_ecs_task_definition" "key" {
  family = "key"
  container_definitions = jsonencode([{ # expect: aws/environment-secret
    name        = "web"
    image       = "web:1.0.0"
    environment = [{ name = "STAGE", value = "prod" }, { name = "API_KEY", value = "9f2Kc81TqLw0aZx4" }]
  }])
}

resource "aws_ecs_task_definition" "stored" {
  # ok: aws/environment-secret
  family = "stored"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "web:1.0.0"
    environment = [{ name = "STAGE", value = "prod" }, { name = "API_KEY", value = "prod/api-key" }]
  }])
}

# What is asked for by name at start.
resource "aws_ecs_task_definition" "fetched" {
  # ok: aws/environment-secret
  family = "fetched"
  container_definitions = jsonencode([{
    name    = "web"
    image   = "web:1.0.0"
    secrets = [{ name = "API_KEY", valueFrom = "arn:aws:ssm:eu-west-1:111122223333:parameter/api-key" }]
  }])
}

resource "aws_apprunner_service" "image" {
  service_name = "image"
  source_configuration { # expect: aws/environment-secret
    image_repository {
      image_identifier      = "public.ecr.aws/x/web:1"
      image_repository_type = "ECR_PUBLIC"
      image_configuration {
        runtime_environment_variables = { DATABASE_URL = "postgres://web:qT7-harbour-9@db.internal/web" }
      }
    }
  }
}

resource "aws_apprunner_service" "image_without" {
  # ok: aws/environment-secret
  service_name = "image"
  source_configuration {
    image_repository {
      image_identifier      = "public.ecr.aws/x/web:1"
      image_repository_type = "ECR_PUBLIC"
      image_configuration {
        runtime_environment_variables = { DATABASE_URL = "postgres://web@db.internal/web" }
      }
    }
  }
}

resource "aws_apprunner_service" "code" {
  service_name = "code"
  source_configuration { # expect: aws/environment-secret
    code_repository {
      repository_url = "https://git.example.org/web"
      code_configuration {
        configuration_source = "API"
        code_configuration_values {
          runtime                       = "PYTHON_3"
          runtime_environment_variables = { SIGNING_KEY = "9f2Kc81TqLw0aZx4" }
        }
      }
    }
  }
}

resource "aws_apprunner_service" "code_without" {
  # ok: aws/environment-secret
  service_name = "code"
  source_configuration {
    code_repository {
      repository_url = "https://git.example.org/web"
      code_configuration {
        configuration_source = "API"
        code_configuration_values {
          runtime                       = "PYTHON_3"
          runtime_environment_variables = { SIGNING_KEY = "ssm:/web/signing" }
        }
      }
    }
  }
}

resource "aws_elastic_beanstalk_environment" "token" {
  name        = "token"
  application = "web"
  setting { # expect: aws/environment-secret
    namespace = "aws:elasticbeanstalk:application:environment"
    name      = "SESSION_TOKEN"
    value     = "9f2Kc81TqLw0aZx4"
  }
}

# Not in the environment of the application.
resource "aws_elastic_beanstalk_environment" "other" {
  # ok: aws/environment-secret
  name        = "other"
  application = "web"
  setting {
    namespace = "aws:elasticbeanstalk:cloudwatch:logs"
    name      = "SESSION_TOKEN"
    value     = "9f2Kc81TqLw0aZx4"
  }
}

# A word that stands for another.
resource "aws_elastic_beanstalk_environment" "placeholder" {
  # ok: aws/environment-secret
  name        = "token"
  application = "web"
  setting {
    namespace = "aws:elasticbeanstalk:application:environment"
    name      = "SESSION_TOKEN"
    value     = "changeme-9f2Kc81TqLw0aZx4"
  }
}

# The default of a variable is judged where it stands, if the variable's name says that it is a secret; what somebody makes at apply is in
# no code.
variable "db_password" {
  default = "nK4-lantern-2"
}

variable "word" {
  default = "nK4-lantern-3"
}

resource "random_password" "made" {
  length = 24
}

resource "aws_lambda_function" "passed_in" {
  # ok: aws/environment-secret
  function_name = "passed"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {
    variables = {
      DB_PASSWORD = var.db_password
      TABLE       = random_password.made.id
    }
  }
}

resource "aws_lambda_function" "passed_in_by_another_name" {
  function_name = "passed-by-another-name"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {
    # expect: aws/environment-secret
    variables = { DB_PASSWORD = var.word }
  }
}

# inconclusive: aws/environment-secret
resource "aws_lambda_function" "made" {
  function_name = "made"
  role          = "arn:aws:iam::111122223333:role/f"
  environment {
    variables = { DB_PASSWORD = random_password.made.result }
  }
}
