"""The deliveries of Amazon CloudWatch Logs, from services that are the sources to where the logs are to be:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html."""

from cloudformation.provider import Failed, Provider, changed, picked, provides, renamed, taken
from cloudformation.providers.shapes import absent, ask, text

GONE = "ResourceNotFoundException"


def retag(context, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        context.client("logs").tag_resource(resourceArn=arn, tags=present)
    if gone:
        context.client("logs").untag_resource(resourceArn=arn, tagKeys=gone)


@provides("AWS::Logs::DeliverySource")
class DeliverySource(Provider):
    def create(self, context, properties):
        taken(properties, "LogType", "Name", "ResourceArn", "Tags")
        asked = picked(properties, "LogType", "Name", "ResourceArn") | {"Tags": context.tagged(properties)}
        return properties["Name"], self.attributes(ask(context.client("logs"), "PutDeliverySource", **asked)["deliverySource"])

    def update(self, context, physical, old, new):
        taken(new, "LogType", "Name", "ResourceArn", "Tags")
        fixed = changed(old, new) - {"Tags"}
        if fixed:
            raise Failed(f"{', '.join(sorted(fixed))} of a delivery source can't be updated")
        source = context.client("logs").get_delivery_source(name=physical)["deliverySource"]
        retag(context, source["arn"], old, new)
        return self.attributes(source)

    def attributes(self, source):
        return {"Arn": source["arn"], "ResourceArns": source["resourceArns"], "Service": source["service"]}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_delivery_source(name=physical)


@provides("AWS::Logs::DeliveryDestination")
class DeliveryDestination(Provider):
    names = ("DeliveryDestinationPolicy", "DestinationResourceArn", "Name", "OutputFormat", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        asked = picked(properties, "Name", "OutputFormat") | {"Tags": context.tagged(properties)}
        if "DestinationResourceArn" in properties:
            asked["DeliveryDestinationConfiguration"] = picked(properties, "DestinationResourceArn")
        client, name = context.client("logs"), properties["Name"]
        arn = ask(client, "PutDeliveryDestination", **asked)["deliveryDestination"]["arn"]
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, {"Arn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("logs")
        self.settle(client, physical, old, new)
        arn = client.get_delivery_destination(name=physical)["deliveryDestination"]["arn"]
        retag(context, arn, old, new)
        return {"Arn": arn}

    def settle(self, client, name, old, new):
        kind = "DeliveryDestinationPolicy"
        if new.get(kind) and new[kind] != old.get(kind):
            policy = new[kind].get("DeliveryDestinationPolicy", new[kind])
            client.put_delivery_destination_policy(deliveryDestinationName=name, deliveryDestinationPolicy=text(policy))
        elif old.get(kind) and not new.get(kind):
            client.delete_delivery_destination_policy(deliveryDestinationName=name)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_delivery_destination(name=physical)


@provides("AWS::Logs::Delivery")
class Delivery(Provider):
    configuration = {"S3EnableHiveCompatiblePath": "EnableHiveCompatiblePath", "S3SuffixPath": "SuffixPath"}
    names = (*configuration, "DeliveryDestinationArn", "DeliverySourceName", "FieldDelimiter", "RecordFields", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        asked = picked(properties, "DeliveryDestinationArn", "DeliverySourceName", "FieldDelimiter", "RecordFields")
        asked |= self.s3(properties) | {"Tags": context.tagged(properties)}
        made = ask(context.client("logs"), "CreateDelivery", **asked)["delivery"]
        return made["id"], self.attributes(made)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("logs")
        if changed(old, new) - {"Tags"}:
            settings = picked(new, "FieldDelimiter", "RecordFields") | self.s3(new)
            ask(client, "UpdateDeliveryConfiguration", Id=physical, **settings)
        made = client.get_delivery(id=physical)["delivery"]
        retag(context, made["arn"], old, new)
        return self.attributes(made)

    def s3(self, properties):
        found = renamed(properties, **self.configuration)
        return {"S3DeliveryConfiguration": found} if found else {}

    def attributes(self, delivery):
        return renamed(delivery, arn="Arn", id="DeliveryId", deliveryDestinationType="DeliveryDestinationType")

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_delivery(id=physical)
