//! `AWS::Organizations::Organization`, from
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{LIST_ROOTS, roots};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeOrganization",
    action: "organizations:DescribeOrganization",
    properties: &["Arn", "FeatureSet", "Id", "ManagementAccountArn", "ManagementAccountEmail", "ManagementAccountId"],
};

const ROOTS: Facet = Facet { operation: "ListRoots", action: LIST_ROOTS, properties: &["RootId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::Organizations::Organization",
    reach: Reach::Organization,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: ROOTS, call: Call::Each(|cx, organization| Box::pin(root(cx, organization))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.organizations().describe_organization().send().await.failed(DESCRIBE.action)?;
    let Some(organization) = answer.organization() else { return Ok(()) };
    let Some(id) = organization.id() else { return Ok(()) };
    let mut resource = cx.resource(HANDLER.type_name, id);
    resource.arn = organization.arn().map(ToOwned::to_owned);
    resource.properties = object! {
        "Arn" => organization.arn(),
        "FeatureSet" => organization.feature_set().map(|set| set.as_str()),
        "Id" => id,
        "ManagementAccountArn" => organization.master_account_arn(),
        "ManagementAccountEmail" => organization.master_account_email(),
        "ManagementAccountId" => organization.master_account_id(),
    };
    listing.resources.push(resource);
    Ok(())
}

async fn root(cx: &Context, _organization: &Resource) -> Result<Properties, HandlerError> {
    let roots = roots(cx).await?;
    Ok(object! { "RootId" => roots.first().and_then(|root| root.id()) })
}
