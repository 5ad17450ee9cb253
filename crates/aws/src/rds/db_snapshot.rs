//! `Innovate::RDS::DBSnapshot`, from <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html> and
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshotAttributes.html>.

use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{PAGE, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBSnapshots",
    action: "rds:DescribeDBSnapshots",
    properties: &[
        "DBInstanceIdentifier",
        "DBSnapshotArn",
        "DBSnapshotIdentifier",
        "Encrypted",
        "Engine",
        "KmsKeyId",
        "SnapshotCreateTime",
        "SnapshotType",
        "Status",
        "Tags",
    ],
};

const ATTRIBUTES: Facet =
    Facet { operation: "DescribeDBSnapshotAttributes", action: "rds:DescribeDBSnapshotAttributes", properties: &["SharedAccounts"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::RDS::DBSnapshot",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: ATTRIBUTES, call: Call::Each(|cx, snapshot| Box::pin(attributes(cx, snapshot))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    // Without a type the account's own snapshots are answered, none that others share with it.
    let mut pages = cx.rds().describe_db_snapshots().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for snapshot in page.failed(DESCRIBE.action)?.db_snapshots() {
            let Some(id) = text(snapshot.db_snapshot_identifier()) else { continue };
            let arn = text(snapshot.db_snapshot_arn()).map_or_else(|| cx.arn("rds", &format!("snapshot:{id}")), str::to_owned);
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.properties = object! {
                "DBInstanceIdentifier" => text(snapshot.db_instance_identifier()),
                "DBSnapshotArn" => &arn,
                "DBSnapshotIdentifier" => id,
                "Encrypted" => snapshot.encrypted().unwrap_or(false),
                "Engine" => text(snapshot.engine()),
                "KmsKeyId" => text(snapshot.kms_key_id()),
                "SnapshotCreateTime" => snapshot.snapshot_create_time(),
                "SnapshotType" => text(snapshot.snapshot_type()),
                "Status" => text(snapshot.status()),
                "Tags" => tags!(snapshot.tag_list()),
            };
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn attributes(cx: &Context, snapshot: &Resource) -> Result<Properties, HandlerError> {
    let mut shared = Vec::new();
    // Neither automated snapshots nor those of AWS Backup can be shared.
    if !matches!(snapshot.text("SnapshotType"), Some("automated" | "awsbackup")) {
        let answer = cx.rds().describe_db_snapshot_attributes().db_snapshot_identifier(&snapshot.id).send().await;
        let answer = answer.failed(ATTRIBUTES.action)?;
        let attributes = answer.db_snapshot_attributes_result().map(|result| result.db_snapshot_attributes()).unwrap_or_default();
        let restore = attributes.iter().filter(|attribute| attribute.attribute_name() == Some("restore"));
        shared = restore.flat_map(|attribute| attribute.attribute_values()).map(|account| Value::from(account.as_str())).collect();
    }
    Ok(object! { "SharedAccounts" => shared })
}
