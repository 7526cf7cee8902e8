variable "principal" {}

variable "caller" {}

resource "aws_lambda_permission" "everyone" {
  action        = "lambda:InvokeFunction"
  function_name = "orders"
  principal     = "*" # expect: aws/function-open-to-everyone
}

resource "aws_lambda_permission" "signed" {
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = "orders"
  function_url_auth_type = "AWS_IAM"
  principal              = "*" # expect: aws/function-open-to-everyone
}

# ok: aws/function-open-to-everyone
resource "aws_lambda_permission" "url" {
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = "orders"
  function_url_auth_type = "NONE"
  principal              = "*"
}

# ok: aws/function-open-to-everyone
resource "aws_lambda_permission" "service" {
  action        = "lambda:InvokeFunction"
  function_name = "orders"
  principal     = "events.amazonaws.com"
}

# ok: aws/function-open-to-everyone
resource "aws_lambda_permission" "organisation" {
  action           = "lambda:InvokeFunction"
  function_name    = "orders"
  principal        = "*"
  principal_org_id = "o-1a2b3c4d5e"
}

# ok: aws/function-open-to-everyone
resource "aws_lambda_permission" "source" {
  action        = "lambda:InvokeFunction"
  function_name = "orders"
  principal     = "*"
  source_arn    = "arn:aws:sns:eu-west-1:123456789012:orders"
}

# inconclusive: aws/function-open-to-everyone
resource "aws_lambda_permission" "unknown" {
  action        = "lambda:InvokeFunction"
  function_name = "orders"
  principal     = var.principal
}

# inconclusive: aws/function-open-to-everyone
resource "aws_lambda_permission" "unknown_source" {
  action        = "lambda:InvokeFunction"
  function_name = "orders"
  principal     = "*"
  source_arn    = var.caller
}
