//! Transactions and calls run again under a tracer.

use alloy::{eips::BlockId, rpc::types::TransactionRequest};
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_trace::geth::{GethDebugTracerType, GethDebugTracingCallOptions, GethDebugTracingOptions};
use revm::{
    bytecode::opcode::OpCode,
    context::{BlockEnv, TxEnv},
    context_interface::result::ResultAndState,
};
use revm_inspectors::tracing::{
    DebugInspector, DebugInspectorError, TransactionContext,
    types::{CallKind, CallTrace, CallTraceNode, CallTraceStep},
};
use serde_json::{Value, json};

use super::{
    Node, NodeError,
    block::Block,
    chain::Chain,
    simulate::{Assumptions, Simulation},
};
use crate::{
    evm::{
        self, Arb, Execution, Mode,
        block_cache::BlockCache,
        budget::Budget,
        recorder::{Recorder, Step},
    },
    state::StateView,
};

/// What Arbitrum calls the tracer of host calls.
const STYLUS_TRACER: &str = "stylusTracer";
/// Words of stack and memory that the opcode logger may record: as JSON, about what an answer may have.
const MAX_WORDS: usize = 2_000_000;

impl Node {
    /// Runs a mined transaction again, on the state that it found, under the tracer that the options name: geth's built-in
    /// ones, the opcode logger if none is named, or `stylusTracer`. JavaScript is not run, but a script that handles host
    /// calls is taken for `stylusTracer`, which is what Arbitrum's tools send it for.
    pub fn trace_transaction(&self, hash: B256, options: GethDebugTracingOptions) -> Result<Value, NodeError> {
        let chain = self.read();
        let (block, index) = chain
            .find(hash)
            .ok_or_else(|| NodeError::Execution("transaction not found".into()))?;
        let mut replay = Replay::new(&chain, block)?;
        for earlier in 0..index {
            replay.skip(earlier)?;
        }
        replay.trace(index, options)
    }

    /// Runs all transactions of a block again, see [`Node::trace_transaction`]. Returns their hashes and traces.
    pub fn trace_block(&self, id: BlockId, options: &GethDebugTracingOptions) -> Result<Vec<(B256, Value)>, NodeError> {
        let chain = self.read();
        let block = chain
            .number(id)
            .and_then(|number| chain.block(number))
            .ok_or(NodeError::UnknownBlock)?;
        let mut replay = Replay::new(&chain, block)?;
        let mut traces = Vec::with_capacity(block.transactions.len());
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
            view: simulation.view()?,
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
                tx_index: Some(index),
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
            arb.recorder = Some(Recorder::default());
            let execution =
                evm::execute(self.view, self.env, self.tx, arb, self.mode).map_err(|error| failed(&error))?;
            return Ok(execution.steps.iter().map(step).collect());
        }
        let mut tracer = DebugInspector::new(options).map_err(|error| refused(&error))?;
        let (view, env, tx) = (self.view.clone(), self.env.clone(), self.tx.clone());
        let execution = match budget(&tracer) {
            Some(budget) => evm::inspect(view, env, tx, arb, self.mode, (budget, &mut tracer)),
            None => evm::inspect(view, env, tx, arb, self.mode, &mut tracer),
        };
        let Execution { result, state, .. } = execution.map_err(|error| failed(&error))?;
        if let DebugInspector::Default(steps, _) = &mut tracer {
            show_program_calls(steps.traces_mut().nodes_mut());
        }
        let result = ResultAndState::new(result, state);
        let trace = tracer
            .get_result(Some(self.context), &self.tx, &self.env, &result, &mut self.view)
            .map_err(|error| failed(&error))?;
        serde_json::to_value(trace).map_err(|error| failed(&error))
    }
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

/// What the tracer may record, if it records steps.
fn budget(tracer: &DebugInspector) -> Option<Budget> {
    match tracer {
        DebugInspector::Default(_, options) => Some(Budget {
            words: MAX_WORDS,
            steps: options.limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX),
            stack: options.is_stack_enabled(),
            memory: options.is_memory_enabled(),
        }),
        DebugInspector::Erc7562Tracer(..) => Some(Budget {
            words: MAX_WORDS,
            steps: u64::MAX,
            stack: true,
            memory: false,
        }),
        _ => None,
    }
}

/// The opcode logger shows a frame below the step that called it. A program has no steps, so each of its calls gets one: the
/// opcode that does the same, with the gas that it handed on.
fn show_program_calls(nodes: &mut [CallTraceNode]) {
    for index in 0..nodes.len() {
        if !nodes[index].trace.steps.is_empty() {
            continue;
        }
        let children = nodes[index].children.clone();
        nodes[index].trace.steps = children
            .into_iter()
            .map(|child| call_step(&nodes[child].trace))
            .collect();
    }
}

fn call_step(callee: &CallTrace) -> CallTraceStep {
    CallTraceStep {
        pc: 0,
        op: match callee.kind {
            CallKind::StaticCall => OpCode::STATICCALL,
            CallKind::CallCode => OpCode::CALLCODE,
            CallKind::DelegateCall => OpCode::DELEGATECALL,
            CallKind::Create => OpCode::CREATE,
            CallKind::Create2 => OpCode::CREATE2,
            _ => OpCode::CALL,
        },
        stack: Some(Box::default()),
        push_stack: None,
        memory: None,
        returndata: Bytes::new(),
        gas_remaining: callee.gas_limit,
        gas_refund_counter: callee.gas_refund_counter,
        gas_used: 0,
        gas_cost: callee.gas_used,
        state_gas_cost: None,
        state_gas_reservoir: None,
        state_gas_spent: 0,
        storage_change: None,
        status: callee.status,
        immediate_bytes: None,
        decoded: None,
    }
}

fn is_stylus_tracer(options: &GethDebugTracingOptions) -> bool {
    match &options.tracer {
        Some(GethDebugTracerType::JsTracer(source)) => source == STYLUS_TRACER || source.contains("hostio"),
        _ => false,
    }
}

fn step(step: &Step) -> Value {
    let mut object = json!({
        "name": step.name,
        "args": step.args,
        "outs": step.outs,
        "startInk": step.start_ink,
        "endInk": step.end_ink,
    });
    if let Some((address, steps)) = &step.callee {
        object["address"] = json!(address);
        object["steps"] = steps.iter().map(self::step).collect();
    }
    object
}
