//! Writing a report to Amazon S3: the one call of this crate that writes.

use std::path::Path;

use aws_config::Region;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use innovate_model::{HandlerError, HandlerErrorCode};

use crate::failure::Failure;
use crate::session::Session;

const ACTION: &str = "s3:PutObject";

impl Session {
    /// Puts the file at `path` in the place of an object of a bucket of the caller's account, in whichever Region the bucket is. The credentials need
    /// `s3:PutObject` for the object.
    ///
    /// # Errors
    /// The file cannot be read, or S3 does not take it.
    pub async fn put(&self, bucket: &str, key: &str, path: &Path, content_type: &str) -> Result<(), HandlerError> {
        let answer = self.put_in(self.region(), bucket, key, path, content_type).await?;
        // S3 says by this header where the bucket is, whatever it answers.
        let elsewhere = match &answer {
            Err(error) => error.raw_response().and_then(|answer| answer.headers().get("x-amz-bucket-region")).map(ToOwned::to_owned),
            Ok(()) => None,
        };
        match elsewhere.filter(|region| region != self.region()) {
            Some(region) => self.put_in(&region, bucket, key, path, content_type).await?.failed(ACTION),
            None => answer.failed(ACTION),
        }
    }

    async fn put_in(
        &self,
        region: &str,
        bucket: &str,
        key: &str,
        path: &Path,
        content_type: &str,
    ) -> Result<Result<(), SdkError<aws_sdk_s3::operation::put_object::PutObjectError, HttpResponse>>, HandlerError> {
        let body = ByteStream::from_path(path).await;
        let body = body.map_err(|error| HandlerError::new(HandlerErrorCode::GeneralServiceException, ACTION, error.to_string()))?;
        let config = aws_sdk_s3::config::Builder::from(self.config()).region(Region::new(region.to_owned()));
        let client = aws_sdk_s3::Client::from_conf(config.force_path_style(self.config().endpoint_url().is_some()).build());
        Ok(client.put_object().bucket(bucket).key(key).content_type(content_type).body(body).send().await.map(drop))
    }
}
