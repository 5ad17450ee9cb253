"""The hosted zones of Route 53 and their records."""

from seeding.place import GLOBAL, HOME

RECORD = "AWS::Route53::RecordSet"
# The hosted zone that the addresses of the region's Application Load Balancers are in.
BALANCERS = "Z32O12XQLNTSW2"


def zones(place, network, balancer):
    """Records of two zones; an alias leads to the load balancer, another to one that is gone."""
    public = zone(place, "example.com.")
    inside = zone(place, "inside.example.com.", VPC={"VPCRegion": place.region, "VPCId": network.vpc})
    record(place, public, "www.example.com.", "A", "192.0.2.1")
    record(place, public, "shop.example.com.", "CNAME", "www.example.com")
    record(place, inside, "db.inside.example.com.", "A", "10.0.2.5")
    alias(place, public, "app.example.com.", balancer["DNSName"])
    gone = alias(place, public, "old.example.com.", f"gone-1234567890.{HOME}.elb.amazonaws.com")
    place.plant(RECORD, gone, "route53.alias_to_missing_load_balancer", region=GLOBAL)


def zone(place, name, **settings):
    answer = place.client("route53").create_hosted_zone(
        Name=name, CallerReference=name, HostedZoneConfig={"Comment": name, "PrivateZone": bool(settings)}, **settings
    )
    identifier = answer["HostedZone"]["Id"].removeprefix("/hostedzone/")
    place.make("AWS::Route53::HostedZone", identifier, GLOBAL, Name=name, HostedZoneConfig={"Comment": name})
    return identifier


def record(place, zone_id, name, kind, value):
    change(place, zone_id, {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]})
    properties = {"Name": name, "HostedZoneId": zone_id, "Type": kind, "TTL": "300", "ResourceRecords": [value]}
    place.make(RECORD, f"{name}|{zone_id}|{kind}", GLOBAL, **properties)


def alias(place, zone_id, name, address):
    """The identifier of the record."""
    target = {"DNSName": f"dualstack.{address}", "HostedZoneId": BALANCERS, "EvaluateTargetHealth": True}
    change(place, zone_id, {"Name": name, "Type": "A", "AliasTarget": target})
    return f"{name}|{zone_id}|A"


def change(place, zone_id, record_set):
    changes = [{"Action": "CREATE", "ResourceRecordSet": record_set}]
    place.client("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
