# METADATA
# scope: package
# title: Network keeps no flow log
# description: >-
#   Neither the network nor all of its subnets record who talked to whom, so an intrusion leaves no trace on the
#   network. Whether nobody watches it a rule over the model says, which knows of detection, too.
# custom:
#   id: vpc-flow-logs
#   applies_to: [aws_vpc]
#   threat: T025
#   supports: true
#   dread: {damage: 4, reproducibility: 7, exploitability: 3, discoverability: 2}
#   remediation: >-
#     Add an aws_flow_log for the network.
#   concept: aws.vpc.flow-logs
#   aliases: [CKV2_AWS_11, AVD-AWS-0178]
#   references:
#     - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
package dreadnought.aws.vpc_flow_logs

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": "",
	"message": "no flow log is kept for the network",
} if {
	some r in input.by_type.aws_vpc
	count(lib.related(r, "aws_flow_log")) == 0
	not subnets_logged(r)
}

subnets_logged(r) if {
	subnets := lib.related(r, "aws_subnet")
	count(subnets) > 0
	every subnet in subnets {
		count(lib.related(subnet, "aws_flow_log")) > 0
	}
}
