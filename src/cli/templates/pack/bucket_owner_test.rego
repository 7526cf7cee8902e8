package dreadnought.SEGMENT.bucket_owner_test

import data.dreadnought.SEGMENT.bucket_owner

document(tags) := {"by_type": {"aws_s3_bucket": [{"address": "aws_s3_bucket.a", "tags": tags}]}}

test_owner[note] if {
	some note, tc in {
		"named": {"tags": {"owner": "payments"}, "findings": 0},
		"missing": {"tags": {}, "findings": 1},
		"another tag": {"tags": {"team": "payments"}, "findings": 1},
	}
	count(bucket_owner.deny) == tc.findings with input as document(tc.tags)
}
