//! `Innovate::CertificateManager::CertificateStatus`, from
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html> and
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{DESCRIBE_CERTIFICATE, DESCRIBE_CERTIFICATE_ACTION, LIST_CERTIFICATES, LIST_CERTIFICATES_ACTION, certificates, detail};
use crate::context::Context;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet {
    operation: LIST_CERTIFICATES,
    action: LIST_CERTIFICATES_ACTION,
    properties: &["CertificateArn", "DomainName", "NotAfter", "NotBefore", "RenewalEligibility", "Status", "Type"],
};

const DESCRIBE: Facet =
    Facet { operation: DESCRIBE_CERTIFICATE, action: DESCRIBE_CERTIFICATE_ACTION, properties: &["FailureReason", "InUseBy"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::CertificateManager::CertificateStatus",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, certificate| Box::pin(describe(cx, certificate))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let certificates = certificates(cx).await?;
    for certificate in &certificates.items {
        let Some(arn) = certificate.certificate_arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = object! {
            "CertificateArn" => arn,
            "DomainName" => certificate.domain_name(),
            "NotAfter" => certificate.not_after(),
            "NotBefore" => certificate.not_before(),
            "RenewalEligibility" => certificate.renewal_eligibility().map(|eligibility| eligibility.as_str()),
            "Status" => certificate.status().map(|status| status.as_str()),
            "Type" => certificate.r#type().map(|kind| kind.as_str()),
        };
        listing.resources.push(resource);
    }
    certificates.end()
}

async fn describe(cx: &Context, certificate: &Resource) -> Result<Properties, HandlerError> {
    let detail = detail(cx, &certificate.id).await?;
    // A certificate that nothing uses is one of interest: its empty list stays.
    let users: Vec<Value> = detail.in_use_by().iter().map(|arn| Value::from(arn.as_str())).collect();
    Ok(object! { "FailureReason" => detail.failure_reason().map(|reason| reason.as_str()), "InUseBy" => users })
}
