# METADATA
# title: User has two active access keys
# description: Both access keys of an IAM user are active. The second is for the change-over from the first and is to be short-lived.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
# custom:
#   severity: low
#   resource_types:
#     - Innovate::IAM::UserCredentials
#   risk: One of the two is mostly forgotten, so nobody misses it when it is stolen, and there is no room left to replace the other in a hurry.
#   remediation:
#     console: IAM > Users > the user > Security credentials > Access keys > Actions > Deactivate the one that was last used longer ago, then Delete.
#     cli: aws iam update-access-key --user-name USER --access-key-id ACCESS_KEY --status Inactive
#     cloudformation: |
#       Type: AWS::IAM::AccessKey
#       Properties:
#         UserName: USER
#         Status: Inactive
package aws.iam.two_active_access_keys

active := [key.AccessKeyId |
	some key in input.properties.AccessKeys
	key.Status == "Active"
]

deny contains {"message": message, "path": "/AccessKeys"} if {
	count(active) > 1
	message := sprintf("access keys `%s` of user `%s` are both active", [concat("` and `", active), input.id])
}
