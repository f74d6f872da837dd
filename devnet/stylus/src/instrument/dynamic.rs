//! Charges `memory.fill` and `memory.copy` for each byte, also if they then trap out of bounds.

use wasmparser::Operator;

use super::{Context, trap_if};
use crate::prices::BULK_BYTE;

pub(super) fn meter<'a>(operators: Vec<Operator<'a>>, context: &Context) -> Vec<Operator<'a>> {
    let mut metered = Vec::with_capacity(operators.len());
    for operator in operators {
        if matches!(operator, Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }) {
            metered.extend(charge(context));
        }
        metered.push(operator);
    }
    metered
}

/// Takes the price of the length on top of the stack, and leaves it there. Out of ink is noticed by the subtraction wrapping.
fn charge<'a>(context: &Context) -> impl Iterator<Item = Operator<'a>> {
    let (ink, scratch) = (context.ink_left, context.scratch);
    let take = [
        Operator::GlobalSet { global_index: scratch },
        Operator::GlobalGet { global_index: ink },
        Operator::GlobalGet { global_index: ink },
        Operator::GlobalGet { global_index: scratch },
        Operator::I64ExtendI32U,
        Operator::I64Const { value: BULK_BYTE },
        Operator::I64Mul,
        Operator::I64Sub,
        Operator::GlobalSet { global_index: ink },
        Operator::GlobalGet { global_index: ink },
        Operator::I64LtU,
    ];
    take.into_iter()
        .chain(trap_if(context.ink_status, 1))
        .chain([Operator::GlobalGet { global_index: scratch }])
}
