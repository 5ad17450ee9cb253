"""KMS keys, the secrets of Secrets Manager and the repositories of ECR."""

import json

from seeding.place import SECRET, allow, document

KEY = "AWS::KMS::Key"
SECRET = "AWS::SecretsManager::Secret"
REPOSITORY = "AWS::ECR::Repository"


def key(place, description, rotated=True, policy=None):
    client = place.client("kms")
    settings = {"Policy": policy} if policy else {}
    identifier = client.create_key(Description=description, **settings)["KeyMetadata"]["KeyId"]
    if rotated:
        client.enable_key_rotation(KeyId=identifier)
    place.make(KEY, identifier, Description=description, EnableKeyRotation=rotated)
    return identifier


def main_key(place):
    """The ARN of the key that encrypts what is clean in the region."""
    identifier = key(place, "main")
    alias = "alias/main"
    place.client("kms").create_alias(AliasName=alias, TargetKeyId=identifier)
    place.make("AWS::KMS::Alias", alias, AliasName=alias, TargetKeyId=identifier)
    return place.arn("kms", f"key/{identifier}")


def weak_keys(place):
    old = key(place, "never rotated", rotated=False)
    place.client("kms").create_alias(AliasName="alias/old", TargetKeyId=old)
    place.plant(KEY, old, "kms.key_not_rotated")
    public = key(place, "for everyone", policy=document(allow("kms:*", Principal={"AWS": "*"})))
    place.plant(KEY, public, "kms.key_policy_public")


def secrets(place):
    """Secrets that are rotated, seldom and never, and two policies: one for the account, one for everyone."""
    rotated, seldom = secret(place, "rotated", days=30), secret(place, "seldom", days=365)
    never = secret(place, "never")
    for arn in (seldom, never):
        place.plant(SECRET, arn, "secretsmanager.secret_not_rotated")
    read = "secretsmanager:GetSecretValue"
    owner = {"AWS": f"arn:aws:iam::{place.account}:root"}
    client = place.client("secretsmanager")
    policy = document(allow(read, Principal=owner))
    client.put_resource_policy(SecretId=rotated, ResourcePolicy=policy)
    place.make("AWS::SecretsManager::ResourcePolicy", rotated, SecretId=rotated, ResourcePolicy=json.loads(policy))
    client.put_resource_policy(SecretId=seldom, ResourcePolicy=document(allow(read, Principal="*")))
    place.plant("AWS::SecretsManager::ResourcePolicy", seldom, "secretsmanager.secret_policy_public")


def secret(place, name, days=None):
    client = place.client("secretsmanager")
    arn = client.create_secret(Name=name, Description=name, SecretString=SECRET)["ARN"]
    place.make(SECRET, arn, Name=name, Description=name)
    if days:
        rules = {"AutomaticallyAfterDays": days}
        client.rotate_secret(SecretId=name, RotationRules=rules, RotateImmediately=False)
        place.make("AWS::SecretsManager::RotationSchedule", arn, SecretId=arn, RotationRules=rules)
    return arn


def repositories(place, encryption_key):
    client = place.client("ecr")
    good = {
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": encryption_key},
    }
    for name in ("clean", "public"):
        client.create_repository(repositoryName=name, **good)
    place.make(
        REPOSITORY,
        "clean",
        RepositoryName="clean",
        ImageTagMutability="IMMUTABLE",
        ImageScanningConfiguration={"ScanOnPush": True},
        EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": encryption_key},
    )
    pull = {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Principal": "*"}
    client.set_repository_policy(repositoryName="public", policyText=document(pull))
    place.plant(REPOSITORY, "public", "ecr.repository_public")
    client.create_repository(repositoryName="bare")
    place.plant(REPOSITORY, "bare", "ecr.tags_mutable", "ecr.scan_on_push_disabled", "ecr.not_encrypted_with_kms")
