"""AWS CloudTrail: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudTrail.html."""

from cloudformation.provider import Provider, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without

SELECTORS = ("EventSelectors", "AdvancedEventSelectors")
# What a trail is where the template says nothing: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
DEFAULTS = {
    "CloudWatchLogsLogGroupArn": "",
    "CloudWatchLogsRoleArn": "",
    "EnableLogFileValidation": False,
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "IsOrganizationTrail": False,
    "KMSKeyId": "",
    "S3KeyPrefix": "",
    "SnsTopicName": "",
}
EVERYTHING = {"ReadWriteType": "All", "IncludeManagementEvents": True}


@provides("AWS::CloudTrail::Trail")
class Trail(Provider):
    volatile = ("SnsTopicArn",)
    names = (*DEFAULTS, *SELECTORS, "InsightSelectors", "IsLogging", "S3BucketName", "Tags", "TrailName")
    beside = (*SELECTORS, "InsightSelectors", "IsLogging", "Tags", "TrailName")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("cloudtrail")
        name = properties.get("TrailName") or context.name(128)
        tags = tag_list(context.tagged(properties))
        trail = ask(client, "CreateTrail", Name=name, TagsList=tags, **without(properties, *self.beside))
        context.physical = name
        self.record(client, name, {}, properties)
        return name, self.attributes(trail)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("cloudtrail")
        former = {name: DEFAULTS[name] for name in old if name in DEFAULTS}
        trail = ask(client, "UpdateTrail", Name=physical, **former | without(new, *self.beside))
        self.record(client, physical, old, new)
        present, gone = context.tag_changes(old, new)
        if present:
            client.add_tags(ResourceId=trail["TrailARN"], TagsList=tag_list(present))
        if gone:
            client.remove_tags(ResourceId=trail["TrailARN"], TagsList=[{"Key": key} for key in gone])
        return self.attributes(trail)

    def delete(self, context, physical, properties):
        with absent("TrailNotFoundException"):
            context.client("cloudtrail").delete_trail(Name=physical)

    def record(self, client, name, old, new):
        """Which events the trail records, and whether it does."""
        selectors = picked(new, *SELECTORS)
        if not selectors and picked(old, *SELECTORS):
            selectors = {"EventSelectors": [EVERYTHING]}
        if selectors:
            ask(client, "PutEventSelectors", TrailName=name, **selectors)
        if old.get("InsightSelectors", []) != new.get("InsightSelectors", []):
            client.put_insight_selectors(TrailName=name, InsightSelectors=new.get("InsightSelectors", []))
        if new["IsLogging"]:
            client.start_logging(Name=name)
        else:
            client.stop_logging(Name=name)

    def attributes(self, trail):
        return {"Arn": trail["TrailARN"]} | {"SnsTopicArn": trail[name] for name in ("SnsTopicARN",) if name in trail}
