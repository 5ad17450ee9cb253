//! `AWS::EKS::Cluster`, from <https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html> and
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html>.

use std::collections::BTreeSet;

use aws_sdk_eks::types::{
    Certificate, Cluster, EncryptionConfig, KubeApiServerConfigResponse, KubeControllerManagerConfigResponse, KubeSchedulerConfigResponse,
    KubernetesNetworkConfigResponse, Logging, OutpostConfigResponse, RemoteNetworkConfigResponse, VpcConfigResponse,
};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};

use super::{DESCRIBE_CLUSTER, LIST_CLUSTERS, clusters, empty, pairs, sorted};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const LIST: Facet = Facet { operation: "ListClusters", action: LIST_CLUSTERS, properties: &["Arn", "Name"] };

const DESCRIBE: Facet = Facet {
    operation: "DescribeCluster",
    action: DESCRIBE_CLUSTER,
    properties: &[
        "AccessConfig",
        "CertificateAuthority",
        "CertificateAuthorityData",
        "ClusterSecurityGroupId",
        "ComputeConfig",
        "ControlPlaneScalingConfig",
        "DeletionProtection",
        "EncryptionConfig",
        "EncryptionConfigKeyArn",
        "Endpoint",
        "Id",
        "KubeApiServerConfig",
        "KubeControllerManagerConfig",
        "KubeSchedulerConfig",
        "KubernetesNetworkConfig",
        "Logging",
        "OpenIdConnectIssuerUrl",
        "OutpostConfig",
        "RemoteNetworkConfig",
        "ResourcesVpcConfig",
        "RoleArn",
        "StorageConfig",
        "Tags",
        "UpgradePolicy",
        "Version",
        "ZonalShiftConfig",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EKS::Cluster",
    reach: Reach::Regional,
    list: &[LIST],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: DESCRIBE, call: Call::Each(|cx, cluster| Box::pin(describe(cx, cluster))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let clusters = clusters(cx).await?;
    for name in &clusters.items {
        let mut resource = cx.resource(HANDLER.type_name, name);
        let arn = cx.arn("eks", &format!("cluster/{name}"));
        resource.properties = object! { "Arn" => &arn, "Name" => name };
        resource.arn = Some(arn);
        listing.resources.push(resource);
    }
    clusters.end()
}

async fn describe(cx: &Context, cluster: &Resource) -> Result<Properties, HandlerError> {
    let answer = cx.eks().describe_cluster().name(&cluster.id).send().await.failed(DESCRIBE.action)?;
    answer.cluster().map(properties).ok_or_else(|| empty(DESCRIBE.action))
}

fn properties(cluster: &Cluster) -> Properties {
    let vpc = cluster.resources_vpc_config();
    let certificate = cluster.certificate_authority();
    let encryption = cluster.encryption_config();
    let key = encryption.iter().find_map(|config| config.provider()?.key_arn());
    object! {
        "AccessConfig" => cluster.access_config().map(|access| object! {
            "AuthenticationMode" => access.authentication_mode().map(|mode| mode.as_str()),
            "BootstrapClusterCreatorAdminPermissions" => access.bootstrap_cluster_creator_admin_permissions(),
        }),
        "CertificateAuthority" => certificate.map(certificate_authority),
        "CertificateAuthorityData" => certificate.and_then(|certificate| certificate.data()),
        "ClusterSecurityGroupId" => vpc.and_then(|vpc| vpc.cluster_security_group_id()),
        "ComputeConfig" => cluster.compute_config().map(|compute| object! {
            "Enabled" => compute.enabled(),
            "NodePools" => sorted(compute.node_pools()),
            "NodeRoleArn" => compute.node_role_arn(),
        }),
        "ControlPlaneScalingConfig" => cluster.control_plane_scaling_config().map(|scaling| object! {
            "Tier" => scaling.tier().map(|tier| tier.as_str()),
        }),
        "DeletionProtection" => cluster.deletion_protection(),
        "EncryptionConfig" => (!encryption.is_empty()).then(|| objects(encryption.iter().map(encryption_config))),
        "EncryptionConfigKeyArn" => key,
        "Endpoint" => cluster.endpoint(),
        "Id" => cluster.id(),
        "KubeApiServerConfig" => cluster.kube_api_server_config().map(api_server),
        "KubeControllerManagerConfig" => cluster.kube_controller_manager_config().map(controller_manager),
        "KubeSchedulerConfig" => cluster.kube_scheduler_config().map(scheduler),
        "KubernetesNetworkConfig" => cluster.kubernetes_network_config().map(kubernetes_network),
        "Logging" => cluster.logging().map(logging),
        "OpenIdConnectIssuerUrl" => cluster.identity().and_then(|identity| identity.oidc()?.issuer()),
        "OutpostConfig" => cluster.outpost_config().map(outpost),
        "RemoteNetworkConfig" => cluster.remote_network_config().map(remote_network),
        "ResourcesVpcConfig" => vpc.map(resources_vpc),
        "RoleArn" => cluster.role_arn(),
        "StorageConfig" => cluster.storage_config().map(|storage| object! {
            "BlockStorage" => storage.block_storage().map(|block| object! { "Enabled" => block.enabled() }),
        }),
        "Tags" => pairs(cluster.tags()),
        "UpgradePolicy" => cluster.upgrade_policy().map(|policy| object! {
            "SupportType" => policy.support_type().map(|support| support.as_str()),
        }),
        "Version" => cluster.version(),
        "ZonalShiftConfig" => cluster.zonal_shift_config().map(|shift| object! { "Enabled" => shift.enabled() }),
    }
}

fn certificate_authority(certificate: &Certificate) -> Properties {
    object! {
        "Active" => certificate.active().map(|active| object! {
            "ActivatedBy" => active.activated_by().map(|by| by.as_str()),
            "Id" => active.id(),
        }),
        "Data" => certificate.data(),
    }
}

fn encryption_config(config: &EncryptionConfig) -> Properties {
    #[allow(deprecated, reason = "the schema has it, and so have the clusters from before EKS encrypted everything")]
    let resources = sorted(config.resources());
    object! {
        "Provider" => config.provider().map(|provider| object! { "KeyArn" => provider.key_arn() }),
        "Resources" => (!resources.is_empty()).then_some(resources),
    }
}

fn api_server(config: &KubeApiServerConfigResponse) -> Properties {
    object! {
        "EventTtl" => config.event_ttl(),
        "ServiceNodePortRange" => config.service_node_port_range().map(|range| object! {
            "MaxPort" => range.max_port(),
            "MinPort" => range.min_port(),
        }),
    }
}

fn controller_manager(config: &KubeControllerManagerConfigResponse) -> Properties {
    object! {
        "HorizontalPodAutoscalerControllerConfig" => config.horizontal_pod_autoscaler_controller_config().map(|autoscaler| object! {
            "HorizontalPodAutoscalerSyncPeriod" => autoscaler.horizontal_pod_autoscaler_sync_period(),
        }),
        "PodGcControllerConfig" => config.pod_gc_controller_config().map(|collector| object! {
            "TerminatedPodGcThreshold" => collector.terminated_pod_gc_threshold(),
        }),
    }
}

fn scheduler(config: &KubeSchedulerConfigResponse) -> Properties {
    let strategy = config.node_resources_fit().and_then(|fit| fit.scoring_strategy()).map(|strategy| {
        let mut weights: Vec<_> = strategy.resources().iter().collect();
        weights.sort_by_key(|weight| weight.name());
        let weights = objects(weights.into_iter().map(|weight| object! { "Name" => weight.name(), "Weight" => weight.weight() }));
        object! {
            "Resources" => (!weights.is_empty()).then_some(weights),
            "Type" => strategy.r#type().map(|kind| kind.as_str()),
        }
    });
    object! { "NodeResourcesFit" => strategy.map(|strategy| object! { "ScoringStrategy" => strategy }) }
}

fn kubernetes_network(network: &KubernetesNetworkConfigResponse) -> Properties {
    object! {
        "ElasticLoadBalancing" => network.elastic_load_balancing().map(|balancing| object! { "Enabled" => balancing.enabled() }),
        "IpFamily" => network.ip_family().map(|family| family.as_str()),
        "ServiceIpv4Cidr" => network.service_ipv4_cidr(),
        "ServiceIpv6Cidr" => network.service_ipv6_cidr(),
    }
}

fn logging(logging: &Logging) -> Properties {
    let setups = logging.cluster_logging().iter().filter(|setup| setup.enabled() == Some(true));
    let types: BTreeSet<&str> = setups.flat_map(|setup| setup.types()).map(|kind| kind.as_str()).collect();
    let types = objects(types.into_iter().map(|kind| object! { "Type" => kind }));
    object! { "ClusterLogging" => object! { "EnabledTypes" => types } }
}

fn outpost(outpost: &OutpostConfigResponse) -> Properties {
    object! {
        "ControlPlaneInstanceType" => outpost.control_plane_instance_type(),
        "ControlPlanePlacement" => outpost.control_plane_placement().map(|placement| object! {
            "GroupName" => placement.group_name(),
            "SpreadLevel" => placement.spread_level().map(|level| level.as_str()),
        }),
        "EtcdInstanceType" => outpost.etcd_instance_type(),
        "EtcdPlacement" => outpost.etcd_placement().map(|placement| object! {
            "SpreadLevel" => placement.spread_level().map(|level| level.as_str()),
        }),
        "OutpostArns" => sorted(outpost.outpost_arns()),
    }
}

fn remote_network(network: &RemoteNetworkConfigResponse) -> Properties {
    let nodes = objects(network.remote_node_networks().iter().map(|network| object! { "Cidrs" => sorted(network.cidrs()) }));
    let pods = objects(network.remote_pod_networks().iter().map(|network| object! { "Cidrs" => sorted(network.cidrs()) }));
    object! {
        "RemoteNodeNetworks" => (!nodes.is_empty()).then_some(nodes),
        "RemotePodNetworks" => (!pods.is_empty()).then_some(pods),
    }
}

fn resources_vpc(vpc: &VpcConfigResponse) -> Properties {
    object! {
        "ControlPlaneEgressMode" => vpc.control_plane_egress_mode().map(|mode| mode.as_str()),
        "EndpointPrivateAccess" => vpc.endpoint_private_access(),
        "EndpointPublicAccess" => vpc.endpoint_public_access(),
        "PublicAccessCidrs" => sorted(vpc.public_access_cidrs()),
        "SecurityGroupIds" => sorted(vpc.security_group_ids()),
        "SubnetIds" => sorted(vpc.subnet_ids()),
    }
}
