# S3: whom ACLs let in, and what the statements of a bucket policy cover.
package lib.s3

import data.lib.iam
import data.lib.values

# public_group(uri): who is in the group that an ACL grants to, for the groups that anybody can be in.
public_group(uri) := "everyone" if uri == "http://acs.amazonaws.com/groups/global/AllUsers"

public_group(uri) := "every AWS account" if uri == "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"

# canned_grants(acl): what the canned ACL grants to groups that anybody can be in: {"permission", "group"}.
canned_grants(acl) := {{"permission": "READ", "group": "everyone"}} if acl == "PublicRead"

canned_grants(acl) := {{"permission": name, "group": "everyone"} | some name in ["READ", "WRITE"]} if acl == "PublicReadWrite"

canned_grants(acl) := {{"permission": "READ", "group": "every AWS account"}} if acl == "AuthenticatedRead"

# covers_bucket(statement, bucket): the statement's resources include the bucket itself.
covers_bucket(statement, bucket) if _covers(statement, bucket)

# covers_objects(statement, bucket): the statement's resources include every object of the bucket.
covers_objects(statement, bucket) if _covers(statement, sprintf("%s/*", [bucket]))

_covers(statement, name) if {
	some pattern in values.as_array(statement.Resource)
	iam.match(_without_arn(pattern), name)
}

_covers(statement, name) if {
	statement.NotResource
	count([pattern | some pattern in values.as_array(statement.NotResource); iam.match(_without_arn(pattern), name)]) == 0
}

_without_arn(pattern) := regex.replace(pattern, `^arn:[^:]*:s3:::`, "")
