//! The frame loop.
//!
//! Every frame, EVM or program, has its place in revm's frame stack, so depth, checkpoints, value transfer and precompiles are
//! revm's business alone. A program's place there is an interpreter that never runs; what runs is in `programs`.

use std::convert::Infallible;

use revm::{
    context::{Evm, FrameStack},
    context_interface::{ContextTr, JournalTr, context::ContextError},
    handler::{EthFrame, EvmTr, FrameInitOrResult, FrameResult, ItemOrResult, evm::FrameInitResult},
    inspector::{Inspector, InspectorEvmTr, handler::frame_end},
    interpreter::{
        CallScheme, FrameInput, InstructionResult, InterpreterAction, InterpreterResult, interpreter::EthInterpreter,
        interpreter_action::FrameInit,
    },
};
use surety_stylus::code;

use super::{
    context::{Arb, Ctx, Running},
    instructions::{Instructions, instructions},
    program::Program,
    recorder,
};
use crate::precompiles::Precompiles;

type Error = ContextError<Infallible>;
type Frame = EthFrame<EthInterpreter>;

/// revm with program frames.
pub struct ArbEvm<'a, INSP> {
    inner: Evm<Ctx<'a>, INSP, Instructions<'a>, Precompiles, Frame>,
    /// The program frames, outermost first.
    programs: Vec<Program>,
}

impl<'a, INSP> ArbEvm<'a, INSP> {
    pub fn new(ctx: Ctx<'a>, inspector: INSP) -> Self {
        let spec = *ctx.cfg.spec();
        let inner = Evm {
            ctx,
            inspector,
            instruction: instructions(spec),
            precompiles: Precompiles::new(spec),
            frame_stack: FrameStack::new(),
        };
        Self {
            inner,
            programs: Vec::new(),
        }
    }

    pub fn into_arb(self) -> Arb<'a> {
        self.inner.ctx.chain
    }

    /// Whether the frame on top of the stack is a program's.
    fn in_program(&self) -> bool {
        self.programs
            .last()
            .is_some_and(|program| Some(program.place) == self.inner.frame_stack.index())
    }

    /// Notes the frame just pushed as running, and starts its program if it has one.
    fn entered(&mut self) {
        let Some(place) = self.inner.frame_stack.index() else {
            return;
        };
        let frame = self.inner.frame_stack.get();
        let inputs = match &frame.input {
            FrameInput::Call(inputs) => inputs,
            FrameInput::Create(inputs) => {
                let address = frame.data.created_address().unwrap_or_default();
                if let Some(recorder) = &mut self.inner.ctx.chain.recorder {
                    recorder.enter(&frame.input, address);
                }
                self.inner.ctx.chain.running.push(Running {
                    address,
                    caller: inputs.caller(),
                    delegated: false,
                });
                return;
            }
            FrameInput::Empty => return,
        };
        if let Some(recorder) = &mut self.inner.ctx.chain.recorder {
            recorder.enter(&frame.input, inputs.bytecode_address);
        }
        self.inner.ctx.chain.running.push(Running {
            address: inputs.target_address,
            caller: inputs.caller,
            delegated: matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode),
        });
        if code::is_program(inputs.known_bytecode.1.original_byte_slice()) {
            self.programs.push(Program::enter(&mut self.inner.ctx, inputs, place));
        }
    }

    /// Runs the program on top until it calls, creates or ends.
    fn run_program(&mut self) -> Result<FrameInitOrResult<Frame>, Error> {
        let Some(program) = self.programs.last_mut() else {
            return Err(ContextError::Custom("no program to run".into()));
        };
        let frame = self.inner.frame_stack.get();
        let action = program.run(&mut self.inner.ctx, frame.depth);
        if matches!(action, InterpreterAction::Return(_)) {
            self.programs.pop();
        }
        finish(frame.process_next_action(&mut self.inner.ctx, action), frame)
    }
}

impl<'a, INSP> EvmTr for ArbEvm<'a, INSP> {
    type Context = Ctx<'a>;
    type Instructions = Instructions<'a>;
    type Precompiles = Precompiles;
    type Frame = Frame;

    fn all(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<Frame>,
    ) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<Frame>,
    ) {
        self.inner.all_mut()
    }

    fn frame_init(&mut self, frame_init: FrameInit) -> Result<FrameInitResult<'_, Frame>, Error> {
        let callee = self
            .inner
            .ctx
            .chain
            .recorder
            .is_some()
            .then(|| recorder::callee(&frame_init.frame_input));
        match self.inner.frame_init(frame_init)? {
            ItemOrResult::Result(result) => {
                if let (Some(recorder), Some((name, address))) = (&mut self.inner.ctx.chain.recorder, callee) {
                    recorder.nothing_ran(name, address);
                }
                return Ok(ItemOrResult::Result(result));
            }
            ItemOrResult::Item(_) => self.entered(),
        }
        Ok(ItemOrResult::Item(self.inner.frame_stack.get()))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Frame>, Error> {
        if self.in_program() {
            return self.run_program();
        }
        let Evm {
            ctx,
            instruction,
            frame_stack,
            ..
        } = &mut self.inner;
        let frame = frame_stack.get();
        let mut action = frame
            .interpreter
            .run_plain(instruction.instruction_table(), instruction.gas_table(), ctx);
        judge_created_code(ctx, frame, &mut action);
        finish(frame.process_next_action(ctx, action), frame)
    }

    fn frame_return_result(&mut self, result: FrameResult) -> Result<Option<FrameResult>, Error> {
        if self.inner.frame_stack.get().is_finished() {
            self.inner.frame_stack.pop();
            self.inner.ctx.chain.running.pop();
            if let Some(recorder) = &mut self.inner.ctx.chain.recorder {
                recorder.leave();
            }
        }
        if self.inner.frame_stack.index().is_none() {
            return Ok(Some(result));
        }
        if self.in_program()
            && let Some(program) = self.programs.last_mut()
        {
            self.inner.frame_stack.get().interpreter.memory.free_child_context();
            program.returned(result);
        } else {
            self.inner
                .frame_stack
                .get()
                .return_result::<_, Error>(&mut self.inner.ctx, result)?;
        }
        Ok(None)
    }
}

impl<'a, INSP> InspectorEvmTr for ArbEvm<'a, INSP>
where
    INSP: Inspector<Ctx<'a>, EthInterpreter>,
{
    type Inspector = INSP;

    fn all_inspector(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<Frame>,
        &Self::Inspector,
    ) {
        self.inner.all_inspector()
    }

    fn all_mut_inspector(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<Frame>,
        &mut Self::Inspector,
    ) {
        self.inner.all_mut_inspector()
    }

    fn inspect_frame_run(&mut self) -> Result<FrameInitOrResult<Frame>, Error> {
        let mut next = if self.in_program() {
            let logged = self.inner.ctx.journal().logs().len();
            let next = self.run_program()?;
            let Evm { ctx, inspector, .. } = &mut self.inner;
            // A revert has taken its logs out again.
            for log in ctx.journal().logs().get(logged..).unwrap_or_default().to_vec() {
                inspector.log(ctx, log);
            }
            next
        } else {
            let Evm {
                ctx,
                inspector,
                instruction,
                frame_stack,
                ..
            } = &mut self.inner;
            let frame = frame_stack.get();
            let mut action = revm::inspector::inspect_instructions(
                ctx,
                &mut frame.interpreter,
                inspector,
                instruction.instruction_table(),
                instruction.gas_table(),
            );
            judge_created_code(ctx, frame, &mut action);
            finish(frame.process_next_action(ctx, action), frame)?
        };
        if let ItemOrResult::Result(result) = &mut next {
            let Evm {
                ctx,
                inspector,
                frame_stack,
                ..
            } = &mut self.inner;
            frame_end(ctx, inspector, &frame_stack.get().input, result);
        }
        Ok(next)
    }
}

fn finish(next: Result<FrameInitOrResult<Frame>, Error>, frame: &mut Frame) -> Result<FrameInitOrResult<Frame>, Error> {
    if let Ok(ItemOrResult::Result(_)) = &next {
        frame.set_finished(true);
    }
    next
}

/// EIP-3541 with Arbitrum's exception: code that starts with EF must be a Stylus program or a piece of one.
fn judge_created_code(ctx: &Ctx<'_>, frame: &Frame, action: &mut InterpreterAction) {
    let InterpreterAction::Return(InterpreterResult { result, output, .. }) = action else {
        return;
    };
    if !frame.data.is_create() || !result.is_ok() || output.first() != Some(&0xEF) {
        return;
    }
    let allowed = match code::kind(output) {
        Some(code::Kind::Classic) => true,
        Some(code::Kind::Fragment | code::Kind::Root) => ctx.chain.facts.has_fragments(),
        None => false,
    };
    if !allowed {
        *result = InstructionResult::CreateContractStartingWithEF;
    }
}
