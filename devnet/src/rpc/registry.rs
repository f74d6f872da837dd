//! Putting handlers under their names.

use std::sync::Arc;

use jsonrpsee::{Methods, RpcModule, core::RegisterMethodError};
use serde::Serialize;

use super::{Context, error::RpcError, params::FromParams};

/// The methods of a server while they are being put together.
pub struct Registry {
    module: RpcModule<Context>,
}

impl Registry {
    pub fn new(context: Arc<Context>) -> Self {
        Self {
            module: RpcModule::from_arc(context),
        }
    }

    /// Serves `name` with `handler`.
    ///
    /// Handlers run on tokio's blocking pool: any of them may execute contracts or wait for one that does, and must
    /// not keep the connections of others waiting. A handler that panics answers with an internal error.
    pub fn method<A, R>(
        &mut self,
        name: &'static str,
        handler: fn(&Context, A) -> Result<R, RpcError>,
    ) -> Result<(), RegisterMethodError>
    where
        A: FromParams + 'static,
        R: Serialize + Clone + Send + 'static,
    {
        self.module
            .register_async_method(name, move |params, context, _| async move {
                let task = tokio::task::spawn_blocking(move || handler(&context, A::from_params(&params)?));
                task.await.unwrap_or(Err(RpcError::Internal))
            })?;
        Ok(())
    }

    /// Serves a method that exists under further names.
    pub fn aliases(&mut self, name: &'static str, aliases: &[&'static str]) -> Result<(), RegisterMethodError> {
        aliases
            .iter()
            .try_for_each(|alias| self.module.register_alias(alias, name))
    }

    /// For what needs more than a request and an answer.
    pub fn module(&mut self) -> &mut RpcModule<Context> {
        &mut self.module
    }

    pub fn finish(self) -> Methods {
        self.module.into()
    }
}
