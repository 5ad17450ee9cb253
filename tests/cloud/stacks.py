"""Prints the resources of every stack of every account as JSON, type and physical id by account/Region/stack/logical id. Usage: stacks.py ADDRESS REGIONS"""

import json
import sys

from cloudformation.loopback import client


# The account of a caller that is nobody in particular.
OWN = "123456789012"


def accounts(address):
    """The accounts of the organization; the caller's own where there is none."""
    organizations = client(address, OWN, "us-east-1", "organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    return [account["Id"] for page in pages for account in page["Accounts"]] or [OWN]


def resources(address, regions):
    found = {}
    for account in accounts(address):
        for region in regions:
            cloudformation = client(address, account, region, "cloudformation")
            for page in cloudformation.get_paginator("describe_stacks").paginate():
                for stack in page["Stacks"]:
                    name = stack["StackName"]
                    for listed in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
                        for resource in listed["StackResourceSummaries"]:
                            place = f"{account}/{region}/{name}/{resource['LogicalResourceId']}"
                            found[place] = f"{resource['ResourceType']} {resource.get('PhysicalResourceId', '')}"
    return found


if __name__ == "__main__":
    address, regions = sys.argv[1:]
    print(json.dumps(resources(address, regions.split(","))))
