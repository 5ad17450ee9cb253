//! The rate at which each service is called, per account and Region, and the count of what was called.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use innovate_model::Calls;

/// (service, bucket size, refill a second), as AWS publishes them for an account and Region:
/// EC2 <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html> (non-mutating calls, unfiltered: 50 and 10),
/// KMS <https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html>,
/// CloudTrail <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
/// Organizations <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>,
/// Route 53 <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html> (5 a second for the account).
const BUCKETS: &[(&str, u32, u32)] = &[
    ("cloudtrail", 10, 10),
    ("ec2", 50, 10),
    ("kms", 10, 10),
    ("logs", 10, 5),
    ("organizations", 8, 5),
    ("route53", 5, 5),
    ("s3", 100, 100),
    ("s3-control", 10, 10),
];

/// For services that publish no bucket.
const OTHER: (u32, u32) = (20, 10);

/// The size of the bucket of a service and its refill a second. Services that publish none, and names that are none, have the same.
pub fn rate(service: &str) -> (u32, u32) {
    BUCKETS.iter().find(|(name, ..)| *name == service).map_or(OTHER, |(_, size, refill)| (*size, *refill))
}

/// The service as IAM actions name it.
fn prefix(service: &'static str) -> &'static str {
    match service {
        "monitoring" => "cloudwatch",
        "s3-control" => "s3",
        other => other,
    }
}

/// Account, Region and service.
type BucketKey = (String, String, &'static str);

/// The token buckets of the session and its count of calls.
#[derive(Debug)]
pub(crate) struct Throttles {
    client: SharedHttpClient,
    limited: bool,
    buckets: Mutex<HashMap<BucketKey, Bucket>>,
}

/// One service of an account and Region: its rate, and how often it was called.
#[derive(Clone, Debug)]
struct Bucket {
    limiter: Arc<DefaultDirectRateLimiter>,
    calls: Arc<AtomicU64>,
}

impl Throttles {
    pub(crate) fn new(client: SharedHttpClient, limited: bool) -> Self {
        Self { client, limited, buckets: Mutex::new(HashMap::new()) }
    }

    /// The attempts that were sent so far.
    pub(crate) fn calls(&self) -> u64 {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).values().map(|bucket| bucket.calls.load(Ordering::Relaxed)).sum()
    }

    /// The same by account, Region and service.
    pub(crate) fn calls_by_service(&self) -> Calls {
        let mut calls = Calls::new();
        for ((account, region, service), bucket) in self.buckets.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let count = bucket.calls.load(Ordering::Relaxed);
            if count > 0 {
                let regions = calls.entry(account.clone()).or_default();
                *regions.entry(region.clone()).or_default().entry(prefix(service).to_owned()).or_default() += count;
            }
        }
        calls
    }

    /// `config` for one service of one account and Region: its calls wait for that bucket.
    pub(crate) fn configure(&self, config: &SdkConfig, account: &str, region: &str, service: &'static str) -> SdkConfig {
        let Bucket { limiter, calls } = self.bucket(account, region, service);
        let client = ThrottledClient { inner: self.client.clone(), bucket: self.limited.then_some(limiter), calls };
        config.to_builder().http_client(client).build()
    }

    fn bucket(&self, account: &str, region: &str, service: &'static str) -> Bucket {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.to_owned(), region.to_owned(), service);
        buckets
            .entry(key)
            .or_insert_with(|| {
                let (size, refill) = rate(service);
                let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
                let quota = Quota::per_second(at_least_one(refill)).allow_burst(at_least_one(size));
                Bucket { limiter: Arc::new(RateLimiter::direct(quota)), calls: Arc::new(AtomicU64::new(0)) }
            })
            .clone()
    }
}

#[derive(Clone, Debug)]
struct ThrottledClient {
    inner: SharedHttpClient,
    bucket: Option<Arc<DefaultDirectRateLimiter>>,
    calls: Arc<AtomicU64>,
}

impl HttpClient for ThrottledClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(ThrottledConnector {
            inner: self.inner.http_connector(settings, components),
            bucket: self.bucket.clone(),
            calls: self.calls.clone(),
        })
    }
}

#[derive(Debug)]
struct ThrottledConnector {
    inner: SharedHttpConnector,
    bucket: Option<Arc<DefaultDirectRateLimiter>>,
    calls: Arc<AtomicU64>,
}

impl HttpConnector for ThrottledConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, bucket, calls) = (self.inner.clone(), self.bucket.clone(), self.calls.clone());
        HttpConnectorFuture::new(async move {
            if let Some(bucket) = bucket {
                bucket.until_ready().await;
            }
            calls.fetch_add(1, Ordering::Relaxed);
            inner.call(request).await
        })
    }
}
