//! AWS Secrets Manager. The values of secrets are never read.

mod resource_policy;
mod rotation_schedule;
mod secret;

use std::sync::Arc;

use aws_sdk_secretsmanager::types::SecretListEntry;
use innovate_model::HandlerError;

use crate::context::Context;
use crate::failure::Failure;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[resource_policy::HANDLER, rotation_schedule::HANDLER, secret::HANDLER];

const LIST_SECRETS: &str = "ListSecrets";
const LIST_SECRETS_ACTION: &str = "secretsmanager:ListSecrets";

/// The secrets of this account and Region, but for those that are being deleted.
#[derive(Debug, Default)]
struct Secrets {
    items: Vec<SecretListEntry>,
    /// What ended the listing before its last page.
    failure: Option<HandlerError>,
}

impl Secrets {
    /// The end of a listing that is made from these secrets.
    fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// What is told of the secrets, listed once.
async fn secrets(cx: &Context) -> Result<Arc<Secrets>, HandlerError> {
    cx.once(LIST_SECRETS_ACTION, || async {
        let mut secrets = Secrets::default();
        let mut pages = cx.secretsmanager().list_secrets().max_results(100).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.failed(LIST_SECRETS_ACTION) {
                Ok(page) => secrets.items.extend(page.secret_list.unwrap_or_default()),
                Err(error) => {
                    secrets.failure = Some(error);
                    break;
                }
            }
        }
        Ok(secrets)
    })
    .await
}
