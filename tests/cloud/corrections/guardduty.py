"""Amazon GuardDuty."""

from moto.guardduty.models import guardduty_backends
from wire import Failure

from corrections.registry import correction


def detectors(call):
    return guardduty_backends[call.account][call.region].detectors


def find(call):
    """The detector of an ARN."""
    arn = call.parameters()["ResourceArn"]
    if arn.rpartition("/")[2] not in detectors(call):
        raise Failure("BadRequestException", f"The request is rejected because the resource {arn} is not there.")
    return detectors(call)[arn.rpartition("/")[2]]


def asked_features(asked):
    """The features that are asked for by name, or by the data source that they were before:
    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-feature-object-api-changes-march2023.html"""
    sources = asked.get("DataSources", {})
    enabled = {
        "S3_DATA_EVENTS": sources.get("S3Logs", {}).get("Enable"),
        "EKS_AUDIT_LOGS": sources.get("Kubernetes", {}).get("AuditLogs", {}).get("Enable"),
        "EBS_MALWARE_PROTECTION": sources.get("MalwareProtection", {}).get("ScanEc2InstanceWithFindings", {}).get("EbsVolumes"),
    }
    known = {name: "ENABLED" if on else "DISABLED" for name, on in enabled.items() if on is not None}
    return [{"Name": name, "Status": status} for name, status in known.items()] + asked.get("Features", [])


def wired(value):
    """A value by the names that it has on the wire, which moto keeps."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: wired(each) for name, each in value.items()}
    return [wired(each) for each in value] if isinstance(value, list) else value


def keep(detector, features):
    known = {each["name"]: each for each in detector.features}
    detector.features = list((known | {each["name"]: each for each in wired(features)}).values())


@correction("guardduty", "CreateDetector")
def create_detector(call, onward):
    """moto makes any number of them. AWS has one a Region:
    https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html"""
    if detectors(call):
        message = "The request is rejected because a detector already exists for the current account."
        raise Failure("BadRequestException", message)
    answer = onward(call)
    for detector in detectors(call).values():
        keep(detector, asked_features(call.parameters()))
    return answer


@correction("guardduty", "UpdateDetector")
def update_detector(call, onward):
    """moto forgets the features that it is not told again:
    https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html"""
    asked = call.parameters()
    detector = detectors(call).get(asked["DetectorId"])
    former = list(detector.features) if detector else []
    answer = onward(call)
    if answer.status < 300:
        detector.features = former
        keep(detector, asked_features(asked))
    return answer


@correction("guardduty", "TagResource")
def tag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_TagResource.html"""
    find(call).tags.update(call.parameters()["Tags"])
    return call.answer({})


@correction("guardduty", "UntagResource")
def untag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UntagResource.html"""
    for key in call.parameters()["TagKeys"]:
        find(call).tags.pop(key, None)
    return call.answer({})


@correction("guardduty", "ListTagsForResource")
def list_tags(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListTagsForResource.html"""
    return call.answer({"Tags": find(call).tags})
