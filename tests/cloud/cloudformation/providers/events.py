"""Amazon EventBridge: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html."""

import json

from cloudformation.provider import Failed, Provider, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without

DEFAULT_BUS = "default"
# The parameters of a task of ECS that the API has another name for.
ECS = {"PlacementStrategies": "PlacementStrategy", "TagList": "Tags"}


@provides("AWS::Events::Rule")
class Rule(Provider):
    """Ref gives its name, behind that of a bus that is not the default one."""

    settings = ("Description", "EventBusName", "EventPattern", "RoleArn", "ScheduleExpression", "State")
    names = (*settings, "Name", "Tags", "Targets")

    def create(self, context, properties):
        name = properties.get("Name") or context.name(64)
        bus = self.bus(properties)
        physical = name if bus == DEFAULT_BUS else f"{bus}|{name}"
        return physical, self.put(context, physical, {}, properties, Tags=tag_list(context.tagged(properties)))

    def update(self, context, physical, old, new):
        if self.bus(old) != self.bus(new):
            raise Failed("The event bus of a rule can't be updated")
        attributes = self.put(context, physical, old, new)
        client, arn = context.client("events"), attributes["Arn"]
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(ResourceARN=arn, Tags=tag_list(present))
        if gone:
            client.untag_resource(ResourceARN=arn, TagKeys=gone)
        return attributes

    def bus(self, properties):
        return properties.get("EventBusName", DEFAULT_BUS).rpartition("/")[2]

    def put(self, context, physical, old, new, **tags):
        client, bus, name = context.client("events"), self.bus(new), physical.rpartition("|")[2]
        taken(new, *self.names)
        arn = ask(client, "PutRule", Name=name, **picked(new, *self.settings), **tags)["RuleArn"]
        context.physical = physical
        targets = [self.target(each) for each in new.get("Targets", [])]
        gone = sorted({each["Id"] for each in old.get("Targets", [])} - {each["Id"] for each in targets})
        if gone:
            client.remove_targets(Rule=name, EventBusName=bus, Ids=gone)
        if targets:
            ask(client, "PutTargets", Rule=name, EventBusName=bus, Targets=targets)
        return {"Arn": arn, "RuleName": name}

    def target(self, properties):
        if "EcsParameters" not in properties:
            return properties
        parameters = {ECS.get(name, name): value for name, value in properties["EcsParameters"].items()}
        return without(properties, "EcsParameters") | {"EcsParameters": parameters}

    def delete(self, context, physical, properties):
        client = context.client("events")
        rule = {"EventBusName": self.bus(properties), "Rule": physical.rpartition("|")[2]}
        with absent("ResourceNotFoundException"):
            targets = client.list_targets_by_rule(**rule)["Targets"]
            if targets:
                client.remove_targets(**rule, Ids=[each["Id"] for each in targets])
            client.delete_rule(Name=rule["Rule"], EventBusName=rule["EventBusName"])


@provides("AWS::Events::EventBusPolicy")
class EventBusPolicy(Provider):
    """One statement of the policy of a bus. PutPermission replaces the whole policy or adds a statement of a simple form
    (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html)."""

    names = ("Action", "Condition", "EventBusName", "Principal", "Statement", "StatementId")

    def create(self, context, properties):
        bus, sid = properties.get("EventBusName", DEFAULT_BUS), properties["StatementId"]
        self.put(context, bus, properties)
        return f"{bus}|{sid}", {}

    def update(self, context, physical, old, new):
        self.put(context, physical.partition("|")[0], new)
        return {}

    def put(self, context, bus, properties):
        taken(properties, *self.names)
        client, sid = context.client("events"), properties["StatementId"]
        if "Statement" not in properties:
            simple = picked(properties, "Action", "Condition", "Principal", "StatementId")
            ask(client, "PutPermission", EventBusName=bus, **simple)
            return
        policy = json.loads(client.describe_event_bus(Name=bus).get("Policy", '{"Version": "2012-10-17", "Statement": []}'))
        others = [each for each in policy["Statement"] if each.get("Sid") != sid]
        policy["Statement"] = [*others, {"Sid": sid} | properties["Statement"]]
        client.put_permission(EventBusName=bus, Policy=json.dumps(policy))

    def delete(self, context, physical, properties):
        bus, _, sid = physical.partition("|")
        with absent("ResourceNotFoundException"):
            context.client("events").remove_permission(EventBusName=bus, StatementId=sid)
