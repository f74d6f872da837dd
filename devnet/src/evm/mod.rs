//! Execution of one transaction: revm, with Stylus programs as frames among EVM frames and Arbitrum's rules on top.
//!
//! | file | what |
//! |---|---|
//! | `context` | what an execution carries along besides revm's own context |
//! | `vm` | the frame loop: EVM frames run in revm's interpreter, program frames in `surety-stylus` |
//! | `program` | entering a program, and its outcome |
//! | `host` | the answers to what a program asks |
//! | `handler` | gas and fees of the transaction as a whole |
//! | `arbos` | parameters, program records and address sets that ArbOS keeps in its own account |
//! | `block_cache` | programs that ran earlier in the block |
//! | `recorder` | host calls for `stylusTracer` |
//! | `budget` | how much a trace may record |

pub mod arbos;
pub mod block_cache;
pub mod budget;
pub mod context;
mod handler;
mod host;
mod instructions;
mod program;
pub mod recorder;
mod vm;

use std::convert::Infallible;

use revm::{
    context::{
        CfgEnv, Context, ContextTr, JournalTr,
        result::{EVMError, ExecutionResult, InvalidTransaction},
    },
    context_interface::result::HaltReason,
    handler::{EvmTr, Handler},
    inspector::{Inspector, InspectorHandler},
    interpreter::interpreter::EthInterpreter,
    primitives::hardfork::SpecId,
    state::EvmState,
};

pub use context::{Arb, BlockEnv, BlockHashes, Ctx, Facts, TxEnv};
pub use vm::ArbEvm;

use crate::state::StateView;
use block_cache::BlockCache;
use handler::ArbHandler;
use recorder::Step;

/// Gas of a block. Arbitrum's limit is far above what a transaction may use.
pub const BLOCK_GAS_LIMIT: u64 = 1 << 50;
/// From ArbOS 50 on a transaction executes with no more gas than this; more is held back and returned.
pub const TX_GAS_LIMIT: u64 = 32_000_000;

/// What is checked and charged. A simulated call skips what only concerns real transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Transaction,
    /// `eth_call` and estimates: no fees, no nonce, any sender, no limit of 32 million gas.
    Simulation,
}

/// What became of a transaction.
#[derive(Debug)]
pub struct Execution {
    pub result: ExecutionResult<HaltReason>,
    pub state: EvmState,
    /// Programs that ran in the block so far, this transaction's included.
    pub block_cache: BlockCache,
    /// Why it failed, where revm has no word for it.
    pub failure: Option<String>,
    /// Its host calls, if they were recorded.
    pub steps: Vec<Step>,
}

impl Execution {
    /// Gas used, refunds deducted.
    pub fn gas_used(&self) -> u64 {
        self.result.tx_gas_used()
    }
}

/// Runs `tx` in `block` on `state`. The changes are in the result; the state behind the view stays as it is.
pub fn execute(
    state: StateView<'_>,
    block: BlockEnv,
    tx: TxEnv,
    arb: Arb<'_>,
    mode: Mode,
) -> Result<Execution, InvalidTransaction> {
    let mut evm = ArbEvm::new(context(state, block, tx, arb, mode), ());
    let result = ArbHandler::new(mode).run(&mut evm);
    finish(evm, result)
}

/// Like [`execute`], watched by an inspector. Programs show as calls with their logs; their inside does not show.
pub fn inspect<'a, INSP>(
    state: StateView<'a>,
    block: BlockEnv,
    tx: TxEnv,
    arb: Arb<'a>,
    mode: Mode,
    inspector: INSP,
) -> Result<Execution, InvalidTransaction>
where
    INSP: Inspector<Ctx<'a>, EthInterpreter>,
{
    let mut evm = ArbEvm::new(context(state, block, tx, arb, mode), inspector);
    let result = ArbHandler::new(mode).inspect_run(&mut evm);
    finish(evm, result)
}

fn finish<INSP>(
    mut evm: ArbEvm<'_, INSP>,
    result: Result<ExecutionResult<HaltReason>, EVMError<Infallible>>,
) -> Result<Execution, InvalidTransaction> {
    let state = evm.ctx_mut().journal_mut().finalize();
    let Arb {
        block_cache,
        failure,
        recorder,
        ..
    } = evm.into_arb();
    let steps = recorder.map_or_else(Vec::new, recorder::Recorder::into_steps);
    match result {
        Ok(result) => Ok(Execution {
            result,
            state,
            block_cache,
            failure,
            steps,
        }),
        Err(EVMError::Transaction(error)) => Err(error),
        // The state cannot fail, the header is ours, and nothing raises custom errors.
        Err(error) => Err(InvalidTransaction::Str(error.to_string().into())),
    }
}

fn context<'a>(state: StateView<'a>, block: BlockEnv, tx: TxEnv, arb: Arb<'a>, mode: Mode) -> Ctx<'a> {
    let spec = if arb.facts.arbos_version >= 50 {
        SpecId::OSAKA
    } else {
        SpecId::PRAGUE
    };
    let mut cfg = CfgEnv::new_with_spec(spec)
        .with_chain_id(arb.facts.chain_id)
        .with_disable_eip7623(true);
    // The chain id is checked before a transaction gets here, with legacy transactions without one let through.
    cfg.tx_chain_id_check = false;
    // EIP-7825's cap is not Arbitrum's.
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    // Code starting with EF is judged in the frame loop, where Stylus code passes.
    cfg.disable_eip3541 = true;
    // Tips are dropped, so one above the fee cap does no harm once the envelope was accepted.
    cfg.disable_priority_fee_check = true;
    if mode == Mode::Simulation {
        cfg.disable_nonce_check = true;
        cfg.disable_balance_check = true;
        cfg.disable_block_gas_limit = true;
        cfg.disable_eip3607 = true;
        cfg.disable_base_fee = true;
        cfg.disable_fee_charge = true;
    }
    Context {
        block,
        tx,
        cfg,
        journaled_state: revm::Journal::new(state),
        chain: arb,
        local: Default::default(),
        error: Ok(()),
    }
}
