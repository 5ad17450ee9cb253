//! Answers about one id each that several handlers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use innovate_model::HandlerError;
use tokio::sync::OnceCell;

/// Answers about one id each that several resources share, failures included.
#[derive(Debug)]
pub(crate) struct Memo<T>(Mutex<HashMap<String, Cell<T>>>);

type Cell<T> = Arc<OnceCell<Result<Arc<T>, HandlerError>>>;

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Memo<T> {
    /// The answer about `id`: the call is made once.
    pub(crate) async fn get<F>(&self, id: &str, call: impl FnOnce() -> F) -> Result<Arc<T>, HandlerError>
    where
        F: Future<Output = Result<T, HandlerError>>,
    {
        let cell = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id.to_owned()).or_default().clone();
        cell.get_or_init(|| async { call().await.map(Arc::new) }).await.clone()
    }
}
