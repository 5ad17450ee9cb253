//! `AWS::EC2::SnapshotBlockPublicAccess`, from
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSnapshotBlockPublicAccessState.html>.

use aws_sdk_ec2::types::SnapshotBlockPublicAccessState;
use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::object;
use crate::registry::Registration;

const STATE: Facet = Facet {
    operation: "GetSnapshotBlockPublicAccessState",
    action: "ec2:GetSnapshotBlockPublicAccessState",
    properties: &["AccountId", "State"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::SnapshotBlockPublicAccess",
    reach: Reach::Regional,
    list: &[STATE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.ec2().get_snapshot_block_public_access_state().send().await.failed(STATE.action)?;
    // In CloudFormation a Region that blocks nothing has no such resource.
    if let Some(state) = answer.state().filter(|state| **state != SnapshotBlockPublicAccessState::Unblocked) {
        let mut resource = cx.resource(HANDLER.type_name, cx.account());
        resource.properties = object! { "AccountId" => cx.account(), "State" => state.as_str() };
        listing.resources.push(resource);
    }
    Ok(())
}
