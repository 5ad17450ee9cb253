# IAM policy documents: identity policies, resource policies, trust policies and service control policies.
# A document is an object, or its JSON as a string.
package lib.iam

import data.lib.values

# statements(document) is the array of the statements of a document.
statements(document) := [statement |
	some statement in values.as_array(object.get(document, "Statement", []))
	is_object(statement)
] if is_object(document)

statements(document) := [statement |
	json.is_valid(document)
	parsed := json.unmarshal(document)
	is_object(parsed)
	some statement in values.as_array(object.get(parsed, "Statement", []))
	is_object(statement)
] if is_string(document)

# match(pattern, value): IAM's wildcards, `*` for any text and `?` for one character, whatever the case.
match(pattern, _) if pattern == "*"

match(pattern, value) if {
	is_string(pattern)
	is_string(value)
	lower(pattern) == lower(value)
}

match(pattern, value) if {
	has_wildcard(pattern)
	pattern != "*"
	is_string(value)
	quoted := regex.replace(lower(pattern), `[\\.+^$(){}|\[\]]`, `\$0`)
	expression := replace(replace(quoted, "*", ".*"), "?", ".")
	regex.match(sprintf("^(?s:%s)$", [expression]), lower(value))
}

has_wildcard(pattern) if {
	is_string(pattern)
	contains(pattern, "*")
}

has_wildcard(pattern) if {
	is_string(pattern)
	contains(pattern, "?")
}

# allows_action(statement, action): the statement allows the concrete action, on whatever resource and condition.
allows_action(statement, action) if {
	statement.Effect == "Allow"
	covers_action(statement, action)
}

# denies_action(statement, action): the statement denies the concrete action, on whatever resource and condition.
denies_action(statement, action) if {
	statement.Effect == "Deny"
	covers_action(statement, action)
}

# covers_action(statement, action): the Action or NotAction of the statement includes the concrete action.
covers_action(statement, action) if {
	some pattern in values.as_array(statement.Action)
	match(pattern, action)
}

covers_action(statement, action) if {
	statement.NotAction
	count([pattern | some pattern in values.as_array(statement.NotAction); match(pattern, action)]) == 0
}

# resources(statement) is the array of its resources, empty where it has none or has NotResource.
resources(statement) := values.as_array(object.get(statement, "Resource", []))

# condition_keys(statement) is the set of the condition keys of the statement in lower case.
condition_keys(statement) := {condition.key | some condition in conditions(statement)}

# conditions(statement) is the array of its conditions: {"operator", "key", "values"}, the operator and the key in lower case.
conditions(statement) := [{"operator": lower(operator), "key": lower(key), "values": [_text(member) | some member in values.as_array(value)]} |
	blocks := object.get(statement, "Condition", {})
	is_object(blocks)
	some operator, block in blocks
	is_object(block)
	some key, value in block
]

# Templates may give account ids as numbers and booleans as such.
_text(x) := x if is_string(x)

_text(x) := json.marshal(x) if type_name(x) in {"array", "object", "number", "boolean", "null"}

# --- Administrators -------------------------------------------------------------------------------------------------

# is_administrator_policy(arn): the policy is AWS's own AdministratorAccess.
is_administrator_policy(arn) if {
	is_string(arn)
	endswith(arn, ":iam::aws:policy/AdministratorAccess")
}

# grants_administrator(document): a statement allows everything on every resource, or all but actions whose absence does
# not keep its holder from granting themselves the rest, and the document does not deny these again.
grants_administrator(document) if {
	found := [statement | some statement in statements(document); _could_escalate(statement); _on_everything(statement)]
	count([statement | some statement in found; _leaves_everything_but_exclusions(statement)]) > 0

	# What one statement leaves out another one may allow.
	some statement in found
	some action in _escalations
	covers_action(statement, action)
	count([deny | some deny in statements(document); _denies_to_all(deny, action)]) == 0
}

# Asked first, so that a resource that a template does not know yet matters to grants of such actions alone.
_could_escalate(statement) if _leaves_everything_but_exclusions(statement)

_could_escalate(statement) if {
	some action in _escalations
	covers_action(statement, action)
}

_on_everything(statement) if {
	statement.Effect == "Allow"
	_every_resource(statement)
	not _bounded(statement)
}

# Whoever may do one of these on any resource has every permission of the account.
_escalations := {
	"iam:AttachGroupPolicy",
	"iam:AttachRolePolicy",
	"iam:AttachUserPolicy",
	"iam:CreatePolicyVersion",
	"iam:PutGroupPolicy",
	"iam:PutRolePolicy",
	"iam:PutUserPolicy",
}

_leaves_everything_but_exclusions(statement) if {
	some pattern in values.as_array(statement.Action)
	regex.match(`^\*+(:\*+)?$`, _text(pattern))
}

_leaves_everything_but_exclusions(statement) if statement.NotAction

# No function that actions go through, too, reads resources: one that is not known yet then matters where it is asked about, and nowhere else.
_resource_patterns(statement) := statement.Resource if is_array(statement.Resource)

_resource_patterns(statement) := [statement.Resource] if is_string(statement.Resource)

_every_resource(statement) if {
	some pattern in _resource_patterns(statement)
	is_string(pattern)
	regex.match(`^(\*+|arn:(\*|aws[a-z-]*)(:\*){1,5}(/\*)?|arn:(\*|aws[a-z-]*):\*:\*:[0-9]{12}:\*(/\*)?)$`, pattern)
}

_every_resource(statement) if {
	statement.NotResource
	count([pattern |
		some pattern in values.as_array(statement.NotResource)
		match(pattern, "arn:aws:iam::111111111111:role/some-role")
	]) == 0
}

# A condition on what is done bounds a grant; one on how or by whom (MFA, address, time, principal) leaves an administrator.
_bounded(statement) if {
	some condition in conditions(statement)
	not _lets_escalations_by(condition)
	not regex.match(`^aws:(multifactorauth(present|age)|sourceip|sourcevpce?|vpcsourceip|securetransport|currenttime|epochtime|tokenissuetime|principal.*|useragent|referer|userid|username|federatedprovider|resourceaccount|resourceorgid|resourceorgpaths)$`, condition.key)
}

# Such conditions hold for requests that have no such key, as most have not.
_lets_escalations_by(condition) if {
	condition.key != "aws:requestedregion"
	regex.match(`^forallvalues:|ifexists$|^((string|numeric|date|arn)not|notipaddress)`, condition.operator)
}

_lets_escalations_by(condition) if {
	condition.operator == "null"
	condition.values == ["true"]
}

# IAM answers in one Region of a partition.
_lets_escalations_by(condition) if {
	condition.key == "aws:requestedregion"
	home := {region | some region in ["us-east-1", "us-gov-west-1", "cn-north-1"]; _includes(condition, region)}
	count(home) > 0
}

_includes(condition, value) if {
	regex.match(`^(foranyvalue:|forallvalues:)?string(equals|equalsignorecase|like)(ifexists)?$`, condition.operator)
	some pattern in condition.values
	match(pattern, value)
}

_denies_to_all(statement, action) if {
	denies_action(statement, action)
	_every_resource(statement)
	condition_keys(statement) == set()
}

# --- Principals -----------------------------------------------------------------------------------------------------

# is_public(statement): the statement allows everyone, and no condition keeps it to known accounts, organizations, networks or sources.
is_public(statement) if {
	allows_everyone(statement)
	not is_restricted(statement)
}

# allows_everyone(statement): the principal of an Allow is everyone, leaving conditions aside.
allows_everyone(statement) if {
	statement.Effect == "Allow"
	everyone(statement)
}

# everyone(statement): the principal is everyone, or everyone but some.
everyone(statement) if {
	some principal in values.as_array(statement.Principal)
	principal == "*"
}

everyone(statement) if {
	is_object(statement.Principal)
	some kind in ["AWS", "*"]
	some principal in values.as_array(statement.Principal[kind])
	principal == "*"
}

everyone(statement) if statement.NotPrincipal

# is_restricted(statement): a condition has to hold that only known accounts, organizations, networks or sources meet.
is_restricted(statement) if {
	some condition in conditions(statement)
	regex.match(`^(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress|bool)$`, condition.operator)
	_names_callers(condition.key)
	every value in condition.values {
		_restricts(condition.operator, condition.key, value)
	}
}

_names_callers(key) if key in (((_id_keys | _arn_keys) | _path_keys) | _boolean_keys)

_names_callers(key) if key in {"aws:sourceip", "aws:userid"}

_id_keys := {
	"aws:principalaccount", "aws:principalorgid", "aws:principalservicename", "aws:principalservicenameslist",
	"aws:sourceaccount", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
	"aws:vpceaccount", "aws:vpceorgid", "kms:calleraccount", "s3:dataaccesspointaccount", "sns:endpoint",
}

_arn_keys := {"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn", "elasticfilesystem:accesspointarn"}

_path_keys := {"aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"}

_boolean_keys := {"aws:principalisawsservice", "elasticfilesystem:accessedviamounttarget"}

_restricts(_, key, value) if {
	key in _boolean_keys
	values.is_true(value)
}

_restricts(_, key, value) if {
	key == "aws:sourceip"
	not _wide(value)
}

# Without wildcards a value is one caller; `StringEquals` takes wildcards as plain text.
_restricts(operator, key, value) if {
	not key in _boolean_keys
	key != "aws:sourceip"
	not _open(operator, value)
}

_restricts(_, key, value) if {
	key in _arn_keys
	_arn_names_owner(value)
}

_restricts(_, key, value) if {
	key in _path_keys
	not has_wildcard(split(value, "/")[0])
}

_restricts(_, key, value) if {
	key == "aws:userid"
	not has_wildcard(split(value, ":")[0])
}

_restricts(_, key, value) if {
	key == "sns:endpoint"
	regex.match(`[^*?]{4}$`, value)
}

_open(operator, value) if {
	has_wildcard(value)
	not endswith(operator, "stringequals")
	not endswith(operator, "stringequalsignorecase")
}

_arn_names_owner(arn) if {
	account := split(arn, ":")[4]
	account != ""
	not has_wildcard(account)
}

# Names of buckets are unique in the world. The start of a name is not: anybody may have a bucket of it.
_arn_names_owner(arn) if {
	regex.match(`^arn:[^:]*:s3:[^:]*:[^:]*:[^:*?/]{3,}(/|$)`, arn)
}

# Ranges wider than /8 (IPv4) and /32 (IPv6) are the internet to S3's Block Public Access too.
_wide(range) if {
	parts := split(range, "/")
	contains(parts[0], ":")
	_prefix_length(parts) < 32
	not regex.match(`^(?i:f[cd])`, parts[0])
}

_wide(range) if {
	parts := split(range, "/")
	not contains(parts[0], ":")
	_prefix_length(parts) < 8
}

_wide(range) if range in {"*", "0.0.0.0", "::"}

_prefix_length(parts) := to_number(parts[1]) if regex.match(`^[0-9]{1,3}$`, parts[1])

# denies_outsiders(statement, action): the statement denies the action to everyone but known callers, so that what other
# statements allow to everyone comes down to these.
denies_outsiders(statement, action) if {
	denies_action(statement, action)
	everyone(statement)
	found := conditions(statement)
	count([condition | some condition in found; _spares_callers(condition)]) > 0
	every condition in found {
		_spares(condition)
	}
}

denies_outsiders(statement, action) if {
	denies_action(statement, action)
	statement.NotPrincipal
	conditions(statement) == []
}

_spares(condition) if _spares_callers(condition)

_spares(condition) if {
	condition.key in {"aws:principalisawsservice", "aws:viaawsservice"}
	condition.values == ["false"]
}

_spares_callers(condition) if {
	regex.match(`^(stringnotequals|stringnotequalsignorecase|stringnotlike|arnnotequals|arnnotlike|notipaddress)(ifexists)?$`, condition.operator)
	_names_callers(condition.key)
	every value in condition.values {
		_restricts(replace(replace(condition.operator, "not", ""), "ifexists", ""), condition.key, value)
	}
}

# principal_accounts(statement) is the set of the accounts that the AWS principal of a statement names.
principal_accounts(statement) := {account |
	is_object(statement.Principal)
	some principal in values.as_array(statement.Principal.AWS)
	some account in regex.find_n(`^[0-9]{12}$`, _account_part(_text(principal)), 1)
}

_account_part(principal) := principal if regex.match(`^[0-9]{12}$`, principal)

_account_part(principal) := split(principal, ":")[4] if regex.match(`^arn:[^:]*:(iam|sts):`, principal)
