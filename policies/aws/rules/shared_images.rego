# METADATA
# scope: package
# title: Image or snapshot is shared with everyone
# description: >-
#   Every account of AWS may copy what lies in it: the group all of an image, or the account all of a snapshot of a
#   database.
# custom:
#   id: image-shared-with-everyone
#   applies_to:
#     - aws_ami_launch_permission
#     - aws_db_snapshot
#     - aws_db_snapshot_copy
#     - aws_db_cluster_snapshot
#     - aws_rds_cluster_snapshot_copy
#   threat: T043
#   remediation: >-
#     Name the accounts or the organization that need it.
#   references:
#     - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
#     - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
package dreadnought.aws.shared_images

deny contains finding(r, "/group") if {
	some r in input.by_type.aws_ami_launch_permission
	r.attributes.group == "all"
}

deny contains finding(r, "/shared_accounts") if {
	some kind in ["aws_db_snapshot", "aws_db_snapshot_copy", "aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy"]
	some r in input.by_type[kind]
	some account in r.attributes.shared_accounts
	account == "all"
}

finding(r, at) := {"resource": r.address, "at": at, "message": "every account may copy it"}
