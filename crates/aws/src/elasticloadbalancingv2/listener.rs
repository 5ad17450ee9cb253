//! `AWS::ElasticLoadBalancingV2::Listener`, from
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html>.

use aws_sdk_elasticloadbalancingv2::types::Listener;
use innovate_model::{Facet, HandlerError, Listing, Properties, Reach};
use serde_json::Value;

use super::action::actions;
use super::{AT_ONE_TAG_CALL, LISTENERS, LISTENERS_ACTION, LOAD_BALANCERS, LOAD_BALANCERS_ACTION, TAGS, listeners, tags};
use crate::context::Context;
use crate::property::{list as objects, object};
use crate::registry::{Call, Read, Registration};

const BALANCERS: Facet = Facet { operation: LOAD_BALANCERS, action: LOAD_BALANCERS_ACTION, properties: &["LoadBalancerArn"] };

const DESCRIBE: Facet = Facet {
    operation: LISTENERS,
    action: LISTENERS_ACTION,
    properties: &[
        "AlpnPolicy",
        "Certificates",
        "DefaultActions",
        "ListenerArn",
        "LoadBalancerArn",
        "MutualAuthentication",
        "Port",
        "Protocol",
        "SslPolicy",
    ],
};

pub(crate) const HANDLER: Registration = Registration {
    type_name: "AWS::ElasticLoadBalancingV2::Listener",
    reach: Reach::Regional,
    list: &[BALANCERS, DESCRIBE],
    lister: |cx, listing| Box::pin(list(cx, listing)),
    reads: &[Read { facet: TAGS, call: Call::Batch(AT_ONE_TAG_CALL, |cx, listeners| Box::pin(tags(cx, listeners))) }],
};

async fn list(cx: &Context, listing: &mut Listing) -> Result<(), HandlerError> {
    let listeners = listeners(cx).await?;
    for listener in &listeners.items {
        let Some(arn) = listener.listener_arn() else { continue };
        let mut resource = cx.resource(HANDLER.type_name, arn);
        resource.arn = Some(arn.to_owned());
        resource.properties = properties(arn, listener);
        listing.resources.push(resource);
    }
    listing.failures.extend_from_slice(&listeners.failures);
    listeners.end()
}

fn properties(arn: &str, listener: &Listener) -> Properties {
    let certificates = objects(listener.certificates().iter().map(|certificate| {
        object! { "CertificateArn" => certificate.certificate_arn() }
    }));
    let mutual = listener.mutual_authentication().map(|mutual| {
        object! {
            "AdvertiseTrustStoreCaNames" => mutual.advertise_trust_store_ca_names().map(|advertise| advertise.as_str()),
            "IgnoreClientCertificateExpiry" => mutual.ignore_client_certificate_expiry(),
            "Mode" => mutual.mode(),
            "TrustStoreArn" => mutual.trust_store_arn(),
        }
    });
    object! {
        "AlpnPolicy" => listener.alpn_policy(),
        "Certificates" => (!certificates.is_empty()).then_some(certificates),
        // The schema of a listener has the timeout as text, that of a rule as a number.
        "DefaultActions" => actions(listener.default_actions(), |seconds| Value::from(seconds.to_string())),
        "ListenerArn" => arn,
        "LoadBalancerArn" => listener.load_balancer_arn(),
        "MutualAuthentication" => mutual,
        "Port" => listener.port(),
        "Protocol" => listener.protocol().map(|protocol| protocol.as_str()),
        "SslPolicy" => listener.ssl_policy(),
    }
}
