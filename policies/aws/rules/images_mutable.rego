# METADATA
# scope: package
# title: Tags of images can be moved
# description: >-
#   Whoever may push replaces what a tag stands for, and the next start runs it. Nothing written means so. It takes the
#   right to push, hence harder than the threat class.
# custom:
#   id: ecr-tags-mutable
#   applies_to: [aws_ecr_repository]
#   threat: T034
#   dread: {exploitability: 3}
#   remediation: >-
#     Set image_tag_mutability to IMMUTABLE, or deploy by digest.
#   aliases: [CKV_AWS_51, AVD-AWS-0031]
#   references:
#     - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
package dreadnought.aws.images_mutable

deny contains {"resource": r.address, "at": "/image_tag_mutability", "message": "a tag may be moved to another image"} if {
	some r in input.by_type.aws_ecr_repository
	not startswith(mutability(r), "IMMUTABLE")
}

mutability(r) := object.get(r.attributes, "image_tag_mutability", "MUTABLE")
