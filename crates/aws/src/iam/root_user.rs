//! `Innovate::IAM::RootUser`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html> and
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html>.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_iam::types::SummaryKeyType;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::report::{self, GENERATE, ROOT, report};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const SUMMARY: Facet = Facet {
    operation: "GetAccountSummary",
    action: "iam:GetAccountSummary",
    properties: &["AccessKeysPresent", "AccountId", "Arn", "MFAEnabled", "SigningCertificatesPresent"],
};

const REPORT: Facet = Facet {
    operation: report::OPERATION,
    action: report::ACTION,
    properties: &["AccessKey1LastUsedDate", "AccessKey2LastUsedDate", "PasswordEnabled", "PasswordLastUsed"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::IAM::RootUser",
    reach: Reach::Global,
    list: &[SUMMARY, GENERATE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: REPORT, call: Call::Each(|cx, root| Box::pin(last_used(cx, root))) }],
};

type Summary = HashMap<SummaryKeyType, i32>;

async fn summary(cx: &Context) -> Result<Arc<Summary>, HandlerError> {
    cx.once(SUMMARY.action, || async {
        let answer = cx.iam().get_account_summary().send().await.failed(SUMMARY.action)?;
        Ok(answer.summary_map.unwrap_or_default())
    })
    .await
}

fn flag(summary: &Summary, key: &SummaryKeyType) -> Option<bool> {
    summary.get(key).map(|count| *count != 0)
}

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let summary = summary(cx).await?;
    let arn = format!("arn:{}:iam::{}:root", cx.partition(), cx.account());
    let mut resource = cx.resource(HANDLER.type_name, cx.account());
    resource.properties = object! {
        "AccessKeysPresent" => flag(&summary, &SummaryKeyType::AccountAccessKeysPresent),
        "AccountId" => cx.account(),
        "Arn" => &arn,
        "MFAEnabled" => flag(&summary, &SummaryKeyType::AccountMfaEnabled),
        "SigningCertificatesPresent" => flag(&summary, &SummaryKeyType::AccountSigningCertificatesPresent),
    };
    resource.arn = Some(arn);
    listing.resources.push(resource);
    Ok(())
}

async fn last_used(cx: &Context, _root: &Resource) -> Result<Properties, HandlerError> {
    let report = report(cx).await?;
    let row = report.row(ROOT)?;
    // The report says `not_supported` of most root users, while the summary counts the password.
    let password = match row.flag("password_enabled") {
        Some(enabled) => Some(enabled),
        None => {
            let summary = summary(cx).await?;
            flag(&summary, &SummaryKeyType::AccountPasswordPresent)
        }
    };
    Ok(object! {
        "AccessKey1LastUsedDate" => row.date("access_key_1_last_used_date")?.as_ref(),
        "AccessKey2LastUsedDate" => row.date("access_key_2_last_used_date")?.as_ref(),
        "PasswordEnabled" => password,
        "PasswordLastUsed" => row.date("password_last_used")?.as_ref(),
    })
}
