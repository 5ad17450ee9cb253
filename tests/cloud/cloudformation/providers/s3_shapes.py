"""The properties of AWS::S3::Bucket by the names of the API of S3, from
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html."""

from cloudformation.provider import picked, renamed, taken
from cloudformation.providers.shapes import without

# How a storage class is reached or left, by the names in a template.
DAYS = {"StorageClass": "StorageClass", "TransitionInDays": "Days", "TransitionDate": "Date"}
NONCURRENT_DAYS = {"StorageClass": "StorageClass", "TransitionInDays": "NoncurrentDays"} | {
    "NewerNoncurrentVersions": "NewerNoncurrentVersions"
}


def conditions(properties, prefix="Prefix", tags="TagFilters", **more):
    """A filter: more than one condition is an And of them."""
    known = renamed(properties, **{prefix: "Prefix"}, **more)
    tag_filters = properties.get(tags, [])
    if len(known) + len(tag_filters) > 1:
        return {"And": known | ({"Tags": tag_filters} if tag_filters else {})}
    return known | ({"Tag": tag_filters[0]} if tag_filters else {})


def encryption(properties):
    rules = [
        renamed(
            each,
            ServerSideEncryptionByDefault="ApplyServerSideEncryptionByDefault",
            BucketKeyEnabled="BucketKeyEnabled",
            BlockedEncryptionTypes="BlockedEncryptionTypes",
        )
        for each in properties["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def cors(properties):
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {"CORSRules": [{names.get(name, name): value for name, value in each.items()} for each in properties["CorsRules"]]}


def lifecycle(properties):
    return {"Rules": [lifecycle_rule(each) for each in properties["Rules"]]}


def lifecycle_rule(properties):
    """Properties in the singular are of the time before there were those in the plural."""
    rule = picked(properties, "Id", "Status", "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    rule["Filter"] = conditions(properties, ObjectSizeGreaterThan="ObjectSizeGreaterThan", ObjectSizeLessThan="ObjectSizeLessThan")
    rule["Filter"] = rule["Filter"] or {"Prefix": ""}
    expiration = {"ExpirationInDays": "Days", "ExpirationDate": "Date", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}
    if renamed(properties, **expiration):
        rule["Expiration"] = renamed(properties, **expiration)
    if "NoncurrentVersionExpirationInDays" in properties:
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": properties["NoncurrentVersionExpirationInDays"]}
    transitions = [*properties.get("Transitions", []), *picked(properties, "Transition").values()]
    if transitions:
        rule["Transitions"] = [renamed(each, **DAYS) for each in transitions]
    former = picked(properties, "NoncurrentVersionTransition").values()
    noncurrent = [*properties.get("NoncurrentVersionTransitions", []), *former]
    if noncurrent:
        rule["NoncurrentVersionTransitions"] = [renamed(each, **NONCURRENT_DAYS) for each in noncurrent]
    return rule


def notifications(properties):
    taken(properties, "EventBridgeConfiguration", "LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")
    kinds = {
        "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
        "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
        "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
    }
    asked = {}
    for name, (kind, target, arn) in kinds.items():
        if name in properties:
            asked[kind] = [notification(each, target, arn) for each in properties[name]]
    if properties.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled"):
        asked["EventBridgeConfiguration"] = {}
    return asked


def notification(properties, target, arn):
    asked = {arn: properties[target], "Events": [properties["Event"]]}
    if "Filter" in properties:
        rules = properties["Filter"]["S3Key"]["Rules"]
        asked["Filter"] = {"Key": {"FilterRules": rules}}
    return asked


def replication(properties):
    return {"Role": properties["Role"], "Rules": [replication_rule(each) for each in properties["Rules"]]}


def replication_rule(properties):
    rule = dict(properties)
    if "Filter" in rule:
        given = rule["Filter"]
        rule["Filter"] = renamed(given, Prefix="Prefix", TagFilter="Tag")
        if "And" in given:
            rule["Filter"] = {"And": renamed(given["And"], Prefix="Prefix", TagFilters="Tags")}
    return rule


def website(properties):
    asked = picked(properties, "RedirectAllRequestsTo")
    if "IndexDocument" in properties:
        asked["IndexDocument"] = {"Suffix": properties["IndexDocument"]}
    if "ErrorDocument" in properties:
        asked["ErrorDocument"] = {"Key": properties["ErrorDocument"]}
    if "RoutingRules" in properties:
        names = {"RedirectRule": "Redirect", "RoutingRuleCondition": "Condition"}
        asked["RoutingRules"] = [renamed(each, **names) for each in properties["RoutingRules"]]
    return asked


def destination(properties):
    """The bucket that a report is put into."""
    names = {"BucketArn": "Bucket", "Format": "Format", "Prefix": "Prefix"}
    return renamed(properties, **names)


def analytics(properties):
    asked = {"Id": properties["Id"]} | filtered(properties)
    export = properties["StorageClassAnalysis"].get("DataExport")
    asked["StorageClassAnalysis"] = {}
    if export:
        account = renamed(export["Destination"], BucketAccountId="BucketAccountId")
        target = {"S3BucketDestination": destination(export["Destination"]) | account}
        analysis = {"OutputSchemaVersion": export["OutputSchemaVersion"], "Destination": target}
        asked["StorageClassAnalysis"] = {"DataExport": analysis}
    return asked


def filtered(properties, **more):
    found = conditions(properties, **more)
    return {"Filter": found} if found else {}


def metrics(properties):
    return {"Id": properties["Id"]} | filtered(properties, AccessPointArn="AccessPointArn")


def tiering(properties):
    return picked(properties, "Id", "Status", "Tierings") | filtered(properties)


def inventory(properties):
    account = renamed(properties["Destination"], BucketAccountId="AccountId")
    asked = {
        "Destination": {"S3BucketDestination": destination(properties["Destination"]) | account},
        "IsEnabled": properties["Enabled"],
        "Schedule": {"Frequency": properties["ScheduleFrequency"]},
    }
    return picked(properties, "Id", "IncludedObjectVersions", "OptionalFields") | asked | filtered(properties)


def logging(properties, bucket):
    """Where no other is named, the bucket keeps its own logs."""
    asked = {"TargetBucket": properties.get("DestinationBucketName", bucket), "TargetPrefix": properties.get("LogFilePrefix", "")}
    return {"LoggingEnabled": asked | without(properties, "DestinationBucketName", "LogFilePrefix")}
