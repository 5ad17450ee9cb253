package lib.principals_test

import data.lib.principals

test_kept_policies if {
	found := principals.kept_policies(
		[{"PolicyName": "a", "PolicyDocument": {"Statement": []}}],
		["arn:aws:iam::aws:policy/AdministratorAccess"],
	)
	[policy.path | some policy in found] == ["/Policies/0", "/ManagedPolicyArns/0"]
	[policy | some policy in found; principals.is_administrator(policy)] == [found[1]]
}

test_a_boundary_of_less_than_an_administrator_bounds if {
	principals.is_bounded("arn:aws:iam::aws:policy/PowerUserAccess")
	not principals.is_bounded("arn:aws:iam::aws:policy/AdministratorAccess")
}
