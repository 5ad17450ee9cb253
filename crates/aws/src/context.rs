//! What a handler works with: the clients of one account and Region, and the answers that several handlers share.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{Region, SdkConfig};
use innovate_model::{GLOBAL, HandlerError, Reach, Resource};
use tokio::sync::OnceCell;

use crate::pace::{Turn, service_of};
use crate::throttle::Throttles;

type Shared = Result<Arc<dyn Any + Send + Sync>, HandlerError>;

/// One account and Region.
#[derive(Debug)]
pub(crate) struct Context {
    account: String,
    /// The Region that is called; for global services the partition's home Region.
    region: String,
    reach: Reach,
    partition: &'static str,
    config: SdkConfig,
    throttles: Arc<Throttles>,
    answers: Mutex<HashMap<&'static str, Arc<OnceCell<Shared>>>>,
}

macro_rules! clients {
    ($($(#[$attribute:meta])* $name:ident: $sdk:ident, $service:literal;)*) => {
        $(
            $(#[$attribute])*
            #[allow(dead_code, reason = "a client is there for each service that is built, whether or not a handler calls it")]
            pub(crate) fn $name(&self) -> $sdk::Client {
                // Calls of one account, Region and service back off together; the SDK's own partition knows no account.
                let partition = $sdk::config::retry::RetryPartition::new(format!("{} {} {}", $service, self.account, self.region));
                let config = $sdk::config::Builder::from(&self.config_of($service)).retry_partition(partition);
                $sdk::Client::from_conf(config.build())
            }
        )*
    };
}

impl Context {
    pub(crate) fn new(account: &str, region: &str, reach: Reach, config: &SdkConfig, throttles: Arc<Throttles>) -> Self {
        let config = config.to_builder().region(Region::new(region.to_owned())).build();
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            reach,
            partition: partition(region),
            config,
            throttles,
            answers: Mutex::new(HashMap::new()),
        }
    }

    /// The account id.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// The Region that calls go to.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// The partition of the Region: `aws`, `aws-us-gov` or `aws-cn`.
    pub(crate) fn partition(&self) -> &'static str {
        self.partition
    }

    /// A resource of this account and Region with no properties yet.
    pub(crate) fn resource(&self, type_name: &'static str, id: impl Into<String>) -> Resource {
        let region = if self.reach == Reach::Regional { self.region.as_str() } else { GLOBAL };
        Resource::new(type_name, id, self.account.as_str(), region)
    }

    /// An ARN of this account and Region, such as `arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1` for (`ec2`, `vpc/vpc-1`).
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// Waits until a call that needs `action` is due.
    pub(crate) async fn turn(&self, action: &'static str) -> Turn<'_> {
        self.throttles.pace.turn(&self.account, &self.region, service_of(action)).await
    }

    /// The answer of a call that several handlers or resources share: made once for this account and Region, its failure shared too.
    pub(crate) async fn once<T, F>(&self, key: &'static str, call: impl FnOnce() -> F) -> Result<Arc<T>, HandlerError>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<T, HandlerError>>,
    {
        let cell = self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let shared = cell.get_or_init(|| async { call().await.map(|value| Arc::new(value) as Arc<dyn Any + Send + Sync>) }).await;
        let value = shared.clone()?;
        value.downcast::<T>().map_err(|_| {
            HandlerError::new(
                innovate_model::HandlerErrorCode::GeneralServiceException,
                key,
                "two handlers share one key for different answers",
            )
        })
    }

    fn config_of(&self, service: &'static str) -> SdkConfig {
        self.throttles.configure(&self.config, &self.account, &self.region, service)
    }

    clients! {
        #[cfg(feature = "accessanalyzer")] accessanalyzer: aws_sdk_accessanalyzer, "access-analyzer";
        #[cfg(feature = "acm")] acm: aws_sdk_acm, "acm";
        #[cfg(feature = "cloudformation")] cloudformation: aws_sdk_cloudformation, "cloudformation";
        #[cfg(feature = "cloudtrail")] cloudtrail: aws_sdk_cloudtrail, "cloudtrail";
        #[cfg(feature = "cloudwatch")] cloudwatch: aws_sdk_cloudwatch, "monitoring";
        #[cfg(feature = "cloudwatchlogs")] logs: aws_sdk_cloudwatchlogs, "logs";
        #[cfg(feature = "config")] config: aws_sdk_config, "config";
        #[cfg(feature = "ec2")] ec2: aws_sdk_ec2, "ec2";
        #[cfg(feature = "ecr")] ecr: aws_sdk_ecr, "ecr";
        #[cfg(feature = "eks")] eks: aws_sdk_eks, "eks";
        #[cfg(feature = "elasticloadbalancingv2")] elasticloadbalancingv2: aws_sdk_elasticloadbalancingv2, "elasticloadbalancing";
        #[cfg(feature = "guardduty")] guardduty: aws_sdk_guardduty, "guardduty";
        #[cfg(feature = "iam")] iam: aws_sdk_iam, "iam";
        #[cfg(feature = "kms")] kms: aws_sdk_kms, "kms";
        #[cfg(feature = "organizations")] organizations: aws_sdk_organizations, "organizations";
        #[cfg(feature = "rds")] rds: aws_sdk_rds, "rds";
        #[cfg(feature = "route53")] route53: aws_sdk_route53, "route53";
        #[cfg(feature = "s3")] s3control: aws_sdk_s3control, "s3-control";
        #[cfg(feature = "secretsmanager")] secretsmanager: aws_sdk_secretsmanager, "secretsmanager";
        #[cfg(feature = "securityhub")] securityhub: aws_sdk_securityhub, "securityhub";
        #[cfg(feature = "sns")] sns: aws_sdk_sns, "sns";
        #[cfg(feature = "ssoadmin")] ssoadmin: aws_sdk_ssoadmin, "sso";
    }

    /// The S3 client for buckets of `region`. An endpoint of one's own is addressed by path, as emulators and private endpoints want it.
    #[cfg(feature = "s3")]
    pub(crate) fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let config = self.config_of("s3");
        let own_endpoint = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(&config).region(aws_sdk_s3::config::Region::new(region.to_owned()));
        aws_sdk_s3::Client::from_conf(config.force_path_style(own_endpoint).build())
    }
}

/// The partition of a Region, by the prefix of its name.
pub(crate) fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The Region in which a partition's global services answer.
pub fn home_region(region: &str) -> &'static str {
    match partition(region) {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}
