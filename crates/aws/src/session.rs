//! The AWS session: who calls, and how accounts are entered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use innovate_model::{Account, Calls, Cloud, HandlerError, HandlerErrorCode, OrganizationFacts, Reach};
#[cfg(feature = "cloudformation")]
use innovate_model::{Provisioner, Provisioning};
use tokio::sync::OnceCell;

use crate::account::AwsAccount;
#[cfg(feature = "cloudformation")]
use crate::cloudformation::CloudFormation;
#[cfg(feature = "cloudformation")]
use crate::context::Context;
use crate::context::{home_region, partition};
use crate::failure::Failure;
use crate::organization;
use crate::pace::{Pace, RealTime};
use crate::registry;
use crate::throttle::Throttles;

/// The actions by which the caller finds the accounts of the organization and enters them.
pub const OWN_ACTIONS: &[&str] = &[
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListChildren",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
    "organizations:ListTagsForResource",
    "sts:AssumeRole",
];

/// The actions in each account that come before the handlers.
pub const ENTERING_ACTIONS: &[&str] = &["ec2:DescribeRegions"];

/// How to call AWS.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the profile of the shared configuration files; none for the standard chain's own choice.
    pub profile: Option<String>,
    /// The names (or paths and names) of roles for every other account: the first that can be assumed is.
    pub roles: Vec<String>,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// The deadline of one call, its retries included.
    pub call_timeout: Duration,
    /// Attempts of one call, the first included.
    pub max_attempts: u32,
    /// Whether calls keep to the published API buckets.
    pub throttle: bool,
    /// Calls that may be under way at the same time, each with a connection.
    pub connections: usize,
}

/// The cloud of AWS, as the standard credential chain reaches it.
#[derive(Debug)]
pub struct Session {
    config: SdkConfig,
    region: String,
    options: Options,
    throttles: Arc<Throttles>,
    caller: OnceCell<String>,
}

impl Session {
    /// A session by the standard chain: environment, profile, SSO, process, web identity, container and instance metadata. Makes no call yet.
    pub async fn connect(options: Options) -> Self {
        let client = http_client();
        let pace = Pace::new(Arc::new(RealTime::default()), options.throttle, options.connections);
        let throttles = Arc::new(Throttles::new(client.clone(), pace));
        let timeout = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(options.call_timeout)
            .operation_timeout(options.call_timeout * 2)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(client)
            .retry_config(RetryConfig::adaptive().with_max_attempts(options.max_attempts))
            .timeout_config(timeout);
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Ok(name) = AppName::new("innovate") {
            loader = loader.app_name(name);
        }
        let config = loader.load().await;
        let region = config.region().map_or_else(|| "us-east-1".to_owned(), ToString::to_string);
        Self { config, region, options, throttles, caller: OnceCell::new() }
    }

    #[cfg(feature = "s3")]
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    #[cfg(feature = "s3")]
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    fn config_of(&self, service: &'static str, account: &str) -> SdkConfig {
        let region = home_region(&self.region);
        let config = self.config.to_builder().region(Region::new(region)).build();
        self.throttles.configure(&config, account, region, service)
    }

    /// The session in an account: the caller's own with the caller's identity, another by the first of the roles that can be assumed.
    async fn entered(&self, caller: &str, account: &str, roles: &[String], name: &str) -> Result<SdkConfig, HandlerError> {
        if account == caller {
            return Ok(self.config.clone());
        }
        let mut refused = HandlerError::new(HandlerErrorCode::InvalidRequest, "sts:AssumeRole", "no role is named");
        for role in roles {
            let role = format!("arn:{}:iam::{account}:role/{}", partition(&self.region), role.trim_start_matches('/'));
            let mut provider = AssumeRoleProvider::builder(role)
                .session_name(name)
                .region(Region::new(self.region.clone()))
                .configure(&self.throttles.configure(&self.config, caller, &self.region, "sts"));
            if let Some(external_id) = &self.options.external_id {
                provider = provider.external_id(external_id);
            }
            let provider = SharedCredentialsProvider::new(provider.build().await);
            let config = self.config.to_builder().credentials_provider(provider).build();
            match AwsAccount::new(account, &self.region, config.clone(), self.throttles.clone()).verify(true).await {
                Ok(()) => return Ok(config),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    async fn identify(&self) -> Result<String, HandlerError> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let config = self.config.to_builder().region(Region::new(self.region.clone())).build();
        let config = self.throttles.configure(&config, "caller", &self.region, "sts");
        let answer = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.failed(ACTION)?;
        let account = answer.account().map(ToOwned::to_owned);
        account.ok_or_else(|| HandlerError::new(HandlerErrorCode::MalformedAnswer, ACTION, "the answer names no account"))
    }
}

#[async_trait]
impl Cloud for Session {
    async fn caller(&self) -> Result<String, HandlerError> {
        self.caller.get_or_try_init(|| self.identify()).await.cloned()
    }

    async fn organization(&self) -> Result<OrganizationFacts, HandlerError> {
        let caller = self.caller().await?;
        organization::read(&self.config_of("organizations", &caller)).await
    }

    async fn enter(&self, account: &str) -> Result<Box<dyn Account>, HandlerError> {
        let caller = self.caller().await?;
        let config = self.entered(&caller, account, &self.options.roles, "innovate-audit").await?;
        self.throttles.pace.enter();
        Ok(Box::new(AwsAccount::new(account, &self.region, config, self.throttles.clone())))
    }

    fn types(&self) -> Option<BTreeMap<String, Reach>> {
        Some(registry::types())
    }

    fn calls(&self) -> u64 {
        self.throttles.pace.calls()
    }

    fn calls_by_service(&self) -> Calls {
        self.throttles.pace.calls_by_service()
    }
}

#[cfg(feature = "cloudformation")]
#[async_trait]
impl Provisioning for Session {
    async fn account(&self) -> Result<String, HandlerError> {
        self.caller().await
    }

    async fn provisioner(&self, account: &str, region: &str, roles: &[String]) -> Result<Box<dyn Provisioner>, HandlerError> {
        let caller = self.caller().await?;
        let config = self.entered(&caller, account, roles, "innovate-provision").await?;
        let context = Context::new(account, region, Reach::Regional, &config, self.throttles.clone());
        Ok(Box::new(CloudFormation::new(Arc::new(context))))
    }
}

/// A client that goes through the proxies of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
fn http_client() -> SharedHttpClient {
    // The SDK's own `build_https` takes no proxy.
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}
