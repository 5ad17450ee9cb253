//! `AWS::CertificateManager::Certificate`, from <https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html> and
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{DESCRIBE_CERTIFICATE, DESCRIBE_CERTIFICATE_ACTION, LIST_CERTIFICATES, LIST_CERTIFICATES_ACTION, certificates, detail};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: LIST_CERTIFICATES, action: LIST_CERTIFICATES_ACTION, properties: &["CertificateArn", "DomainName", "KeyAlgorithm"] };

const DESCRIBE: Facet = Facet {
    operation: DESCRIBE_CERTIFICATE,
    action: DESCRIBE_CERTIFICATE_ACTION,
    properties: &[
        "CertificateAuthorityArn",
        "CertificateExport",
        "CertificateTransparencyLoggingPreference",
        "DomainValidationOptions",
        "SubjectAlternativeNames",
        "ValidationMethod",
    ],
};

const TAGS: Facet = Facet { operation: "ListTagsForCertificate", action: "acm:ListTagsForCertificate", properties: &["Tags"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::CertificateManager::Certificate",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: DESCRIBE, call: Call::Each(|cx, certificate| Box::pin(describe(cx, certificate))) },
        Read { facet: TAGS, call: Call::Each(|cx, certificate| Box::pin(tags(cx, certificate))) },
    ],
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
            // ACM answers `RSA-2048` to what CloudFormation and its own requests call `RSA_2048`.
            "KeyAlgorithm" => certificate.key_algorithm().map(|algorithm| algorithm.as_str().replace('-', "_")),
        };
        listing.resources.push(resource);
    }
    certificates.end()
}

async fn describe(cx: &Context, certificate: &Resource) -> Result<Properties, HandlerError> {
    let detail = detail(cx, &certificate.id).await?;
    let options = detail.options();
    // Certificates that were imported or come from a private authority have no domains to validate.
    let validations = objects(detail.domain_validation_options().iter().map(|validation| {
        object! { "DomainName" => validation.domain_name(), "ValidationDomain" => validation.validation_domain() }
    }));
    let method = detail.domain_validation_options().iter().find_map(|validation| validation.validation_method());
    #[allow(deprecated, reason = "what was chosen when one could still opt out")]
    let logging = options.and_then(|options| options.certificate_transparency_logging_preference());
    Ok(object! {
        "CertificateAuthorityArn" => detail.certificate_authority_arn(),
        "CertificateExport" => options.and_then(|options| options.export()).map(|export| export.as_str()),
        "CertificateTransparencyLoggingPreference" => logging.map(|preference| preference.as_str()),
        "DomainValidationOptions" => (!validations.is_empty()).then_some(validations),
        "SubjectAlternativeNames" => detail.subject_alternative_names(),
        "ValidationMethod" => method.map(|method| method.as_str()),
    })
}

async fn tags(cx: &Context, certificate: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.acm().list_tags_for_certificate().certificate_arn(&certificate.id).send().await.failed(TAGS.action)?;
    let mut tags = answer.tags.unwrap_or_default();
    tags.sort_by(|a, b| a.key().cmp(b.key()));
    let tags = objects(tags.iter().map(|tag| object! { "Key" => tag.key(), "Value" => tag.value().unwrap_or_default() }));
    Ok(object! { "Tags" => (!tags.is_empty()).then_some(tags) })
}
