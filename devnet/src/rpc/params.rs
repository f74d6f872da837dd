//! Reading the parameters of a method.
//!
//! A handler takes a tuple of arguments; [`FromParams`] reads it from the request's array, checks how many there are,
//! and says in one line which argument is wrong and what was expected there.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U256},
    rpc::types::{
        AccessList, BlockOverrides, Filter, TransactionRequest, simulate::SimulatePayload, state::StateOverride,
    },
};
use alloy_rpc_types_trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions};
use jsonrpsee::types::Params;
use serde::Deserialize;
use serde_json::Value;

use super::error::RpcError;

/// How much of a wrong argument an error message repeats, in characters.
const SHOWN: usize = 80;

/// A value that can be an argument.
pub trait Argument: Sized {
    /// What the caller should have sent.
    const EXPECTED: &'static str;

    /// Reads it; the error says what is wrong, if more can be said than [`Self::EXPECTED`].
    fn read(value: &Value) -> Result<Self, Option<String>>;

    /// The value of an argument left out, if it may be.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Argument> Argument for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(value: &Value) -> Result<Self, Option<String>> {
        if value.is_null() {
            Ok(None)
        } else {
            T::read(value).map(Some)
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Arguments that are read as serde has them. `detail` keeps serde's explanation, worth it for objects.
macro_rules! arguments {
    ($($type:ty: $expected:literal $(, $detail:ident)?;)*) => {$(
        impl Argument for $type {
            const EXPECTED: &'static str = $expected;

            fn read(value: &Value) -> Result<Self, Option<String>> {
                Self::deserialize(value).map_err(|_error| {
                    arguments!(@detail _error $($detail)?)
                })
            }
        }
    )*};
    (@detail $error:ident detail) => { Some($error.to_string()) };
    (@detail $error:ident) => { None };
}

arguments! {
    Address: "an address (20 bytes in hex with 0x)";
    Vec<Address>: "a list of addresses (20 bytes in hex with 0x)";
    B256: "32 bytes in hex with 0x";
    Bytes: "bytes in hex with 0x";
    bool: "true or false";
    String: "a string";
    Vec<f64>: "a list of numbers";
    BlockId: "a block number in hex with 0x, a block hash, or latest, earliest, pending, safe or finalized";
    BlockNumberOrTag: "a block number in hex with 0x, or latest, earliest, pending, safe or finalized";
    StateOverride: "an object of address to {balance, nonce, code, state, stateDiff}", detail;
    BlockOverrides: "an object of block overrides", detail;
    Filter: "a filter object {fromBlock, toBlock, address, topics} or {blockHash, address, topics}", detail;
    SimulatePayload: "an object {blockStateCalls, traceTransfers, validation, returnFullTransactions}", detail;
    AccessList: "a list of {address, storageKeys}", detail;
    GethDebugTracingOptions: "an object of trace options {tracer, tracerConfig, ...}", detail;
    GethDebugTracingCallOptions: "an object of trace options {tracer, tracerConfig, stateOverrides, ...}", detail;
    Value: "a value";
}

impl Argument for TransactionRequest {
    const EXPECTED: &'static str = "a transaction object {from, to, value, input, gas, ...}";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        let request = Self::deserialize(value).map_err(|error| Some(error.to_string()))?;
        if request.input.unique_input().is_err() {
            return Err(Some("`input` and `data` are both given and differ".into()));
        }
        Ok(request)
    }
}

/// Numbers come as hex strings by the specification, but development tools also send JSON numbers and decimals.
impl Argument for U256 {
    const EXPECTED: &'static str = "a number (in hex with 0x)";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        match value {
            Value::Number(number) => number.as_u64().map(Self::from).ok_or(None),
            Value::String(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                Some("") => Err(None),
                Some(hex) => Self::from_str_radix(hex, 16).map_err(|_| None),
                None if text.is_empty() => Err(None),
                None => Self::from_str_radix(text, 10).map_err(|_| None),
            },
            _ => Err(None),
        }
    }
}

impl Argument for u64 {
    const EXPECTED: &'static str = "a number below 2^64 (in hex with 0x)";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        U256::read(value)?.try_into().map_err(|_| None)
    }
}

/// The arguments of a method, in order.
pub trait FromParams: Sized {
    fn from_params(params: &Params<'_>) -> Result<Self, RpcError>;
}

macro_rules! tuples {
    ($(($($type:ident),*);)*) => {$(
        impl<$($type: Argument),*> FromParams for ($($type,)*) {
            fn from_params(params: &Params<'_>) -> Result<Self, RpcError> {
                let values = list(params)?;
                let limit = 0 $(+ { let _ = $type::EXPECTED; 1 })*;
                if values.len() > limit {
                    return Err(RpcError::InvalidParams(format!(
                        "too many arguments: expected at most {limit}, got {}", values.len()
                    )));
                }
                let mut _values = values.iter().enumerate();
                let mut _index = 0;
                Ok(($({
                    let argument = argument::<$type>(_index, _values.next().map(|(_, value)| value))?;
                    _index += 1;
                    argument
                },)*))
            }
        }
    )*};
}

tuples! {
    ();
    (A);
    (A, B);
    (A, B, C);
    (A, B, C, D);
}

/// The request's parameters as a list; none at all is an empty list.
fn list(params: &Params<'_>) -> Result<Vec<Value>, RpcError> {
    let Some(text) = params.as_str() else {
        return Ok(Vec::new());
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(values)) => Ok(values),
        Ok(Value::Null) => Ok(Vec::new()),
        Ok(_) => Err(RpcError::InvalidParams(
            "expected an array of arguments in `params`".into(),
        )),
        Err(error) => Err(RpcError::InvalidParams(format!("`params` can not be read: {error}"))),
    }
}

fn argument<T: Argument>(index: usize, value: Option<&Value>) -> Result<T, RpcError> {
    let Some(value) = value else {
        return T::absent()
            .ok_or_else(|| RpcError::InvalidParams(format!("missing argument {index}: expected {}", T::EXPECTED)));
    };
    T::read(value).map_err(|detail| {
        let detail = detail.unwrap_or_else(|| format!("got {}", shown(value)));
        RpcError::InvalidParams(format!("invalid argument {index}: expected {}; {detail}", T::EXPECTED))
    })
}

/// The start of a value as JSON.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
