//! An end to recording: what a trace may grow to.

use revm::{
    context_interface::{ContextTr, context::ContextError},
    inspector::Inspector,
    interpreter::{Interpreter, interpreter::EthInterpreter},
};

use super::context::Ctx;

/// Ends the execution with an error once the steps recorded beside it have taken too much.
///
/// The opcode logger keeps the whole stack, and the memory if it is told to, of every step: within the gas of one transaction
/// that can be more than a machine has.
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

impl<'a> Inspector<Ctx<'a>, EthInterpreter> for Budget {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut Ctx<'a>) {
        let Some(steps) = self.steps.checked_sub(1) else {
            return;
        };
        self.steps = steps;
        let stack = if self.stack { interpreter.stack.len() } else { 0 };
        let memory = if self.memory { interpreter.memory.len() / 32 } else { 0 };
        match self.words.checked_sub(1 + stack + memory) {
            Some(left) => self.words = left,
            None => {
                *context.error() = Err(ContextError::Custom(
                    "the trace is too large: limit it, leave out stack or memory, or use another tracer".into(),
                ));
                interpreter.halt_fatal();
            }
        }
    }
}
