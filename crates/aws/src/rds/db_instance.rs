//! `AWS::RDS::DBInstance`, from <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>.

use aws_sdk_rds::types::{DbInstance, Endpoint};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{PAGE, is_rds, master_user_secret, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBInstances",
    action: "rds:DescribeDBInstances",
    properties: &[
        "AdditionalStorageVolumes",
        "AllocatedStorage",
        "AssociatedRoles",
        "AutoMinorVersionUpgrade",
        "AutomaticBackupReplicationRegion",
        "AutomaticRestartTime",
        "AvailabilityZone",
        "BackupRetentionPeriod",
        "BackupTarget",
        "CACertificateIdentifier",
        "CertificateDetails",
        "CharacterSetName",
        "CopyTagsToSnapshot",
        "CustomIAMInstanceProfile",
        "DBClusterIdentifier",
        "DBInstanceArn",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBInstanceStatus",
        "DBName",
        "DBParameterGroupName",
        "DBSecurityGroups",
        "DBSubnetGroupName",
        "DBSystemId",
        "DatabaseInsightsMode",
        "DbiResourceId",
        "DedicatedLogVolume",
        "DeletionProtection",
        "Domain",
        "DomainAuthSecretArn",
        "DomainDnsIps",
        "DomainFqdn",
        "DomainIAMRoleName",
        "DomainOu",
        "EnableCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication",
        "EnablePerformanceInsights",
        "Endpoint",
        "Engine",
        "EngineLifecycleSupport",
        "EngineVersion",
        "InstanceCreateTime",
        "Iops",
        "IsStorageConfigUpgradeAvailable",
        "KmsKeyId",
        "LatestRestorableTime",
        "LicenseModel",
        "ListenerEndpoint",
        "ManageMasterUserPassword",
        "MasterUserSecret",
        "MasterUsername",
        "MaxAllocatedStorage",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "MultiAZ",
        "NcharCharacterSetName",
        "NetworkType",
        "OptionGroupName",
        "PercentProgress",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
        "Port",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "ProcessorFeatures",
        "PromotionTier",
        "PubliclyAccessible",
        "ReadReplicaDBClusterIdentifiers",
        "ReadReplicaDBInstanceIdentifiers",
        "ReplicaMode",
        "ResumeFullAutomationModeTime",
        "SecondaryAvailabilityZone",
        "SourceDBClusterIdentifier",
        "SourceDBInstanceIdentifier",
        "StatusInfos",
        "StorageEncrypted",
        "StorageOperationPercentProgress",
        "StorageOperationStatus",
        "StorageThroughput",
        "StorageType",
        "Tags",
        "TdeCredentialArn",
        "Timezone",
        "VPCSecurityGroups",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::RDS::DBInstance",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.rds().describe_db_instances().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for instance in page.failed(DESCRIBE.action)?.db_instances() {
            let Some(id) = text(instance.db_instance_identifier()) else { continue };
            if !is_rds(instance.engine()) {
                continue;
            }
            let arn = text(instance.db_instance_arn()).map_or_else(|| cx.arn("rds", &format!("db:{id}")), str::to_owned);
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.properties = properties(instance, id, &arn);
            resource.arn = Some(arn);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(instance: &DbInstance, id: &str, arn: &str) -> Properties {
    let domain = instance.domain_memberships().first();
    let secret = master_user_secret(instance.master_user_secret());
    // The port beside the endpoint is 0 for most instances; the endpoint has none while the instance is being created.
    let port = instance.endpoint().and_then(Endpoint::port).or(instance.db_instance_port()).filter(|port| *port > 0);
    // Without Performance Insights there is no retention.
    let retention = instance.performance_insights_retention_period().filter(|days| *days > 0);
    object! {
        "AdditionalStorageVolumes" => storage_volumes(instance),
        "AllocatedStorage" => instance.allocated_storage().map(|size| size.to_string()),
        "AssociatedRoles" => associated_roles(instance),
        "AutoMinorVersionUpgrade" => instance.auto_minor_version_upgrade(),
        "AutomaticBackupReplicationRegion" => backup_replication_region(instance),
        "AutomaticRestartTime" => instance.automatic_restart_time(),
        "AvailabilityZone" => text(instance.availability_zone()),
        "BackupRetentionPeriod" => instance.backup_retention_period(),
        "BackupTarget" => text(instance.backup_target()),
        "CACertificateIdentifier" => text(instance.ca_certificate_identifier()),
        "CertificateDetails" => instance.certificate_details().map(|certificate| {
            object! { "CAIdentifier" => text(certificate.ca_identifier()), "ValidTill" => certificate.valid_till() }
        }),
        "CharacterSetName" => text(instance.character_set_name()),
        "CopyTagsToSnapshot" => instance.copy_tags_to_snapshot(),
        "CustomIAMInstanceProfile" => text(instance.custom_iam_instance_profile()),
        "DBClusterIdentifier" => text(instance.db_cluster_identifier()),
        "DBInstanceArn" => arn,
        "DBInstanceClass" => text(instance.db_instance_class()),
        "DBInstanceIdentifier" => id,
        "DBInstanceStatus" => text(instance.db_instance_status()),
        "DBName" => text(instance.db_name()),
        "DBParameterGroupName" => instance.db_parameter_groups().first().and_then(|group| text(group.db_parameter_group_name())),
        "DBSecurityGroups" => names(instance.db_security_groups().iter().map(|group| group.db_security_group_name())),
        "DBSubnetGroupName" => instance.db_subnet_group().and_then(|group| text(group.db_subnet_group_name())),
        "DBSystemId" => text(instance.db_system_id()),
        "DatabaseInsightsMode" => instance.database_insights_mode().map(|mode| mode.as_str()),
        "DbiResourceId" => text(instance.dbi_resource_id()),
        "DedicatedLogVolume" => instance.dedicated_log_volume(),
        "DeletionProtection" => instance.deletion_protection().unwrap_or(false),
        "Domain" => domain.and_then(|domain| text(domain.domain())),
        "DomainAuthSecretArn" => domain.and_then(|domain| text(domain.auth_secret_arn())),
        "DomainDnsIps" => domain.map(|domain| domain.dns_ips()),
        "DomainFqdn" => domain.and_then(|domain| text(domain.fqdn())),
        "DomainIAMRoleName" => domain.and_then(|domain| text(domain.iam_role_name())),
        "DomainOu" => domain.and_then(|domain| text(domain.ou())),
        "EnableCloudwatchLogsExports" => instance.enabled_cloudwatch_logs_exports(),
        "EnableIAMDatabaseAuthentication" => instance.iam_database_authentication_enabled().unwrap_or(false),
        "EnablePerformanceInsights" => instance.performance_insights_enabled(),
        "Endpoint" => instance.endpoint().map(endpoint),
        "Engine" => text(instance.engine()),
        "EngineLifecycleSupport" => text(instance.engine_lifecycle_support()),
        "EngineVersion" => text(instance.engine_version()),
        "InstanceCreateTime" => instance.instance_create_time(),
        "Iops" => instance.iops(),
        "IsStorageConfigUpgradeAvailable" => instance.is_storage_config_upgrade_available(),
        "KmsKeyId" => text(instance.kms_key_id()),
        "LatestRestorableTime" => instance.latest_restorable_time(),
        "LicenseModel" => text(instance.license_model()),
        "ListenerEndpoint" => instance.listener_endpoint().map(endpoint),
        "ManageMasterUserPassword" => secret.is_some().then_some(true),
        "MasterUserSecret" => secret,
        "MasterUsername" => text(instance.master_username()),
        "MaxAllocatedStorage" => instance.max_allocated_storage(),
        "MonitoringInterval" => instance.monitoring_interval(),
        "MonitoringRoleArn" => text(instance.monitoring_role_arn()),
        "MultiAZ" => instance.multi_az().unwrap_or(false),
        "NcharCharacterSetName" => text(instance.nchar_character_set_name()),
        "NetworkType" => text(instance.network_type()),
        "OptionGroupName" => instance.option_group_memberships().first().and_then(|group| text(group.option_group_name())),
        "PercentProgress" => text(instance.percent_progress()),
        "PerformanceInsightsKMSKeyId" => text(instance.performance_insights_kms_key_id()),
        "PerformanceInsightsRetentionPeriod" => retention,
        "Port" => port.map(|port| port.to_string()),
        "PreferredBackupWindow" => text(instance.preferred_backup_window()),
        "PreferredMaintenanceWindow" => text(instance.preferred_maintenance_window()),
        "ProcessorFeatures" => processor_features(instance),
        "PromotionTier" => instance.promotion_tier(),
        "PubliclyAccessible" => instance.publicly_accessible(),
        "ReadReplicaDBClusterIdentifiers" => instance.read_replica_db_cluster_identifiers(),
        "ReadReplicaDBInstanceIdentifiers" => instance.read_replica_db_instance_identifiers(),
        "ReplicaMode" => instance.replica_mode().map(|mode| mode.as_str()),
        "ResumeFullAutomationModeTime" => instance.resume_full_automation_mode_time(),
        "SecondaryAvailabilityZone" => text(instance.secondary_availability_zone()),
        "SourceDBClusterIdentifier" => text(instance.read_replica_source_db_cluster_identifier()),
        "SourceDBInstanceIdentifier" => text(instance.read_replica_source_db_instance_identifier()),
        "StatusInfos" => status_infos(instance),
        "StorageEncrypted" => instance.storage_encrypted().unwrap_or(false),
        "StorageOperationPercentProgress" => instance.storage_operation_percent_progress(),
        "StorageOperationStatus" => text(instance.storage_operation_status()),
        "StorageThroughput" => instance.storage_throughput(),
        "StorageType" => text(instance.storage_type()),
        "Tags" => tags!(instance.tag_list()),
        "TdeCredentialArn" => text(instance.tde_credential_arn()),
        "Timezone" => text(instance.timezone()),
        "VPCSecurityGroups" => names(instance.vpc_security_groups().iter().map(|group| group.vpc_security_group_id())),
    }
}

fn endpoint(endpoint: &Endpoint) -> Properties {
    object! {
        "Address" => text(endpoint.address()),
        "HostedZoneId" => text(endpoint.hosted_zone_id()),
        "Port" => endpoint.port().map(|port| port.to_string()),
    }
}

fn names<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Option<Vec<Value>> {
    let names: Vec<Value> = names.filter_map(text).map(Value::from).collect();
    (!names.is_empty()).then_some(names)
}

fn storage_volumes(instance: &DbInstance) -> Option<Vec<Value>> {
    let volumes = objects(instance.additional_storage_volumes().iter().map(|volume| {
        object! {
            "AllocatedStorage" => volume.allocated_storage().map(|size| size.to_string()),
            "Iops" => volume.iops(),
            "MaxAllocatedStorage" => volume.max_allocated_storage(),
            "StorageOperationPercentProgress" => volume.storage_operation_percent_progress(),
            "StorageOperationStatus" => text(volume.storage_operation_status()),
            "StorageThroughput" => volume.storage_throughput(),
            "StorageType" => text(volume.storage_type()),
            "VolumeName" => text(volume.volume_name()),
        }
    }));
    (!volumes.is_empty()).then_some(volumes)
}

fn associated_roles(instance: &DbInstance) -> Option<Vec<Value>> {
    let roles = objects(instance.associated_roles().iter().map(|role| {
        object! { "FeatureName" => role.feature_name().unwrap_or_default(), "RoleArn" => role.role_arn().unwrap_or_default() }
    }));
    (!roles.is_empty()).then_some(roles)
}

/// The Region of the first replicated backup, as its ARN names it.
fn backup_replication_region(instance: &DbInstance) -> Option<&str> {
    let replication = instance.db_instance_automated_backups_replications().first()?;
    text(replication.db_instance_automated_backups_arn()?.split(':').nth(3))
}

fn processor_features(instance: &DbInstance) -> Option<Vec<Value>> {
    let features = objects(
        instance.processor_features().iter().map(|feature| object! { "Name" => text(feature.name()), "Value" => text(feature.value()) }),
    );
    (!features.is_empty()).then_some(features)
}

fn status_infos(instance: &DbInstance) -> Option<Vec<Value>> {
    let infos = objects(instance.status_infos().iter().map(|info| {
        object! {
            "Message" => text(info.message()),
            "Normal" => info.normal(),
            "Status" => text(info.status()),
            "StatusType" => text(info.status_type()),
        }
    }));
    (!infos.is_empty()).then_some(infos)
}
