//! `AWS::EC2::Route`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_ROUTE_TABLES, route_tables};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet = Facet {
    operation: "DescribeRouteTables",
    action: DESCRIBE_ROUTE_TABLES,
    properties: &[
        "CarrierGatewayId",
        "CidrBlock",
        "CoreNetworkArn",
        "DestinationCidrBlock",
        "DestinationIpv6CidrBlock",
        "DestinationPrefixListId",
        "EgressOnlyInternetGatewayId",
        "GatewayId",
        "InstanceId",
        "LocalGatewayId",
        "NatGatewayId",
        "NetworkInterfaceId",
        "OdbNetworkArn",
        "RouteTableId",
        "TransitGatewayId",
        "VpcEndpointId",
        "VpcPeeringConnectionId",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::Route",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let tables = route_tables(cx).await?;
    for table in &tables.items {
        let Some(table_id) = table.route_table_id() else { continue };
        for route in table.routes() {
            let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block()).or(route.destination_prefix_list_id());
            let Some(destination) = destination else { continue };
            // The API names a gateway endpoint and a gateway load balancer endpoint as a gateway.
            let (gateway, endpoint) = match route.gateway_id() {
                Some(id) if id.starts_with("vpce-") => (None, Some(id)),
                id => (id, None),
            };
            let mut resource = cx.resource(HANDLER.type_name, format!("{table_id}|{destination}"));
            resource.properties = object! {
                "CarrierGatewayId" => route.carrier_gateway_id(),
                "CidrBlock" => destination,
                "CoreNetworkArn" => route.core_network_arn(),
                "DestinationCidrBlock" => route.destination_cidr_block(),
                "DestinationIpv6CidrBlock" => route.destination_ipv6_cidr_block(),
                "DestinationPrefixListId" => route.destination_prefix_list_id(),
                "EgressOnlyInternetGatewayId" => route.egress_only_internet_gateway_id(),
                "GatewayId" => gateway,
                "InstanceId" => route.instance_id(),
                "LocalGatewayId" => route.local_gateway_id(),
                "NatGatewayId" => route.nat_gateway_id(),
                "NetworkInterfaceId" => route.network_interface_id(),
                "OdbNetworkArn" => route.odb_network_arn(),
                "RouteTableId" => table_id,
                "TransitGatewayId" => route.transit_gateway_id(),
                "VpcEndpointId" => endpoint,
                "VpcPeeringConnectionId" => route.vpc_peering_connection_id(),
            };
            listing.resources.push(resource);
        }
    }
    tables.end()
}
