//! `AWS::EC2::Instance`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>. User data is never read.

use aws_sdk_ec2::types::{Instance, InstanceNetworkInterface, InstanceStateName, MonitoringState};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeInstances",
    action: "ec2:DescribeInstances",
    properties: &[
        "AvailabilityZone",
        "BlockDeviceMappings",
        "CpuOptions",
        "EbsOptimized",
        "EnclaveOptions",
        "HibernationOptions",
        "HostId",
        "HostResourceGroupArn",
        "IamInstanceProfile",
        "ImageId",
        "InstanceId",
        "InstanceType",
        "Ipv6Addresses",
        "KernelId",
        "KeyName",
        "MetadataOptions",
        "Monitoring",
        "NetworkInterfaces",
        "PlacementGroupName",
        "PrivateDnsName",
        "PrivateIp",
        "PrivateIpAddress",
        "PublicDnsName",
        "PublicIp",
        "RamdiskId",
        "SecurityGroupIds",
        "SourceDestCheck",
        "State",
        "SubnetId",
        "Tags",
        "Tenancy",
        "Volumes",
        "VpcId",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::Instance",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_instances().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.failed(DESCRIBE.action)?;
        for instance in page.reservations().iter().flat_map(|reservation| reservation.instances()) {
            // A terminated instance is told of for an hour, without its network and disks.
            if instance.state().and_then(|state| state.name()) == Some(&InstanceStateName::Terminated) {
                continue;
            }
            let Some(id) = instance.instance_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("instance/{id}")));
            resource.properties = properties(id, instance);
            listing.resources.push(resource);
        }
    }
    Ok(())
}

fn properties(id: &str, instance: &Instance) -> Properties {
    let placement = instance.placement();
    let profile = instance.iam_instance_profile().and_then(|profile| profile.arn()).and_then(|arn| arn.rsplit('/').next());
    let metadata = instance.metadata_options().map(|options| {
        object! {
            "HttpEndpoint" => options.http_endpoint().map(|state| state.as_str()),
            "HttpProtocolIpv6" => options.http_protocol_ipv6().map(|state| state.as_str()),
            "HttpPutResponseHopLimit" => options.http_put_response_hop_limit(),
            "HttpTokens" => options.http_tokens().map(|state| state.as_str()),
            "InstanceMetadataTags" => options.instance_metadata_tags().map(|state| state.as_str()),
        }
    });
    let mappings = objects(instance.block_device_mappings().iter().map(|mapping| {
        let disk = mapping.ebs().map(|ebs| object! { "DeleteOnTermination" => ebs.delete_on_termination() });
        object! { "DeviceName" => mapping.device_name(), "Ebs" => disk }
    }));
    let volumes = objects(
        instance
            .block_device_mappings()
            .iter()
            .filter_map(|mapping| Some(object! { "Device" => mapping.device_name(), "VolumeId" => mapping.ebs()?.volume_id() })),
    );
    let addresses = objects(
        instance
            .network_interfaces()
            .iter()
            .flat_map(|interface| interface.ipv6_addresses())
            .map(|address| object! { "Ipv6Address" => address.ipv6_address() }),
    );
    let groups: Vec<Value> = instance.security_groups().iter().filter_map(|group| group.group_id()).map(Value::from).collect();
    let state = instance.state().map(|state| {
        object! { "Code" => state.code().map(|code| code.to_string()), "Name" => state.name().map(|name| name.as_str()) }
    });
    object! {
        "AvailabilityZone" => placement.and_then(|placement| placement.availability_zone()),
        "BlockDeviceMappings" => (!mappings.is_empty()).then_some(mappings),
        "CpuOptions" => instance.cpu_options().map(|options| {
            object! { "CoreCount" => options.core_count(), "ThreadsPerCore" => options.threads_per_core() }
        }),
        "EbsOptimized" => instance.ebs_optimized(),
        "EnclaveOptions" => instance.enclave_options().map(|options| object! { "Enabled" => options.enabled() }),
        "HibernationOptions" => instance.hibernation_options().map(|options| object! { "Configured" => options.configured() }),
        "HostId" => placement.and_then(|placement| placement.host_id()),
        "HostResourceGroupArn" => placement.and_then(|placement| placement.host_resource_group_arn()),
        "IamInstanceProfile" => profile,
        "ImageId" => instance.image_id(),
        "InstanceId" => id,
        "InstanceType" => instance.instance_type().map(|kind| kind.as_str()),
        "Ipv6Addresses" => (!addresses.is_empty()).then_some(addresses),
        "KernelId" => instance.kernel_id().filter(|id| !id.is_empty()),
        "KeyName" => instance.key_name().filter(|name| !name.is_empty()),
        "MetadataOptions" => metadata,
        "Monitoring" => instance.monitoring().and_then(|monitoring| monitoring.state()).map(|state| *state == MonitoringState::Enabled),
        "NetworkInterfaces" => objects(instance.network_interfaces().iter().map(interface)),
        "PlacementGroupName" => placement.and_then(|placement| placement.group_name()).filter(|name| !name.is_empty()),
        "PrivateDnsName" => instance.private_dns_name().filter(|name| !name.is_empty()),
        "PrivateIp" => instance.private_ip_address(),
        "PrivateIpAddress" => instance.private_ip_address(),
        "PublicDnsName" => instance.public_dns_name().filter(|name| !name.is_empty()),
        "PublicIp" => instance.public_ip_address(),
        "RamdiskId" => instance.ramdisk_id().filter(|id| !id.is_empty()),
        "SecurityGroupIds" => groups,
        "SourceDestCheck" => instance.source_dest_check(),
        "State" => state,
        "SubnetId" => instance.subnet_id(),
        "Tags" => tags!(instance.tags()),
        "Tenancy" => placement.and_then(|placement| placement.tenancy()).map(|tenancy| tenancy.as_str()),
        "Volumes" => (!volumes.is_empty()).then_some(volumes),
        "VpcId" => instance.vpc_id(),
    }
}

fn interface(interface: &InstanceNetworkInterface) -> Properties {
    let attachment = interface.attachment();
    let groups: Vec<Value> = interface.groups().iter().filter_map(|group| group.group_id()).map(Value::from).collect();
    let ipv6 = objects(interface.ipv6_addresses().iter().map(|address| object! { "Ipv6Address" => address.ipv6_address() }));
    let private = objects(interface.private_ip_addresses().iter().map(|address| {
        object! { "Primary" => address.primary(), "PrivateIpAddress" => address.private_ip_address() }
    }));
    object! {
        "AssociatePublicIpAddress" => interface.association().is_some_and(|association| association.public_ip().is_some()),
        "DeleteOnTermination" => attachment.and_then(|attachment| attachment.delete_on_termination()),
        "Description" => interface.description().filter(|text| !text.is_empty()),
        "DeviceIndex" => attachment.and_then(|attachment| attachment.device_index()).map(|index| index.to_string()),
        "GroupSet" => groups,
        "Ipv6Addresses" => (!ipv6.is_empty()).then_some(ipv6),
        "NetworkInterfaceId" => interface.network_interface_id(),
        "PrivateIpAddress" => interface.private_ip_address(),
        "PrivateIpAddresses" => (!private.is_empty()).then_some(private),
        "SubnetId" => interface.subnet_id(),
    }
}
