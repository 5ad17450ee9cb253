"""AWS Certificate Manager."""

from moto import settings
from moto.acm.models import acm_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from wire import Failure

from corrections.registry import State, amended, correction

# moto issues a requested certificate by itself after a while. On AWS it is pending until the DNS says that the domain is one's own
# (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html), which here a public zone of Route 53 does, of whatever account.
settings.ACM_VALIDATION_WAIT = float("inf")
# The algorithm of the key of a requested certificate by its ARN.
ALGORITHMS = State()
# As ACM asks for it and as it tells it: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
RSA = "RSA_2048"


def issue(call):
    """Issues the certificates of the account that the DNS has come to prove."""
    zones = [zone for regions in list(route53_backends.values()) for zone in list(regions["aws"].zones.values()) if not zone.private_zone]
    records = {(each.name, value) for zone in zones for each in zone.rrsets if each.type == "CNAME" for value in each.records}
    for certificate in list(acm_backends[call.account][call.region]._certificates.values()):
        if certificate.status == "PENDING_VALIDATION":
            options = certificate.describe()["Certificate"].get("DomainValidationOptions", [])
            wanted = [each["ResourceRecord"] for each in options]
            if wanted and all((each["Name"], each["Value"]) in records for each in wanted):
                certificate.status = "ISSUED"


def users(call, arn):
    """The load balancers with a listener that has the certificate."""
    balancers = elbv2_backends[call.account][call.region].load_balancers.values()
    return [balancer.arn for balancer in balancers if any(arn in held_by(each) for each in balancer.listeners.values())]


def held_by(listener):
    return [listener.certificate, *listener.certificates]


def is_valid(certificate):
    return certificate["Status"] not in ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED")


def complete(call, certificate):
    """A certificate that was not issued has no dates. One that ACM issued and something uses is renewed
    (https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)."""
    for name in () if is_valid(certificate) else ("IssuedAt", "NotAfter", "NotBefore", "Serial"):
        certificate.pop(name, None)
    in_use = bool(users(call, certificate["CertificateArn"]))
    is_renewed = in_use and certificate["Type"] == "AMAZON_ISSUED" and certificate["Status"] == "ISSUED"
    certificate["RenewalEligibility"] = "ELIGIBLE" if is_renewed else "INELIGIBLE"
    if certificate["CertificateArn"] in ALGORITHMS.of(call):
        certificate["KeyAlgorithm"] = ALGORITHMS.of(call)[certificate["CertificateArn"]]


@correction("acm", "RequestCertificate")
def request_certificate(call, onward):
    """moto has one algorithm: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
    algorithm = call.parameters().get("KeyAlgorithm", RSA)

    def amend(result):
        if algorithm != RSA:
            ALGORITHMS.of(call)[result["CertificateArn"]] = algorithm

    return amended(call, onward(call), amend)


@correction("acm", "UpdateCertificateOptions")
def update_options(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html"""
    asked = call.parameters()
    held = acm_backends[call.account][call.region]._certificates.get(asked["CertificateArn"])
    if held is None:
        raise Failure("ResourceNotFoundException", f"Could not find certificate {asked['CertificateArn']}.")
    held.cert_options.update(asked["Options"])
    return call.answer({})


@correction("acm", "DescribeCertificate")
def describe_certificate(call, onward):
    """moto does not know which load balancers use a certificate
    (https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)."""

    issue(call)

    def amend(result):
        certificate = result["Certificate"]
        certificate["InUseBy"] = users(call, certificate["CertificateArn"])
        complete(call, certificate)

    return amended(call, onward(call), amend)


@correction("acm", "ListCertificates")
def list_certificates(call, onward):
    """As for DescribeCertificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html"""
    issue(call)

    def amend(result):
        for certificate in result["CertificateSummaryList"]:
            certificate["InUse"] = bool(users(call, certificate["CertificateArn"]))
            complete(call, certificate)

    return amended(call, onward(call), amend)
