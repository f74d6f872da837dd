//! An end to recording: what a trace may grow to.

use revm::{
    context_interface::{ContextTr, context::ContextError},
    inspector::Inspector,
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter, interpreter::EthInterpreter},
};

use super::context::Ctx;

/// Ends the execution with an error once what is recorded beside it has taken too much.
///
/// Tracers keep the input and output of every call, and the opcode logger the whole stack, and the memory if it is told to, of
/// every step. Memory that was paid for once can be handed on in every call: within the gas of one transaction that can be
/// more than a machine has.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Words of 32 bytes that may still be recorded.
    pub words: usize,
    /// Steps that may still be recorded; those after them cost nothing.
    pub steps: u64,
    /// Whether the stack of each step is recorded.
    pub stack: bool,
    /// Whether the memory of each step is recorded.
    pub memory: bool,
}

impl Budget {
    /// A budget for calls alone.
    pub const fn of_calls(words: usize) -> Self {
        Self {
            words,
            steps: 0,
            stack: false,
            memory: false,
        }
    }

    /// Takes one word and those of the content. False, with the error set that ends the execution, if they are not left.
    fn spend(&mut self, content: usize, context: &mut Ctx<'_>) -> bool {
        let left = self.words.checked_sub(1 + content);
        self.words = left.unwrap_or_default();
        if left.is_none() {
            *context.error() = Err(ContextError::Custom(
                "the trace is too large: limit it, leave out stack or memory, or use another tracer".into(),
            ));
        }
        left.is_some()
    }
}

impl<'a> Inspector<Ctx<'a>, EthInterpreter> for Budget {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut Ctx<'a>) {
        let Some(steps) = self.steps.checked_sub(1) else {
            return;
        };
        self.steps = steps;
        let stack = if self.stack { interpreter.stack.len() } else { 0 };
        let memory = if self.memory { interpreter.memory.len() / 32 } else { 0 };
        if !self.spend(stack + memory, context) {
            interpreter.halt_fatal();
        }
    }

    // A call goes on when the error is set; it is found when the frame that called goes on.

    fn call(&mut self, context: &mut Ctx<'a>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.spend(inputs.input.len() / 32, context);
        None
    }

    fn call_end(&mut self, context: &mut Ctx<'a>, _: &CallInputs, outcome: &mut CallOutcome) {
        self.spend(outcome.result.output.len() / 32, context);
    }

    fn create(&mut self, context: &mut Ctx<'a>, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.spend(inputs.init_code().len() / 32, context);
        None
    }

    fn create_end(&mut self, context: &mut Ctx<'a>, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.spend(outcome.result.output.len() / 32, context);
    }
}
