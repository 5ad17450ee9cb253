package lib.iam_test

import data.lib.iam

allow(action) := {"Effect": "Allow", "Action": action, "Resource": "*"}

deny(action) := {"Effect": "Deny", "Action": action, "Resource": "*"}

# Statements.

test_statements_of_an_object if iam.statements({"Statement": [allow("*")]}) == [allow("*")]

test_a_single_statement if iam.statements({"Statement": allow("*")}) == [allow("*")]

test_statements_of_a_string if iam.statements(`{"Statement": {"Effect": "Allow"}}`) == [{"Effect": "Allow"}]

test_no_statements if {
	iam.statements({}) == []
	iam.statements("not json") == []
	iam.statements(`["a"]`) == []
	iam.statements({"Statement": ["a"]}) == []
}

# Wildcards and case.

test_match if {
	iam.match("*", "s3:GetObject")
	iam.match("s3:getobject", "s3:GetObject")
	iam.match("s3:*", "S3:GetObject")
	iam.match("s3:Get*", "s3:GetObject")
	iam.match("s3:*Object", "s3:GetObject")
	iam.match("s3:?etObject", "s3:GetObject")
	iam.match("arn:aws:iam::*:role/a+b(c)", "arn:aws:iam::111122223333:role/a+b(c)")
	iam.match("a*", "a\nb")
}

test_no_match if {
	not iam.match("s3:Get", "s3:GetObject")
	not iam.match("s3:Put*", "s3:GetObject")
	not iam.match("s3:?", "s3:GetObject")
	not iam.match("s3.GetObject", "s3:GetObject")
	not iam.match("s3:Get.*", "s3:GetObject")
	not iam.match("[a-z]*", "s3:GetObject")
	not iam.match("*.com", "acom")
	not iam.match(`a\d`, "a1")
	not iam.match("a|b*", "b")
	not iam.match(1, "1")
}

# Actions.

test_allows_action if {
	iam.allows_action(allow("s3:*"), "s3:GetObject")
	iam.allows_action(allow(["ec2:*", "S3:getobject"]), "s3:GetObject")
	iam.allows_action({"Effect": "Allow", "NotAction": ["iam:*"]}, "s3:GetObject")
}

test_does_not_allow_action if {
	not iam.allows_action(deny("*"), "s3:GetObject")
	not iam.allows_action(allow("ec2:*"), "s3:GetObject")
	not iam.allows_action({"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"]}, "s3:GetObject")
	not iam.allows_action({"Effect": "Allow"}, "s3:GetObject")
}

test_denies_action if {
	iam.denies_action(deny("s3:*"), "s3:GetObject")
	iam.denies_action({"Effect": "Deny", "NotAction": "iam:*"}, "s3:GetObject")
	not iam.denies_action(allow("*"), "s3:GetObject")
}

test_resources if {
	iam.resources(allow("*")) == ["*"]
	iam.resources({"Resource": ["a", "b"]}) == ["a", "b"]
	iam.resources({"NotResource": "a"}) == []
}

# Administrators.

test_grants_administrator if {
	every statement in [
		allow("*"),
		allow(["s3:GetObject", "*:*"]),
		object.union(allow("*"), {"Resource": ["arn:aws:s3:::a", "*"]}),
		object.union(allow("*"), {"Resource": "arn:aws:*:*:*:*"}),
		object.union(allow("*"), {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}),
		{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
		{"Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": "*"},
		{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::a/*"},
		object.union(allow("*"), {"Resource": "arn:aws:*:*:111122223333:*"}),
		object.union(allow("*"), {"Condition": {"StringNotEquals": {"aws:ResourceTag/team": "a"}}}),
		object.union(allow("*"), {"Condition": {"StringEqualsIfExists": {"aws:RequestTag/team": "a"}}}),
		object.union(allow("*"), {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}}),
		object.union(allow("*"), {"Condition": {"Null": {"aws:RequestTag/team": "true"}}}),
		object.union(allow("*"), {"Condition": {"StringLike": {"aws:RequestedRegion": "*"}}}),
		object.union(allow("*"), {"Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}}),
	] {
		iam.grants_administrator({"Statement": [statement]})
	}
}

test_does_not_grant_administrator if {
	every statement in [
		deny("*"),
		allow("s3:*"),
		allow(["iam:*", "s3:*"]),
		object.union(allow("*"), {"Resource": "arn:aws:s3:::a"}),
		object.union(allow("*"), {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}),
		{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
		{"Effect": "Allow", "Action": "*", "NotResource": "*"},
		object.union(allow("*"), {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
		object.union(allow("*"), {"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}),
	] {
		not iam.grants_administrator({"Statement": [statement]})
	}
}

test_another_statement_allows_what_one_leaves_out if {
	everything_else := {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}
	iam.grants_administrator({"Statement": [everything_else, allow("iam:*")]})
	not iam.grants_administrator({"Statement": [everything_else, allow(["iam:PassRole", "iam:List*"])]})
	not iam.grants_administrator({"Statement": [everything_else, object.union(allow("iam:*"), {"Resource": "arn:aws:iam::*:role/app-*"})]})
}

test_what_the_document_denies_again_is_not_granted if {
	not iam.grants_administrator({"Statement": [allow("*"), deny("iam:*")]})
	iam.grants_administrator({"Statement": [allow("*"), deny("s3:*")]})
	iam.grants_administrator({"Statement": [
		allow("*"),
		object.union(deny("iam:*"), {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}),
	]})
}

test_administrator_policy if {
	iam.is_administrator_policy("arn:aws:iam::aws:policy/AdministratorAccess")
	iam.is_administrator_policy("arn:aws-cn:iam::aws:policy/AdministratorAccess")
	not iam.is_administrator_policy("arn:aws:iam::aws:policy/AdministratorAccess-Amplify")
	not iam.is_administrator_policy("arn:aws:iam::111122223333:policy/AdministratorAccess")
}

# Public statements.

public(condition) := {
	"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
	"Condition": condition,
}

test_public_principals if {
	every principal in ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}] {
		iam.is_public({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"})
	}
	iam.is_public({"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:GetObject"})
}

test_principals_that_are_not_public if {
	every principal in [{"AWS": "111122223333"}, {"Service": "sns.amazonaws.com"}, {"Federated": "cognito-identity.amazonaws.com"}] {
		not iam.is_public({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"})
	}
	not iam.is_public({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"})
	not iam.is_public(allow("*"))
}

test_conditions_that_restrict if {
	every condition in [
		{"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
		{"stringequals": {"AWS:principalorgid": ["o-a1b2c3d4e5"]}},
		{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}},
		{"StringEquals": {"aws:SourceAccount": "111122223333"}},
		{"StringEquals": {"aws:SourceAccount": 111122223333}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:bucket"}},
		{"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
		{"ArnEquals": {"aws:SourceArn": "Topic"}},
		{"StringEquals": {"aws:SourceVpce": "vpce-0a1"}},
		{"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]}},
		{"StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.us-east-1.amazonaws.com"}},
		{"StringLike": {"aws:userid": "AROAEXAMPLE:*"}},
		{"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
		{"StringLike": {"SNS:Endpoint": "*@example.com"}},
	] {
		not iam.is_public(public(condition))
	}
}

test_conditions_that_do_not_restrict if {
	every condition in [
		{},
		{"Bool": {"aws:SecureTransport": "true"}},
		{"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
		{"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}},
		{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
		{"StringLike": {"aws:PrincipalOrgID": "o-*"}},
		{"StringLike": {"aws:SourceAccount": ["111122223333", "*"]}},
		{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:topic"}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket*"}},
		{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
		{"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "::/0"]}},
		{"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
		{"StringEquals": {"sts:ExternalId": "secret"}},
		{"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
		{"Bool": {"aws:PrincipalIsAWSService": "false"}},
	] {
		iam.is_public(public(condition))
	}
}

test_every_further_condition_must_hold_too if {
	not iam.is_public(public({
		"Bool": {"aws:SecureTransport": "true"},
		"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
	}))
}

# Accounts and conditions.

test_principal_accounts if {
	iam.principal_accounts({"Principal": {"AWS": [
		"111122223333",
		"arn:aws:iam::444455556666:role/123456789012",
		"arn:aws:sts::777788889999:assumed-role/a/b",
		"*",
		"AIDAEXAMPLE",
	]}}) == {"111122223333", "444455556666", "777788889999"}
	iam.principal_accounts({"Principal": "*"}) == set()
	iam.principal_accounts({"Principal": {"Service": "ec2.amazonaws.com"}}) == set()
	iam.principal_accounts({"Effect": "Allow"}) == set()
}

test_condition_keys if {
	iam.condition_keys(public({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"sts:ExternalId": "a"}})) == {"aws:securetransport", "sts:externalid"}
	iam.condition_keys(allow("*")) == set()
}

# Denials for everyone but known callers.

guard(condition) := {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}

test_denies_outsiders if {
	iam.denies_outsiders(guard({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), "s3:GetObject")
	iam.denies_outsiders(guard({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), "s3:GetObject")
	iam.denies_outsiders(
		guard({
			"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
			"BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
		}),
		"s3:GetObject",
	)
	iam.denies_outsiders(
		{"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "*"},
		"s3:GetObject",
	)
}

test_does_not_deny_outsiders if {
	every condition in [
		{},
		{"Bool": {"aws:SecureTransport": "false"}},
		{"Bool": {"aws:PrincipalIsAWSService": "false"}},
		{"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
		{"StringNotLike": {"aws:PrincipalOrgID": "o-*"}},
		{"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Bool": {"aws:SecureTransport": "false"}},
	] {
		not iam.denies_outsiders(guard(condition), "s3:GetObject")
	}
	not iam.denies_outsiders(guard({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), "sts:AssumeRole")
}
