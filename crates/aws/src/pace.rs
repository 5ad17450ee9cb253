//! How fast calls follow one another: token buckets as AWS publishes them, and a bound of calls under way.

use std::collections::HashMap;
use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use innovate_model::Calls;
use tokio::sync::{Semaphore, SemaphorePermit};

/// (service, bucket size, refill a second), as AWS publishes them for an account and Region:
/// EC2 <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html> (non-mutating calls, unfiltered: 50 and 10),
/// KMS <https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html>,
/// CloudTrail <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
/// Organizations <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>,
/// Route 53 <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html> (5 a second for the account),
/// STS <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (600 a second).
const BUCKETS: &[(&str, u32, u32)] = &[
    ("cloudtrail", 10, 10),
    ("ec2", 50, 10),
    ("kms", 10, 10),
    ("logs", 10, 5),
    ("organizations", 8, 5),
    ("route53", 5, 5),
    ("s3", 100, 100),
    ("s3-control", 10, 10),
    ("sts", 600, 600),
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

/// The service that is called for an IAM action.
pub fn service_of(action: &'static str) -> &'static str {
    match action.split(':').next().unwrap_or(action) {
        "cloudwatch" => "monitoring",
        "s3" if action.contains("Account") => "s3-control",
        service => service,
    }
}

/// How time passes: for the program as tokio tells it, for a simulation as that decides.
pub trait Time: Debug + Send + Sync {
    /// Since some beginning.
    fn now(&self) -> Duration;

    /// Ready when so much time has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// Time as it is.
#[derive(Debug)]
pub(crate) struct RealTime(tokio::time::Instant);

impl Default for RealTime {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Time for RealTime {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Time as the limiters want it told.
#[derive(Clone, Debug)]
struct PaceClock(Arc<dyn Time>);

impl Clock for PaceClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.now())
    }
}

/// Calls under way for each account that is entered.
const OF_AN_ACCOUNT: usize = 12;

/// Calls under way however few accounts there are.
const AT_LEAST: usize = 48;

/// Account, Region and service.
type BucketKey = (String, String, &'static str);

/// How fast calls follow one another: a token bucket for each service of an account and Region, and a bound of calls under way.
#[derive(Debug)]
pub struct Pace {
    time: Arc<dyn Time>,
    /// Whether the buckets are kept to.
    limited: bool,
    buckets: Mutex<HashMap<BucketKey, Bucket>>,
    under_way: Semaphore,
    entered: AtomicUsize,
    /// Calls under way however many accounts there are.
    most: usize,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, PaceClock, NoOpMiddleware<Nanos>>;

/// One service of an account and Region: its rate, and how often it was called.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    time: Arc<dyn Time>,
    /// None where the rate is not kept to.
    limiter: Option<Arc<Limiter>>,
    /// Tokens that were taken for calls which have not begun.
    prepaid: Arc<AtomicU32>,
    calls: Arc<AtomicU64>,
}

impl Bucket {
    /// Waits for a token.
    async fn token(&self) {
        while let Some(Err(early)) = self.limiter.as_ref().map(|limiter| limiter.check()) {
            let wait = early.wait_time_from(Nanos::from(self.time.now()));
            self.time.sleep(wait).await;
        }
    }

    /// Begins a call: waits for a token, unless one was taken for it before, and counts it.
    pub(crate) async fn begin(&self) {
        let taken = self.prepaid.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |prepaid| prepaid.checked_sub(1));
        if taken.is_err() {
            self.token().await;
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

impl Pace {
    /// A pace at which at most so many calls are under way.
    pub fn new(time: Arc<dyn Time>, limited: bool, most: usize) -> Self {
        let under_way = Semaphore::new(AT_LEAST.min(most));
        Self { time, limited, buckets: Mutex::new(HashMap::new()), under_way, entered: AtomicUsize::new(0), most }
    }

    /// Notes that one more account is read: then more calls may be under way.
    pub fn enter(&self) {
        let allowed = |accounts: usize| (accounts * OF_AN_ACCOUNT).max(AT_LEAST).min(self.most);
        let before = self.entered.fetch_add(1, Ordering::Relaxed);
        self.under_way.add_permits(allowed(before + 1) - allowed(before));
    }

    /// Waits until a call is due. Nothing is made of the call before that, as thousands may wait. The call is under way as long as the result is kept.
    pub async fn turn(&self, account: &str, region: &str, service: &'static str) -> Turn<'_> {
        let bucket = self.bucket(account, region, service);
        bucket.token().await;
        bucket.prepaid.fetch_add(1, Ordering::Relaxed);
        Turn { _permit: self.under_way.acquire().await.ok() }
    }

    /// The bucket of one service of an account and Region.
    pub(crate) fn bucket(&self, account: &str, region: &str, service: &'static str) -> Bucket {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account.to_owned(), region.to_owned(), service);
        buckets
            .entry(key)
            .or_insert_with(|| {
                let (size, refill) = rate(service);
                let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
                let quota = Quota::per_second(at_least_one(refill)).allow_burst(at_least_one(size));
                let limiter = || Arc::new(RateLimiter::direct_with_clock(quota, PaceClock(self.time.clone())));
                let limiter = self.limited.then(limiter);
                Bucket { time: self.time.clone(), limiter, prepaid: Arc::default(), calls: Arc::default() }
            })
            .clone()
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
}

/// A call's leave to be under way.
#[derive(Debug)]
pub struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_of_an_action_is_that_of_its_service() {
        for definition in crate::registry::definitions() {
            for facet in definition.list.iter().chain(definition.reads.iter().map(|(facet, _)| facet)) {
                let named = facet.action.split(':').next().unwrap();
                assert_eq!(prefix(service_of(facet.action)), named, "{}", facet.action);
            }
        }
    }
}
