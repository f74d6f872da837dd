//! Why a request was refused, as JSON-RPC says it.

use jsonrpsee::types::{
    ErrorObjectOwned,
    error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE, METHOD_NOT_FOUND_CODE},
};

use crate::node::NodeError;

/// Geth's code for "the server could not do it".
const SERVER_ERROR: i32 = -32000;

/// Why a method did not give a result. `Display` is the error's message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// The parameters are not those of the method. The text says what was expected.
    #[error("{0}")]
    InvalidParams(String),
    /// The chain refused, or an execution failed.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The request is well formed but asks for something that does not exist or that this server does not do.
    #[error("{0}")]
    Refused(String),
    /// A subscription over HTTP, which cannot carry what it announces. Geth's words and code.
    #[error("notifications not supported")]
    NoNotifications,
    /// A defect of ours: the handler panicked.
    #[error("internal error")]
    Internal,
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        let message = error.to_string();
        match error {
            RpcError::InvalidParams(_) => Self::owned(INVALID_PARAMS_CODE, message, None::<()>),
            RpcError::Node(node) => Self::owned(node.code(), message, node.data()),
            RpcError::Refused(_) => Self::owned(SERVER_ERROR, message, None::<()>),
            RpcError::NoNotifications => Self::owned(METHOD_NOT_FOUND_CODE, message, None::<()>),
            RpcError::Internal => Self::owned(INTERNAL_ERROR_CODE, message, None::<()>),
        }
    }
}
