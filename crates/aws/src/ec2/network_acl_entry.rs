//! `AWS::EC2::NetworkAclEntry`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html>.

use aws_sdk_ec2::types::NetworkAclEntry;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};

use super::{DESCRIBE_NETWORK_ACLS, network_acls};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeNetworkAcls",
    action: DESCRIBE_NETWORK_ACLS,
    properties: &[
        "CidrBlock",
        "Egress",
        "Icmp",
        "Id",
        "Ipv6CidrBlock",
        "NetworkAclId",
        "PortRange",
        "Protocol",
        "RuleAction",
        "RuleNumber",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::NetworkAclEntry",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let acls = network_acls(cx).await?;
    for acl in &acls.items {
        let Some(acl_id) = acl.network_acl_id() else { continue };
        for entry in acl.entries() {
            let (Some(egress), Some(number)) = (entry.egress(), entry.rule_number()) else { continue };
            // The API gives entries no id; these three are what DeleteNetworkAclEntry tells them apart by.
            let id = format!("{acl_id}/{}/{number}", if egress { "egress" } else { "ingress" });
            let mut resource = cx.resource(HANDLER.type_name, id.as_str());
            resource.properties = properties(&id, acl_id, entry);
            listing.resources.push(resource);
        }
    }
    acls.end()
}

fn properties(id: &str, acl: &str, entry: &NetworkAclEntry) -> Properties {
    object! {
        "CidrBlock" => entry.cidr_block(),
        "Egress" => entry.egress(),
        "Icmp" => entry.icmp_type_code().map(|icmp| object! { "Code" => icmp.code(), "Type" => icmp.r#type() }),
        "Id" => id,
        "Ipv6CidrBlock" => entry.ipv6_cidr_block(),
        "NetworkAclId" => acl,
        "PortRange" => entry.port_range().map(|range| object! { "From" => range.from(), "To" => range.to() }),
        "Protocol" => entry.protocol().and_then(|protocol| protocol.parse::<i64>().ok()),
        "RuleAction" => entry.rule_action().map(|action| action.as_str()),
        "RuleNumber" => entry.rule_number(),
    }
}
