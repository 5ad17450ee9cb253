//! `Innovate::EC2::MainRouteTableAssociation`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_ROUTE_TABLES, route_tables};
use crate::context::Context;
use crate::property::object;
use crate::registry::Registration;

const DESCRIBE: Facet =
    Facet { operation: "DescribeRouteTables", action: DESCRIBE_ROUTE_TABLES, properties: &["AssociationId", "RouteTableId", "VpcId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "Innovate::EC2::MainRouteTableAssociation",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let tables = route_tables(cx).await?;
    for table in &tables.items {
        for association in table.associations().iter().filter(|association| association.main() == Some(true)) {
            let Some(id) = association.route_table_association_id() else { continue };
            let mut resource = cx.resource(HANDLER.type_name, id);
            resource.properties =
                object! { "AssociationId" => id, "RouteTableId" => association.route_table_id(), "VpcId" => table.vpc_id() };
            listing.resources.push(resource);
        }
    }
    tables.end()
}
