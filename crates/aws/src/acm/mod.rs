//! AWS Certificate Manager.

mod certificate;
mod certificate_status;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_acm::types::{CertificateDetail, CertificateSummary, Filters, KeyAlgorithm};
use innovate_model::{HandlerError, HandlerErrorCode};
use tokio::sync::OnceCell;

use crate::context::Context;
use crate::failure::Failure;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[certificate::HANDLER, certificate_status::HANDLER];

const LIST_CERTIFICATES: &str = "ListCertificates";
const LIST_CERTIFICATES_ACTION: &str = "acm:ListCertificates";

const DESCRIBE_CERTIFICATE: &str = "DescribeCertificate";
const DESCRIBE_CERTIFICATE_ACTION: &str = "acm:DescribeCertificate";

/// The certificates of this account and Region.
#[derive(Debug, Default)]
struct Certificates {
    items: Vec<CertificateSummary>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

impl Certificates {
    /// The end of a listing that is made from these certificates.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// The certificates, listed once.
async fn certificates(cx: &Context) -> Result<Arc<Certificates>, HandlerError> {
    cx.once(LIST_CERTIFICATES_ACTION, || async {
        let mut certificates = Certificates::default();
        // Without the filter ACM tells of certificates with RSA keys of up to 2048 bits only.
        let algorithms = KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect();
        let filters = Filters::builder().set_key_types(Some(algorithms)).build();
        let mut pages = cx.acm().list_certificates().includes(filters).max_items(1000).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LIST_CERTIFICATES_ACTION) {
                Ok(page) => certificates.items.extend(page.certificate_summary_list.unwrap_or_default()),
                Err(error) => {
                    certificates.failure = Some(error);
                    break;
                }
            }
        }
        Ok(certificates)
    })
    .await
}

type Detail = Result<Arc<CertificateDetail>, HandlerError>;

/// The details of the certificates that were asked for, by ARN.
#[derive(Debug, Default)]
struct Details(Mutex<HashMap<String, Arc<OnceCell<Detail>>>>);

/// The details of a certificate, described once for both types.
async fn detail(cx: &Context, arn: &str) -> Detail {
    let details: Arc<Details> = cx.once(DESCRIBE_CERTIFICATE_ACTION, || async { Ok(Details::default()) }).await?;
    let cell = details.0.lock().unwrap_or_else(PoisonError::into_inner).entry(arn.to_owned()).or_default().clone();
    cell.get_or_init(|| describe(cx, arn)).await.clone()
}

async fn describe(cx: &Context, arn: &str) -> Detail {
    let answer = cx.acm().describe_certificate().certificate_arn(arn).send().await.failed(DESCRIBE_CERTIFICATE_ACTION)?;
    let missing = || HandlerError::new(HandlerErrorCode::MalformedAnswer, DESCRIBE_CERTIFICATE_ACTION, "the answer holds no certificate");
    answer.certificate.map(Arc::new).ok_or_else(missing)
}
