//! `AWS::EC2::EIP`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html>, which has no pages.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use crate::context::Context;
use crate::failure::Failure;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeAddresses",
    action: "ec2:DescribeAddresses",
    properties: &["AllocationId", "Domain", "InstanceId", "NetworkBorderGroup", "PublicIp", "PublicIpv4Pool", "Tags"],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::EIP",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let answer = cx.ec2().describe_addresses().send().await.failed(DESCRIBE.action)?;
    for address in answer.addresses() {
        let (Some(ip), Some(allocation)) = (address.public_ip(), address.allocation_id()) else { continue };
        let mut resource = cx.resource(HANDLER.type_name, format!("{ip}|{allocation}"));
        resource.arn = Some(cx.arn("ec2", &format!("elastic-ip/{allocation}")));
        resource.properties = object! {
            "AllocationId" => allocation,
            "Domain" => address.domain().map(|domain| domain.as_str()),
            "InstanceId" => address.instance_id().filter(|id| !id.is_empty()),
            "NetworkBorderGroup" => address.network_border_group(),
            "PublicIp" => ip,
            "PublicIpv4Pool" => address.public_ipv4_pool(),
            "Tags" => tags!(address.tags()),
        };
        listing.resources.push(resource);
    }
    Ok(())
}
