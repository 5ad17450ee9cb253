# METADATA
# title: Secret is not rotated
# description: >-
#   The secret has no rotation schedule, or one that rotates it less often than the parameter asks for. Secrets that an AWS service owns, whose
#   names have a prefix such as `rds!`, are rotated by that service and left out. A month of a cron schedule counts as 30 days.
# related_resources:
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-1
# custom:
#   severity: medium
#   resource_types:
#     - AWS::SecretsManager::Secret
#   risk: A password or key that leaked once, into a log, a laptop or a former colleague's notes, stays good for as long as nobody changes it.
#   remediation:
#     console: Secrets Manager > Secrets > select the secret > Rotation > Edit rotation > Automatic rotation.
#     cli: aws secretsmanager rotate-secret --secret-id SECRET --rotation-lambda-arn LAMBDA_ARN --rotation-rules AutomaticallyAfterDays=30
#     cloudformation: |
#       Type: AWS::SecretsManager::RotationSchedule
#       Properties:
#         SecretId: !Ref Secret
#         RotationLambdaARN: !GetAtt RotationFunction.Arn
#         RotationRules:
#           ScheduleExpression: rate(30 days)
#   parameters:
#     max_days:
#       type: integer
#       minimum: 1
#       default: 90
#       description: The longest time between rotations, in days, that passes.
package aws.secretsmanager.secret_not_rotated

import data.lib.schedule

# Only services can have an exclamation mark in the name of a secret.
not_applicable if contains(input.properties.Name, "!")

schedules contains rotation if {
	some rotation in data.resources["AWS::SecretsManager::RotationSchedule"]
	is_this(rotation.properties.SecretId)
}

is_this(id) if id == input.id

is_this(id) if id == input.properties.Name

# An ARN is accepted without the six characters that Secrets Manager adds to the name.
is_this(id) if {
	startswith(id, "arn:")
	regex.match(`^-[A-Za-z0-9]{6}$`, trim_prefix(input.id, id))
}

# AWS answers with the days that it has worked out from the expression.
interval(rules) := schedule.days_between(rules.ScheduleExpression)

interval(rules) := rules.AutomaticallyAfterDays if not rules.ScheduleExpression

deny contains {"message": message, "path": ""} if {
	count(schedules) == 0
	message := sprintf("secret `%s` is not rotated", [input.id])
}

deny contains {"message": message, "path": ""} if {
	some rotation in schedules
	days := interval(rotation.properties.RotationRules)
	days > data.parameters.max_days
	message := sprintf("secret `%s` is rotated every %d days, which is more than %d", [input.id, days, data.parameters.max_days])
}
