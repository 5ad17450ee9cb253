"""The trails of CloudTrail."""

from seeding.buckets import AS_MADE, BUCKET, POLICY, UNBLOCKED, bucket, everyone_reads, hardened, policy, service_statement
from seeding.place import service_role

TRAIL = "AWS::CloudTrail::Trail"
SERVICE = "cloudtrail.amazonaws.com"


def organization_trails(place, logs, encryption_key, log_group):
    """The trail that spares every account one of its own, and another of the account alone. Both record all regions, encrypted,
    validated and sent to CloudWatch."""
    name = "organization-trail"
    hardened(place, name, logs, service_statement(name, SERVICE))
    settings = {
        "S3BucketName": name,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "CloudWatchLogsLogGroupArn": place.arn("logs", f"log-group:{log_group}:*"),
        "CloudWatchLogsRoleArn": service_role(place, "cloudtrail-logs", SERVICE),
    }
    for trail, of_organization in {"organization": True, "management": False}.items():
        settings["IsOrganizationTrail"] = of_organization
        place.client("cloudtrail").create_trail(Name=trail, KmsKeyId=encryption_key, **settings)
        place.client("cloudtrail").start_logging(Name=trail)
        place.make(TRAIL, trail, **settings, KMSKeyId=encryption_key, IsLogging=True)


def bare_trail(place, name):
    """A trail that was stopped, whose bucket everyone may read. That it records one region matters not beside the
    organization's."""
    bucket(place, name, blocked=False)
    policy(place, name, service_statement(name, SERVICE), everyone_reads(name))
    place.plant(BUCKET, name, *AS_MADE, UNBLOCKED)
    place.plant(POLICY, name, "s3.bucket_policy_public")
    place.client("cloudtrail").create_trail(Name="bare", S3BucketName=name)
    defects = (
        "not_logging",
        "log_validation_disabled",
        "not_encrypted_with_kms",
        "without_cloudwatch_logs",
        "bucket_public",
        "bucket_without_access_logging",
    )
    place.plant(TRAIL, "bare", *(f"cloudtrail.trail_{defect}" for defect in defects))
