//! A paginated listing that the handlers of several types make their resources from.

use std::error::Error;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use innovate_model::HandlerError;

use crate::failure::Failure;

/// What was listed, and what ended the listing before its last page.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    failure: Option<HandlerError>,
}

impl<T> Listed<T> {
    /// Every page of a call that needs `action`.
    pub(crate) async fn of<P, E>(
        mut pages: PaginationStream<Result<P, SdkError<E, HttpResponse>>>,
        action: &'static str,
        items: impl Fn(P) -> Option<Vec<T>>,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let mut listed = Self { items: Vec::new(), failure: None };
        while let Some(page) = pages.next().await {
            match page.failed(action) {
                Ok(page) => listed.items.extend(items(page).unwrap_or_default()),
                Err(error) => {
                    listed.failure = Some(error);
                    break;
                }
            }
        }
        listed
    }

    /// The end of a listing that is made from these items.
    pub(crate) fn end(&self) -> Result<(), HandlerError> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}
