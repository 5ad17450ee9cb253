//! `AWS::EC2::SecurityGroup` with its rules, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html>.

use aws_sdk_ec2::types::{IpPermission, UserIdGroupPair};
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::{DESCRIBE_SECURITY_GROUPS, security_groups};
use crate::context::Context;
use crate::property::{Put, object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeSecurityGroups",
    action: DESCRIBE_SECURITY_GROUPS,
    properties: &["GroupDescription", "GroupId", "GroupName", "Id", "SecurityGroupEgress", "SecurityGroupIngress", "Tags", "VpcId"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::SecurityGroup",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let groups = security_groups(cx).await?;
    for group in &groups.items {
        let Some(id) = group.group_id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = Some(cx.arn("ec2", &format!("security-group/{id}")));
        // A group without rules in a direction is of interest: the empty list stays.
        resource.properties = object! {
            "GroupDescription" => group.description(),
            "GroupId" => id,
            "GroupName" => group.group_name(),
            "Id" => id,
            "SecurityGroupEgress" => rules(group.ip_permissions_egress(), egress_peer, "DestinationPrefixListId"),
            "SecurityGroupIngress" => rules(group.ip_permissions(), ingress_peer, "SourcePrefixListId"),
            "Tags" => tags!(group.tags()),
            "VpcId" => group.vpc_id(),
        };
        listing.resources.push(resource);
    }
    groups.end()
}

/// One rule for each peer of each permission.
fn rules(permissions: &[IpPermission], peer: fn(&UserIdGroupPair) -> Properties, prefix_list: &str) -> Vec<Value> {
    let mut rules = Vec::new();
    for permission in permissions {
        let mut add = |mut rule: Properties, description: Option<&str>| {
            rule.put("Description", description.filter(|text| !text.is_empty()))
                .put("FromPort", permission.from_port())
                .put("IpProtocol", permission.ip_protocol())
                .put("ToPort", permission.to_port());
            rules.push(Value::Object(rule));
        };
        for range in permission.ip_ranges() {
            add(object! { "CidrIp" => range.cidr_ip() }, range.description());
        }
        for range in permission.ipv6_ranges() {
            add(object! { "CidrIpv6" => range.cidr_ipv6() }, range.description());
        }
        for list in permission.prefix_list_ids() {
            let mut rule = Properties::new();
            rule.put(prefix_list, list.prefix_list_id());
            add(rule, list.description());
        }
        for pair in permission.user_id_group_pairs() {
            add(peer(pair), pair.description());
        }
    }
    rules
}

fn ingress_peer(pair: &UserIdGroupPair) -> Properties {
    object! {
        "SourceSecurityGroupId" => pair.group_id(),
        "SourceSecurityGroupName" => pair.group_name(),
        "SourceSecurityGroupOwnerId" => pair.user_id(),
    }
}

fn egress_peer(pair: &UserIdGroupPair) -> Properties {
    object! { "DestinationSecurityGroupId" => pair.group_id() }
}
