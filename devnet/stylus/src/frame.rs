//! One call of a program.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use alloy_primitives::{Address, Bytes, U256};
use wasmtime::{Global, Store, Trap, TypedFunc, Val};

use crate::{
    engine::Module,
    entry::output_gas,
    hostio::guest::{Exchange, Exports, HostState, HostioError},
    instrument::{INK_LEFT, INK_STATUS, STACK_LEFT},
    request::{Answer, Step},
    storage_cache::StorageCache,
    trace::{HostioRecord, Trace, TraceBudget},
    validate::{ENTRYPOINT, MEMORY},
};

/// What a program sees of the chain, its caller and itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    pub chain_id: u64,
    /// L1 block number.
    pub block_number: u64,
    pub block_timestamp: u64,
    pub block_gas_limit: u64,
    pub block_basefee: U256,
    pub block_coinbase: Address,
    /// The acting address, whose storage is used.
    pub contract_address: Address,
    pub msg_sender: Address,
    pub msg_value: U256,
    pub tx_origin: Address,
    /// Effective price of the transaction, tip included.
    pub tx_gas_price: U256,
    /// Ink per gas, 10,000 unless the chain's owner changed it.
    pub ink_price: u32,
}

/// The start of a frame.
pub struct FrameInput {
    pub module: Arc<Module>,
    pub calldata: Bytes,
    /// Gas left after the entry was paid.
    pub gas: u64,
    /// What the entry cost. Output is priced against `gas + entry_gas`.
    pub entry_gas: u64,
    pub env: Env,
    pub is_static: bool,
    /// More than one non-delegate frame of the acting address is open.
    pub reentrant: bool,
    /// Record host calls in [`Outcome::trace`], as many as this allows.
    pub trace: Option<TraceBudget>,
}

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// The program returned 0.
    Success,
    /// The program returned another status: a revert with its output.
    Revert,
    /// A trap or a failed host call, with the reason: a revert without output.
    Failure(String),
    /// Out of gas; also when the output costs more than the frame's gas.
    OutOfInk,
    /// The program's stack is used up; on the EVM side a call-depth error that takes all gas.
    OutOfStack,
}

/// The end of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub kind: OutcomeKind,
    /// Empty unless `kind` is `Success` or `Revert`.
    pub output: Bytes,
    /// 0 for `OutOfInk` and `OutOfStack`.
    pub gas_left: u64,
    pub ink_used: u64,
    /// Host calls in order of completion, if asked for.
    pub trace: Vec<HostioRecord>,
}

/// A running call. Dropping it abandons the call.
pub struct Frame {
    run: Pin<Box<dyn Future<Output = Outcome> + Send>>,
    exchange: Arc<Mutex<Exchange>>,
}

impl Frame {
    /// A frame that has not begun to run.
    pub fn new(input: FrameInput) -> Self {
        let exchange = Arc::<Mutex<Exchange>>::default();
        Self {
            run: Box::pin(run(input, exchange.clone())),
            exchange,
        }
    }

    /// Runs until the next question or the end. `answer` is None the first time, and then the answer to the last request.
    ///
    /// # Panics
    /// If the frame has ended.
    pub fn resume(&mut self, answer: Option<Answer>) -> Step {
        lock(&self.exchange).answer = answer;
        match self.run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Step::Done(outcome),
            Poll::Pending => match lock(&self.exchange).request.take() {
                Some(request) => Step::Ask(request),
                None => Step::Done(Outcome::failure("the frame was resumed without an answer".into(), 0)),
            },
        }
    }
}

impl Outcome {
    fn failure(reason: String, gas_left: u64) -> Self {
        let kind = OutcomeKind::Failure(reason);
        Self {
            kind,
            output: Bytes::new(),
            gas_left,
            ink_used: 0,
            trace: Vec::new(),
        }
    }
}

fn lock(exchange: &Mutex<Exchange>) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(input: FrameInput, exchange: Arc<Mutex<Exchange>>) -> Outcome {
    let gas = input.gas;
    match Run::start(input, exchange).await {
        Ok(run) => run.finish().await,
        Err(error) => Outcome::failure(format!("{error:#}"), gas),
    }
}

/// A program in its store, with the counters set.
struct Run {
    store: Store<HostState>,
    entrypoint: TypedFunc<u32, u32>,
    ink_left: Global,
    ink_status: Global,
    stack_left: Global,
    ink_price: u64,
    gas: u64,
    entry_gas: u64,
}

impl Run {
    async fn start(input: FrameInput, exchange: Arc<Mutex<Exchange>>) -> wasmtime::Result<Self> {
        let FrameInput {
            module,
            calldata,
            gas,
            entry_gas,
            env,
            is_static,
            reentrant,
            trace,
        } = input;
        let ink_price = u64::from(env.ink_price.max(1));
        let state = HostState {
            env,
            calldata,
            is_static,
            reentrant,
            exports: None,
            exchange,
            cache: StorageCache::default(),
            output: Vec::new(),
            return_data: Bytes::new(),
            last_code: None,
            trace: trace.map(Trace::new),
        };
        let mut store = Store::new(module.instance.module().engine(), state);
        let instance = module.instance.instantiate_async(&mut store).await?;
        let missing = |name| move || wasmtime::Error::msg(format!("missing export {name}"));
        let memory = instance.get_memory(&mut store, MEMORY).ok_or_else(missing(MEMORY))?;
        let mut global = |name| instance.get_global(&mut store, name).ok_or_else(missing(name));
        let (ink_left, ink_status, stack_left) = (global(INK_LEFT)?, global(INK_STATUS)?, global(STACK_LEFT)?);
        // The counter has a sign, see `instrument`.
        let ink = gas.saturating_mul(ink_price).min(i64::MAX as u64);
        ink_left.set(&mut store, Val::I64(ink as i64))?;
        stack_left.set(&mut store, Val::I32(module.max_stack_depth as i32))?;
        store.data_mut().exports = Some(Exports {
            memory,
            ink_left,
            ink_status,
        });
        let entrypoint = instance.get_typed_func(&mut store, ENTRYPOINT)?;
        Ok(Self {
            store,
            entrypoint,
            ink_left,
            ink_status,
            stack_left,
            ink_price,
            gas,
            entry_gas,
        })
    }

    async fn finish(mut self) -> Outcome {
        let start_ink = self.ink();
        let calldata_len = self.store.data().calldata.len() as u32;
        self.record("user_entrypoint", calldata_len.to_be_bytes(), [], start_ink);
        let result = self.entrypoint.call_async(&mut self.store, calldata_len).await;
        let status = self.status(result);
        let exhausted = matches!(status, Err(OutcomeKind::OutOfInk));
        let ink_left = if exhausted { 0 } else { self.ink() };
        if let Ok(status) = status {
            self.record("user_returned", [], status.to_be_bytes(), ink_left);
        }
        let ink_used = start_ink.saturating_sub(ink_left);
        let gas_left = ink_left / self.ink_price;
        let HostState { output, trace, .. } = self.store.into_data();
        let trace = trace.map_or_else(Vec::new, Trace::into_records);
        let ended = |kind, output, gas_left| Outcome {
            kind,
            output,
            gas_left,
            ink_used,
            trace,
        };
        match status {
            Ok(status) => {
                let kind = if status == 0 {
                    OutcomeKind::Success
                } else {
                    OutcomeKind::Revert
                };
                let start_gas = self.gas.saturating_add(self.entry_gas);
                match (output.len(), start_gas.checked_sub(output_gas(output.len()))) {
                    (0, _) => ended(kind, Bytes::new(), gas_left),
                    (_, Some(most)) => ended(kind, output.into(), gas_left.min(most)),
                    (_, None) => ended(OutcomeKind::OutOfInk, Bytes::new(), 0),
                }
            }
            Err(kind @ OutcomeKind::Failure(_)) => ended(kind, Bytes::new(), gas_left),
            Err(kind) => ended(kind, Bytes::new(), 0),
        }
    }

    /// The status that the program returned, or how it failed. A used up stack goes before used up ink, that before a trap.
    fn status(&mut self, result: wasmtime::Result<u32>) -> Result<u32, OutcomeKind> {
        if self.ink() > i64::MAX as u64 {
            return Err(OutcomeKind::OutOfInk);
        }
        let error = match result {
            Ok(status) => return Ok(status),
            Err(error) => error,
        };
        if counter(self.stack_left.get(&mut self.store)) == 0 {
            return Err(OutcomeKind::OutOfStack);
        }
        if counter(self.ink_status.get(&mut self.store)) != 0 {
            return Err(OutcomeKind::OutOfInk);
        }
        match (error.downcast_ref(), error.downcast_ref()) {
            (Some(HostioError::Exit(status)), _) => Ok(*status),
            (_, Some(Trap::StackOverflow)) => Err(OutcomeKind::OutOfStack),
            _ => Err(OutcomeKind::Failure(error.root_cause().to_string())),
        }
    }

    fn ink(&mut self) -> u64 {
        counter(self.ink_left.get(&mut self.store))
    }

    fn record(&mut self, name: &'static str, args: impl AsRef<[u8]>, outs: impl AsRef<[u8]>, ink: u64) {
        if let Some(trace) = &mut self.store.data_mut().trace {
            let (args, outs) = (args.as_ref().to_vec().into(), outs.as_ref().to_vec().into());
            trace.push(HostioRecord {
                name,
                args,
                outs,
                start_ink: ink,
                end_ink: ink,
            });
        }
    }
}

fn counter(value: Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value as u32),
        Val::I64(value) => value as u64,
        _ => 0,
    }
}
