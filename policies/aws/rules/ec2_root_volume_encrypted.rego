# METADATA
# scope: package
# title: Volume of an instance is not encrypted
# description: >-
#   The root volume or another one is in plain text, and this configuration does not switch on encryption by default
#   for the account. An instance from an encrypted copy of an image, or one whose volumes a launch template of this
#   configuration defines, is left alone.
# custom:
#   id: ec2-volumes-encrypted
#   applies_to: [aws_instance, aws_launch_configuration]
#   threat: T005
#   remediation: >-
#     Set encrypted to true in root_block_device and every ebs_block_device, or switch on
#     aws_ebs_encryption_by_default.
#   concept: aws.ec2.root-volume-encrypted
#   aliases: [CKV_AWS_8, AVD-AWS-0131, AVD-AWS-0008, AVD-AWS-0122]
#   references:
#     - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
package dreadnought.aws.ec2_root_volume_encrypted

import data.dreadnought.lib

deny contains finding(r, "") if {
	some r in input.by_type.aws_instance
	not lib.has_block(r.attributes, "root_block_device")
	count(lib.related(r, "aws_launch_template")) == 0
	not from_encrypted_image(r)
	not by_default
}

deny contains finding(r, "") if {
	some r in input.by_type.aws_launch_configuration
	not lib.has_block(r.attributes, "root_block_device")
	not from_encrypted_image(r)
	not by_default
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_instance
	some at in plain_devices(r)
	not by_default
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_launch_configuration
	some at in plain_devices(r)
	not by_default
}

finding(r, at) := {"resource": r.address, "at": at, "message": "a volume of the instance is not encrypted"}

plain_devices(r) := places if {
	roots := {sprintf("/root_block_device/%d/encrypted", [i]) |
		some i, device in r.attributes.root_block_device
		not lib.is_on(device, "encrypted")
		not from_encrypted_image(r)
	}
	others := {sprintf("/ebs_block_device/%d/encrypted", [i]) |
		some i, device in r.attributes.ebs_block_device
		not lib.is_on(device, "encrypted")
		not lib.is_on(device, "no_device")
	}
	places := roots | others
}

from_encrypted_image(r) if {
	some image in lib.related(r, "aws_ami_copy")
	image.attributes.encrypted in {true, "true"}
}

# New volumes of the account are encrypted whatever they say.
by_default if {
	some setting in input.by_type.aws_ebs_encryption_by_default
	not lib.is_off(setting.attributes, "enabled")
}
