resource "aws_ebs_volume" "off" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = false # expect: aws/ebs-volume-encrypted
}

resource "aws_ebs_volume" "on" {
  # ok: aws/ebs-volume-encrypted
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = true
}

# expect: aws/ebs-volume-encrypted
resource "aws_ebs_volume" "unwritten" {
  availability_zone = "eu-west-1a"
  size              = 10
}

resource "aws_ebs_snapshot_copy" "locked" {
  source_region      = "eu-west-1"
  source_snapshot_id = "snap-0a1b2c3d"
  encrypted          = true
}

# From an encrypted copy of a snapshot comes an encrypted volume.
resource "aws_ebs_volume" "from_locked" {
  # ok: aws/ebs-volume-encrypted
  availability_zone = "eu-west-1a"
  size              = 10
  snapshot_id       = aws_ebs_snapshot_copy.locked.id
}

resource "aws_ebs_snapshot_copy" "open" {
  source_region      = "eu-west-1"
  source_snapshot_id = "snap-0a1b2c3d"
  encrypted          = false
}

# expect: aws/ebs-volume-encrypted
resource "aws_ebs_volume" "from_open" {
  availability_zone = "eu-west-1a"
  size              = 10
  snapshot_id       = aws_ebs_snapshot_copy.open.id
}
