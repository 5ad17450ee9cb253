"""AWS Secrets Manager."""

import re

from corrections.registry import State, amended, correction

# How each secret is rotated, by its ARN; None where rotation was cancelled.
ROTATIONS = State()
# Of the secrets that Amazon RDS manages: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
MANAGED = {"AutomaticallyAfterDays": 7}


def complete(call, secret):
    """moto names an empty function where none rotates the secret, and of the rules only the days. AWS leaves the first out
    (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html)."""
    if not secret.get("RotationLambdaARN"):
        secret.pop("RotationLambdaARN", None)
    rules = ROTATIONS.of(call).get(secret["ARN"], MANAGED if secret.get("OwningService") == "rds" else None)
    if rules is not None:
        secret |= {"RotationEnabled": True, "RotationRules": rules}
    elif secret["ARN"] in ROTATIONS.of(call):
        secret["RotationEnabled"] = False
        for name in ("NextRotationDate", "RotationRules"):
            secret.pop(name, None)


@correction("secretsmanager", "ListSecrets")
def secrets(call, onward):
    def amend(result):
        for secret in result["SecretList"]:
            complete(call, secret)

    return amended(call, onward(call), amend)


@correction("secretsmanager", "DescribeSecret")
def describe_secret(call, onward):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html"""
    return amended(call, onward(call), lambda result: complete(call, result))


def worked_out(rules):
    """The rules with the days that AWS works out from the expression of a rate
    (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html)."""
    rate = re.fullmatch(r"rate\((\d+) (day|hour)s?\)", rules.get("ScheduleExpression", ""))
    if not rate:
        return rules
    number, unit = rate.groups()
    return rules | {"AutomaticallyAfterDays": max(1, int(number) // (1 if unit == "day" else 24))}


@correction("secretsmanager", "RotateSecret")
def rotate(call, onward):
    """moto drops the schedule: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html"""

    def amend(result):
        rules = call.parameters().get("RotationRules")
        if rules or not ROTATIONS.of(call).get(result["ARN"]):
            ROTATIONS.of(call)[result["ARN"]] = worked_out(rules or {})

    return amended(call, onward(call), amend)


@correction("secretsmanager", "CancelRotateSecret")
def cancel(call, onward):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html"""

    def amend(result):
        ROTATIONS.of(call)[result["ARN"]] = None

    return amended(call, onward(call), amend)
