"""A second organization: one account, as AWS makes it, its default VPCs still there. It is what the organization of the other files
can't be at the same time: without all features, service control policies and a trail of all regions. An audit enters it by a session
of the server whose `account` is this one."""

from seeding.buckets import AS_MADE, bucket, service_statement
from seeding.default_vpc import default_vpc
from seeding.detection import undetected
from seeding.iam import password_policy_of_aws
from seeding.place import GLOBAL, document, places

ACCOUNT = "210987654321"


def newcomer(address, credentials):
    """What the output tells of the organization."""
    planted = []
    home, *others = places(address, ACCOUNT, "newcomer", credentials, planted, [])
    client = home.client("organizations")
    organization = client.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]["Id"]
    root = client.list_roots()["Roots"][0]["Id"]
    kind = "AWS::Organizations::Organization"
    home.plant(
        kind, organization, "organizations.all_features_disabled", "cloudtrail.organization_trail_missing", region=GLOBAL
    )
    home.plant("Innovate::Organizations::Root", root, "organizations.service_control_policies_disabled", region=GLOBAL)
    home.plant("Innovate::IAM::RootUser", ACCOUNT, "iam.root_user_without_mfa", region=GLOBAL)
    home.plant("Innovate::S3::AccountPublicAccessBlock", ACCOUNT, "s3.account_public_access_not_blocked", region=GLOBAL)
    password_policy_of_aws(home)
    for place in (home, *others):
        default_vpc(place)
        undetected(place)
    regional_trail(home)
    return {"management": ACCOUNT, "accounts": {"newcomer": ACCOUNT}, "planted": planted}


def regional_trail(place):
    """The trail records one region, by the defaults of the API."""
    name = bucket(place, "newcomer-trail")
    client = place.client("s3")
    client.put_bucket_policy(Bucket=name, Policy=document(service_statement(name, "cloudtrail.amazonaws.com")))
    place.plant("AWS::S3::Bucket", name, *AS_MADE)
    place.client("cloudtrail").create_trail(Name="home", S3BucketName=name)
    place.client("cloudtrail").start_logging(Name="home")
    defects = (
        "not_multi_region",
        "log_validation_disabled",
        "not_encrypted_with_kms",
        "without_cloudwatch_logs",
        "bucket_without_access_logging",
    )
    place.plant("AWS::CloudTrail::Trail", "home", *(f"cloudtrail.trail_{defect}" for defect in defects))
