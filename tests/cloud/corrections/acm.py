"""AWS Certificate Manager."""

from moto import settings
from moto.elbv2.models import elbv2_backends

from corrections.registry import amended, correction

# moto issues a requested certificate by itself after a while. On AWS it is pending until the DNS says that the domain is one's own
# (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html), which it never does here.
settings.ACM_VALIDATION_WAIT = float("inf")


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


@correction("acm", "DescribeCertificate")
def describe_certificate(call, onward):
    """moto does not know which load balancers use a certificate
    (https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)."""

    def amend(result):
        certificate = result["Certificate"]
        certificate["InUseBy"] = users(call, certificate["CertificateArn"])
        complete(call, certificate)

    return amended(call, onward(call), amend)


@correction("acm", "ListCertificates")
def list_certificates(call, onward):
    """As for DescribeCertificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html"""

    def amend(result):
        for certificate in result["CertificateSummaryList"]:
            certificate["InUse"] = bool(users(call, certificate["CertificateArn"]))
            complete(call, certificate)

    return amended(call, onward(call), amend)
