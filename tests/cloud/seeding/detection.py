"""What watches a region: AWS Config, GuardDuty, Security Hub and Access Analyzer."""

from seeding.place import GLOBAL
from seeding.roles import AUDIT

REGION = "Innovate::Account::Region"
CONFIG, GUARDDUTY = "account.config_recorder_disabled", "account.guardduty_disabled"
ANALYZER = "account.access_analyzer_disabled"
EBS = "Innovate::EC2::EbsEncryptionByDefault"


def undetected(place):
    """Nothing watches, and EBS encrypts what it is told to."""
    not_watched(place, CONFIG, GUARDDUTY, ANALYZER)
    place.plant(EBS, place.account, "ec2.ebs_default_encryption_disabled")


def not_watched(place, *policies):
    place.plant(REGION, place.account, *policies)


def detection(place, bucket):
    """All of it, but for an analyzer."""
    recorder(place, bucket, recording=True)
    detector(place, enabled=True)
    place.client("securityhub").enable_security_hub()
    hub = place.arn("securityhub", "hub/default")
    place.make("AWS::SecurityHub::Hub", hub, ARN=hub)
    place.client("ec2").enable_ebs_encryption_by_default()
    place.make(EBS, place.account, Enabled=True)
    place.make(REGION, place.account, RegionName=place.region)


def stopped_detection(place, bucket):
    """A recorder that does not record, a detector that is suspended."""
    recorder(place, bucket, recording=False)
    detector(place, enabled=False)
    not_watched(place, CONFIG, GUARDDUTY)
    place.client("ec2").enable_ebs_encryption_by_default()


def recorder(place, bucket, recording):
    client = place.client("config")
    role = f"arn:aws:iam::{place.account}:role/{AUDIT}"
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    client.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group})
    client.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    if recording:
        client.start_configuration_recorder(ConfigurationRecorderName="default")
    recording_group = {"AllSupported": True, "IncludeGlobalResourceTypes": True}
    properties = {"Name": "default", "RoleARN": role, "RecordingGroup": recording_group}
    place.make("AWS::Config::ConfigurationRecorder", "default", **properties)
    place.make("Innovate::Config::RecorderStatus", "default", Recording=recording)


def detector(place, enabled):
    frequency = "SIX_HOURS"
    answer = place.client("guardduty").create_detector(Enable=enabled, FindingPublishingFrequency=frequency)
    identifier = answer["DetectorId"]
    place.make("AWS::GuardDuty::Detector", identifier, Enable=enabled, FindingPublishingFrequency=frequency)


def analyzers(place, **types):
    """Analyzers of these types by name."""
    for name, kind in types.items():
        answer = place.client("accessanalyzer").create_analyzer(analyzerName=name, type=kind)
        place.make("AWS::AccessAnalyzer::Analyzer", answer["arn"], AnalyzerName=name, Type=kind)


def account_public_access(place):
    """Blocked for every bucket of the account, whatever the bucket's own settings."""
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    client = place.client("s3control")

    # The account goes in front of the host's name, which an address has no room for.
    def without_account(request, **_):
        request.url = request.url.replace(f"//{place.account}.", "//")

    client.meta.events.register("before-sign.s3-control", without_account)
    client.put_public_access_block(AccountId=place.account, PublicAccessBlockConfiguration=blocked)
    place.make("Innovate::S3::AccountPublicAccessBlock", place.account, GLOBAL, **blocked)
