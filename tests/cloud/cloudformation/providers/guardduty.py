"""Amazon GuardDuty: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_GuardDuty.html."""

from cloudformation.provider import Provider, provides, taken
from cloudformation.providers.shapes import absent, ask, without


@provides("AWS::GuardDuty::Detector")
class Detector(Provider):
    names = ("DataSources", "Enable", "Features", "FindingPublishingFrequency", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        settings = without(properties, "Tags") | {"ClientToken": context.token, "Tags": context.tagged(properties)}
        detector = ask(context.client("guardduty"), "CreateDetector", **settings)["DetectorId"]
        return detector, {"Id": detector}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("guardduty")
        ask(client, "UpdateDetector", DetectorId=physical, **without(new, "Tags"))
        present, gone = context.tag_changes(old, new)
        arn = context.arn("guardduty", f"detector/{physical}")
        if present:
            client.tag_resource(ResourceArn=arn, Tags=present)
        if gone:
            client.untag_resource(ResourceArn=arn, TagKeys=gone)
        return {"Id": physical}

    def delete(self, context, physical, properties):
        with absent("BadRequestException"):
            context.client("guardduty").delete_detector(DetectorId=physical)
