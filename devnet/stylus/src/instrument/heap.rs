//! Asks the host for pages before memory grows. They are paid for even if the memory's own maximum then stops it.

use wasm_encoder::MemoryType;
use wasmparser::Operator;

use super::Context;
use crate::{error::ActivationError, validate::Program};

/// The function that sells pages, or None if the memory cannot grow.
pub(super) fn import(program: &Program, memory: &MemoryType) -> Result<Option<u32>, ActivationError> {
    if memory.maximum == Some(memory.minimum) {
        return Ok(None);
    }
    program.memory_grow.map(Some).ok_or(ActivationError::MissingMemoryGrow)
}

pub(super) fn bound<'a>(operators: Vec<Operator<'a>>, context: &Context) -> Vec<Operator<'a>> {
    let Some(function_index) = context.memory_grow else {
        return operators;
    };
    let scratch = context.scratch;
    let mut bounded = Vec::with_capacity(operators.len());
    for operator in operators {
        if matches!(operator, Operator::MemoryGrow { .. }) {
            bounded.extend([
                Operator::GlobalSet { global_index: scratch },
                Operator::GlobalGet { global_index: scratch },
                Operator::GlobalGet { global_index: scratch },
                Operator::Call { function_index },
            ]);
        }
        bounded.push(operator);
    }
    bounded
}
