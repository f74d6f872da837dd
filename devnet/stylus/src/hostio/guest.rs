//! What every host function works with: the caller's ink, its memory, and the line to the chain.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use alloy_primitives::{Address, B256, Bytes, U256};
use thiserror::Error;
use wasmtime::{Caller, Global, Memory, Val};

use super::price;
use crate::{
    frame::Env,
    request::{Answer, Request},
    storage_cache::StorageCache,
    trace::{HostioRecord, Trace},
};

/// Why a host function ends the frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum HostioError {
    #[error("out of ink")]
    OutOfInk,
    #[error("exit with status {0}")]
    Exit(u32),
    #[error("{len} bytes at {ptr} are outside of the memory of {size} bytes")]
    OutOfBounds { ptr: u32, len: usize, size: usize },
    #[error("{0} in a read-only call")]
    ReadOnly(&'static str),
    #[error("log of {len} bytes with {topics} topics: expected at most 4 topics of 32 bytes each within the bytes")]
    Log { topics: u32, len: u32 },
    #[error("creation with {gas} gas left, which does not pay its base price of {base}")]
    CreateGas { gas: u64, base: u64 },
    #[error("the chain's answer does not fit the question {0}")]
    Answer(&'static str),
    #[error("the program's exports are not at hand")]
    NotReady,
}

/// The line between a frame and the chain: one question or answer at a time.
#[derive(Default)]
pub(crate) struct Exchange {
    pub request: Option<Request>,
    pub answer: Option<Answer>,
}

/// What the host functions of one frame share.
pub(crate) struct HostState {
    pub env: Env,
    pub calldata: Bytes,
    pub is_static: bool,
    pub reentrant: bool,
    pub exports: Option<Exports>,
    pub exchange: Arc<Mutex<Exchange>>,
    pub cache: StorageCache,
    /// What the program gave to `write_result`.
    pub output: Vec<u8>,
    pub return_data: Bytes,
    /// The last account whose code was read and not empty.
    pub last_code: Option<(Address, Bytes)>,
    pub trace: Option<Trace>,
}

/// The program's exports that host functions use.
#[derive(Clone, Copy)]
pub(crate) struct Exports {
    pub memory: Memory,
    pub ink_left: Global,
    pub ink_status: Global,
}

/// A program that has called the host.
pub(crate) struct Guest<'a> {
    caller: Caller<'a, HostState>,
    exports: Exports,
    /// Ink before the call, for the trace.
    start_ink: u64,
}

pub(crate) type Result<T> = std::result::Result<T, HostioError>;

impl<'a> Guest<'a> {
    pub fn new(caller: Caller<'a, HostState>) -> Result<Self> {
        let exports = caller.data().exports.ok_or(HostioError::NotReady)?;
        let mut guest = Self {
            caller,
            exports,
            start_ink: 0,
        };
        guest.start_ink = guest.ink();
        Ok(guest)
    }

    pub fn state(&self) -> &HostState {
        self.caller.data()
    }

    pub fn state_mut(&mut self) -> &mut HostState {
        self.caller.data_mut()
    }

    pub fn ink(&mut self) -> u64 {
        match self.exports.ink_left.get(&mut self.caller) {
            Val::I64(ink) => ink as u64,
            _ => 0,
        }
    }

    fn set_ink(&mut self, ink: u64) -> Result<()> {
        self.exports
            .ink_left
            .set(&mut self.caller, Val::I64(ink as i64))
            .map_err(|_| HostioError::NotReady)
    }

    pub fn gas_left(&mut self) -> u64 {
        let price = self.ink_price();
        self.ink() / price
    }

    fn ink_price(&self) -> u64 {
        u64::from(self.state().env.ink_price.max(1))
    }

    pub fn buy_ink(&mut self, ink: u64) -> Result<()> {
        match self.ink().checked_sub(ink) {
            Some(left) => self.set_ink(left),
            None => self.exhaust(),
        }
    }

    pub fn buy_gas(&mut self, gas: u64) -> Result<()> {
        self.buy_ink(gas.saturating_mul(self.ink_price()))
    }

    /// Fails unless this much gas is left; takes nothing.
    pub fn require_gas(&mut self, gas: u64) -> Result<()> {
        if self.ink() < gas.saturating_mul(self.ink_price()) {
            self.exhaust()
        } else {
            Ok(())
        }
    }

    /// Ends the frame as out of ink.
    pub fn exhaust<T>(&mut self) -> Result<T> {
        let status = self.exports.ink_status.set(&mut self.caller, Val::I32(1));
        status.map_err(|_| HostioError::NotReady)?;
        self.set_ink(0)?;
        Err(HostioError::OutOfInk)
    }

    pub fn pay_read(&mut self, len: u32) -> Result<()> {
        self.buy_ink(price::read(len))
    }

    pub fn pay_write(&mut self, len: u32) -> Result<()> {
        self.buy_ink(price::write(len))
    }

    pub fn read(&mut self, ptr: u32, len: u32) -> Result<Vec<u8>> {
        self.slice(ptr, len as usize).map(|bytes| bytes.to_vec())
    }

    fn read_array<const N: usize>(&mut self, ptr: u32) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(ptr, N)?);
        Ok(array)
    }

    pub fn read_word(&mut self, ptr: u32) -> Result<B256> {
        self.read_array(ptr).map(B256::from)
    }

    pub fn read_uint(&mut self, ptr: u32) -> Result<U256> {
        self.read_array(ptr).map(U256::from_be_bytes::<32>)
    }

    pub fn read_address(&mut self, ptr: u32) -> Result<Address> {
        self.read_array(ptr).map(Address::from)
    }

    pub fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<()> {
        self.slice(ptr, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    pub fn write_u32(&mut self, ptr: u32, value: u32) -> Result<()> {
        self.write(ptr, &value.to_le_bytes())
    }

    fn slice(&mut self, ptr: u32, len: usize) -> Result<&mut [u8]> {
        let memory = self.exports.memory.data_mut(&mut self.caller);
        let size = memory.len();
        let start = ptr as usize;
        start
            .checked_add(len)
            .and_then(|end| memory.get_mut(start..end))
            .ok_or(HostioError::OutOfBounds { ptr, len, size })
    }

    /// Fails in a read-only call.
    pub fn require_writable(&self, what: &'static str) -> Result<()> {
        if self.state().is_static {
            Err(HostioError::ReadOnly(what))
        } else {
            Ok(())
        }
    }

    /// Stops the frame until the chain has answered.
    pub async fn ask(&mut self, request: Request) -> Answer {
        let exchange = self.state().exchange.clone();
        exchange.lock().unwrap_or_else(PoisonError::into_inner).request = Some(request);
        Asked(exchange).await
    }

    /// Notes the call in the trace, if there is one.
    pub fn record<A, O>(&mut self, name: &'static str, args: impl FnOnce() -> A, outs: impl FnOnce() -> O)
    where
        A: Into<Bytes>,
        O: Into<Bytes>,
    {
        if self.state().trace.is_none() {
            return;
        }
        let (start_ink, end_ink) = (self.start_ink, self.ink());
        let record = HostioRecord {
            name,
            args: args().into(),
            outs: outs().into(),
            start_ink,
            end_ink,
        };
        if let Some(trace) = &mut self.state_mut().trace {
            trace.push(record);
        }
    }
}

/// Waits for the answer to the question that was put.
struct Asked(Arc<Mutex<Exchange>>);

impl Future for Asked {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        }
    }
}
