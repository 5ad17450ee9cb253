//! `AWS::EKS::Nodegroup`, from <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListNodegroups.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeNodegroup.html>.

use aws_sdk_eks::types::{NodeRepairConfig, Nodegroup};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{CLUSTERS, each_cluster, empty, gone, map, sorted};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet =
    Facet { operation: "ListNodegroups", action: "eks:ListNodegroups", properties: &["ClusterName", "Id", "NodegroupName"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeNodegroup",
    action: "eks:DescribeNodegroup",
    properties: &[
        "AmiType",
        "Arn",
        "CapacityType",
        "DiskSize",
        "InstanceTypes",
        "Labels",
        "LaunchTemplate",
        "NodeRepairConfig",
        "NodeRole",
        "ReleaseVersion",
        "RemoteAccess",
        "ScalingConfig",
        "Subnets",
        "Tags",
        "Taints",
        "UpdateConfig",
        "Version",
        "WarmPoolConfig",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::Nodegroup",
    reach: Reach::Regional,
    list: &[CLUSTERS, LIST],
    lister: |cx, listing| Box::pin(each_cluster(cx, listing, |cx, cluster, listing| Box::pin(list(cx, cluster, listing)))),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, group| Box::pin(describe(cx, group))) }],
};

async fn list(cx: &Context, cluster: &str, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.eks().list_nodegroups().cluster_name(cluster).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        if gone(&page) {
            break;
        }
        for name in page.failed(LIST.action)?.nodegroups() {
            let id = format!("{cluster}/{name}");
            let mut resource = cx.resource(HANDLER.type_name, id.as_str());
            resource.properties = object! { "ClusterName" => cluster, "Id" => id, "NodegroupName" => name };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

async fn describe(cx: &Context, group: &Resource) -> Result<Properties, HandlerError> {
    let cluster = group.text("ClusterName").unwrap_or_default();
    let name = group.text("NodegroupName").unwrap_or_default();
    let answer = cx.eks().describe_nodegroup().cluster_name(cluster).nodegroup_name(name).send().await.failed(DESCRIBE.action)?;
    answer.nodegroup().map(properties).ok_or_else(|| empty(DESCRIBE.action))
}

fn properties(group: &Nodegroup) -> Properties {
    let mut taints: Vec<_> = group.taints().iter().collect();
    taints.sort_by_key(|taint| (taint.key(), taint.value(), taint.effect().map(|effect| effect.as_str())));
    let taints = objects(taints.into_iter().map(|taint| {
        object! {
            "Effect" => taint.effect().map(|effect| effect.as_str()),
            "Key" => taint.key(),
            "Value" => taint.value(),
        }
    }));
    // Without a key EKS opens no port of the nodes, whatever groups are named.
    let remote_access = group.remote_access().filter(|access| access.ec2_ssh_key().is_some());
    object! {
        "AmiType" => group.ami_type().map(|kind| kind.as_str()),
        "Arn" => group.nodegroup_arn(),
        "CapacityType" => group.capacity_type().map(|kind| kind.as_str()),
        "DiskSize" => group.disk_size(),
        // In the order of their priority.
        "InstanceTypes" => group.instance_types(),
        "Labels" => map(group.labels()),
        "LaunchTemplate" => group.launch_template().map(|template| object! {
            "Id" => template.id(),
            "Name" => template.name(),
            "Version" => template.version(),
        }),
        "NodeRepairConfig" => group.node_repair_config().map(repair),
        "NodeRole" => group.node_role(),
        "ReleaseVersion" => group.release_version(),
        "RemoteAccess" => remote_access.map(|access| object! {
            "Ec2SshKey" => access.ec2_ssh_key(),
            "SourceSecurityGroups" => sorted(access.source_security_groups()),
        }),
        "ScalingConfig" => group.scaling_config().map(|scaling| object! {
            "DesiredSize" => scaling.desired_size(),
            "MaxSize" => scaling.max_size(),
            "MinSize" => scaling.min_size(),
        }),
        "Subnets" => sorted(group.subnets()),
        "Tags" => map(group.tags()),
        "Taints" => (!taints.is_empty()).then_some(taints),
        "UpdateConfig" => group.update_config().map(|update| object! {
            "MaxUnavailable" => update.max_unavailable(),
            "MaxUnavailablePercentage" => update.max_unavailable_percentage(),
            "UpdateStrategy" => update.update_strategy().map(|strategy| strategy.as_str()),
        }),
        "Version" => group.version(),
        "WarmPoolConfig" => group.warm_pool_config().map(|pool| object! {
            "Enabled" => pool.enabled(),
            "MaxGroupPreparedCapacity" => pool.max_group_prepared_capacity(),
            "MinSize" => pool.min_size(),
            "PoolState" => pool.pool_state().map(|state| state.as_str()),
            "ReuseOnScaleIn" => pool.reuse_on_scale_in(),
        }),
    }
}

fn repair(repair: &NodeRepairConfig) -> Properties {
    let mut overrides: Vec<_> = repair.node_repair_config_overrides().iter().collect();
    overrides.sort_by_key(|item| (item.node_monitoring_condition(), item.node_unhealthy_reason()));
    let overrides = objects(overrides.into_iter().map(|item| {
        object! {
            "MinRepairWaitTimeMins" => item.min_repair_wait_time_mins(),
            "NodeMonitoringCondition" => item.node_monitoring_condition(),
            "NodeUnhealthyReason" => item.node_unhealthy_reason(),
            "RepairAction" => item.repair_action().map(|action| action.as_str()),
        }
    }));
    object! {
        "Enabled" => repair.enabled(),
        "MaxParallelNodesRepairedCount" => repair.max_parallel_nodes_repaired_count(),
        "MaxParallelNodesRepairedPercentage" => repair.max_parallel_nodes_repaired_percentage(),
        "MaxUnhealthyNodeThresholdCount" => repair.max_unhealthy_node_threshold_count(),
        "MaxUnhealthyNodeThresholdPercentage" => repair.max_unhealthy_node_threshold_percentage(),
        "NodeRepairConfigOverrides" => (!overrides.is_empty()).then_some(overrides),
    }
}
