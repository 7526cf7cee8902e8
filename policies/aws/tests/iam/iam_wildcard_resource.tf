resource "aws_iam_policy" "every_object" {
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_policy" "orders" {
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:aws:s3:::dn-orders/*"
    }]
  })
}

# These actions know no resources, or only list.
resource "aws_iam_policy" "no_resources" {
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action = [
        "ec2:DescribeInstances", "cloudwatch:PutMetricData", "ecr:GetAuthorizationToken", "ecr-public:GetAuthorizationToken",
        "sts:GetServiceBearerToken", "lakeformation:GetDataAccess", "textract:DetectDocumentText", "comprehend:DetectSentiment",
        "comprehend:BatchDetectEntities", "comprehend:ContainsPiiEntities", "polly:SynthesizeSpeech", "rekognition:CompareFaces",
        "rekognition:DetectLabels", "rekognition:RecognizeCelebrities", "translate:TranslateText",
      ]
      Resource = "*"
    }]
  })
}

# The condition narrows the resources.
resource "aws_iam_policy" "tagged" {
  # ok: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "ec2:StopInstances"
      Resource  = "*"
      Condition = { StringEquals = { "aws:ResourceTag/team" = "shop" } }
    }]
  })
}

resource "aws_iam_role_policy" "keys" {
  role = "worker"
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "*"
    }]
  })
}

resource "aws_iam_group_policy" "keys" {
  group = "people"
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "*"
    }]
  })
}

resource "aws_iam_user_policy" "keys" {
  user = "anna" # expect: aws/iam-policy-on-user
  # expect: aws/iam-wildcard-resource
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy" "all_but" {
  role = "worker"
  # expect: aws/iam-wildcard-resource
  policy = <<-JSON
    {
      "Statement": {
        "Effect": "Allow",
        "NotAction": "iam:*",
        "Resource": "*"
      }
    }
  JSON
}
