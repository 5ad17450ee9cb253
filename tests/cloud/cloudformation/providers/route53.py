"""Amazon Route 53: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Route53.html."""

from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, differences, without

GONE = "NoSuchHostedZone"


def zone_id(identifier):
    return identifier.rpartition("/")[2]


def dotted(name):
    return name if name.endswith(".") else f"{name}."


def zone_of(client, properties):
    """The zone of a record, which a template names by its id or by its name."""
    if "HostedZoneId" in properties:
        return zone_id(properties["HostedZoneId"])
    name = dotted(properties["HostedZoneName"])
    for zone in client.list_hosted_zones_by_name(DNSName=name)["HostedZones"]:
        if zone["Name"] == name:
            return zone_id(zone["Id"])
    raise Failed(f"No hosted zone named {name} found")


@provides("AWS::Route53::HostedZone")
class HostedZone(Provider):
    names = ("DelegationSetId", "HostedZoneConfig", "HostedZoneTags", "Name", "QueryLoggingConfig", "VPCs")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("route53")
        vpcs = properties.get("VPCs", [])
        asked = picked(properties, "DelegationSetId", "Name") | {"CallerReference": context.token}
        asked["HostedZoneConfig"] = properties.get("HostedZoneConfig", {}) | {"PrivateZone": bool(vpcs)}
        if vpcs:
            asked["VPC"] = vpcs[0]
        physical = context.physical = zone_id(ask(client, "CreateHostedZone", **asked)["HostedZone"]["Id"])
        self.associate(client, physical, vpcs[:1], vpcs)
        self.log(client, physical, {}, properties)
        self.tag(client, physical, context.tagged(properties, "HostedZoneTags"), [])
        return physical, self.attributes(client, physical)

    def associate(self, client, physical, old, new):
        gone, added = differences(old, new)
        for vpc in added:
            ask(client, "AssociateVPCWithHostedZone", HostedZoneId=physical, VPC=vpc)
        for vpc in gone:
            ask(client, "DisassociateVPCFromHostedZone", HostedZoneId=physical, VPC=vpc)

    def log(self, client, physical, old, new):
        if old.get("QueryLoggingConfig") == new.get("QueryLoggingConfig"):
            return
        for each in client.list_query_logging_configs(HostedZoneId=physical)["QueryLoggingConfigs"]:
            client.delete_query_logging_config(Id=each["Id"])
        if "QueryLoggingConfig" in new:
            ask(client, "CreateQueryLoggingConfig", HostedZoneId=physical, **new["QueryLoggingConfig"])

    def tag(self, client, physical, present, gone):
        asked = ({"AddTags": tag_list(present)} if present else {}) | ({"RemoveTagKeys": gone} if gone else {})
        if asked:
            client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=physical, **asked)

    def attributes(self, client, physical):
        servers = client.get_hosted_zone(Id=physical).get("DelegationSet", {}).get("NameServers", [])
        return {"Id": physical, "NameServers": servers}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("route53")
        if "HostedZoneConfig" in changed(old, new):
            client.update_hosted_zone_comment(Id=physical, Comment=new.get("HostedZoneConfig", {}).get("Comment", ""))
        self.associate(client, physical, old.get("VPCs", []), new.get("VPCs", []))
        self.log(client, physical, old, new)
        self.tag(client, physical, *context.tag_changes(old, new, "HostedZoneTags"))
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        client = context.client("route53")
        with absent(GONE):
            client.get_hosted_zone(Id=physical)
            self.log(client, physical, properties, {})
            client.delete_hosted_zone(Id=physical)


RECORD = (
    "AliasTarget",
    "CidrRoutingConfig",
    "Comment",
    "Failover",
    "GeoLocation",
    "GeoProximityLocation",
    "HealthCheckId",
    "HostedZoneId",
    "HostedZoneName",
    "MultiValueAnswer",
    "Name",
    "Region",
    "ResourceRecords",
    "SetIdentifier",
    "TTL",
    "Type",
    "Weight",
)


def record(properties):
    """A record set as the API has it."""
    asked = without(taken(properties, *RECORD), "Comment", "HostedZoneId", "HostedZoneName")
    asked["Name"] = dotted(properties["Name"])
    if "ResourceRecords" in properties:
        asked["ResourceRecords"] = [{"Value": value} for value in properties["ResourceRecords"]]
    if "AliasTarget" in properties:
        asked["AliasTarget"] = {"EvaluateTargetHealth": False} | properties["AliasTarget"]
    return asked


def key(each):
    return dotted(each["Name"]), each["Type"], each.get("SetIdentifier")


def change(client, zone, changes, comment=None):
    if changes:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": each} for action, each in changes]}
        ask(client, "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch | ({"Comment": comment} if comment else {}))


def removals(client, zone, properties):
    """The deletions of those of the record sets that are there, as a deletion names all that there is."""
    wanted = [key(each) for each in properties]
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    return [("DELETE", each) for page in pages for each in page["ResourceRecordSets"] if key(each) in wanted]


@provides("AWS::Route53::RecordSet")
class RecordSet(Provider):
    def create(self, context, properties):
        client = context.client("route53")
        change(client, zone_of(client, properties), [("CREATE", record(properties))], properties.get("Comment"))
        return properties["Name"], {}

    def update(self, context, physical, old, new):
        client = context.client("route53")
        zone = zone_of(client, new)
        moved = removals(client, zone, [old]) if key(old) != key(new) else []
        change(client, zone, [*moved, ("UPSERT", record(new))], new.get("Comment"))
        return {}

    def delete(self, context, physical, properties):
        client = context.client("route53")
        with absent(GONE):
            zone = zone_of(client, properties)
            change(client, zone, removals(client, zone, [properties]))


@provides("AWS::Route53::RecordSetGroup")
class RecordSetGroup(Provider):
    names = ("Comment", "HostedZoneId", "HostedZoneName", "RecordSets")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("route53")
        changes = [("CREATE", record(each)) for each in properties.get("RecordSets", [])]
        change(client, zone_of(client, properties), changes, properties.get("Comment"))
        return context.name(), {"Id": context.name()}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("route53")
        zone, wanted = zone_of(client, new), [key(each) for each in new.get("RecordSets", [])]
        gone = [each for each in old.get("RecordSets", []) if key(each) not in wanted]
        present = [("UPSERT", record(each)) for each in new.get("RecordSets", []) if each not in old.get("RecordSets", [])]
        change(client, zone, removals(client, zone, gone) + present, new.get("Comment"))
        return {"Id": physical}

    def delete(self, context, physical, properties):
        client = context.client("route53")
        with absent(GONE):
            zone = zone_of(client, properties)
            change(client, zone, removals(client, zone, properties.get("RecordSets", [])))


@provides("AWS::Route53::KeySigningKey")
class KeySigningKey(Provider):
    names = ("HostedZoneId", "KeyManagementServiceArn", "Name", "Status")

    def create(self, context, properties):
        asked = taken(properties, *self.names) | {"HostedZoneId": zone_id(properties["HostedZoneId"]), "CallerReference": context.token}
        ask(context.client("route53"), "CreateKeySigningKey", **asked)
        return f"{asked['HostedZoneId']}|{properties['Name']}", {}

    def update(self, context, physical, old, new):
        zone, _, name = physical.partition("|")
        operation = "ActivateKeySigningKey" if taken(new, *self.names)["Status"] == "ACTIVE" else "DeactivateKeySigningKey"
        ask(context.client("route53"), operation, HostedZoneId=zone, Name=name)
        return {}

    def delete(self, context, physical, properties):
        zone, _, name = physical.partition("|")
        client = context.client("route53")
        with absent(GONE, "NoSuchKeySigningKey"):
            client.deactivate_key_signing_key(HostedZoneId=zone, Name=name)
            client.delete_key_signing_key(HostedZoneId=zone, Name=name)


@provides("AWS::Route53::DNSSEC")
class Dnssec(Provider):
    def create(self, context, properties):
        zone = zone_id(taken(properties, "HostedZoneId")["HostedZoneId"])
        context.client("route53").enable_hosted_zone_dnssec(HostedZoneId=zone)
        return zone, {}

    def delete(self, context, physical, properties):
        with absent(GONE, "DNSSECNotFound"):
            context.client("route53").disable_hosted_zone_dnssec(HostedZoneId=physical)
