//! AWS Secrets Manager. The values of secrets are never read.

mod resource_policy;
mod rotation_schedule;
mod secret;

use std::sync::Arc;

use aws_sdk_secretsmanager::types::SecretListEntry;
use innovate_model::HandlerError;

use crate::context::Context;
use crate::listed::Listed;
use crate::registry::Registration;

pub(crate) const HANDLERS: &[Registration] = &[resource_policy::HANDLER, rotation_schedule::HANDLER, secret::HANDLER];

const LIST_SECRETS: &str = "ListSecrets";
const LIST_SECRETS_ACTION: &str = "secretsmanager:ListSecrets";

/// What is told of the secrets of this account and Region, but for those that are being deleted; listed once.
async fn secrets(cx: &Context) -> Result<Arc<Listed<SecretListEntry>>, HandlerError> {
    cx.once(LIST_SECRETS_ACTION, || async {
        let pages = cx.secretsmanager().list_secrets().max_results(100).into_paginator().send();
        Ok(Listed::of(pages, LIST_SECRETS_ACTION, |page| page.secret_list).await)
    })
    .await
}
