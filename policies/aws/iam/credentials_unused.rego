# METADATA
# title: Credentials are not used
# description: A console password or an active access key of an IAM user was not used for longer than allowed. Of what was never used, or was renewed since, the days count from its creation or last change.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::IAM::UserCredentials
#   risk: Nobody misses credentials of people who have left and of jobs that are gone, so their theft is noticed by what is done with them.
#   remediation:
#     console: IAM > Users > the user > Security credentials > Manage console access > Disable, and Access keys > Actions > Deactivate.
#     cli: aws iam delete-login-profile --user-name USER, and aws iam update-access-key --user-name USER --access-key-id ACCESS_KEY --status Inactive
#     cloudformation: |
#       Type: AWS::IAM::AccessKey
#       Properties:
#         UserName: USER
#         Status: Inactive
#   parameters:
#     max_unused_days:
#       type: integer
#       minimum: 1
#       default: 45
#       description: Days without use after which credentials have to go.
package aws.iam.credentials_unused

# The password's first date is that of the user, for a report that knows of no change.
password_dates contains input.properties.PasswordLastUsed

password_dates contains input.properties.PasswordLastChanged

password_dates contains input.properties.CreateDate

deny contains {"message": message, "path": "/PasswordLastUsed"} if {
	input.properties.PasswordEnabled
	days := days_since(password_dates)
	days > data.parameters.max_unused_days
	message := sprintf("the password of user `%s` was not used for %d days", [input.id, days])
}

deny contains {"message": message, "path": sprintf("/AccessKeys/%d/LastUsedDate", [i])} if {
	some i, key in input.properties.AccessKeys
	key.Status == "Active"
	days := days_since({key.CreateDate, object.get(key, "LastUsedDate", key.CreateDate)})
	days > data.parameters.max_unused_days
	message := sprintf("access key `%s` of user `%s` was not used for %d days", [key.AccessKeyId, input.id, days])
}

days_since(dates) := floor((data.now - max({time.parse_rfc3339_ns(date) | some date in dates})) / 86400000000000)
