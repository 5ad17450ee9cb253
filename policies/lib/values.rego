# Small helpers for values that AWS and CloudFormation write in more than one way.
package lib.values

# as_array(x) is x where x is an array, its members where x is a set, and an array of x alone otherwise.
as_array(x) := x if is_array(x)

as_array(x) := [member | some member in x] if is_set(x)

as_array(x) := [x] if type_name(x) in {"string", "object", "number", "boolean", "null"}

# is_true(x) holds for true, for its spellings as text, and for 1. It is undefined otherwise. It does no more than to compare, so that a verdict can be
# proved where another value of a list is not known.
is_true(x) if x in {true, 1, "true", "True", "TRUE"}

# tags(list) turns `[{"Key": k, "Value": v}]` into `{k: v}`. Of a key that is there twice the first value counts.
# Types whose tags are an object already are taken as they are.
tags(list) := {key: values[0] |
	is_array(list)
	some key in {tag.Key | some tag in list}
	values := [object.get(tag, "Value", "") | some tag in list; tag.Key == key]
} if not is_object(list)

tags(list) := list if is_object(list)
