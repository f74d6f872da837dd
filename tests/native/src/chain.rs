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
    /// What the transaction that runs changed, to take it back.
    journal: Rc<RefCell<Vec<Change>>>,
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

/// What was there before a change; none for nothing.
#[derive(Clone, Copy)]
enum Change {
    Balance(Address, Option<U256>),
    Word((Address, U256), Option<B256>),
    Logs(usize),
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

    /// Events since they were last taken.
    pub fn take_logs(&self) -> Vec<Log> {
        self.with(|state| std::mem::take(&mut state.logs))
    }

    /// The words of a contract that are not zero, by slot.
    pub fn storage_of(&self, contract: Address) -> BTreeMap<U256, B256> {
        let all = (contract, U256::ZERO)..=(contract, U256::MAX);
        self.with(|state| {
            state
                .storage
                .range(all)
                .map(|(&(_, slot), &word)| (slot, word))
                .collect()
        })
    }

    /// Reads or changes the state.
    pub fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.state.borrow_mut())
    }

    /// Runs something, and takes back what it did to the state and which contracts it put where.
    pub fn undone<T>(&self, run: impl FnOnce() -> T) -> T {
        let (state, programs) = (self.snapshot(), self.programs.borrow().clone());
        let outcome = run();
        self.restore(state);
        *self.programs.borrow_mut() = programs;
        outcome
    }

    /// Every contract that asks is told from now on that so much gas is left.
    pub fn set_gas_left(&self, gas: u64) {
        self.gas.set(gas);
    }

    /// A transaction of `from` with `value` wei.
    pub fn call(&self, from: Address, to: Address, value: U256, calldata: &[u8]) -> Answer {
        let answer = self.enter(Message::new(from, to, value), calldata);
        self.journal.borrow_mut().clear();
        answer
    }

    /// The same without any effect.
    pub fn peek(&self, from: Address, to: Address, value: U256, calldata: &[u8]) -> Answer {
        let answer = self.enter(Message::new(from, to, value), calldata);
        self.take_back(0);
        answer
    }

    /// The state that a transaction would leave behind, if it is not refused.
    pub fn outcome(&self, from: Address, to: Address, value: U256, calldata: &[u8]) -> Option<State> {
        let answer = self.enter(Message::new(from, to, value), calldata);
        let state = answer.is_ok().then(|| self.snapshot());
        self.take_back(0);
        state
    }

    /// A call that can change nothing.
    pub fn view(&self, to: Address, calldata: &[u8]) -> Answer {
        let message = Message {
            is_static: true,
            ..Message::new(Address::ZERO, to, U256::ZERO)
        };
        self.enter(message, calldata)
    }

    pub(crate) fn enter(&self, message: Message, calldata: &[u8]) -> Answer {
        let mark = self.journal.borrow().len();
        let answer = self.run(message, calldata);
        if answer.is_err() {
            self.take_back(mark);
        }
        answer
    }

    /// Takes back what changed since the journal was that long.
    fn take_back(&self, mark: usize) {
        let changes = self.journal.borrow_mut().split_off(mark);
        self.with(|state| {
            for change in changes.into_iter().rev() {
                match change {
                    Change::Balance(account, before) => put(&mut state.balances, account, before),
                    Change::Word(place, before) => put(&mut state.storage, place, before),
                    Change::Logs(length) => state.logs.truncate(length),
                }
            }
        });
    }

    /// Writes a word of a contract.
    pub(crate) fn write(&self, contract: Address, key: U256, word: B256) {
        let place = (contract, key);
        let word = (!word.is_zero()).then_some(word);
        let before = self.with(|state| {
            let before = state.storage.get(&place).copied();
            put(&mut state.storage, place, word);
            before
        });
        self.journal.borrow_mut().push(Change::Word(place, before));
    }

    pub(crate) fn log(&self, log: Log) {
        let length = self.with(|state| {
            state.logs.push(log);
            state.logs.len() - 1
        });
        self.journal.borrow_mut().push(Change::Logs(length));
    }

    fn transfer(&self, from: Address, to: Address, value: U256) -> Result<(), Vec<u8>> {
        if value.is_zero() {
            return Ok(());
        }
        let left = self.with(|state| state.balance(from)).checked_sub(value);
        self.set_balance(from, left.ok_or_else(Vec::new)?);
        let grown = self.with(|state| state.balance(to)) + value;
        self.set_balance(to, grown);
        Ok(())
    }

    fn set_balance(&self, account: Address, wei: U256) {
        let before = self.with(|state| state.balances.insert(account, wei));
        self.journal.borrow_mut().push(Change::Balance(account, before));
    }

    fn run(&self, message: Message, calldata: &[u8]) -> Answer {
        let Message { from, to, value, .. } = message;
        self.transfer(from, to, value)?;
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
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

/// Who calls whom, and how.
#[derive(Clone, Copy)]
pub(crate) struct Message {
    pub origin: Address,
    pub from: Address,
    pub to: Address,
    pub value: U256,
    pub is_static: bool,
}

impl Message {
    /// A transaction.
    fn new(from: Address, to: Address, value: U256) -> Self {
        Self {
            origin: from,
            from,
            to,
            value,
            is_static: false,
        }
    }
}
