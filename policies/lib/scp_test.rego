package lib.scp_test

import data.lib.scp

full_access := {
	"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "AwsManaged": true,
	"Content": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
}

policy(statement) := {"Id": "p-0a1b2c3d", "Name": "guard", "AwsManaged": false, "Content": {"Statement": [statement]}}

levels(statement) := [
	{"TargetId": "r-ab12", "TargetType": "ROOT", "Policies": [full_access, policy(statement)]},
	{"TargetId": "111111111111", "TargetType": "ACCOUNT", "Policies": [full_access]},
]

guard(condition) := {"Effect": "Deny", "Action": "cloudtrail:Stop*", "Resource": "*", "Condition": condition}

protects(statement) if scp.protects(levels(statement), "cloudtrail:StopLogging", "111111111111")

test_guards if {
	every statement in [
		{"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"},
		{"Effect": "Deny", "Action": ["CloudTrail:*"], "Resource": "arn:aws:cloudtrail:*:*:trail/baseline"},
		{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::a"},
		{"Effect": "Deny", "NotAction": ["iam:*", "s3:*"], "Resource": "*"},
		guard({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin*"}}),
		guard({"StringNotLikeIfExists": {"aws:PrincipalArn": ["arn:aws:iam::*:role/Admin*"]}}),
		guard({"StringNotEquals": {"aws:PrincipalTag/team": "security"}}),
		guard({"StringNotLike": {"aws:userid": "AROAEXAMPLE:*"}}),
		guard({"StringNotEquals": {"aws:username": "break-glass"}}),
		guard({"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}),
		guard({"StringEquals": {"aws:PrincipalAccount": "111111111111"}}),
		guard({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}}),
		guard({"Bool": {"aws:ViaAWSService": "false"}}),
		guard({"StringEquals": {"aws:ResourceTag/managed-by": "security"}}),
	] {
		protects(statement)
	}
}

test_what_is_no_guard if {
	every statement in [
		{"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*"},
		{"Effect": "Deny", "Action": "cloudtrail:DeleteTrail", "Resource": "*"},
		{"Effect": "Deny", "NotAction": ["cloudtrail:*"], "Resource": "*"},
		{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::a"},
		guard({"ArnNotLike": {"aws:PrincipalArn": "*"}}),
		guard({"StringNotLike": {"aws:userid": "*:*"}}),
		guard({"StringNotEquals": {"aws:PrincipalType": "AssumedRole"}}),
		guard({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}),
		guard({"StringNotLike": {"aws:username": "*"}}),
		guard({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
		guard({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:*"}}),
		guard({"StringNotEquals": {"aws:PrincipalAccount": ["111111111111"]}}),
		guard({"StringNotLike": {"aws:PrincipalAccount": "1111*"}}),
		guard({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}}),
		guard({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "*"}}),
		{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:cloudtrail:*:*:*"},
		guard({"StringEquals": {"aws:PrincipalAccount": ["222222222222"]}}),
		guard({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}),
		guard({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
		guard({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
	] {
		not protects(statement)
	}
}

test_a_level_that_allows_only_other_actions_protects if {
	allowed := {"Effect": "Allow", "Action": ["ec2:*", "s3:*"], "Resource": "*"}
	scp.protects([{"TargetId": "r-ab12", "Policies": [full_access]}, {"TargetId": "ou-1", "Policies": [policy(allowed)]}], "cloudtrail:StopLogging", "111111111111")
	not scp.protects([{"TargetId": "r-ab12", "Policies": [full_access]}, {"TargetId": "ou-1", "Policies": [policy(allowed)]}], "ec2:RunInstances", "111111111111")
}

test_levels_without_policies_do_not_protect if {
	not scp.protects([{"TargetId": "r-ab12", "Policies": []}], "cloudtrail:StopLogging", "111111111111")
	not scp.protects([], "cloudtrail:StopLogging", "111111111111")
}
