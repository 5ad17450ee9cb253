//! `Innovate::S3::AccountPublicAccessBlock`, from
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::{Failure, service_code};
use crate::property::object;
use crate::registry::Registration;

const GET: Facet = Facet {
    operation: "GetPublicAccessBlock",
    action: "s3:GetAccountPublicAccessBlock",
    properties: &["AccountId", "BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::S3::AccountPublicAccessBlock",
    reach: Reach::Global,
    list: &[GET],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.s3control().get_public_access_block().account_id(cx.account()).send().await;
    let configuration = match &answer {
        Err(error) if service_code(error) == Some("NoSuchPublicAccessBlockConfiguration") => None,
        _ => answer.failed(GET.action)?.public_access_block_configuration,
    };
    let block = configuration.as_ref();
    let mut resource = cx.resource(HANDLER.type_name, cx.account());
    resource.properties = object! {
        "AccountId" => cx.account(),
        "BlockPublicAcls" => block.and_then(|block| block.block_public_acls()).unwrap_or(false),
        "BlockPublicPolicy" => block.and_then(|block| block.block_public_policy()).unwrap_or(false),
        "IgnorePublicAcls" => block.and_then(|block| block.ignore_public_acls()).unwrap_or(false),
        "RestrictPublicBuckets" => block.and_then(|block| block.restrict_public_buckets()).unwrap_or(false),
    };
    listing.resources.push(resource);
    Ok(())
}
