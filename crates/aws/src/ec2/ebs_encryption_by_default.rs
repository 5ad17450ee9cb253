//! `Innovate::EC2::EbsEncryptionByDefault`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsEncryptionByDefault.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const ENABLED: Facet =
    Facet { operation: "GetEbsEncryptionByDefault", action: "ec2:GetEbsEncryptionByDefault", properties: &["AccountId", "Enabled"] };

const KEY: Facet = Facet { operation: "GetEbsDefaultKmsKeyId", action: "ec2:GetEbsDefaultKmsKeyId", properties: &["KmsKeyId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::EC2::EbsEncryptionByDefault",
    reach: Reach::Regional,
    list: &[ENABLED],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: KEY, call: Call::Each(|cx, _| Box::pin(key(cx))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.ec2().get_ebs_encryption_by_default().send().await.failed(ENABLED.action)?;
    let mut resource = cx.resource(HANDLER.type_name, cx.account());
    resource.properties = object! {
        "AccountId" => cx.account(),
        "Enabled" => answer.ebs_encryption_by_default().unwrap_or(false),
    };
    listing.resources.push(resource);
    Ok(())
}

async fn key(cx: &Context) -> Result<Properties, HandlerError> {
    let answer = cx.ec2().get_ebs_default_kms_key_id().send().await.failed(KEY.action)?;
    Ok(object! { "KmsKeyId" => answer.kms_key_id() })
}
