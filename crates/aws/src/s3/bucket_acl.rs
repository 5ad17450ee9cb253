//! `Innovate::S3::BucketAcl`, from <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{LIST_BUCKETS, LIST_BUCKETS_ACTION, bucket_arn, buckets};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: LIST_BUCKETS, action: LIST_BUCKETS_ACTION, properties: &["BucketName"] };

const ACL: Facet = Facet { operation: "GetBucketAcl", action: "s3:GetBucketAcl", properties: &["Grants", "OwnerId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::S3::BucketAcl",
    reach: Reach::Global,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: ACL, call: Call::Each(|cx, bucket| Box::pin(acl(cx, bucket))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let buckets = buckets(cx).await?;
    for bucket in &buckets.items {
        let mut resource = cx.resource(HANDLER.type_name, &bucket.name);
        resource.region.clone_from(&bucket.region);
        resource.arn = Some(bucket_arn(cx, &bucket.name));
        resource.properties = object! { "BucketName" => &bucket.name };
        listing.resources.push(resource);
    }
    buckets.end()
}

async fn acl(cx: &Context, bucket: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.s3(&bucket.region).get_bucket_acl().bucket(&bucket.id).send().await.failed(ACL.action)?;
    let grants = objects(answer.grants().iter().map(|grant| {
        let grantee = grant.grantee().map(|grantee| {
            object! {
                "EmailAddress" => grantee.email_address(),
                "ID" => grantee.id(),
                "Type" => grantee.r#type().as_str(),
                "URI" => grantee.uri(),
            }
        });
        object! { "Grantee" => grantee, "Permission" => grant.permission().map(|permission| permission.as_str()) }
    }));
    Ok(object! { "Grants" => grants, "OwnerId" => answer.owner().and_then(|owner| owner.id()) })
}
