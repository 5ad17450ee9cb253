//! `AWS::EC2::LaunchTemplate` in its default version, from
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html> and
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html>. User data is never kept.

use std::collections::HashMap;

use aws_sdk_ec2::types::{LaunchTemplateInstanceNetworkInterfaceSpecification, ResponseLaunchTemplateData};
use innovate_model::{Facet, HandlerError, HandlerErrorCode, Listing, Properties, Reach, Resource};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object, tags};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeLaunchTemplates",
    action: "ec2:DescribeLaunchTemplates",
    properties: &["DefaultVersionNumber", "LatestVersionNumber", "LaunchTemplateId", "LaunchTemplateName", "TagSpecifications"],
};

const VERSION: Facet = Facet {
    operation: "DescribeLaunchTemplateVersions",
    action: "ec2:DescribeLaunchTemplateVersions",
    properties: &["LaunchTemplateData", "VersionDescription"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::LaunchTemplate",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: VERSION, call: Call::Each(|cx, template| Box::pin(version(cx, template))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.ec2().describe_launch_templates().max_results(200).into_paginator().send();
    while let Some(page) = pages.next().await {
        for template in page.failed(DESCRIBE.action)?.launch_templates() {
            let Some(id) = template.launch_template_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.arn = Some(cx.arn("ec2", &format!("launch-template/{id}")));
            let tags = tags!(template.tags()).map(|tags| objects([object! { "ResourceType" => "launch-template", "Tags" => tags }]));
            resource.properties = object! {
                "DefaultVersionNumber" => template.default_version_number().map(|number| number.to_string()),
                "LatestVersionNumber" => template.latest_version_number().map(|number| number.to_string()),
                "LaunchTemplateId" => id,
                "LaunchTemplateName" => template.launch_template_name(),
                "TagSpecifications" => tags,
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}

/// The default versions of all launch templates by the id of the template: without an id the call gives those of all.
async fn versions(cx: &Context) -> Result<HashMap<String, Properties>, HandlerError> {
    let mut versions = HashMap::new();
    let mut pages = cx.ec2().describe_launch_template_versions().versions("$Default").max_results(200).into_paginator().send();
    while let Some(page) = pages.next().await {
        for version in page.failed(VERSION.action)?.launch_template_versions() {
            let Some(id) = version.launch_template_id() else { continue };
            let properties = object! {
                "LaunchTemplateData" => version.launch_template_data().map(data),
                "VersionDescription" => version.version_description(),
            };
            versions.insert(id.to_owned(), properties);
        }
    }
    Ok(versions)
}

async fn version(cx: &Context, template: &Resource) -> Result<Properties, HandlerError> {
    let versions = cx.once(VERSION.action, || versions(cx)).await?;
    versions.get(&template.id).cloned().ok_or_else(|| {
        HandlerError::new(HandlerErrorCode::NotFound, VERSION.action, format!("the answer holds no default version of {}", template.id))
    })
}

fn data(data: &ResponseLaunchTemplateData) -> Properties {
    let metadata = data.metadata_options().map(|options| {
        object! {
            "HttpEndpoint" => options.http_endpoint().map(|state| state.as_str()),
            "HttpProtocolIpv6" => options.http_protocol_ipv6().map(|state| state.as_str()),
            "HttpPutResponseHopLimit" => options.http_put_response_hop_limit(),
            "HttpTokens" => options.http_tokens().map(|state| state.as_str()),
            "InstanceMetadataTags" => options.instance_metadata_tags().map(|state| state.as_str()),
        }
    });
    let mappings = objects(data.block_device_mappings().iter().map(|mapping| {
        let disk = mapping.ebs().map(|ebs| {
            object! {
                "DeleteOnTermination" => ebs.delete_on_termination(),
                "Encrypted" => ebs.encrypted(),
                "Iops" => ebs.iops(),
                "KmsKeyId" => ebs.kms_key_id(),
                "SnapshotId" => ebs.snapshot_id(),
                "Throughput" => ebs.throughput(),
                "VolumeSize" => ebs.volume_size(),
                "VolumeType" => ebs.volume_type().map(|kind| kind.as_str()),
            }
        });
        object! {
            "DeviceName" => mapping.device_name(),
            "Ebs" => disk,
            "NoDevice" => mapping.no_device(),
            "VirtualName" => mapping.virtual_name(),
        }
    }));
    let profile = data.iam_instance_profile().map(|profile| object! { "Arn" => profile.arn(), "Name" => profile.name() });
    let placement = data.placement().map(|placement| {
        object! {
            "AvailabilityZone" => placement.availability_zone(),
            "GroupName" => placement.group_name(),
            "HostId" => placement.host_id(),
            "Tenancy" => placement.tenancy().map(|tenancy| tenancy.as_str()),
        }
    });
    let interfaces = objects(data.network_interfaces().iter().map(interface));
    let specifications = objects(data.tag_specifications().iter().map(|specification| {
        object! {
            "ResourceType" => specification.resource_type().map(|kind| kind.as_str()),
            "Tags" => tags!(specification.tags()),
        }
    }));
    object! {
        "BlockDeviceMappings" => (!mappings.is_empty()).then_some(mappings),
        "DisableApiStop" => data.disable_api_stop(),
        "DisableApiTermination" => data.disable_api_termination(),
        "EbsOptimized" => data.ebs_optimized(),
        "EnclaveOptions" => data.enclave_options().map(|options| object! { "Enabled" => options.enabled() }),
        "HibernationOptions" => data.hibernation_options().map(|options| object! { "Configured" => options.configured() }),
        "IamInstanceProfile" => profile,
        "ImageId" => data.image_id(),
        "InstanceType" => data.instance_type().map(|kind| kind.as_str()),
        "KernelId" => data.kernel_id(),
        "KeyName" => data.key_name(),
        "MetadataOptions" => metadata,
        "Monitoring" => data.monitoring().map(|monitoring| object! { "Enabled" => monitoring.enabled() }),
        "NetworkInterfaces" => (!interfaces.is_empty()).then_some(interfaces),
        "Placement" => placement,
        "RamDiskId" => data.ram_disk_id(),
        "SecurityGroupIds" => data.security_group_ids(),
        "SecurityGroups" => data.security_groups(),
        "TagSpecifications" => (!specifications.is_empty()).then_some(specifications),
    }
}

fn interface(interface: &LaunchTemplateInstanceNetworkInterfaceSpecification) -> Properties {
    object! {
        "AssociateCarrierIpAddress" => interface.associate_carrier_ip_address(),
        "AssociatePublicIpAddress" => interface.associate_public_ip_address(),
        "DeleteOnTermination" => interface.delete_on_termination(),
        "Description" => interface.description(),
        "DeviceIndex" => interface.device_index(),
        "Groups" => interface.groups(),
        "InterfaceType" => interface.interface_type(),
        "NetworkCardIndex" => interface.network_card_index(),
        "NetworkInterfaceId" => interface.network_interface_id(),
        "PrivateIpAddress" => interface.private_ip_address(),
        "SubnetId" => interface.subnet_id(),
    }
}
