resource "aws_kinesis_stream" "plain" {
  name            = "plain"
  shard_count     = 1
  encryption_type = "NONE" # expect: aws/kinesis-stream-encrypted
}

resource "aws_kinesis_stream" "keyed" {
  # ok: aws/kinesis-stream-encrypted
  name            = "keyed"
  shard_count     = 1
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"
}

# expect: aws/kinesis-stream-encrypted
resource "aws_kinesis_stream" "unwritten" {
  name        = "unwritten"
  shard_count = 1
}

resource "aws_kinesis_firehose_delivery_stream" "off" {
  name        = "off"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn   = "arn:aws:iam::111122223333:role/firehose"
    bucket_arn = "arn:aws:s3:::dn-records"
  }
  server_side_encryption {
    enabled = false # expect: aws/kinesis-stream-encrypted
  }
}

resource "aws_kinesis_firehose_delivery_stream" "on" {
  # ok: aws/kinesis-stream-encrypted
  name        = "on"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn   = "arn:aws:iam::111122223333:role/firehose"
    bucket_arn = "arn:aws:s3:::dn-records"
  }
  server_side_encryption {
    enabled = true
  }
}

# expect: aws/kinesis-stream-encrypted
resource "aws_kinesis_firehose_delivery_stream" "unwritten" {
  name        = "unwritten"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn   = "arn:aws:iam::111122223333:role/firehose"
    bucket_arn = "arn:aws:s3:::dn-records"
  }
}

# It is as the stream that it reads from.
resource "aws_kinesis_firehose_delivery_stream" "reader" {
  # ok: aws/kinesis-stream-encrypted
  name        = "reader"
  destination = "extended_s3"
  extended_s3_configuration {
    role_arn   = "arn:aws:iam::111122223333:role/firehose"
    bucket_arn = "arn:aws:s3:::dn-records"
  }
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.keyed.arn
    role_arn           = "arn:aws:iam::111122223333:role/firehose"
  }
}
