//! `AWS::ElasticLoadBalancingV2::LoadBalancer`, from
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html>.

use aws_sdk_elasticloadbalancingv2::types::{AvailabilityZone, LoadBalancer};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach, Resource};
use serde_json::Value;

use super::{AT_ONE_TAG_CALL, LOAD_BALANCERS, LOAD_BALANCERS_ACTION, TAGS, attributes, load_balancers, tags};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: LOAD_BALANCERS,
    action: LOAD_BALANCERS_ACTION,
    properties: &[
        "CanonicalHostedZoneID",
        "DNSName",
        "EnablePrefixForIpv6SourceNat",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        "IpAddressType",
        "Ipv4IpamPoolId",
        "LoadBalancerArn",
        "LoadBalancerFullName",
        "LoadBalancerName",
        "Name",
        "Scheme",
        "SecurityGroups",
        "SubnetMappings",
        "Subnets",
        "Type",
    ],
};

const ATTRIBUTES: Facet = Facet {
    operation: "DescribeLoadBalancerAttributes",
    action: "elasticloadbalancing:DescribeLoadBalancerAttributes",
    properties: &["LoadBalancerAttributes"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[
        Read { facet: ATTRIBUTES, call: Call::Each(|cx, balancer| Box::pin(describe_attributes(cx, balancer))) },
        Read { facet: TAGS, call: Call::Batch(AT_ONE_TAG_CALL, |cx, balancers| Box::pin(tags(cx, balancers))) },
    ],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let balancers = load_balancers(cx).await?;
    for balancer in &balancers.items {
        let Some(arn) = balancer.load_balancer_arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = properties(arn, balancer);
        listing.resources.push(resource);
    }
    balancers.end()
}

fn properties(arn: &str, balancer: &LoadBalancer) -> Properties {
    let mut zones: Vec<(&str, &AvailabilityZone)> =
        balancer.availability_zones().iter().filter_map(|zone| Some((zone.subnet_id()?, zone))).collect();
    zones.sort_unstable_by_key(|(subnet, _)| *subnet);
    let subnets: Vec<Value> = zones.iter().map(|(subnet, _)| Value::from(*subnet)).collect();
    // Only a Network Load Balancer has addresses of its own in its subnets.
    let mapped = zones.iter().any(|(_, zone)| !zone.load_balancer_addresses().is_empty() || !zone.source_nat_ipv6_prefixes().is_empty());
    let mappings = objects(zones.iter().map(|(subnet, zone)| {
        let address = zone.load_balancer_addresses().first();
        object! {
            "AllocationId" => address.and_then(|address| address.allocation_id()),
            "IPv6Address" => address.and_then(|address| address.ipv6_address()),
            "PrivateIPv4Address" => address.and_then(|address| address.private_ipv4_address()),
            "SourceNatIpv6Prefix" => zone.source_nat_ipv6_prefixes().first(),
            "SubnetId" => *subnet,
        }
    }));
    object! {
        "CanonicalHostedZoneID" => balancer.canonical_hosted_zone_id(),
        "DNSName" => balancer.dns_name(),
        "EnablePrefixForIpv6SourceNat" => balancer.enable_prefix_for_ipv6_source_nat().map(|enable| enable.as_str()),
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic" =>
            balancer.enforce_security_group_inbound_rules_on_private_link_traffic(),
        "IpAddressType" => balancer.ip_address_type().map(|kind| kind.as_str()),
        "Ipv4IpamPoolId" => balancer.ipam_pools().and_then(|pools| pools.ipv4_ipam_pool_id()),
        "LoadBalancerArn" => arn,
        "LoadBalancerFullName" => arn.split_once(":loadbalancer/").map(|(_, name)| name),
        "LoadBalancerName" => balancer.load_balancer_name(),
        "Name" => balancer.load_balancer_name(),
        "Scheme" => balancer.scheme().map(|scheme| scheme.as_str()),
        "SecurityGroups" => balancer.security_groups(),
        "SubnetMappings" => mapped.then_some(mappings),
        "Subnets" => (!subnets.is_empty()).then_some(subnets),
        "Type" => balancer.r#type().map(|kind| kind.as_str()),
    }
}

async fn describe_attributes(cx: &Context, balancer: &Resource) -> Result<Properties, HandlerError> {
    let call = cx.elasticloadbalancingv2().describe_load_balancer_attributes().load_balancer_arn(&balancer.id);
    let answer = call.send().await.failed(ATTRIBUTES.action)?;
    let pairs = answer.attributes().iter().map(|attribute| (attribute.key(), attribute.value()));
    Ok(object! { "LoadBalancerAttributes" => attributes(pairs) })
}
