"""What watches an account: CloudTrail, Config, GuardDuty, CloudWatch Logs."""

from corrections.registry import State, amended, correction

# How often each recorder of AWS Config records, by name, and how often where nothing else is asked for:
# https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingMode.html
MODES = State()
CONTINUOUS = {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": []}
# What was asked for each log group by name.
GROUPS = State()

FOUNDATIONS = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
FEATURES = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")


@correction("cloudtrail", "GetEventSelectors")
def event_selectors(call, onward):
    """moto's trail records nothing unless told. AWS's records all management events
    (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html)."""

    def amend(result):
        if not result.get("EventSelectors") and not result.get("AdvancedEventSelectors"):
            everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
            result["EventSelectors"] = [everything | {"DataResources": [], "ExcludeManagementEventSources": []}]

    return amended(call, onward(call), amend)


@correction("config", "PutConfigurationRecorder")
def put_recorder(call, onward):
    """moto forgets how often is recorded: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html"""
    answer, asked = onward(call), call.parameters()["ConfigurationRecorder"]
    if answer.status < 300:
        MODES.of(call)[asked.get("name", "default")] = CONTINUOUS | asked.get("recordingMode", {})
    return answer


@correction("config", "DescribeConfigurationRecorders")
def recorders(call, onward):
    """moto leaves out the ARN and how often is recorded
    (https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html)."""

    def amend(result):
        for recorder in result["ConfigurationRecorders"]:
            recorder["arn"] = recorder_arn(call, recorder)
            recorder["recordingScope"] = "PAID"
            recorder["recordingMode"] = MODES.of(call).get(recorder["name"], CONTINUOUS)

    return amended(call, onward(call), amend)


def recorder_arn(call, recorder):
    return f"arn:aws:config:{call.region}:{call.account}:configuration-recorder/{recorder['name']}/a1b2c3d4e5f6g7h8"


@correction("config", "DescribeConfigurationRecorderStatus")
def recorder_status(call, onward):
    """moto's recorder stays pending. AWS's has recorded soon after its start
    (https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html)."""

    def amend(result):
        for status in result["ConfigurationRecordersStatus"]:
            status["arn"] = recorder_arn(call, status)
            if status.get("lastStatus") == "PENDING":
                status["lastStatus"] = "SUCCESS"

    return amended(call, onward(call), amend)


@correction("guardduty", "GetDetector")
def detector(call, onward):
    """moto's detector has no feature but those asked for; AWS's has all but runtime monitoring unless asked otherwise
    (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html)."""

    def amend(result):
        asked = {feature["Name"]: feature for feature in result.get("Features", [])}
        known = {name: {"Name": name, "Status": "ENABLED"} for name in (*FOUNDATIONS, *FEATURES)}
        known["RUNTIME_MONITORING"] = {"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}
        features = known | asked
        result["Features"] = [{"UpdatedAt": 1704067200} | feature for feature in features.values()]
        result["DataSources"] = data_sources({name: {"Status": feature["Status"]} for name, feature in features.items()})

    return amended(call, onward(call), amend)


def data_sources(status):
    """The features by the names that they had before:
    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-feature-object-api-changes-march2023.html"""
    volumes = {"EbsVolumes": status["EBS_MALWARE_PROTECTION"]}
    return {
        "CloudTrail": status["CLOUD_TRAIL"],
        "DNSLogs": status["DNS_LOGS"],
        "FlowLogs": status["FLOW_LOGS"],
        "S3Logs": status["S3_DATA_EVENTS"],
        "Kubernetes": {"AuditLogs": status["EKS_AUDIT_LOGS"]},
        "MalwareProtection": {"ScanEc2InstanceWithFindings": volumes},
    }


@correction("logs", "CreateLogGroup")
def create_log_group(call, onward):
    """moto forgets the class: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""
    answer = onward(call)
    if answer.status < 300:
        GROUPS.of(call)[call.parameters()["logGroupName"]] = call.parameters()
    return answer


@correction("logs", "DescribeLogGroups")
def log_groups(call, onward):
    """moto leaves out the class and the protection:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html"""

    def amend(result):
        for group in result["logGroups"]:
            asked = GROUPS.of(call).get(group["logGroupName"], {})
            group["logGroupClass"] = asked.get("logGroupClass", "STANDARD")
            group["deletionProtectionEnabled"] = asked.get("deletionProtectionEnabled", False)
            group["bearerTokenAuthenticationEnabled"] = asked.get("bearerTokenAuthenticationEnabled", False)

    return amended(call, onward(call), amend)
