# METADATA
# title: Certificate expires soon
# description: >-
#   An issued certificate that is in use expires within the parameter's days. ACM renews the certificates that it issues well
#   ahead, so one that comes this close was imported or its renewal is stuck. In use means that an AWS service has it, or that
#   ACM calls it eligible for renewal because it was exported.
# related_resources:
#   - https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
#   - https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html#acm-1
# custom:
#   severity: high
#   resource_types:
#     - Innovate::CertificateManager::CertificateStatus
#   risk: On the day of expiry clients refuse to connect, or are taught to click warnings away.
#   remediation:
#     console: Certificate Manager > List certificates > select the certificate; renew an imported one with its authority and Reimport, for the others restore the DNS records or answer the mail that validates the domain.
#     cli: aws acm import-certificate --certificate-arn CERTIFICATE_ARN --certificate fileb://certificate.pem --private-key fileb://key.pem --certificate-chain fileb://chain.pem
#     cloudformation: |
#       Type: AWS::CertificateManager::Certificate
#       Properties:
#         DomainName: www.example.com
#         ValidationMethod: DNS
#         DomainValidationOptions:
#           - DomainName: www.example.com
#             HostedZoneId: !Ref HostedZone
#   parameters:
#     days:
#       type: integer
#       minimum: 1
#       default: 30
#       description: Days before the expiry from which a certificate fails.
package aws.certificatemanager.certificate_expires_soon

in_use if count(input.properties.InUseBy) > 0

in_use if input.properties.RenewalEligibility == "ELIGIBLE"

not_applicable if not in_use

not_applicable if input.properties.Status != "ISSUED"

domain := sprintf(" of `%s`", [input.properties.DomainName]) if input.properties.DomainName

# Imported certificates may have no name.
domain := "" if not input.properties.DomainName

day := ((24 * 60) * 60) * 1000000000

remaining := time.parse_rfc3339_ns(input.properties.NotAfter) - data.now

deny contains {"message": message, "path": "/NotAfter"} if {
	remaining < data.parameters.days * day
	remaining >= 0
	message := sprintf("certificate `%s`%s expires in %d days", [input.id, domain, floor(remaining / day)])
}

deny contains {"message": message, "path": "/NotAfter"} if {
	remaining < 0
	message := sprintf("certificate `%s`%s expired on `%s`", [input.id, domain, input.properties.NotAfter])
}
