//! `AWS::EC2::SubnetRouteTableAssociation`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_ROUTE_TABLES, route_tables};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet =
    Facet { operation: "DescribeRouteTables", action: DESCRIBE_ROUTE_TABLES, properties: &["Id", "RouteTableId", "SubnetId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::SubnetRouteTableAssociation",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let tables = route_tables(cx).await?;
    for association in tables.items.iter().flat_map(|table| table.associations()) {
        // The main association has no subnet, and one with a gateway is of another type.
        let (Some(id), Some(subnet)) = (association.route_table_association_id(), association.subnet_id()) else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.properties = object! { "Id" => id, "RouteTableId" => association.route_table_id(), "SubnetId" => subnet };
        listing.resources.push(resource);
    }
    tables.end()
}
