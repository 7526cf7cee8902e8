# METADATA
# scope: package
# title: Volume is not encrypted
# description: >-
#   The volume and its snapshots are in plain text, and this configuration does not switch on encryption by default
#   for the account. A volume from an encrypted copy of a snapshot is encrypted as that is.
# custom:
#   id: ebs-volume-encrypted
#   applies_to: [aws_ebs_volume]
#   threat: T005
#   remediation: >-
#     Set encrypted to true, or switch on aws_ebs_encryption_by_default.
#   concept: aws.ebs.volume-encrypted
#   aliases: [CKV_AWS_3, AVD-AWS-0026]
#   references:
#     - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
package dreadnought.aws.ebs_volume_encrypted

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": "/encrypted",
	"message": "the volume is not encrypted",
} if {
	some r in input.by_type.aws_ebs_volume
	not lib.is_on(r.attributes, "encrypted")
	not from_encrypted_snapshot(r)
	not by_default
}

from_encrypted_snapshot(r) if {
	some snapshot in lib.related(r, "aws_ebs_snapshot_copy")
	snapshot.attributes.encrypted in {true, "true"}
}

# New volumes of the account are encrypted whatever they say.
by_default if {
	some setting in input.by_type.aws_ebs_encryption_by_default
	not lib.is_off(setting.attributes, "enabled")
}
