"""Buckets of S3."""

import json

from seeding.place import GLOBAL, allow, deny, document

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
# What a bucket lacks that nobody has configured.
AS_MADE = (
    "s3.bucket_not_versioned",
    "s3.bucket_not_encrypted_with_kms",
    "s3.bucket_access_logging_disabled",
    "s3.bucket_plaintext_transport_allowed",
)
ALL_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
UNBLOCKED = "s3.bucket_public_access_not_blocked"


def bucket(place, name, blocked=True, **settings):
    """A new bucket: S3 blocks public access to it, unless that is taken back."""
    client = place.client("s3")
    if place.region != "us-east-1":
        settings["CreateBucketConfiguration"] = {"LocationConstraint": place.region}
    client.create_bucket(Bucket=name, **settings)
    if not blocked:
        client.delete_public_access_block(Bucket=name)
    blocks = {"PublicAccessBlockConfiguration": ALL_BLOCKED} if blocked else {}
    place.make(BUCKET, name, BucketName=name, **blocks)
    return name


def ownership(place, name, rule):
    place.client("s3").put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": rule}]})


def tls_only(name):
    """Everyone, even the owner, has to use TLS."""
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    return deny("s3:*", resources, Principal={"AWS": "*"}, Condition=condition)


def service_statement(name, service):
    return allow("s3:PutObject", f"arn:aws:s3:::{name}/*", Principal={"Service": service})


def policy(place, name, *statements):
    text = document(*statements)
    place.client("s3").put_bucket_policy(Bucket=name, Policy=text)
    place.make(POLICY, name, Bucket=name, PolicyDocument=json.loads(text))


def versioned(place, name):
    place.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def log_bucket(place, name):
    """It takes the logs of others, so that it needs neither a log of its own nor a key of KMS."""
    bucket(place, name)
    versioned(place, name)
    services = [service_statement(name, f"{prefix}.amazonaws.com") for prefix in ("logging.s3", "config")]
    policy(place, name, *services, tls_only(name))
    return name


def hardened(place, name, logs, *statements, **settings):
    """A bucket without a defect, unless the further statements of its policy are one."""
    client = place.client("s3")
    bucket(place, name, **settings)
    versioned(place, name)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    logging = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": f"{name}/"}}
    client.put_bucket_logging(Bucket=name, BucketLoggingStatus=logging)
    place.make(
        BUCKET,
        name,
        VersioningConfiguration={"Status": "Enabled"},
        LoggingConfiguration={"DestinationBucketName": logs, "LogFilePrefix": f"{name}/"},
    )
    policy(place, name, *statements, tls_only(name))
    return name


def bare_bucket(place, name):
    """A bucket of the time before S3 blocked public access by itself."""
    bucket(place, name, blocked=False)
    place.plant(BUCKET, name, *AS_MADE, UNBLOCKED)


def everyone_reads(name):
    return allow("s3:GetObject", f"arn:aws:s3:::{name}/*", Principal="*")


def buckets(place, stem, logs):
    """Two buckets as they should be, of which one locks its objects, and one for each way of being open."""
    ledger = hardened(place, f"{stem}-ledger", logs)
    lifecycle(place, ledger)
    place.make("Innovate::S3::BucketAcl", ledger, BucketName=ledger)
    vault = hardened(place, f"{stem}-vault", logs, ObjectLockEnabledForBucket=True)
    retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}
    place.client("s3").put_object_lock_configuration(Bucket=vault, ObjectLockConfiguration=retention)
    place.make(BUCKET, vault, BucketName=vault, ObjectLockEnabled=True, ObjectLockConfiguration=retention)
    bare_bucket(place, f"{stem}-bare")
    public = f"{stem}-public"
    hardened(place, public, logs, everyone_reads(public), blocked=False)
    place.plant(BUCKET, public, UNBLOCKED)
    place.plant(POLICY, public, "s3.bucket_policy_public")
    readable_bucket(place, f"{stem}-readable", logs)


def readable_bucket(place, name, logs):
    hardened(place, name, logs, blocked=False)
    ownership(place, name, "BucketOwnerPreferred")
    place.client("s3").put_bucket_acl(Bucket=name, ACL="public-read")
    place.plant(BUCKET, name, UNBLOCKED, "s3.bucket_acls_enabled", "s3.bucket_acl_public")


def lifecycle(place, name):
    rule = {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    }
    place.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    kept = {"Id": rule["ID"], "Status": rule["Status"], "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    place.make(BUCKET, name, LifecycleConfiguration={"Rules": [kept]})


def void_bucket(place, name, logs):
    """Open by itself, until the settings of its account close it."""
    hardened(place, name, logs, everyone_reads(name), blocked=False)


def account_not_blocked(place):
    kind = "Innovate::S3::AccountPublicAccessBlock"
    place.plant(kind, place.account, "s3.account_public_access_not_blocked", region=GLOBAL)
