//! `Innovate::IAM::UserCredentials`, from <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html>,
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html> and
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::report::{self, GENERATE, report};
use super::{DETAILS, DETAILS_ACTION, details};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: DETAILS, action: DETAILS_ACTION, properties: &["CreateDate", "UserArn", "UserName"] };

const REPORT: Facet = Facet {
    operation: report::OPERATION,
    action: report::ACTION,
    properties: &["PasswordEnabled", "PasswordLastChanged", "PasswordLastUsed"],
};

const MFA_DEVICES: Facet = Facet { operation: "ListMFADevices", action: "iam:ListMFADevices", properties: &["MFADevices"] };

const ACCESS_KEYS: Facet = Facet { operation: "ListAccessKeys", action: "iam:ListAccessKeys", properties: &["AccessKeys"] };

/// Named with the calls of the listing, as a read has one facet: it completes what `ListAccessKeys` gives.
const LAST_USED: Facet = Facet { operation: "GetAccessKeyLastUsed", action: "iam:GetAccessKeyLastUsed", properties: &[] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::IAM::UserCredentials",
    reach: Reach::Global,
    list: &[LIST, GENERATE, LAST_USED],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: REPORT, call: Call::Each(|cx, user| Box::pin(password(cx, user))) },
        Read { facet: MFA_DEVICES, call: Call::Each(|cx, user| Box::pin(mfa_devices(cx, user))) },
        Read { facet: ACCESS_KEYS, call: Call::Each(|cx, user| Box::pin(access_keys(cx, user))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let details = details(cx).await?;
    for user in &details.users {
        let Some(name) = user.user_name() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, name);
        resource.arn = user.arn().map(ToOwned::to_owned);
        resource.properties = object! { "CreateDate" => user.create_date(), "UserArn" => user.arn(), "UserName" => name };
        listing.resources.push(resource);
    }
    details.end()
}

async fn password(cx: &Context, user: &Resource) -> Result<Properties, HandlerError> {
    let report = report(cx).await?;
    let row = report.row(&user.id)?;
    Ok(object! {
        "PasswordEnabled" => row.flag("password_enabled"),
        "PasswordLastChanged" => row.date("password_last_changed")?.as_ref(),
        "PasswordLastUsed" => row.date("password_last_used")?.as_ref(),
    })
}

async fn mfa_devices(cx: &Context, user: &Resource) -> Result<Properties, HandlerError> {
    let mut devices = Vec::new();
    let mut pages = cx.iam().list_mfa_devices().user_name(&user.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        devices.extend(page.failed(MFA_DEVICES.action)?.mfa_devices().iter().map(|device| {
            object! { "EnableDate" => device.enable_date(), "SerialNumber" => device.serial_number() }
        }));
    }
    Ok(object! { "MFADevices" => objects(devices) })
}

async fn access_keys(cx: &Context, user: &Resource) -> Result<Properties, HandlerError> {
    let mut keys = Vec::new();
    let mut pages = cx.iam().list_access_keys().user_name(&user.id).into_paginator().send();
    while let Some(page) = pages.next().await {
        for key in page.failed(ACCESS_KEYS.action)?.access_key_metadata() {
            let Some(id) = key.access_key_id() else { continue };
            let answer = cx.iam().get_access_key_last_used().access_key_id(id).send().await.failed(LAST_USED.action)?;
            let used = answer.access_key_last_used();
            keys.push(object! {
                "AccessKeyId" => id,
                "CreateDate" => key.create_date(),
                "LastUsedDate" => used.and_then(|used| used.last_used_date()),
                "LastUsedRegion" => used.map(|used| used.region()).filter(|region| told(region)),
                "LastUsedService" => used.map(|used| used.service_name()).filter(|service| told(service)),
                "Status" => key.status().map(|status| status.as_str()),
            });
        }
    }
    Ok(object! { "AccessKeys" => objects(keys) })
}

/// Of a key that was never used AWS says `N/A`.
fn told(field: &str) -> bool {
    !field.is_empty() && field != "N/A"
}
