package lib.s3_test

import data.lib.s3

test_all_users_are_everyone if s3.public_group("http://acs.amazonaws.com/groups/global/AllUsers") == "everyone"

test_log_delivery_is_not_public if not s3.public_group("http://acs.amazonaws.com/groups/s3/LogDelivery")

test_canned_acls if {
	s3.canned_grants("AuthenticatedRead") == {{"permission": "READ", "group": "every AWS account"}}
	count(s3.canned_grants("PublicReadWrite")) == 2
	not s3.canned_grants("LogDeliveryWrite")
}

test_bucket_and_objects if {
	statement := {"Resource": ["arn:aws:s3:::ledger", "arn:aws:s3:::ledger/*"]}
	s3.covers_bucket(statement, "ledger")
	s3.covers_objects(statement, "ledger")
	not s3.covers_bucket(statement, "other")
	not s3.covers_objects(statement, "other")
}

test_some_objects_are_not_all if not s3.covers_objects({"Resource": "arn:aws:s3:::ledger/public/*"}, "ledger")

test_objects_are_not_the_bucket if not s3.covers_bucket({"Resource": "arn:aws-cn:s3:::ledger/*"}, "ledger")

test_everything if {
	s3.covers_bucket({"Resource": "*"}, "ledger")
	s3.covers_objects({"Resource": "*"}, "ledger")
}

test_not_resource if {
	s3.covers_bucket({"NotResource": "arn:aws:s3:::ledger/public/*"}, "ledger")
	not s3.covers_bucket({"NotResource": "arn:aws:s3:::ledger*"}, "ledger")
}
