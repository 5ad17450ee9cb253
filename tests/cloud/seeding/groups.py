"""The security groups of the main VPC."""

from seeding.network import ANYWHERE

GROUP = "AWS::EC2::SecurityGroup"
ADMINISTRATION = {"ssh": 22, "rdp": 3389, "mysql": 3306, "postgresql": 5432}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": ANYWHERE}]}
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}


def tcp(port, **source):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


def internet(port):
    return tcp(port, IpRanges=[{"CidrIp": ANYWHERE}])


def security_groups(place, vpc):
    """The groups by name that other resources are put into."""
    application = group(place, vpc, "application")
    members = [{"GroupId": application}]
    found = {
        "application": application,
        "database": group(place, vpc, "database", tcp(5432, UserIdGroupPairs=members)),
        "open-database": group(place, vpc, "open-database", tcp(5432, IpRanges=[{"CidrIp": "10.0.0.0/16"}])),
        "web": group(place, vpc, "web", internet(443), internet(80)),
        "open-web": group(place, vpc, "open-web", internet(443), internet(8080)),
    }
    open_groups(place, vpc)
    return found


def open_groups(place, vpc):
    for name, port in ADMINISTRATION.items():
        identifier = group(place, vpc, f"open-{name}", internet(port))
        place.plant(GROUP, identifier, f"ec2.security_group_{name}_from_internet")
        place.make(GROUP, identifier, SecurityGroupIngress=[tcp(port, CidrIp=ANYWHERE)])
    by_ipv6 = group(place, vpc, "open-ssh-by-ipv6", tcp(22, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
    place.plant(GROUP, by_ipv6, "ec2.security_group_ssh_from_internet")
    everything = group(place, vpc, "open-to-everything", EVERYTHING)
    reached = ("all_ports", *ADMINISTRATION)
    place.plant(GROUP, everything, *(f"ec2.security_group_{name}_from_internet" for name in reached))
    outgoing = make_group(place, vpc, "outgoing")
    place.plant(GROUP, outgoing, "ec2.security_group_unrestricted_egress")


def group(place, vpc, name, *ingress):
    """A group with these inbound rules, whose only way out is HTTPS."""
    client = place.client("ec2")
    identifier = make_group(place, vpc, name)
    if ingress:
        client.authorize_security_group_ingress(GroupId=identifier, IpPermissions=list(ingress))
    client.revoke_security_group_egress(GroupId=identifier, IpPermissions=[EVERYTHING])
    client.authorize_security_group_egress(GroupId=identifier, IpPermissions=[HTTPS])
    return identifier


def make_group(place, vpc, name):
    answer = place.client("ec2").create_security_group(GroupName=name, Description=name, VpcId=vpc)
    place.make(GROUP, answer["GroupId"], GroupName=name, GroupDescription=name, VpcId=vpc)
    return answer["GroupId"]
