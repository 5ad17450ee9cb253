"""AWS Systems Manager: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SSM.html."""

from cloudformation.provider import Provider, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without


@provides("AWS::SSM::Parameter")
class Parameter(Provider):
    volatile = ("Type", "Value")
    names = ("AllowedPattern", "DataType", "Description", "Name", "Policies", "Tags", "Tier", "Type", "Value")

    def create(self, context, properties):
        name = properties.get("Name") or context.name()
        return name, self.put(context, name, properties, Tags=tag_list(context.tagged(properties)))

    def update(self, context, physical, old, new):
        attributes = self.put(context, physical, new, Overwrite=True)
        client, which = context.client("ssm"), {"ResourceType": "Parameter", "ResourceId": physical}
        present, gone = context.tag_changes(old, new)
        if present:
            client.add_tags_to_resource(**which, Tags=tag_list(present))
        if gone:
            client.remove_tags_from_resource(**which, TagKeys=gone)
        return attributes

    def put(self, context, name, properties, **rest):
        asked = without(taken(properties, *self.names), "Name", "Tags")
        ask(context.client("ssm"), "PutParameter", Name=name, **asked, **rest)
        return picked(properties, "Type", "Value") | {"Arn": context.arn("ssm", f"parameter/{name.removeprefix('/')}")}

    def delete(self, context, physical, properties):
        with absent("ParameterNotFound"):
            context.client("ssm").delete_parameter(Name=physical)
