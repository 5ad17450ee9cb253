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
	_reaches(statement, split(action, ":")[0])
	every condition in iam.conditions(statement) {
		_exception(condition, account)
	}
}

_reaches(statement, service) if {
	some pattern in values.as_array(statement.Resource)
	_of_service(pattern, service)
}

_reaches(statement, _) if {
	statement.NotResource
	not "*" in values.as_array(statement.NotResource)
}

_of_service(pattern, _) if pattern == "*"

_of_service(pattern, service) if iam.match(split(pattern, ":")[2], service)

_exception(condition, account) if {
	_negative(condition.operator)
	condition.key == "aws:principalarn"
	every pattern in condition.values {
		not iam.match(pattern, sprintf("arn:aws:iam::%s:role/any-role-there-may-be", [account]))
	}
}

_exception(condition, account) if {
	_negative(condition.operator)
	condition.key == "aws:principalaccount"
	not account in condition.values
}

_exception(condition, _) if {
	_negative(condition.operator)
	regex.match(`^aws:(principaltag/.*|userid|username|principaltype|principalorgpaths|resourcetag/.*)$`, condition.key)
}

_exception(condition, _) if {
	condition.key in {"aws:principalisawsservice", "aws:viaawsservice", "aws:assumedroot"}
	condition.values == ["false"]
}

_exception(condition, account) if {
	not _negative(condition.operator)
	condition.key == "aws:principalaccount"
	account in condition.values
}

# The resource that is protected may be known by its tag.
_exception(condition, _) if {
	regex.match(`^string(equals|like)`, condition.operator)
	startswith(condition.key, "aws:resourcetag/")
}

_negative(operator) if regex.match(`^(forallvalues:|foranyvalue:)?(string|arn)not(equals|equalsignorecase|like)(ifexists)?$`, operator)
