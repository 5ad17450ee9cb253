//! `AWS::RDS::DBProxy`, from <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBProxies.html>.

use innovate_model::{Facet, HandlerError, Listing, Reach};

use super::{PAGE, TAGS, tagging, text};
use crate::context::Context;
use crate::failure::Failure;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const DESCRIBE: Facet = Facet {
    operation: "DescribeDBProxies",
    action: "rds:DescribeDBProxies",
    properties: &[
        "Auth",
        "DBProxyArn",
        "DBProxyName",
        "DebugLogging",
        "DefaultAuthScheme",
        "Endpoint",
        "EndpointNetworkType",
        "EngineFamily",
        "IdleClientTimeout",
        "RequireTLS",
        "RoleArn",
        "TargetConnectionNetworkType",
        "VpcId",
        "VpcSecurityGroupIds",
        "VpcSubnetIds",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::RDS::DBProxy",
    reach: Reach::Regional,
    list: &[DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Each(|cx, proxy| Box::pin(tagging(cx, proxy))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let mut pages = cx.rds().describe_db_proxies().max_records(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        for proxy in page.failed(DESCRIBE.action)?.db_proxies() {
            let Some(name) = text(proxy.db_proxy_name()) else { continue };
            let auth = objects(proxy.auth().iter().map(|auth| {
                object! {
                    "AuthScheme" => auth.auth_scheme().map(|scheme| scheme.as_str()),
                    "ClientPasswordAuthType" => auth.client_password_auth_type().map(|kind| kind.as_str()),
                    "Description" => text(auth.description()),
                    "IAMAuth" => auth.iam_auth().map(|mode| mode.as_str()),
                    "SecretArn" => text(auth.secret_arn()),
                }
            }));
            let mut resource = cx.resource(HANDLER.type_name, name);
            resource.arn = text(proxy.db_proxy_arn()).map(str::to_owned);
            resource.properties = object! {
                "Auth" => (!auth.is_empty()).then_some(auth),
                "DBProxyArn" => text(proxy.db_proxy_arn()),
                "DBProxyName" => name,
                "DebugLogging" => proxy.debug_logging(),
                "DefaultAuthScheme" => text(proxy.default_auth_scheme()),
                "Endpoint" => text(proxy.endpoint()),
                "EndpointNetworkType" => proxy.endpoint_network_type().map(|kind| kind.as_str()),
                "EngineFamily" => text(proxy.engine_family()),
                "IdleClientTimeout" => proxy.idle_client_timeout(),
                "RequireTLS" => proxy.require_tls(),
                "RoleArn" => text(proxy.role_arn()),
                "TargetConnectionNetworkType" => proxy.target_connection_network_type().map(|kind| kind.as_str()),
                "VpcId" => text(proxy.vpc_id()),
                "VpcSecurityGroupIds" => proxy.vpc_security_group_ids(),
                "VpcSubnetIds" => proxy.vpc_subnet_ids(),
            };
            listing.resources.push(resource);
        }
    }
    Ok(())
}
