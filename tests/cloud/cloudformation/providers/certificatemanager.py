"""AWS Certificate Manager: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CertificateManager.html."""

from cloudformation import loopback
from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without

# The account with the DNS of the domains whose zones no template names. On AWS their owners put the records there by hand while the stack
# waits; here they do so at once.
OWNERS = "999988887777"


def own(tags):
    """The tags but those of AWS, which ACM takes from no caller."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


@provides("AWS::CertificateManager::Certificate")
class Certificate(Provider):
    """CloudFormation waits until the certificate is issued. Where the template names the zones it puts the records there that prove the
    domains, and leaves them when the certificate goes
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-certificatemanager-certificate.html)."""

    names = (
        "CertificateExport",
        "CertificateTransparencyLoggingPreference",
        "DomainName",
        "DomainValidationOptions",
        "KeyAlgorithm",
        "SubjectAlternativeNames",
        "Tags",
        "ValidationMethod",
    )

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("acm")
        asked = picked(properties, "DomainName", "KeyAlgorithm", "SubjectAlternativeNames", "ValidationMethod")
        proofs = properties.get("DomainValidationOptions", [])
        domains = [without(each, "HostedZoneId") for each in proofs if "ValidationDomain" in each]
        if domains:
            asked["DomainValidationOptions"] = domains
        if self.options(properties):
            asked["Options"] = self.options(properties)
        tags = {"Tags": tag_list(own(context.tagged(properties))), "IdempotencyToken": context.token}
        arn = context.physical = ask(client, "RequestCertificate", **asked, **tags)["CertificateArn"]
        zones = {each["DomainName"]: each["HostedZoneId"] for each in proofs if "HostedZoneId" in each}
        if properties.get("ValidationMethod") == "DNS":
            self.prove(context, client, arn, zones)
        found = client.describe_certificate(CertificateArn=arn)["Certificate"]
        if found["Status"] != "ISSUED":
            raise Failed(f"The certificate is {found['Status']}: nobody has proved its domains")
        return arn, {"CertificateArn": arn}

    def options(self, properties):
        names = {"CertificateExport": "Export", "CertificateTransparencyLoggingPreference": "CertificateTransparencyLoggingPreference"}
        return {names[name]: value for name, value in picked(properties, *names).items()}

    def prove(self, context, client, arn, zones):
        for option in client.describe_certificate(CertificateArn=arn)["Certificate"].get("DomainValidationOptions", []):
            if option["DomainName"] in zones:
                dns, zone = context.client("route53"), zones[option["DomainName"]]
            else:
                dns = loopback.client(context.address, OWNERS, context.region, "route53")
                zone = self.zone(dns, option["DomainName"].removeprefix("*."))
            proof = option["ResourceRecord"]
            record = picked(proof, "Name", "Type") | {"TTL": 300, "ResourceRecords": [{"Value": proof["Value"]}]}
            changes = [{"Action": "UPSERT", "ResourceRecordSet": record}]
            dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    def zone(self, dns, domain):
        """The zone of the domain at its owner."""
        for zone in dns.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]:
            if zone["Name"] == f"{domain}.":
                return zone["Id"]
        return dns.create_hosted_zone(Name=domain, CallerReference=domain)["HostedZone"]["Id"]

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("acm")
        if "CertificateTransparencyLoggingPreference" in changed(old, new):
            preference = {"CertificateTransparencyLoggingPreference": new.get("CertificateTransparencyLoggingPreference", "ENABLED")}
            client.update_certificate_options(CertificateArn=physical, Options=preference)
        present, gone = context.tag_changes(old, new)
        if own(present):
            client.add_tags_to_certificate(CertificateArn=physical, Tags=tag_list(own(present)))
        if gone:
            client.remove_tags_from_certificate(CertificateArn=physical, Tags=[{"Key": key} for key in gone])
        return {"CertificateArn": physical}

    def delete(self, context, physical, properties):
        with absent("ResourceNotFoundException"):
            context.client("acm").delete_certificate(CertificateArn=physical)
