//! `AWS::EC2::Volume`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeVolumes",
    action: "ec2:DescribeVolumes",
    properties: &[
        "AvailabilityZone",
        "Encrypted",
        "Iops",
        "KmsKeyId",
        "MultiAttachEnabled",
        "OutpostArn",
        "Size",
        "SnapshotId",
        "SourceVolumeId",
        "Tags",
        "Throughput",
        "VolumeId",
        "VolumeType",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::Volume",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_volumes().max_results(500).into_paginator().send();
    while let Some(page) = pages.next().await {
        for volume in page.failed(DESCRIBE.action)?.volumes() {
            let Some(id) = volume.volume_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("volume/{id}")));
            resource.properties = object! {
                "AvailabilityZone" => volume.availability_zone(),
                "Encrypted" => volume.encrypted().unwrap_or(false),
                "Iops" => volume.iops(),
                "KmsKeyId" => volume.kms_key_id(),
                "MultiAttachEnabled" => volume.multi_attach_enabled(),
                "OutpostArn" => volume.outpost_arn(),
                "Size" => volume.size(),
                "SnapshotId" => volume.snapshot_id().filter(|id| !id.is_empty()),
                "SourceVolumeId" => volume.source_volume_id(),
                "Tags" => tags!(volume.tags()),
                "Throughput" => volume.throughput(),
                "VolumeId" => id,
                "VolumeType" => volume.volume_type().map(|kind| kind.as_str()),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
