//! `AWS::EC2::RouteTable`, from <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{DESCRIBE_ROUTE_TABLES, route_tables};
use crate::context::Context;
use crate::property::{object, tags};
use crate::registry::Registration;

const DESCRIBE: Facet =
    Facet { operation: "DescribeRouteTables", action: DESCRIBE_ROUTE_TABLES, properties: &["RouteTableId", "Tags", "VpcId"] };

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::EC2::RouteTable",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let tables = route_tables(cx).await?;
    for table in &tables.items {
        let Some(id) = table.route_table_id() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, id);
        resource.arn = Some(cx.arn("ec2", &format!("route-table/{id}")));
        resource.properties = object! { "RouteTableId" => id, "Tags" => tags!(table.tags()), "VpcId" => table.vpc_id() };
        listing.resources.push(resource);
    }
    tables.end()
}
