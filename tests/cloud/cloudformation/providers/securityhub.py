"""AWS Security Hub: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SecurityHub.html."""

from cloudformation.provider import Provider, picked, provides, taken
from cloudformation.providers.shapes import absent


@provides("AWS::SecurityHub::Hub")
class Hub(Provider):
    names = ("AutoEnableControls", "ControlFindingGenerator", "EnableDefaultStandards", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("securityhub")
        settings = picked(properties, "ControlFindingGenerator", "EnableDefaultStandards")
        client.enable_security_hub(**settings, Tags=context.tagged(properties))
        context.physical = context.arn("securityhub", "hub/default")
        if "AutoEnableControls" in properties:
            client.update_security_hub_configuration(AutoEnableControls=properties["AutoEnableControls"])
        hub = client.describe_hub()
        return hub["HubArn"], self.attributes(hub)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("securityhub")
        settings = {"AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL"}
        client.update_security_hub_configuration(**settings | picked(new, *settings))
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(ResourceArn=physical, Tags=present)
        if gone:
            client.untag_resource(ResourceArn=physical, TagKeys=gone)
        return self.attributes(client.describe_hub())

    def delete(self, context, physical, properties):
        with absent("InvalidAccessException", "ResourceNotFoundException"):
            context.client("securityhub").disable_security_hub()

    def attributes(self, hub):
        return {"ARN": hub["HubArn"], "SubscribedAt": hub["SubscribedAt"]}


@provides("AWS::SecurityHub::Standard")
class Standard(Provider):
    def create(self, context, properties):
        client = context.client("securityhub")
        request = {"StandardsArn": taken(properties, "DisabledStandardsControls", "StandardsArn")["StandardsArn"]}
        subscription = client.batch_enable_standards(StandardsSubscriptionRequests=[request])["StandardsSubscriptions"][0]
        context.physical = subscription["StandardsSubscriptionArn"]
        self.control(client, {}, properties)
        return context.physical, {"StandardsSubscriptionArn": context.physical}

    def update(self, context, physical, old, new):
        taken(new, "DisabledStandardsControls", "StandardsArn")
        self.control(context.client("securityhub"), old, new)
        return {"StandardsSubscriptionArn": physical}

    def control(self, client, old, new):
        """Disables the controls that are to be, and enables those that were and are not any more."""
        former, wanted = ({each["StandardsControlArn"]: each for each in side.get("DisabledStandardsControls", [])} for side in (old, new))
        for arn in sorted(set(former) - set(wanted)):
            client.update_standards_control(StandardsControlArn=arn, ControlStatus="ENABLED")
        for arn, each in wanted.items():
            if each != former.get(arn):
                reason = each.get("Reason", "Disabled by CloudFormation")
                client.update_standards_control(StandardsControlArn=arn, ControlStatus="DISABLED", DisabledReason=reason)

    def delete(self, context, physical, properties):
        with absent("InvalidAccessException", "ResourceNotFoundException"):
            context.client("securityhub").batch_disable_standards(StandardsSubscriptionArns=[physical])
