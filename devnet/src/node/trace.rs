//! Transactions and calls run again under a tracer.

use alloy::{eips::BlockId, rpc::types::TransactionRequest};
use alloy_primitives::B256;
use alloy_rpc_types_trace::geth::{GethDebugTracerType, GethDebugTracingCallOptions, GethDebugTracingOptions};
use revm::{
    context::{BlockEnv, TxEnv},
    context_interface::result::ResultAndState,
};
use revm_inspectors::tracing::{DebugInspector, TransactionContext};
use serde_json::{Value, json};

use super::{
    Node, NodeError,
    chain::Chain,
    simulate::{Assumptions, Simulation},
};
use crate::{
    evm::{
        self, Arb, Execution, Mode,
        block_cache::BlockCache,
        context::block_env,
        recorder::{Recorder, Step},
    },
    state::StateView,
};

/// What Arbitrum calls the tracer of host calls.
const STYLUS_TRACER: &str = "stylusTracer";

impl Node {
    /// Runs a mined transaction again, on the state that it found, under the tracer that the options name: geth's built-in
    /// ones, the opcode logger if none is named, or `stylusTracer`. JavaScript is not run, but a script that handles host
    /// calls is taken for `stylusTracer`, which is what Arbitrum's tools send it for.
    pub fn trace_transaction(&self, hash: B256, options: GethDebugTracingOptions) -> Result<Value, NodeError> {
        let chain = self.read();
        let (block, index) = chain
            .find(hash)
            .ok_or_else(|| NodeError::Execution("transaction not found".into()))?;
        let env = block_env(block.l1_number, block.header.timestamp, chain.config.base_fee);
        let number = block.header.number;
        let mut cache = BlockCache::default();
        let mut changes = Vec::new();
        let before = |changes: &[_]| -> Result<StateView<'_>, NodeError> {
            let mut view = chain.view_before(number)?;
            changes.iter().for_each(|change| view.overlay_mut().commit(change));
            Ok(view)
        };
        for earlier in &block.transactions[..index] {
            let offered = earlier.tx.offered_price(chain.config.base_fee);
            let arb = Arb::new(&chain.engine, chain.facts(number), cache).offering(offered);
            let execution = evm::execute(before(&changes)?, env.clone(), earlier.tx.env(), arb, Mode::Transaction)
                .map_err(|error| NodeError::Execution(error.to_string()))?;
            cache = execution.block_cache;
            changes.push(execution.state);
        }
        let traced = Traced {
            chain: &chain,
            number,
            env,
            tx: block.transactions[index].tx.env(),
            offered_price: Some(block.transactions[index].tx.offered_price(chain.config.base_fee)),
            mode: Mode::Transaction,
            context: TransactionContext {
                block_hash: Some(block.hash),
                tx_index: Some(index),
                tx_hash: Some(hash),
            },
        };
        traced.run(|| before(&changes), cache, options)
    }

    /// Runs a call under a tracer, see [`Node::trace_transaction`].
    pub fn trace_call(
        &self,
        request: TransactionRequest,
        block: BlockId,
        options: GethDebugTracingCallOptions,
    ) -> Result<Value, NodeError> {
        let chain = self.read();
        let GethDebugTracingCallOptions {
            tracing_options,
            state_overrides,
            block_overrides,
            ..
        } = options;
        let assumptions = Assumptions {
            state: state_overrides,
            block: block_overrides,
        };
        let simulation = Simulation::new(&chain, &request, block, assumptions)?;
        let traced = Traced {
            chain: &chain,
            number: simulation.number(),
            env: simulation.block().clone(),
            tx: simulation.tx().clone(),
            offered_price: None,
            mode: Mode::Simulation,
            context: TransactionContext::default(),
        };
        traced.run(|| simulation.view(), BlockCache::default(), tracing_options)
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
    context: TransactionContext,
}

impl<'a> Traced<'a> {
    fn run<'v>(
        self,
        view: impl Fn() -> Result<StateView<'v>, NodeError>,
        cache: BlockCache,
        options: GethDebugTracingOptions,
    ) -> Result<Value, NodeError>
    where
        'a: 'v,
    {
        let mut arb = Arb::new(&self.chain.engine, self.chain.facts(self.number), cache);
        arb.offered_price = self.offered_price;
        let failed = |error: &dyn std::error::Error| NodeError::Execution(error.to_string());
        if is_stylus_tracer(&options) {
            arb.recorder = Some(Recorder::default());
            let execution = evm::execute(view()?, self.env, self.tx, arb, self.mode).map_err(|error| failed(&error))?;
            return Ok(execution.steps.iter().map(step).collect());
        }
        let mut inspector =
            DebugInspector::new(options).map_err(|error| NodeError::InvalidRequest(error.to_string()))?;
        let Execution { result, state, .. } = evm::inspect(
            view()?,
            self.env.clone(),
            self.tx.clone(),
            arb,
            self.mode,
            &mut inspector,
        )
        .map_err(|error| failed(&error))?;
        let result = ResultAndState::new(result, state);
        let trace = inspector
            .get_result(Some(self.context), &self.tx, &self.env, &result, &mut view()?)
            .map_err(|error| failed(&error))?;
        serde_json::to_value(trace).map_err(|error| failed(&error))
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
