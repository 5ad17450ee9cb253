"""One region of one account, where things are made, and the notes of what was made there and of what is wrong with it."""

import json
from dataclasses import dataclass, field

import boto3
from botocore.config import Config

REGIONS = ["eu-west-1", "us-east-1"]
HOME = REGIONS[0]
GLOBAL = "global"
# The caller's account, which is moto's own.
MANAGEMENT = "123456789012"
CALLER = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
# What a secret is, wherever one is told to a service: no reading may bring it back.
SECRET = "Never-in-a-snapshot-1"
# An account outside of the organization.
FOREIGN = "999988887777"


@dataclass
class Place:
    """`planted`: the defects, and `made`: what was asked for, of all places of an organization."""

    address: str
    account: str
    name: str
    region: str
    credentials: dict
    planted: list
    made: list
    clients: dict = field(default_factory=dict)

    def client(self, service):
        if service not in self.clients:
            config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
            self.clients[service] = boto3.client(
                service, region_name=self.region, endpoint_url=self.address, config=config, **self.credentials
            )
        return self.clients[service]

    def plant(self, kind, identifier, *policies, region=None):
        """The resource fails these policies, and no others that its maker does not name."""
        where = {"account": self.account, "region": region or self.region}
        self.planted += [{"policy": f"aws.{policy}"} | where | {"type": kind, "id": identifier} for policy in policies]

    def make(self, kind, identifier, region=None, **properties):
        """The resource is there, with these properties of its CloudFormation type."""
        where = {"account": self.account, "region": region or self.region}
        self.made.append({"type": kind} | where | {"id": identifier, "properties": properties})

    def arn(self, service, resource):
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def places(address, account, name, credentials, planted, made):
    """The account's places, that of its home region first."""
    return [Place(address, account, name, region, credentials, planted, made) for region in REGIONS]


def assume(place, account):
    """The credentials of a session in the account: moto takes one of any role."""
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    answer = place.client("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **rest):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def deny(action, resource="*", **rest):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **rest}


def trust(principal, action="sts:AssumeRole", **rest):
    return document({"Effect": "Allow", "Action": action, "Principal": principal, **rest})


def service_role(place, name, *services):
    """The ARN of a role for AWS services; it needs no permissions, as nothing runs."""
    policy = trust({"Service": list(services)})
    return place.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def named(kind, name):
    """EC2 takes the tags of what it makes by resource type."""
    return [{"ResourceType": kind, "Tags": tags(Name=name)}]
