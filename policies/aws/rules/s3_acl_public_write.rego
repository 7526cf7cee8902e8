# METADATA
# scope: package
# title: Bucket ACL lets everyone write
# description: >-
#   The bucket's ACL, canned or granted, lets all users (or every holder of an AWS account) create, overwrite and
#   delete objects, or change the ACL itself. A public access block that ignores public ACLs, or an ownership control
#   that switches ACLs off, makes it harmless.
# custom:
#   id: s3-acl-public-write
#   applies_to: [aws_s3_bucket_acl, aws_s3_bucket]
#   threat: T004
#   remediation: >-
#     Use the private ACL, or switch ACLs off with object ownership BucketOwnerEnforced.
#   concept: aws.s3.acl-public-write
#   aliases: [CKV_AWS_57]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
package dreadnought.aws.s3_acl_public_write

import data.dreadnought.lib

deny contains finding(r, "/acl") if {
	some r in input.by_type.aws_s3_bucket_acl
	r.attributes.acl in {"public-read-write"}
	not ignored(r)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_s3_bucket_acl
	some i, policy in r.attributes.access_control_policy
	some j, grant in policy.grant
	grant.permission in {"WRITE", "WRITE_ACP", "FULL_CONTROL"}
	some k, grantee in grant.grantee
	everyone(grantee.uri)
	not ignored(r)
	at := sprintf("/access_control_policy/%d/grant/%d/grantee/%d/uri", [i, j, k])
}

deny contains finding(r, "/acl") if {
	some r in input.by_type.aws_s3_bucket
	r.attributes.acl in {"public-read-write"}
	not ignored(r)
}

deny contains finding(r, sprintf("/grant/%d/uri", [i])) if {
	some r in input.by_type.aws_s3_bucket
	some i, grant in r.attributes.grant
	some permission in grant.permissions
	permission in {"WRITE", "WRITE_ACP", "FULL_CONTROL"}
	everyone(grant.uri)
	not ignored(r)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the ACL lets everyone write"}

# Any holder of an AWS account is an authenticated user.
everyone(uri) if endswith(uri, "/groups/global/AllUsers")

everyone(uri) if endswith(uri, "/groups/global/AuthenticatedUsers")

ignored(r) if settled(r)

ignored(r) if {
	some bucket in lib.related(r, "aws_s3_bucket")
	settled(bucket)
}

ignored(_) if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.ignore_public_acls in {true, "true"}
}

settled(r) if {
	some block in lib.related(r, "aws_s3_bucket_public_access_block")
	block.attributes.ignore_public_acls in {true, "true"}
}

settled(r) if {
	some controls in lib.related(r, "aws_s3_bucket_ownership_controls")
	some rule in controls.attributes.rule
	rule.object_ownership == "BucketOwnerEnforced"
}
