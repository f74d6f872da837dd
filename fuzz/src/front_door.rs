//! Modules through everything that a stranger's program goes through: activation, compilation, execution.

use std::{collections::HashSet, fmt};

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256},
    rpc::types::{TransactionInput, TransactionRequest},
};
use proptest::prelude::Strategy;
use surety_devnet::{Config, Node};
use surety_stylus::{
    Answer, Engine, Env, Frame, FrameInput, Module, Outcome, OutcomeKind, Request, Rules, Step, activate, code,
    memory::PAGE_LIMIT, request::FlushOutcome,
};

use crate::drive::{Plan, drive};

const GAS: u64 = 200_000;
const INK_PRICE: u32 = 10_000;
/// Programs on one chain, so that it does not grow without end.
const MAX_PLACED: usize = 2_000;
/// More wei than any activation costs; what is left is given back.
const FUNDS: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);

/// Where programs are tried: alone, and on a chain.
pub struct FrontDoor {
    engine: Engine,
    node: Node,
    /// The modules that the chain has.
    placed: HashSet<B256>,
}

/// How far a module came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It was not activated.
    Refused,
    /// It ran.
    Ran,
}

/// How far many modules came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    pub all: u64,
    pub ran: u64,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.all - self.ran;
        write!(
            f,
            "{} tried, {} activated and ran, {refused} refused",
            self.all, self.ran
        )
    }
}

impl FrontDoor {
    /// # Panics
    /// If the engine does not run on this machine.
    pub fn new() -> Self {
        Self {
            engine: Engine::new(Rules::default()).expect("the engine starts"),
            node: chain(),
            placed: HashSet::new(),
        }
    }

    /// Enters one program after the other.
    ///
    /// # Panics
    /// As [`FrontDoor::enter`] does.
    pub fn enter_all(&mut self, command: &str, plan: Plan, programs: &impl Strategy<Value = Vec<u8>>) -> Tried {
        let mut ran = 0;
        let all = drive(command, plan, programs, |wasm| {
            ran += u64::from(self.enter(&wasm) == Reached::Ran);
        });
        Tried { all, ran }
    }

    /// Tries to activate `wasm`. What activates must compile, and run twice to the same end within its gas, here and on the
    /// chain.
    ///
    /// # Panics
    /// If it does not.
    pub fn enter(&mut self, wasm: &[u8]) -> Reached {
        let Ok(activation) = activate(wasm, PAGE_LIMIT, self.engine.rules()) else {
            return Reached::Refused;
        };
        let module = self.engine.compile(activation.module_hash, wasm);
        let module = module.expect("what activates compiles");
        let outcome = run(&module);
        assert_eq!(outcome, run(&module), "execution is deterministic");
        assert!(outcome.gas_left <= GAS);
        assert!(outcome.ink_used <= GAS * u64::from(INK_PRICE));
        let kept = matches!(outcome.kind, OutcomeKind::Success | OutcomeKind::Revert);
        assert!(kept || outcome.output.is_empty());
        if self.placed.len() == MAX_PLACED {
            self.node = chain();
            self.placed.clear();
        }
        // A chain activates a program once.
        if self.placed.insert(activation.module_hash) {
            self.on_chain(wasm, Address::from_word(activation.module_hash));
        }
        Reached::Ran
    }

    /// Places the program on the chain, activates it there, calls it, and has the call mined and traced.
    fn on_chain(&self, wasm: &[u8], at: Address) {
        let node = &self.node;
        node.set_code(at, code::compress(wasm).expect("memory is enough").into());
        let activation = [&[0x58, 0xc7, 0x80, 0xc2], at.into_word().as_slice()].concat();
        let from = node.accounts()[0];
        let request = |to: Address, input: Bytes| {
            let request = TransactionRequest::default().from(from).to(to);
            request.input(TransactionInput::new(input)).gas_limit(20_000_000)
        };
        let activation = request(Address::with_last_byte(0x71), activation.into());
        node.set_balance(from, FUNDS + FUNDS);
        let hash = node.send_transaction(activation.value(FUNDS));
        let receipt = node.receipt(hash.expect("it is accepted")).expect("it is mined");
        assert!(receipt.is_success(), "what activates alone activates on the chain");
        let call = request(at, vec![7; 100].into()).gas_limit(2_000_000);
        let answer = || node.call(call.clone(), BlockId::pending(), None, None);
        assert_eq!(answer(), answer(), "a call is deterministic");
        let hash = node.send_transaction(call.clone()).expect("it is accepted");
        let receipt = node.receipt(hash).expect("it is mined");
        assert!(receipt.0.gas_used <= 2_000_000);
        let traced = node.trace_transaction(hash, Default::default());
        assert!(traced.is_ok(), "{traced:?}");
    }
}

fn chain() -> Node {
    Node::new(Config::default()).expect("the chain starts")
}

impl Default for FrontDoor {
    fn default() -> Self {
        Self::new()
    }
}

fn run(module: &std::sync::Arc<Module>) -> Outcome {
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
        trace: None,
    });
    let mut step = frame.resume(None);
    loop {
        match step {
            Step::Ask(request) => step = frame.resume(Some(answer(&request))),
            Step::Done(outcome) => break outcome,
        }
    }
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
