"""Certificates of ACM."""

from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CERTIFICATE = "AWS::CertificateManager::Certificate"
STATUS = "Innovate::CertificateManager::CertificateStatus"


def certificates(place):
    """The ARNs of two imported certificates by name; the expiring one is a defect as soon as a load balancer has it."""
    sound, expiring = imported(place, "sound.example.com", 300), imported(place, "expiring.example.com", 10)
    place.plant(STATUS, expiring, "certificatemanager.certificate_expires_soon")
    imported(place, "unused.example.com", 10)
    domain = "requested.example.com"
    settings = {"DomainName": domain, "ValidationMethod": "DNS"}
    requested = place.client("acm").request_certificate(**settings)["CertificateArn"]
    place.make(CERTIFICATE, requested, **settings)
    place.make(STATUS, requested, DomainName=domain, Status="PENDING_VALIDATION")
    place.plant(STATUS, requested, "certificatemanager.certificate_not_issued")
    return {"sound": sound, "expiring": expiring}


def imported(place, domain, days):
    key, certificate = self_signed(domain, days)
    arn = place.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    place.make(STATUS, arn, DomainName=domain, Status="ISSUED")
    return arn


def self_signed(domain, days):
    """The key and the certificate, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, serialization.NoEncryption()), certificate.public_bytes(pem)
