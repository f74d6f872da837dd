//! Transactions and calls run again under a tracer.

mod show;

use alloy::{eips::BlockId, rpc::types::TransactionRequest};
use alloy_primitives::B256;
use alloy_rpc_types_trace::geth::{GethDebugTracerType, GethDebugTracingCallOptions, GethDebugTracingOptions};
use revm::{
    context::{BlockEnv, TxEnv},
    context_interface::result::ResultAndState,
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};
use serde_json::Value;
use surety_stylus::TraceBudget;

use super::{
    Node, NodeError,
    block::Block,
    chain::Chain,
    simulate::{Assumptions, Simulation},
};
use crate::{
    evm::{self, Arb, Execution, Mode, block_cache::BlockCache, budget::Budget, recorder::Recorder},
    state::StateView,
};

/// What Arbitrum calls the tracer of host calls.
const STYLUS_TRACER: &str = "stylusTracer";
/// Words of stack, memory, inputs and outputs that geth's tracers may record: as JSON, about what an answer may have.
const MAX_WORDS: usize = 2_000_000;
/// Bytes of host calls that `stylusTracer` may record in all frames together, see [`TraceBudget`].
const MAX_RECORDED: usize = 32 << 20;

impl Node {
    /// Runs a mined transaction again, on the state that it found, under the tracer that the options name: geth's built-in
    /// ones, the opcode logger if none is named, or `stylusTracer`. JavaScript is not run, but a script that handles host
    /// calls is taken for `stylusTracer`, which is what Arbitrum's tools send it for.
    pub fn trace_transaction(&self, hash: B256, options: GethDebugTracingOptions) -> Result<Value, NodeError> {
        let chain = self.read();
        let (block, position) = chain
            .find(hash)
            .ok_or_else(|| NodeError::Execution("transaction not found".into()))?;
        let Some(index) = position.checked_sub(block.offset()) else {
            return start_of(block, options).map(Option::unwrap_or_default);
        };
        let mut replay = Replay::new(&chain, block)?;
        for earlier in 0..index {
            replay.skip(earlier)?;
        }
        replay.trace(index, options)
    }

    /// Runs all transactions of a block again, see [`Node::trace_transaction`]. Returns their hashes and traces.
    pub fn trace_block(&self, id: BlockId, options: &GethDebugTracingOptions) -> Result<Vec<(B256, Value)>, NodeError> {
        let chain = self.read();
        let block = chain.mined(chain.number(id).ok_or(NodeError::UnknownBlock)?)?;
        let mut replay = Replay::new(&chain, block)?;
        let mut traces = Vec::with_capacity(block.count());
        if let Some(start) = &block.start {
            let trace = start_of(block, options.clone())?;
            traces.extend(trace.map(|trace| (start.hash, trace)));
        }
        for (index, mined) in block.transactions.iter().enumerate() {
            traces.push((mined.tx.hash(), replay.trace(index, options.clone())?));
            replay.skip(index)?;
        }
        Ok(traces)
    }

    /// Runs a call under a tracer, see [`Node::trace_transaction`].
    pub fn trace_call(
        &self,
        request: TransactionRequest,
        block: BlockId,
        options: GethDebugTracingCallOptions,
    ) -> Result<Value, NodeError> {
        let chain = self.read();
        let assumptions = Assumptions {
            state: options.state_overrides,
            block: options.block_overrides,
        };
        let simulation = Simulation::new(&chain, &request, block, assumptions)?;
        let traced = Traced {
            chain: &chain,
            number: simulation.number(),
            env: simulation.block().clone(),
            tx: simulation.tx().clone(),
            offered_price: None,
            mode: Mode::Simulation,
            view: simulation.view().clone(),
            cache: BlockCache::default(),
            context: TransactionContext::default(),
        };
        traced.run(options.tracing_options)
    }
}

/// A block whose transactions are run again one after the other.
struct Replay<'a> {
    chain: &'a Chain,
    block: &'a Block,
    env: BlockEnv,
    /// The state that the next transaction finds.
    view: StateView<'a>,
    cache: BlockCache,
}

impl<'a> Replay<'a> {
    fn new(chain: &'a Chain, block: &'a Block) -> Result<Self, NodeError> {
        Ok(Self {
            chain,
            block,
            env: block.env(),
            view: chain.view_before(block.header.number)?,
            cache: BlockCache::default(),
        })
    }

    /// Runs the next transaction and keeps what it changed.
    fn skip(&mut self, index: usize) -> Result<(), NodeError> {
        let facts = self.chain.facts(self.block.header.number);
        let tx = &self.block.transactions[index].tx;
        let cache = std::mem::take(&mut self.cache);
        let arb = Arb::new(&self.chain.engine, facts, cache).offering(tx.offered_price(self.env.basefee));
        let execution = evm::execute(self.view.clone(), self.env.clone(), tx.env(), arb, Mode::Transaction)
            .map_err(|error| failed(&error))?;
        self.cache = execution.block_cache;
        self.view.overlay_mut().commit(&execution.state);
        Ok(())
    }

    /// Traces the next transaction and forgets what it changed.
    fn trace(&self, index: usize, options: GethDebugTracingOptions) -> Result<Value, NodeError> {
        let tx = &self.block.transactions[index].tx;
        let traced = Traced {
            chain: self.chain,
            number: self.block.header.number,
            env: self.env.clone(),
            tx: tx.env(),
            offered_price: Some(tx.offered_price(self.env.basefee)),
            mode: Mode::Transaction,
            view: self.view.clone(),
            cache: self.cache.clone(),
            context: TransactionContext {
                block_hash: Some(self.block.hash),
                tx_index: Some(self.block.offset() + index),
                tx_hash: Some(tx.hash()),
            },
        };
        traced.run(options)
    }
}

/// An execution to run under a tracer.
struct Traced<'a> {
    chain: &'a Chain,
    number: u64,
    env: BlockEnv,
    tx: TxEnv,
    /// What a real transaction offers for gas, tip included.
    offered_price: Option<u128>,
    mode: Mode,
    view: StateView<'a>,
    cache: BlockCache,
    context: TransactionContext,
}

impl Traced<'_> {
    fn run(mut self, options: GethDebugTracingOptions) -> Result<Value, NodeError> {
        let mut arb = Arb::new(&self.chain.engine, self.chain.facts(self.number), self.cache);
        arb.offered_price = self.offered_price;
        if is_stylus_tracer(&options) {
            let budget = TraceBudget::new(MAX_RECORDED);
            arb.recorder = Some(Recorder::new(budget.clone()));
            let execution =
                evm::execute(self.view, self.env, self.tx, arb, self.mode).map_err(|error| failed(&error))?;
            if budget.is_exceeded() {
                return Err(NodeError::Execution(format!(
                    "the trace is too large: its host calls take more than {} MiB; use another tracer",
                    MAX_RECORDED >> 20
                )));
            }
            return Ok(execution.steps.iter().map(show::host_call).collect());
        }
        let mut tracer = tracer(options)?;
        let (view, env, tx) = (self.view.clone(), self.env.clone(), self.tx.clone());
        let watched = (budget(&tracer), &mut tracer);
        let execution = evm::inspect(view, env, tx, arb, self.mode, watched);
        let Execution { result, state, .. } = execution.map_err(|error| failed(&error))?;
        if let DebugInspector::Default(steps, _) = &mut tracer {
            show::program_calls(steps.traces_mut().nodes_mut());
        }
        let result = ResultAndState::new(result, state);
        let trace = tracer
            .get_result(Some(self.context), &self.tx, &self.env, &result, &mut self.view)
            .map_err(|error| failed(&error))?;
        serde_json::to_value(trace).map_err(|error| failed(&error))
    }
}

/// The trace of ArbOS' transaction at the start of a block, if there is one.
fn start_of(block: &Block, options: GethDebugTracingOptions) -> Result<Option<Value>, NodeError> {
    let stylus = is_stylus_tracer(&options);
    let tracer = if stylus { None } else { Some(tracer(options)?) };
    Ok(block.start.as_ref().map(|start| show::start(start, tracer.as_ref())))
}

fn tracer(options: GethDebugTracingOptions) -> Result<DebugInspector, NodeError> {
    DebugInspector::new(options).map_err(|error| refused(&error))
}

fn failed(error: &dyn std::error::Error) -> NodeError {
    NodeError::Execution(error.to_string())
}

fn refused(error: &DebugInspectorError) -> NodeError {
    let message = match error {
        DebugInspectorError::JsTracerNotEnabled | DebugInspectorError::UnsupportedTracer => {
            "unknown tracer: expected callTracer, flatCallTracer, prestateTracer, 4byteTracer, muxTracer, noopTracer or \
             stylusTracer; JavaScript is not run"
                .into()
        }
        error => error.to_string(),
    };
    NodeError::InvalidRequest(message)
}

/// What the tracer may record.
fn budget(tracer: &DebugInspector) -> Budget {
    match tracer {
        DebugInspector::Default(_, options) => Budget {
            words: MAX_WORDS,
            steps: options.limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX),
            stack: options.is_stack_enabled(),
            memory: options.is_memory_enabled(),
        },
        DebugInspector::Erc7562Tracer(..) => Budget {
            words: MAX_WORDS,
            steps: u64::MAX,
            stack: true,
            memory: false,
        },
        _ => Budget::of_calls(MAX_WORDS),
    }
}

fn is_stylus_tracer(options: &GethDebugTracingOptions) -> bool {
    match &options.tracer {
        Some(GethDebugTracerType::JsTracer(source)) => source == STYLUS_TRACER || source.contains("hostio"),
        _ => false,
    }
}
