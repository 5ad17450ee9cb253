"""Amazon Inspector: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_InspectorV2.html."""

from cloudformation.provider import Provider, picked, provides, taken
from cloudformation.providers.shapes import absent, ask

SETTINGS = {"Description": "Description", "FilterAction": "Action", "FilterCriteria": "FilterCriteria", "Name": "Name"}


@provides("AWS::InspectorV2::Filter")
class Filter(Provider):
    def asked(self, properties):
        return {SETTINGS[name]: value for name, value in picked(taken(properties, "Tags", *SETTINGS), *SETTINGS).items()}

    def create(self, context, properties):
        tags = context.tagged(properties)
        arn = ask(context.client("inspector2"), "CreateFilter", Tags=tags, **self.asked(properties))["arn"]
        return arn, {"Arn": arn}

    def update(self, context, physical, old, new):
        client = context.client("inspector2")
        if self.asked(old) != self.asked(new):
            ask(client, "UpdateFilter", FilterArn=physical, **self.asked(new))
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(resourceArn=physical, tags=present)
        if gone:
            client.untag_resource(resourceArn=physical, tagKeys=gone)
        return {"Arn": physical}

    def delete(self, context, physical, properties):
        with absent("ResourceNotFoundException"):
            context.client("inspector2").delete_filter(arn=physical)
