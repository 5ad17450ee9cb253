# Service control policies in effect for an account, as `Levels` of Innovate::Organizations::EffectivePolicies has them.
package lib.scp

import data.lib.iam
import data.lib.values

# protects(levels, action, account): the account's principals at large can't do the concrete action: a level has a guard
# that denies it, or allows only other actions.
protects(levels, action, account) if {
	some level in levels
	some policy in level.Policies
	some statement in iam.statements(policy.Content)
	_guards(statement, action, account)
	not spares_path(statement, levels)
}

protects(levels, action, _) if {
	some level in levels
	_allows_only_others(level, action)
}

# Every level has a policy while service control policies are enabled; none means that they are not.
_allows_only_others(level, action) if {
	count(level.Policies) > 0
	count([statement |
		some policy in level.Policies
		some statement in iam.statements(policy.Content)
		iam.allows_action(statement, action)
	]) == 0
}

# A Deny that spares some principals is a guard. One that concerns only some (the root user, callers without MFA), other
# Regions or other services is not.
_guards(statement, action, account) if {
	iam.denies_action(statement, action)
	reaches(statement, split(action, ":")[0])
	every condition in iam.conditions(statement) {
		is_exception(condition, account)
	}
}

# spares_path(statement, levels): a condition spares the principals of some units, and the account's unit is among them.
spares_path(statement, levels) if {
	path := concat("", [sprintf("%s/", [level.TargetId]) |
		some level in levels
		level.TargetType in {"ROOT", "ORGANIZATIONAL_UNIT"}
	])
	some condition in iam.conditions(statement)
	condition.key == "aws:principalorgpaths"
	_negative(condition.operator)
	some pattern in condition.values
	iam.match(pattern, sprintf("%s/%s", [split(pattern, "/")[0], path]))
}

# reaches(statement, service): the statement concerns resources of the service.
reaches(statement, service) if {
	some pattern in values.as_array(statement.Resource)
	_of_service(pattern, service)
}

reaches(statement, service) if {
	statement.NotResource
	count([pattern |
		some pattern in values.as_array(statement.NotResource)
		iam.match(pattern, sprintf("arn:aws:%s:eu-west-1:111111111111:any/resource-there-may-be", [service]))
	]) == 0
}

_of_service(pattern, _) if pattern == "*"

_of_service(pattern, service) if iam.match(split(pattern, ":")[2], service)

# is_exception(condition, account): the condition spares some principals, none of them at large in the account.
is_exception(condition, account) if {
	_negative(condition.operator)
	condition.key == "aws:principalarn"
	every pattern in condition.values {
		not iam.match(pattern, sprintf("arn:aws:iam::%s:role/any-role-there-may-be", [account]))
		not iam.match(pattern, sprintf("arn:aws:iam::%s:user/any-user-there-may-be", [account]))
	}
}

is_exception(condition, account) if {
	_negative(condition.operator)
	condition.key == "aws:principalaccount"
	count([pattern | some pattern in condition.values; iam.match(pattern, account)]) == 0
}

is_exception(condition, _) if {
	_negative(condition.operator)
	regex.match(`^aws:(principaltag/.*|principalorgpaths|resourcetag/.*)$`, condition.key)
}

is_exception(condition, _) if {
	_negative(condition.operator)
	condition.key == "aws:userid"
	every pattern in condition.values {
		not iam.match(pattern, "AROAANYROLETHEREMAYBE:any-session")
		not iam.match(pattern, "AIDAANYUSERTHEREMAYBE")
	}
}

is_exception(condition, _) if {
	_negative(condition.operator)
	condition.key == "aws:principaltype"
	count({"AssumedRole", "User"} & {kind | some kind in condition.values}) == 0
}

is_exception(condition, _) if {
	_negative(condition.operator)
	condition.key == "aws:username"
	every pattern in condition.values {
		not iam.match(pattern, "any-user-there-may-be")
	}
}

is_exception(condition, _) if {
	condition.key in {"aws:principalisawsservice", "aws:viaawsservice", "aws:assumedroot"}
	condition.values == ["false"]
}

is_exception(condition, account) if {
	not _negative(condition.operator)
	condition.key == "aws:principalaccount"
	account in condition.values
}

# The resource that is protected may be known by its tag.
is_exception(condition, _) if {
	regex.match(`^string(equals|like)`, condition.operator)
	startswith(condition.key, "aws:resourcetag/")
}

_negative(operator) if regex.match(`^(forallvalues:|foranyvalue:)?(string|arn)not(equals|equalsignorecase|like)(ifexists)?$`, operator)
