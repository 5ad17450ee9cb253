# METADATA
# title: Certificate is not issued
# description: The certificate waits for validation, failed, timed out, expired, was revoked, or is inactive.
# related_resources:
#   - https://docs.aws.amazon.com/acm/latest/userguide/certificate-validation.html
#   - https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::CertificateManager::CertificateStatus
#   risk: What is to serve the domain can't, or serves a certificate that clients refuse; a validation left open can be completed by whoever gets hold of the domain's DNS.
#   remediation:
#     console: Certificate Manager > List certificates > select the certificate > Create records in Route 53; delete certificates that failed, expired or were revoked and request new ones.
#     cli: aws acm describe-certificate --certificate-arn CERTIFICATE_ARN --query Certificate.DomainValidationOptions
#     cloudformation: |
#       Type: AWS::CertificateManager::Certificate
#       Properties:
#         DomainName: www.example.com
#         ValidationMethod: DNS
#         DomainValidationOptions:
#           - DomainName: www.example.com
#             HostedZoneId: !Ref HostedZone
package aws.certificatemanager.certificate_not_issued

reason := sprintf(": `%s`", [input.properties.FailureReason]) if object.get(input.properties, "FailureReason", "") != ""

reason := "" if object.get(input.properties, "FailureReason", "") == ""

domain := sprintf(" of `%s`", [input.properties.DomainName]) if input.properties.DomainName

# Imported certificates may have no name.
domain := "" if not input.properties.DomainName

deny contains {"message": message, "path": "/Status"} if {
	input.properties.Status != "ISSUED"
	message := sprintf("certificate `%s`%s is `%s`%s", [input.id, domain, input.properties.Status, reason])
}
