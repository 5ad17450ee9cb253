# METADATA
# title: Access key is too old
# description: An active access key of an IAM user was created longer ago than allowed.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::IAM::UserCredentials
#   risk: Copies of a key gather over the years in laptops, images and repositories, and each of them works as long as the key does.
#   remediation:
#     console: IAM > Users > the user > Security credentials > Create access key, change over to it, then deactivate and delete the old one.
#     cli: aws iam create-access-key --user-name USER, and once it is in use aws iam delete-access-key --user-name USER --access-key-id OLD_KEY
#     cloudformation: |
#       Type: AWS::IAM::AccessKey
#       Properties:
#         UserName: USER
#         Serial: 2 # a higher serial makes a new key
#   parameters:
#     max_age_days:
#       type: integer
#       minimum: 1
#       default: 90
#       description: Days after which an active key has to be replaced.
package aws.iam.access_key_not_rotated

deny contains {"message": message, "path": sprintf("/AccessKeys/%d/CreateDate", [i])} if {
	some i, key in input.properties.AccessKeys
	key.Status == "Active"
	days := floor((data.now - time.parse_rfc3339_ns(key.CreateDate)) / 86400000000000)
	days > data.parameters.max_age_days
	message := sprintf("access key `%s` of user `%s` is %d days old", [key.AccessKeyId, input.id, days])
}
