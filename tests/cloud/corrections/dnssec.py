"""DNSSEC of Amazon Route 53, of which moto has nothing."""

import hashlib
from datetime import datetime, timezone

from moto.route53.models import route53_backends
from wire import Failure

from corrections.registry import State, correction

# The key-signing keys of an account by zone and name, and the zones that sign.
KEYS = State()
SIGNING = State(set)


def zone(call):
    """The zone of the call, which has to be there."""
    identifier = call.parameters()["HostedZoneId"].rpartition("/")[2]
    if identifier not in route53_backends[call.account]["aws"].zones:
        raise Failure("NoSuchHostedZone", f"No hosted zone found with ID: {identifier}", 404)
    return identifier


def keys(call):
    return [key for (of, _), key in KEYS.of_account(call).items() if of == zone(call)]


def find(call):
    name = call.parameters()["Name"]
    key = KEYS.of_account(call).get((zone(call), name))
    if key is None:
        raise Failure("NoSuchKeySigningKey", f"The key-signing key {name} does not exist.", 404)
    return key


def change():
    """A change that is everywhere at once: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeInfo.html"""
    return {"Id": "/change/C2682N5HXP0BZ4", "Status": "INSYNC", "SubmittedAt": datetime.now(timezone.utc)}


@correction("route53", "CreateKeySigningKey")
def create_key(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateKeySigningKey.html"""
    asked = call.parameters()
    if (zone(call), asked["Name"]) in KEYS.of_account(call):
        raise Failure("KeySigningKeyAlreadyExists", f"The key-signing key {asked['Name']} already exists.", 409)
    arn = asked["KeyManagementServiceArn"]
    if arn.split(":")[3] != "us-east-1":
        raise Failure("InvalidKMSArn", "The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing.")
    now, digest = datetime.now(timezone.utc), hashlib.sha256(f"{zone(call)} {asked['Name']}".encode()).hexdigest().upper()
    # Algorithm 13 is ECDSA P-256 with SHA-256, flag 257 a key-signing key, digest 2 SHA-256 (RFC 8624, RFC 4034).
    key = {
        "Name": asked["Name"],
        "KmsArn": arn,
        "Flag": 257,
        "SigningAlgorithmMnemonic": "ECDSAP256SHA256",
        "SigningAlgorithmType": 13,
        "DigestAlgorithmMnemonic": "SHA-256",
        "DigestAlgorithmType": 2,
        "KeyTag": int(digest[:4], 16),
        "DigestValue": digest,
        "Status": asked["Status"],
        "CreatedDate": now,
        "LastModifiedDate": now,
    }
    key["DSRecord"] = f"{key['KeyTag']} 13 2 {digest}"
    KEYS.of_account(call)[zone(call), asked["Name"]] = key
    location = f"https://route53.amazonaws.com/2013-04-01/keysigningkey/{zone(call)}/{asked['Name']}"
    return call.answer({"ChangeInfo": change(), "KeySigningKey": key, "Location": location})


@correction("route53", "ActivateKeySigningKey")
def activate(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ActivateKeySigningKey.html"""
    find(call).update({"Status": "ACTIVE", "LastModifiedDate": datetime.now(timezone.utc)})
    return call.answer({"ChangeInfo": change()})


@correction("route53", "DeactivateKeySigningKey")
def deactivate(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeactivateKeySigningKey.html"""
    key = find(call)
    if zone(call) in SIGNING.of_account(call) and [each for each in keys(call) if each["Status"] == "ACTIVE"] == [key]:
        raise Failure("KeySigningKeyInUse", "The key-signing key is the last active one of a hosted zone with DNSSEC signing.")
    key.update({"Status": "INACTIVE", "LastModifiedDate": datetime.now(timezone.utc)})
    return call.answer({"ChangeInfo": change()})


@correction("route53", "DeleteKeySigningKey")
def delete_key(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteKeySigningKey.html"""
    key = find(call)
    if key["Status"] == "ACTIVE":
        raise Failure("InvalidKeySigningKeyStatus", "The key-signing key has to be deactivated before it can be deleted.")
    del KEYS.of_account(call)[zone(call), key["Name"]]
    return call.answer({"ChangeInfo": change()})


@correction("route53", "EnableHostedZoneDNSSEC")
def enable(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_EnableHostedZoneDNSSEC.html"""
    if not any(key["Status"] == "ACTIVE" for key in keys(call)):
        raise Failure("KeySigningKeyWithActiveStatusNotFound", "The hosted zone has no key-signing key with the status ACTIVE.")
    SIGNING.of_account(call).add(zone(call))
    return call.answer({"ChangeInfo": change()})


@correction("route53", "DisableHostedZoneDNSSEC")
def disable(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisableHostedZoneDNSSEC.html"""
    if zone(call) not in SIGNING.of_account(call):
        raise Failure("DNSSECNotFound", "The hosted zone doesn't have any DNSSEC resources.")
    SIGNING.of_account(call).discard(zone(call))
    return call.answer({"ChangeInfo": change()})


@correction("route53", "GetDNSSEC")
def describe(call, onward):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html"""
    status = "SIGNING" if zone(call) in SIGNING.of_account(call) else "NOT_SIGNING"
    return call.answer({"Status": {"ServeSignature": status}, "KeySigningKeys": keys(call)})
