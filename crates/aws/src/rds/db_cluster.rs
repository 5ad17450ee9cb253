//! `AWS::RDS::DBCluster`, from <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html>.

use aws_sdk_rds::types::{DbCluster, LocalWriteForwardingStatus};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{PAGE, is_rds, master_user_secret, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBClusters",
    action: "rds:DescribeDBClusters",
    properties: &[
        "AllocatedStorage",
        "AssociatedRoles",
        "AutoMinorVersionUpgrade",
        "AvailabilityZones",
        "BacktrackWindow",
        "BackupRetentionPeriod",
        "ClusterScalabilityType",
        "CopyTagsToSnapshot",
        "DBClusterArn",
        "DBClusterIdentifier",
        "DBClusterInstanceClass",
        "DBClusterParameterGroupName",
        "DBClusterResourceId",
        "DBSubnetGroupName",
        "DBSystemId",
        "DatabaseInsightsMode",
        "DatabaseName",
        "DeletionProtection",
        "Domain",
        "DomainIAMRoleName",
        "EnableCloudwatchLogsExports",
        "EnableGlobalWriteForwarding",
        "EnableHttpEndpoint",
        "EnableIAMDatabaseAuthentication",
        "EnableLocalWriteForwarding",
        "Endpoint",
        "Engine",
        "EngineLifecycleSupport",
        "EngineMode",
        "EngineVersion",
        "GlobalClusterIdentifier",
        "Iops",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserSecret",
        "MasterUsername",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "NetworkType",
        "PerformanceInsightsEnabled",
        "PerformanceInsightsKmsKeyId",
        "PerformanceInsightsRetentionPeriod",
        "Port",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "PubliclyAccessible",
        "ReadEndpoint",
        "ReplicationSourceIdentifier",
        "ScalingConfiguration",
        "ServerlessV2ScalingConfiguration",
        "StorageEncrypted",
        "StorageEncryptionType",
        "StorageThroughput",
        "StorageType",
        "Tags",
        "VpcSecurityGroupIds",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::RDS::DBCluster",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.rds().describe_db_clusters().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for cluster in page.failed(DESCRIBE.action)?.db_clusters() {
            let Some(id) = text(cluster.db_cluster_identifier()) else { continue };
            if !is_rds(cluster.engine()) {
                continue;
            }
            let arn = text(cluster.db_cluster_arn()).map_or_else(|| cx.arn("rds", &format!("cluster:{id}")), str::to_owned);
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.properties = properties(cluster, id, &arn);
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(cluster: &DbCluster, id: &str, arn: &str) -> Properties {
    let domain = cluster.domain_memberships().first();
    let secret = master_user_secret(cluster.master_user_secret());
    // Without Performance Insights there is no retention.
    let retention = cluster.performance_insights_retention_period().filter(|days| *days > 0);
    object! {
        "AllocatedStorage" => cluster.allocated_storage(),
        "AssociatedRoles" => associated_roles(cluster),
        "AutoMinorVersionUpgrade" => cluster.auto_minor_version_upgrade(),
        "AvailabilityZones" => cluster.availability_zones(),
        "BacktrackWindow" => cluster.backtrack_window(),
        "BackupRetentionPeriod" => cluster.backup_retention_period(),
        "ClusterScalabilityType" => cluster.cluster_scalability_type().map(|kind| kind.as_str()),
        "CopyTagsToSnapshot" => cluster.copy_tags_to_snapshot(),
        "DBClusterArn" => arn,
        "DBClusterIdentifier" => id,
        "DBClusterInstanceClass" => text(cluster.db_cluster_instance_class()),
        "DBClusterParameterGroupName" => text(cluster.db_cluster_parameter_group()),
        "DBClusterResourceId" => text(cluster.db_cluster_resource_id()),
        "DBSubnetGroupName" => text(cluster.db_subnet_group()),
        "DBSystemId" => text(cluster.db_system_id()),
        "DatabaseInsightsMode" => cluster.database_insights_mode().map(|mode| mode.as_str()),
        "DatabaseName" => text(cluster.database_name()),
        "DeletionProtection" => cluster.deletion_protection().unwrap_or(false),
        "Domain" => domain.and_then(|domain| text(domain.domain())),
        "DomainIAMRoleName" => domain.and_then(|domain| text(domain.iam_role_name())),
        "EnableCloudwatchLogsExports" => cluster.enabled_cloudwatch_logs_exports(),
        "EnableGlobalWriteForwarding" => cluster.global_write_forwarding_requested(),
        "EnableHttpEndpoint" => cluster.http_endpoint_enabled(),
        "EnableIAMDatabaseAuthentication" => cluster.iam_database_authentication_enabled().unwrap_or(false),
        "EnableLocalWriteForwarding" => local_write_forwarding(cluster),
        "Endpoint" => text(cluster.endpoint()).map(|address| {
            object! { "Address" => address, "Port" => cluster.port().map(|port| port.to_string()) }
        }),
        "Engine" => text(cluster.engine()),
        "EngineLifecycleSupport" => text(cluster.engine_lifecycle_support()),
        "EngineMode" => text(cluster.engine_mode()),
        "EngineVersion" => text(cluster.engine_version()),
        "GlobalClusterIdentifier" => text(cluster.global_cluster_identifier()),
        "Iops" => cluster.iops(),
        "KmsKeyId" => text(cluster.kms_key_id()),
        "ManageMasterUserPassword" => secret.is_some().then_some(true),
        "MasterUserSecret" => secret,
        "MasterUsername" => text(cluster.master_username()),
        "MonitoringInterval" => cluster.monitoring_interval(),
        "MonitoringRoleArn" => text(cluster.monitoring_role_arn()),
        "NetworkType" => text(cluster.network_type()),
        "PerformanceInsightsEnabled" => cluster.performance_insights_enabled(),
        "PerformanceInsightsKmsKeyId" => text(cluster.performance_insights_kms_key_id()),
        "PerformanceInsightsRetentionPeriod" => retention,
        "Port" => cluster.port(),
        "PreferredBackupWindow" => text(cluster.preferred_backup_window()),
        "PreferredMaintenanceWindow" => text(cluster.preferred_maintenance_window()),
        "PubliclyAccessible" => cluster.publicly_accessible(),
        "ReadEndpoint" => text(cluster.reader_endpoint()).map(|address| object! { "Address" => address }),
        "ReplicationSourceIdentifier" => text(cluster.replication_source_identifier()),
        "ScalingConfiguration" => cluster.scaling_configuration_info().map(|scaling| {
            object! {
                "AutoPause" => scaling.auto_pause(),
                "MaxCapacity" => scaling.max_capacity(),
                "MinCapacity" => scaling.min_capacity(),
                "SecondsBeforeTimeout" => scaling.seconds_before_timeout(),
                "SecondsUntilAutoPause" => scaling.seconds_until_auto_pause(),
                "TimeoutAction" => text(scaling.timeout_action()),
            }
        }),
        "ServerlessV2ScalingConfiguration" => cluster.serverless_v2_scaling_configuration().map(|scaling| {
            object! {
                "MaxCapacity" => scaling.max_capacity(),
                "MinCapacity" => scaling.min_capacity(),
                "SecondsUntilAutoPause" => scaling.seconds_until_auto_pause(),
            }
        }),
        "StorageEncrypted" => cluster.storage_encrypted().unwrap_or(false),
        "StorageEncryptionType" => cluster.storage_encryption_type().map(|kind| kind.as_str()),
        "StorageThroughput" => cluster.storage_throughput(),
        "StorageType" => text(cluster.storage_type()),
        "Tags" => tags!(cluster.tag_list()),
        "VpcSecurityGroupIds" => security_groups(cluster),
    }
}

fn associated_roles(cluster: &DbCluster) -> Option<Vec<Value>> {
    let roles = objects(cluster.associated_roles().iter().map(|role| {
        object! { "FeatureName" => text(role.feature_name()), "RoleArn" => role.role_arn().unwrap_or_default() }
    }));
    (!roles.is_empty()).then_some(roles)
}

fn local_write_forwarding(cluster: &DbCluster) -> Option<bool> {
    match cluster.local_write_forwarding_status()? {
        LocalWriteForwardingStatus::Enabled | LocalWriteForwardingStatus::Enabling | LocalWriteForwardingStatus::Requested => Some(true),
        LocalWriteForwardingStatus::Disabled | LocalWriteForwardingStatus::Disabling => Some(false),
        _ => None,
    }
}

fn security_groups(cluster: &DbCluster) -> Option<Vec<Value>> {
    let groups: Vec<Value> =
        cluster.vpc_security_groups().iter().filter_map(|group| text(group.vpc_security_group_id())).map(Value::from).collect();
    (!groups.is_empty()).then_some(groups)
}
