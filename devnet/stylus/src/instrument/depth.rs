//! Bounds the stack: every function call takes its frame size, in words, from a counter and gives it back when it returns.

use wasmparser::{BlockType, Operator};

use super::{Context, trap_if};
use crate::error::{ActivationError, check_limit};

const MAX_FRAME: u64 = 10_240;
const MAX_HEIGHT: u64 = 4_096;
/// Words of a frame besides its locals and operands.
const FRAME_OVERHEAD: u32 = 4;

pub(super) fn check<'a>(
    operators: Vec<Operator<'a>>,
    locals: u32,
    context: &Context,
) -> Result<Vec<Operator<'a>>, ActivationError> {
    let height = worst_height(&operators, context)?;
    check_limit("operands on a function's stack", height, MAX_HEIGHT)?;
    let size = height + locals + FRAME_OVERHEAD;
    check_limit("words of a function's frame", size, MAX_FRAME)?;

    let mut checked = Vec::with_capacity(operators.len() + 32);
    checked.extend(enter(size, context));
    let last = operators.len().saturating_sub(1);
    for (index, operator) in operators.into_iter().enumerate() {
        if index == last {
            // the final `end`
            checked.extend(leave(size, context));
            checked.push(Operator::Return);
        } else if matches!(operator, Operator::Return) {
            checked.extend(leave(size, context));
        }
        checked.push(operator);
    }
    Ok(checked)
}

/// Out of stack, leaving 0, if `stack_left <= size`, else `stack_left -= size`.
fn enter<'a>(size: u32, context: &Context) -> impl Iterator<Item = Operator<'a>> {
    let stack = context.stack_left;
    let size = Operator::I32Const { value: size as i32 };
    let test = [
        Operator::GlobalGet { global_index: stack },
        size.clone(),
        Operator::I32LeU,
    ];
    let take = [
        Operator::GlobalGet { global_index: stack },
        size,
        Operator::I32Sub,
        Operator::GlobalSet { global_index: stack },
    ];
    test.into_iter().chain(trap_if(stack, 0)).chain(take)
}

fn leave<'a>(size: u32, context: &Context) -> [Operator<'a>; 4] {
    let stack = context.stack_left;
    [
        Operator::GlobalGet { global_index: stack },
        Operator::I32Const { value: size as i32 },
        Operator::I32Add,
        Operator::GlobalSet { global_index: stack },
    ]
}

/// The largest height of the operand stack, by Arbitrum's own count. It differs from the true height after branches and in
/// blocks with results, and is part of what a contract observes: it decides how deep a program can recurse.
fn worst_height(operators: &[Operator], context: &Context) -> Result<u32, ActivationError> {
    let mut scopes = vec![0u32];
    let mut height = 0u32;
    let mut worst = 0;
    for operator in operators {
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                height += results(blockty);
                scopes.push(height);
            }
            Operator::If { blockty } => {
                height = height.saturating_sub(1) + results(blockty);
                scopes.push(height);
            }
            Operator::Else => height = scopes.last().copied().unwrap_or(0),
            Operator::End => height = scopes.pop().unwrap_or(0),
            Operator::Call { function_index } => {
                let ty = context.signatures.of_function(*function_index);
                let ty = ty.ok_or_else(|| ActivationError::Invalid(format!("unknown function {function_index}")))?;
                height += ty.results().len() as u32;
                worst = worst.max(height);
                height = height.saturating_sub(ty.params().len() as u32);
            }
            Operator::CallIndirect { type_index, .. } => {
                let ty = context.signatures.of_type(*type_index);
                let ty = ty.ok_or_else(|| ActivationError::Invalid(format!("unknown type {type_index}")))?;
                height += ty.results().len() as u32;
                worst = worst.max(height);
                height = height.saturating_sub(ty.params().len() as u32 + 1);
            }
            simple => height = height.saturating_add_signed(effect(simple)),
        }
        worst = worst.max(height);
    }
    Ok(worst)
}

fn results(ty: &BlockType) -> u32 {
    match ty {
        BlockType::Empty => 0,
        BlockType::Type(_) | BlockType::FuncType(_) => 1,
    }
}

/// What an operator without nesting adds to the height.
#[rustfmt::skip]
fn effect(operator: &Operator) -> i32 {
    use Operator::*;
    match operator {
        LocalGet { .. } | GlobalGet { .. } | MemorySize { .. }
        | I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. } => 1,

        Drop | BrIf { .. } | BrTable { .. } | LocalSet { .. } | GlobalSet { .. }
        | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU
        | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU
        | I32Add | I32Sub | I32Mul | I32DivS | I32DivU | I32RemS | I32RemU
        | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr
        | I64Add | I64Sub | I64Mul | I64DivS | I64DivU | I64RemS | I64RemU
        | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => -1,

        Select | I32Store { .. } | I32Store8 { .. } | I32Store16 { .. }
        | I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. }
        | F32Store { .. } | F64Store { .. } => -2,

        MemoryFill { .. } | MemoryCopy { .. } => -3,

        // loads, tests, conversions, local.tee and memory.grow replace their operand; branches leave the height as it is
        _ => 0,
    }
}
