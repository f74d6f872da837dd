//! A chain in memory that runs contracts as native code: storage with the host's write cache, balances, calls from
//! contract to contract, reverts, events, a clock. Gas is not counted.

use alloy_primitives::{Address, B256, U256};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use crate::vm::Vm;

/// What a call returns, or the data with which it reverts.
pub type Answer = Result<Vec<u8>, Vec<u8>>;
/// A contract: gets its host and the calldata.
pub type Program = Rc<dyn Fn(Vm, &[u8]) -> Answer>;

/// A block's, and reported as left to every contract that asks.
pub(crate) const GAS: u64 = 32_000_000;

/// A chain and everything on it. A clone is the same chain.
#[derive(Clone, Default)]
pub struct Chain {
    state: Rc<RefCell<State>>,
    programs: Rc<RefCell<BTreeMap<Address, Program>>>,
    running: Rc<RefCell<Vec<Address>>>,
    pub(crate) gas: Rc<Cell<u64>>,
    pub(crate) chain_id: u64,
}

/// What calls change.
#[derive(Clone, Default, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub time: u64,
    pub balances: BTreeMap<Address, U256>,
    /// Words that are not zero, by contract and slot.
    pub storage: BTreeMap<(Address, U256), B256>,
    pub logs: Vec<Log>,
}

/// An event as it was logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log {
    pub address: Address,
    pub topics: Vec<B256>,
    pub data: Vec<u8>,
}

impl Chain {
    pub fn new(chain_id: u64, time: u64) -> Self {
        let chain = Self {
            chain_id,
            gas: Rc::new(Cell::new(GAS)),
            ..Self::default()
        };
        chain.state.borrow_mut().time = time;
        chain
    }

    /// Puts a contract at an address.
    pub fn install(&self, address: Address, program: impl Fn(Vm, &[u8]) -> Answer + 'static) {
        self.programs.borrow_mut().insert(address, Rc::new(program));
    }

    /// Leaves an account without contract.
    pub fn uninstall(&self, address: Address) {
        self.programs.borrow_mut().remove(&address);
    }

    /// A copy of the state; [`Chain::restore`] goes back to it.
    pub fn snapshot(&self) -> State {
        self.state.borrow().clone()
    }

    pub fn restore(&self, state: State) {
        *self.state.borrow_mut() = state;
    }

    /// Reads or changes the state.
    pub fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.state.borrow_mut())
    }

    /// Every contract that asks is told from now on that so much gas is left.
    pub fn set_gas_left(&self, gas: u64) {
        self.gas.set(gas);
    }

    /// A transaction of `from` with `value` wei, or a call to look at its answer.
    pub fn call(&self, from: Address, to: Address, value: U256, calldata: &[u8]) -> Answer {
        let message = Message {
            origin: from,
            from,
            to,
            value,
            is_static: false,
        };
        self.enter(message, calldata)
    }

    /// A call that can change nothing.
    pub fn view(&self, to: Address, calldata: &[u8]) -> Answer {
        let message = Message {
            to,
            is_static: true,
            ..Message::default()
        };
        self.enter(message, calldata)
    }

    pub(crate) fn enter(&self, message: Message, calldata: &[u8]) -> Answer {
        let before = self.snapshot();
        let answer = self.run(message, calldata);
        if answer.is_err() {
            self.restore(before);
        }
        answer
    }

    fn run(&self, message: Message, calldata: &[u8]) -> Answer {
        let Message { from, to, value, .. } = message;
        self.with(|state| state.transfer(from, to, value))?;
        let program = self.programs.borrow().get(&to).cloned();
        let Some(program) = program else {
            return Ok(Vec::new());
        };
        // As the SDK's entrypoint does.
        if self.running.borrow().contains(&to) {
            return Err(Vec::new());
        }
        self.running.borrow_mut().push(to);
        let answer = Vm::run(self.clone(), message, |vm| program(vm, calldata));
        self.running.borrow_mut().pop();
        answer
    }
}

impl State {
    pub fn balance(&self, account: Address) -> U256 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    fn transfer(&mut self, from: Address, to: Address, value: U256) -> Result<(), Vec<u8>> {
        if value.is_zero() {
            return Ok(());
        }
        let left = self.balance(from).checked_sub(value).ok_or_else(Vec::new)?;
        self.balances.insert(from, left);
        let grown = self.balance(to) + value;
        self.balances.insert(to, grown);
        Ok(())
    }
}

/// Who calls whom, and how.
#[derive(Clone, Copy, Default)]
pub(crate) struct Message {
    pub origin: Address,
    pub from: Address,
    pub to: Address,
    pub value: U256,
    pub is_static: bool,
}
