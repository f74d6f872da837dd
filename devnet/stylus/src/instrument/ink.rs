//! Charges each basic block before it runs, whether or not it then traps halfway.

use wasmparser::Operator;

use super::{Context, trap_if};
use crate::{
    error::ActivationError,
    prices::{BLOCK, ends_block, operator_ink},
};

/// Operators injected into each block.
const INJECTED: usize = 12;

pub(super) fn meter<'a>(operators: Vec<Operator<'a>>, context: &Context) -> Result<Vec<Operator<'a>>, ActivationError> {
    let mut metered = Vec::with_capacity(operators.len() * 2 + INJECTED);
    let mut block = Vec::new();
    let mut cost = BLOCK;
    for operator in operators {
        let ink =
            operator_ink(&operator, context.signatures).ok_or_else(|| ActivationError::Operator(name(&operator)))?;
        cost = cost.saturating_add(ink);
        let ends = ends_block(&operator);
        block.push(operator);
        if ends {
            metered.extend(charge(cost, context));
            metered.append(&mut block);
            cost = BLOCK;
        }
    }
    Ok(metered)
}

/// Out of ink unless `ink_left >= cost`, else `ink_left -= cost`.
fn charge<'a>(cost: u64, context: &Context) -> impl Iterator<Item = Operator<'a>> {
    let ink = context.ink_left;
    let cost = Operator::I64Const { value: cost as i64 };
    let test = [
        Operator::GlobalGet { global_index: ink },
        cost.clone(),
        Operator::I64LtU,
    ];
    let take = [
        Operator::GlobalGet { global_index: ink },
        cost,
        Operator::I64Sub,
        Operator::GlobalSet { global_index: ink },
    ];
    test.into_iter().chain(trap_if(context.ink_status, 1)).chain(take)
}

/// The operator's name without its immediates.
fn name(operator: &Operator) -> String {
    let text = format!("{operator:?}");
    text.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}
