//! The client of every call: it keeps to the pace, and counts.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::pace::{Bucket, Pace};

/// The client of the session, and the pace of its calls.
#[derive(Debug)]
pub(crate) struct Throttles {
    client: SharedHttpClient,
    pub(crate) pace: Pace,
}

impl Throttles {
    pub(crate) fn new(client: SharedHttpClient, pace: Pace) -> Self {
        Self { client, pace }
    }

    /// `config` for one service of one account and Region: its calls wait for that bucket.
    pub(crate) fn configure(&self, config: &SdkConfig, account: &str, region: &str, service: &'static str) -> SdkConfig {
        let client = ThrottledClient { inner: self.client.clone(), bucket: self.pace.bucket(account, region, service) };
        config.to_builder().http_client(client).build()
    }
}

#[derive(Clone, Debug)]
struct ThrottledClient {
    inner: SharedHttpClient,
    bucket: Bucket,
}

impl HttpClient for ThrottledClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(ThrottledConnector { inner, bucket: self.bucket.clone() })
    }
}

#[derive(Debug)]
struct ThrottledConnector {
    inner: SharedHttpConnector,
    bucket: Bucket,
}

impl HttpConnector for ThrottledConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, bucket) = (self.inner.clone(), self.bucket.clone());
        HttpConnectorFuture::new(async move {
            bucket.begin().await;
            inner.call(request).await
        })
    }
}
