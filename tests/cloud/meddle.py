"""Changes by hand what the blueprint `innovate-inc` made in the production account, and prints as JSON what that is to be called; with `undo`, changes back
what an audit would find.
Usage: meddle.py ADDRESS [undo]"""

import json
import sys

from cloudformation.loopback import client
from stacks import OWN

REGION = "eu-central-1"
PREFIX = "innovate-production"
# What the template has.
RETENTION = 30


def production(address):
    organizations = client(address, OWN, "us-east-1", "organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    return next(account["Id"] for page in pages for account in page["Accounts"] if account["Name"] == PREFIX)


def meddle(address, undo):
    account = production(address)
    rds, ec2, cloudwatch = (client(address, account, REGION, service) for service in ("rds", "ec2", "cloudwatch"))
    instances = rds.describe_db_instances()["DBInstances"]
    database = next(each for each in instances if not each.get("ReadReplicaSourceDBInstanceIdentifier"))["DBInstanceIdentifier"]
    rds.modify_db_instance(DBInstanceIdentifier=database, BackupRetentionPeriod=RETENTION if undo else 1, ApplyImmediately=True)
    [vpc] = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    named = [{"Name": "tag:Name", "Values": ["by-hand"]}]
    alarm = f"{PREFIX}-pod-cpu"
    if undo:
        for subnet in ec2.describe_subnets(Filters=named)["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        return []
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": "by-hand"}]}]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=vpc["CidrBlock"].replace(".0.0/16", ".250.0/24"), TagSpecifications=tags)
    cloudwatch.delete_alarms(AlarmNames=[alarm])
    return [
        f'changed {database} "/BackupRetentionPeriod"',
        f"added {subnet['Subnet']['SubnetId']} null",
        f"deleted {alarm} null",
    ]


if __name__ == "__main__":
    print(json.dumps(meddle(sys.argv[1], sys.argv[2:] == ["undo"])))
