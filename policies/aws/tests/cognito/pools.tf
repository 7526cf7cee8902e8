resource "aws_cognito_user_pool" "off" {
  name              = "off"
  mfa_configuration = "OFF" # expect: aws/user-pool-without-second-factor
}

resource "aws_cognito_user_pool" "on" {
  # ok: aws/user-pool-without-second-factor
  name              = "on"
  mfa_configuration = "ON"
}

# expect: aws/user-pool-without-second-factor
resource "aws_cognito_user_pool" "silent" {
  name = "silent"
}

# Users may have one.
resource "aws_cognito_user_pool" "optional" {
  # ok: aws/user-pool-without-second-factor
  name              = "optional"
  mfa_configuration = "OPTIONAL"
}
