//! One call of a Stylus program: its entry, its run between the questions it asks, its outcome.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::Bytecode,
    context_interface::{Block, ContextTr, Transaction},
    handler::FrameResult,
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterAction, InterpreterResult},
};
use surety_stylus::{
    Answer, Env, Frame, FrameInput, Module, Outcome, OutcomeKind, Step,
    call::CallGas,
    code::{self, Root},
};

use super::{
    arbos::{self, Field, Record},
    context::{Ctx, Running},
    host::{self, Reply},
};

/// A program frame.
pub struct Program {
    /// Its place in revm's frame stack.
    pub place: usize,
    pub(super) acting: Address,
    pub(super) caller: Address,
    pub(super) value: U256,
    pub(super) is_static: bool,
    /// Gas to give back at the end of the transaction, if the frame succeeds.
    pub(super) refund: i64,
    gas_limit: u64,
    /// Pages that were open before the frame.
    pages_before: u16,
    stage: Stage,
    /// What to tell the program when it goes on.
    answer: Option<Answer>,
    /// The call that the frame waits for; a creation if there is none.
    call: Option<CallGas>,
}

enum Stage {
    Running(Box<Frame>),
    /// It could not be entered.
    Refused(Refusal),
}

/// Why a program was not entered. All gas is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("out of gas")]
    OutOfGas,
    #[error("error {0}")]
    Inactive(#[from] super::arbos::Inactive),
    #[error("program does not compile: {0}")]
    Broken(String),
}

impl Program {
    /// Charges for the entry and starts the program, or notes why it cannot be.
    pub fn enter(ctx: &mut Ctx<'_>, inputs: &CallInputs, place: usize) -> Self {
        let pages_before = ctx.chain.pages.open;
        let stage = match start(ctx, inputs) {
            Ok(frame) => Stage::Running(Box::new(frame)),
            Err(refusal) => Stage::Refused(refusal),
        };
        Self {
            place,
            acting: inputs.target_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            is_static: inputs.is_static,
            refund: 0,
            gas_limit: inputs.gas_limit,
            pages_before,
            stage,
            answer: None,
            call: None,
        }
    }

    /// Runs until the program calls, creates or ends.
    pub fn run(&mut self, ctx: &mut Ctx<'_>, depth: usize) -> InterpreterAction {
        loop {
            let frame = match &mut self.stage {
                Stage::Running(frame) => frame,
                Stage::Refused(refusal) => {
                    ctx.chain.fail(depth, refusal.to_string());
                    let result = match refusal {
                        Refusal::OutOfGas => InstructionResult::OutOfGas,
                        Refusal::Inactive(_) | Refusal::Broken(_) => InstructionResult::NotActivated,
                    };
                    return InterpreterAction::new_return(
                        result,
                        Bytes::new(),
                        Gas::new_spent_with_reservoir(self.gas_limit, 0),
                    );
                }
            };
            match frame.resume(self.answer.take()) {
                Step::Done(mut outcome) => {
                    ctx.chain.pages.open = self.pages_before;
                    if let Some(recorder) = &mut ctx.chain.recorder {
                        recorder.program_ended(std::mem::take(&mut outcome.trace));
                    }
                    return InterpreterAction::Return(self.end(ctx, outcome, depth));
                }
                Step::Ask(request) => match host::reply(ctx, self, request) {
                    Reply::Answer(answer) => self.answer = Some(answer),
                    Reply::Call(inputs, gas) => {
                        self.call = Some(gas);
                        return InterpreterAction::NewFrame(inputs);
                    }
                    Reply::Create(inputs) => {
                        self.call = None;
                        return InterpreterAction::NewFrame(inputs);
                    }
                },
            }
        }
    }

    /// Takes the result of the frame that the program waits for.
    pub fn returned(&mut self, result: FrameResult) {
        let kind = result.instruction_result();
        let gas_left = if kind.is_ok_or_revert() {
            result.gas().remaining()
        } else {
            0
        };
        if kind.is_ok() {
            self.refund += result.gas().refunded();
        }
        self.answer = Some(match result {
            FrameResult::Call(outcome) => Answer::Call {
                success: kind.is_ok(),
                gas_cost: self.call.take().map_or(0, |gas| gas.cost(gas_left)),
                return_data: outcome.result.output,
            },
            FrameResult::Create(outcome) => Answer::Create {
                address: outcome.address.filter(|_| kind.is_ok()),
                gas_returned: gas_left,
                return_data: if kind == InstructionResult::Revert {
                    outcome.result.output
                } else {
                    Bytes::new()
                },
            },
        });
    }

    fn end(&self, ctx: &mut Ctx<'_>, outcome: Outcome, depth: usize) -> InterpreterResult {
        let (result, output, left) = match outcome.kind {
            OutcomeKind::Success => (InstructionResult::Return, outcome.output, outcome.gas_left),
            OutcomeKind::Revert => (InstructionResult::Revert, outcome.output, outcome.gas_left),
            OutcomeKind::Failure(reason) => {
                ctx.chain.fail(depth, reason);
                (InstructionResult::Revert, Bytes::new(), outcome.gas_left)
            }
            OutcomeKind::OutOfInk => (InstructionResult::OutOfGas, Bytes::new(), 0),
            OutcomeKind::OutOfStack => {
                ctx.chain.fail(depth, "max call depth exceeded");
                (InstructionResult::StackOverflow, Bytes::new(), 0)
            }
        };
        let mut gas = Gas::new(self.gas_limit);
        gas.set_spent(self.gas_limit.saturating_sub(left));
        if result.is_ok() {
            gas.record_refund(self.refund);
        }
        InterpreterResult::new(result, output, gas)
    }
}

fn start(ctx: &mut Ctx<'_>, inputs: &CallInputs) -> Result<Frame, Refusal> {
    let (code_hash, bytecode) = &inputs.known_bytecode;
    let record = Record::active(ctx, *code_hash)?;
    let recent = ctx.chain.facts.has_block_cache() && ctx.chain.block_cache.enter(*code_hash);
    let pages = ctx.chain.pages;
    if pages.entry_cost(record.entry.footprint).is_none() {
        return Err(Refusal::OutOfGas);
    }
    let entry_gas = record.entry.gas(pages, record.cached || recent);
    let gas = inputs.gas_limit.checked_sub(entry_gas).ok_or(Refusal::OutOfGas)?;
    let module = module(ctx, *code_hash, bytecode)?;
    ctx.chain.pages = pages.opened(record.entry.footprint);

    let ink_price = u32::try_from(Field::InkPrice.read(ctx)).unwrap_or(u32::MAX);
    let opens_span = |running: &&Running| running.address == inputs.target_address && !running.delegated;
    let spans = ctx.chain.running.iter().filter(opens_span).count();
    Ok(Frame::new(FrameInput {
        module,
        calldata: inputs.input.bytes(ctx),
        gas,
        entry_gas,
        env: Env {
            chain_id: ctx.chain.facts.chain_id,
            block_number: ctx.block().number().saturating_to(),
            block_timestamp: ctx.block().timestamp().saturating_to(),
            block_gas_limit: ctx.block().gas_limit(),
            block_basefee: U256::from(ctx.block().basefee()),
            block_coinbase: ctx.block().beneficiary(),
            contract_address: inputs.target_address,
            msg_sender: inputs.caller,
            msg_value: inputs.value.get(),
            tx_origin: ctx.tx().caller(),
            tx_gas_price: U256::from(gas_price(ctx)),
            ink_price,
        },
        is_static: inputs.is_static,
        reentrant: spans > 1,
        trace: ctx.chain.recorder.as_ref().map(|recorder| recorder.budget().clone()),
    }))
}

/// The price that the sender offered, tip included, although the tip is not taken.
fn gas_price(ctx: &Ctx<'_>) -> u128 {
    let taken = || ctx.tx().effective_gas_price(u128::from(ctx.block().basefee()));
    ctx.chain.offered_price.unwrap_or_else(taken)
}

/// The compiled program, compiled now if this is its first call since the chain started. Compiled programs are found by
/// the module that was activated: the code alone does not tell it, since the fragments of a root lie in other accounts.
fn module(ctx: &mut Ctx<'_>, code_hash: B256, bytecode: &Bytecode) -> Result<Arc<Module>, Refusal> {
    let module_hash = arbos::module_hash(ctx, code_hash);
    let engine = ctx.chain.engine;
    if let Some(module) = engine.get(module_hash) {
        return Ok(module);
    }
    let limit = ctx.chain.facts.max_wasm_size();
    let broken = |error: &dyn std::error::Error| Refusal::Broken(error.to_string());
    let code = bytecode.original_byte_slice();
    let wasm = if code::kind(code) == Some(code::Kind::Root) {
        let root = Root::parse(code, limit).map_err(|error| broken(&error))?;
        let fragments: Vec<_> = root
            .fragments
            .iter()
            .map(|address| host::code_of(ctx, *address))
            .collect();
        root.decompress(&fragments).map_err(|error| broken(&error))?
    } else {
        code::decompress(code, limit).map_err(|error| broken(&error))?
    };
    engine.compile(module_hash, &wasm).map_err(|error| broken(&error))
}
