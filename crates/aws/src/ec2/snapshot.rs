//! `Innovate::EC2::Snapshot`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html> and
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshotAttribute.html>.

use aws_sdk_ec2::types::SnapshotAttributeName;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeSnapshots",
    action: "ec2:DescribeSnapshots",
    properties: &["Description", "Encrypted", "KmsKeyId", "OwnerId", "SnapshotId", "StartTime", "State", "Tags", "VolumeId", "VolumeSize"],
};

const PERMISSIONS: Facet =
    Facet { operation: "DescribeSnapshotAttribute", action: "ec2:DescribeSnapshotAttribute", properties: &["CreateVolumePermissions"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::EC2::Snapshot",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: PERMISSIONS, call: Call::Each(|cx, snapshot| Box::pin(permissions(cx, snapshot))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_snapshots().owner_ids("self").max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for snapshot in page.failed(DESCRIBE.action)?.snapshots() {
            let Some(id) = snapshot.snapshot_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("snapshot/{id}")));
            resource.properties = object! {
                "Description" => snapshot.description().filter(|text| !text.is_empty()),
                "Encrypted" => snapshot.encrypted().unwrap_or(false),
                "KmsKeyId" => snapshot.kms_key_id(),
                "OwnerId" => snapshot.owner_id(),
                "SnapshotId" => id,
                "StartTime" => snapshot.start_time(),
                "State" => snapshot.state().map(|state| state.as_str()),
                "Tags" => tags!(snapshot.tags()),
                "VolumeId" => snapshot.volume_id(),
                "VolumeSize" => snapshot.volume_size(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn permissions(cx: &Context, snapshot: &Resource) -> Result<Properties, HandlerError> {
    let attribute = SnapshotAttributeName::CreateVolumePermission;
    let call = cx.ec2().describe_snapshot_attribute().attribute(attribute).snapshot_id(&snapshot.id);
    let answer = call.send().await.failed(PERMISSIONS.action)?;
    let permissions = objects(answer.create_volume_permissions().iter().map(|permission| {
        object! { "Group" => permission.group().map(|group| group.as_str()), "UserId" => permission.user_id() }
    }));
    Ok(object! { "CreateVolumePermissions" => permissions })
}
