# The policies that apply to IAM users, groups and roles, wherever they are kept. A policy found is
# {"name", "document", "path", "group"}: what messages call it (an AWS managed one has an empty document), where the
# properties of the principal have it, and for a user the group that it comes through ("" for its own).
package lib.principals

import data.lib.iam
import data.lib.values

# user_policies(user): those of an AWS::IAM::User itself and those of its groups.
user_policies(user) := array.concat(own, through_groups) if {
	own := [object.union(policy, {"group": ""}) | some policy in direct_user_policies(user)]
	through_groups := [object.union(policy, {"group": name, "path": path}) |
		some name, path in user_groups(user)
		data.resources["AWS::IAM::Group"][name]
		some policy in group_policies(data.resources["AWS::IAM::Group"][name])
	]
}

# direct_user_policies(user): its inline and managed policies, and resources of templates that attach themselves to it.
direct_user_policies(user) := array.concat(kept_policies(object.get(user.properties, "Policies", []), object.get(user.properties, "ManagedPolicyArns", [])), [found |
	some name in _names(user, object.get(user.properties, "UserName", ""))
	some found in array.concat(
		[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::UserPolicy"]; policy.properties.UserName == name],
		array.concat(
			[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::Policy"]; name in policy.properties.Users],
			[_separate(policy) |
				some policy in data.referrers[name]["AWS::IAM::ManagedPolicy"]
				name in policy.properties.Users
				not policy.id in object.get(user.properties, "ManagedPolicyArns", [])
			],
		),
	)
])

# user_groups(user): the user's groups, and where its properties name them.
user_groups(user) := object.union(added, listed) if {
	listed := {name: sprintf("/Groups/%d", [i]) | some i, name in user.properties.Groups}
	added := {addition.properties.GroupName: "" |
		some name in _names(user, object.get(user.properties, "UserName", ""))
		some addition in data.referrers[name]["AWS::IAM::UserToGroupAddition"]
		name in addition.properties.Users
	}
}

group_policies(group) := array.concat(kept_policies(object.get(group.properties, "Policies", []), object.get(group.properties, "ManagedPolicyArns", [])), [found |
	some name in _names(group, object.get(group.properties, "GroupName", ""))
	some found in array.concat(
		[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::GroupPolicy"]; policy.properties.GroupName == name],
		array.concat(
			[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::Policy"]; name in policy.properties.Groups],
			[_separate(policy) |
				some policy in data.referrers[name]["AWS::IAM::ManagedPolicy"]
				name in policy.properties.Groups
				not policy.id in object.get(group.properties, "ManagedPolicyArns", [])
			],
		),
	)
])

role_policies(role) := array.concat(kept_policies(object.get(role.properties, "Policies", []), object.get(role.properties, "ManagedPolicyArns", [])), [found |
	some name in _names(role, object.get(role.properties, "RoleName", ""))
	some found in array.concat(
		[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::RolePolicy"]; policy.properties.RoleName == name],
		array.concat(
			[_separate(policy) | some policy in data.referrers[name]["AWS::IAM::Policy"]; name in policy.properties.Roles],
			[_separate(policy) |
				some policy in data.referrers[name]["AWS::IAM::ManagedPolicy"]
				name in policy.properties.Roles
				not policy.id in object.get(role.properties, "ManagedPolicyArns", [])
			],
		),
	)
])

# kept_policies(inline, managed): the Policies and ManagedPolicyArns of a user, group or role.
kept_policies(inline, managed) := array.concat(
	[{
		"name": sprintf("inline policy `%s`", [policy.PolicyName]),
		"document": policy.PolicyDocument,
		"path": sprintf("/Policies/%d", [i]),
	} |
		some i, policy in inline
	],
	[{
		"name": sprintf("managed policy `%s`", [arn]),
		"arn": arn,
		"document": managed_document(arn),
		"path": sprintf("/ManagedPolicyArns/%d", [i]),
	} |
		some i, arn in managed
	],
)

# managed_document(arn): the document of a customer managed policy, {} for one of AWS or of elsewhere.
managed_document(arn) := data.resources["AWS::IAM::ManagedPolicy"][arn].properties.PolicyDocument

managed_document(arn) := {} if not data.resources["AWS::IAM::ManagedPolicy"][arn]

_separate(policy) := {"name": sprintf("policy `%s`", [policy.id]), "document": policy.properties.PolicyDocument, "path": ""}

_names(resource, name) := {resource.id, name} - {""}

# is_administrator(policy): a policy found makes its holder an administrator.
is_administrator(policy) if iam.is_administrator_policy(policy.arn)

is_administrator(policy) if iam.grants_administrator(policy.document)

# is_bounded(arn): the permissions boundary leaves less than an administrator's permissions.
is_bounded(arn) if {
	is_string(arn)
	not iam.is_administrator_policy(arn)
	not iam.grants_administrator(managed_document(arn))
}

# is_kept_by_service(path): the role is one that an AWS service or IAM Identity Center keeps; the account can't change it.
is_kept_by_service(path) if startswith(path, "/aws-service-role/")

is_kept_by_service(path) if startswith(path, "/aws-reserved/")

# has_console_password(user): from the credential report, or from the template.
has_console_password(user) if {
	credentials := data.resources["Innovate::IAM::UserCredentials"][user.id]
	values.is_true(credentials.properties.PasswordEnabled)
}

has_console_password(user) if user.properties.LoginProfile
