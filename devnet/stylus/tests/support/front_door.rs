//! Modules through everything that a stranger's program goes through: activation, compilation, execution.

use std::sync::LazyLock;

use surety_stylus::{
    Answer, Engine, Env, Frame, FrameInput, OutcomeKind, Request, Rules, Step, activate, memory::PAGE_LIMIT,
    request::FlushOutcome,
};
const GAS: u64 = 200_000;
const INK_PRICE: u32 = 10_000;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Rules::default()).expect("the engine starts"));

/// Tries to activate `wasm`. What activates must compile, and run twice to the same end within its gas. Returns whether
/// it activated.
pub fn enter(wasm: &[u8]) -> bool {
    let Ok(activation) = activate(wasm, PAGE_LIMIT, ENGINE.rules()) else {
        return false;
    };
    let module = ENGINE
        .compile(activation.module_hash, wasm)
        .expect("what activates compiles");
    let run = || {
        let mut frame = Frame::new(FrameInput {
            module: module.clone(),
            calldata: vec![7; 100].into(),
            gas: GAS,
            entry_gas: 0,
            env: Env {
                ink_price: INK_PRICE,
                ..Env::default()
            },
            is_static: false,
            reentrant: false,
            trace: false,
        });
        let mut step = frame.resume(None);
        loop {
            match step {
                Step::Ask(request) => step = frame.resume(Some(answer(&request))),
                Step::Done(outcome) => break outcome,
            }
        }
    };
    let outcome = run();
    assert_eq!(outcome, run(), "execution is deterministic");
    assert!(outcome.gas_left <= GAS);
    assert!(outcome.ink_used <= GAS * u64::from(INK_PRICE));
    let kept = matches!(outcome.kind, OutcomeKind::Success | OutcomeKind::Revert);
    assert!(kept || outcome.output.is_empty());
    true
}

/// A chain where everything is empty and calls cost their base price.
fn answer(request: &Request) -> Answer {
    match request {
        Request::StorageLoad { .. }
        | Request::TransientLoad { .. }
        | Request::AccountBalance { .. }
        | Request::AccountCodeHash { .. } => Answer::Word {
            value: Default::default(),
            gas: 2_100,
        },
        Request::StorageFlush { .. } => Answer::Flush(FlushOutcome::Written { gas: 5_000 }),
        Request::TransientStore { .. } | Request::Log { .. } => Answer::Done,
        Request::Call { .. } => Answer::Call {
            success: true,
            gas_cost: 2_600,
            return_data: vec![1; 64].into(),
        },
        Request::Create { gas, .. } => Answer::Create {
            address: None,
            gas_returned: gas / 2,
            return_data: Default::default(),
        },
        Request::AccountCode { .. } => Answer::Code {
            code: vec![2; 100].into(),
            gas: 2_600,
        },
        Request::GrowMemory { pages } => Answer::Grown((*pages <= PAGE_LIMIT).then_some(u64::from(*pages) * 1_000)),
    }
}
