"""AWS Secrets Manager."""

from corrections.registry import amended, correction


@correction("secretsmanager", "ListSecrets")
def secrets(call, onward):
    """moto names an empty function where none rotates the secret. AWS leaves it out
    (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html)."""

    def amend(result):
        for secret in result["SecretList"]:
            if not secret.get("RotationLambdaARN"):
                secret.pop("RotationLambdaARN", None)

    return amended(call, onward(call), amend)
