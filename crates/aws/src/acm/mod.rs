//! AWS Certificate Manager.

mod certificate;
mod certificate_status;

use std::sync::Arc;

use aws_sdk_acm::types::{CertificateDetail, CertificateSummary, Filters, KeyAlgorithm};
use innovate_model::{HandlerError, HandlerErrorCode};

use crate::context::Context;
use crate::failure::Failure;
use crate::listed::Listed;
use crate::memo::Memo;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[certificate::HANDLER, certificate_status::HANDLER];

const LIST_CERTIFICATES: &str = "ListCertificates";
const LIST_CERTIFICATES_ACTION: &str = "acm:ListCertificates";

const DESCRIBE_CERTIFICATE: &str = "DescribeCertificate";
const DESCRIBE_CERTIFICATE_ACTION: &str = "acm:DescribeCertificate";

/// The certificates of this account and Region, listed once.
async fn certificates(cx: &Context) -> Result<Arc<Listed<CertificateSummary>>, HandlerError> {
    cx.once(LIST_CERTIFICATES_ACTION, || async {
        // Without the filter ACM tells of certificates with RSA keys of up to 2048 bits only.
        let algorithms = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
        let filters = Filters::builder().set_key_types(Some(algorithms)).build();
        let pages = cx.acm().list_certificates().includes(filters).max_items(1000).into_paginator().send();
        Ok(Listed::of(pages, LIST_CERTIFICATES_ACTION, |page| page.certificate_summary_list).await)
    })
    .await
}

/// The details of a certificate, described once for both types.
async fn detail(cx: &Context, arn: &str) -> Result<Arc<CertificateDetail>, HandlerError> {
    let memo = cx.once(DESCRIBE_CERTIFICATE_ACTION, || async { Ok(Memo::<CertificateDetail>::default()) }).await?;
    memo.get(arn, || async {
        let answer = cx.acm().describe_certificate().certificate_arn(arn).send().await.failed(DESCRIBE_CERTIFICATE_ACTION)?;
        answer.certificate.ok_or_else(|| {
            HandlerError::new(HandlerErrorCode::MalformedAnswer, DESCRIBE_CERTIFICATE_ACTION, "the answer holds no certificate")
        })
    })
    .await
}
