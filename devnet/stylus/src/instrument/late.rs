//! Leaves out tests for ink that a later one makes up for.
//!
//! Not one of Arbitrum's passes: it comes after them, and after what they made is counted. A block that calls nobody and
//! begins no turn of a loop may run on ink that is not there: the counter goes below zero, the next block that does either
//! finds it there, and whoever reads the counter of a program that ended takes that for what it is, out of ink. Nobody
//! outside can tell the difference, since a frame without ink leaves nothing behind. What runs in between is bounded by
//! the code: each way through it is straight.

use wasmparser::Operator;

use super::Context;

/// Operators of a charge: the test with its trap, then the subtraction.
const TEST: usize = 8;
const TAKE: usize = 4;

pub(super) fn test<'a>(operators: Vec<Operator<'a>>, context: &Context) -> Vec<Operator<'a>> {
    let is_charge = |at: usize| {
        matches!(
            operators.get(at..at + TEST + TAKE),
            Some([Operator::GlobalGet { global_index }, Operator::I64Const { .. }, Operator::I64LtU, ..])
                if *global_index == context.ink_left
        )
    };
    let mut late = Vec::with_capacity(operators.len());
    let mut at = 0;
    while at < operators.len() {
        if !is_charge(at) {
            late.push(operators[at].clone());
            at += 1;
            continue;
        }
        let block = at + TEST + TAKE;
        let end = (block..operators.len())
            .find(|&next| is_charge(next))
            .unwrap_or(operators.len());
        let turns = at > 0 && matches!(operators[at - 1], Operator::Loop { .. });
        // What nobody can pay for (floats) costs 2^64 - 1: more than any counter, without its sign.
        let beyond = matches!(operators[at + 1], Operator::I64Const { value } if value < 0);
        if beyond {
            late.extend(operators[at..at + TEST].iter().cloned());
        } else if turns || operators[block..end].iter().any(needs_ink) {
            // The counter may be below zero here, so it is compared with its sign.
            late.extend(operators[at..at + 2].iter().cloned());
            late.push(Operator::I64LtS);
            late.extend(operators[at + 3..at + TEST].iter().cloned());
        }
        late.extend(operators[at + TEST..block].iter().cloned());
        at = block;
    }
    late
}

/// What must not be reached without ink: whoever is called sees the counter, and bulk operators take from it by themselves.
fn needs_ink(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::MemoryGrow { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
    )
}
