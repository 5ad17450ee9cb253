//! An account that the session has entered.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use innovate_model::{Account, Handler, HandlerError, HandlerErrorCode, Reach, Region};

use crate::context::{Context, home_region};
use crate::failure::{chain, of_code};
use crate::registry;
use crate::throttle::Throttles;

/// One account, with the credentials that read it.
#[derive(Debug)]
pub(crate) struct AwsAccount {
    id: String,
    region: String,
    config: SdkConfig,
    throttles: Arc<Throttles>,
}

impl AwsAccount {
    pub(crate) fn new(id: &str, region: &str, config: SdkConfig, throttles: Arc<Throttles>) -> Self {
        Self { id: id.to_owned(), region: region.to_owned(), config, throttles }
    }

    fn context(&self, reach: Reach, region: &str) -> Arc<Context> {
        Arc::new(Context::new(&self.id, region, reach, &self.config, self.throttles.clone()))
    }
}

#[async_trait]
impl Account for AwsAccount {
    fn id(&self) -> &str {
        &self.id
    }

    #[cfg(feature = "ec2")]
    async fn regions(&self) -> Result<Vec<Region>, HandlerError> {
        use crate::failure::Failure;
        let cx = self.context(Reach::Global, &self.region);
        let answer = cx.ec2().describe_regions().all_regions(true).send().await.failed("ec2:DescribeRegions")?;
        let mut regions: Vec<Region> = answer
            .regions()
            .iter()
            .filter_map(|region| {
                Some(Region {
                    name: region.region_name()?.to_owned(),
                    opt_in_status: region.opt_in_status().unwrap_or("opt-in-not-required").to_owned(),
                })
            })
            .collect();
        regions.sort();
        Ok(regions)
    }

    #[cfg(not(feature = "ec2"))]
    async fn regions(&self) -> Result<Vec<Region>, HandlerError> {
        Ok(vec![Region { name: self.region.clone(), opt_in_status: "opt-in-not-required".to_owned() }])
    }

    fn handlers(&self, reach: Reach, region: &str) -> Vec<Box<dyn Handler>> {
        let region = if reach == Reach::Regional { region } else { home_region(&self.region) };
        registry::handlers(reach, &self.context(reach, region))
    }
}

impl AwsAccount {
    /// Fetches the credentials of an assumed role, so that an account that can't be entered is known as such before its services are asked.
    pub(crate) async fn verify(&self, assumed: bool) -> Result<(), HandlerError> {
        use aws_credential_types::provider::ProvideCredentials;
        let Some(provider) = self.config.credentials_provider().filter(|_| assumed) else { return Ok(()) };
        match provider.provide_credentials().await {
            Ok(_) => Ok(()),
            Err(error) => Err(refusal(&error)),
        }
    }
}

/// Why the role could not be assumed: the words of AWS where it answered.
fn refusal(error: &(dyn Error + 'static)) -> HandlerError {
    const ACTION: &str = "sts:AssumeRole";
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(refused) = error.downcast_ref::<AssumeRoleError>() {
            let code = of_code(refused.code().unwrap_or_default(), 400);
            return HandlerError::new(code, ACTION, refused.message().map_or_else(|| chain(refused), ToOwned::to_owned));
        }
        next = error.source();
    }
    HandlerError::new(HandlerErrorCode::InvalidCredentials, ACTION, chain(error))
}
