//! A chain in memory that runs contracts as native code: storage with the host's write cache, balances, calls from
//! contract to contract, reverts, events, a clock. Gas is not counted.

use alloy_primitives::{Address, B256, U256, keccak256};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};
use stylus_sdk::stylus_core::host::*;

/// What a call returns, or the data with which it reverts.
pub type Answer = Result<Vec<u8>, Vec<u8>>;
/// A contract: gets its host and the calldata.
pub type Program = Rc<dyn Fn(Vm, &[u8]) -> Answer>;

/// Reported as left to every contract that asks.
const GAS: u64 = 32_000_000;

/// A chain and everything on it. Cloning it is a snapshot.
#[derive(Clone, Default)]
pub struct Chain {
    state: Rc<RefCell<State>>,
    programs: Rc<RefCell<BTreeMap<Address, Program>>>,
    running: Rc<RefCell<Vec<Address>>>,
    chain_id: u64,
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

    /// A transaction of `from` with `value` wei, or a call to look at its answer.
    pub fn call(&self, from: Address, to: Address, value: U256, calldata: &[u8]) -> Answer {
        self.enter(from, from, to, value, calldata, false)
    }

    /// A call that can change nothing.
    pub fn view(&self, to: Address, calldata: &[u8]) -> Answer {
        self.enter(Address::ZERO, Address::ZERO, to, U256::ZERO, calldata, true)
    }

    fn enter(
        &self,
        origin: Address,
        from: Address,
        to: Address,
        value: U256,
        calldata: &[u8],
        is_static: bool,
    ) -> Answer {
        let before = self.snapshot();
        let answer = self.run(origin, from, to, value, calldata, is_static);
        if answer.is_err() {
            self.restore(before);
        }
        answer
    }

    fn run(
        &self,
        origin: Address,
        from: Address,
        to: Address,
        value: U256,
        calldata: &[u8],
        is_static: bool,
    ) -> Answer {
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
        let vm = Vm {
            chain: self.clone(),
            frame: Rc::new(Frame {
                address: to,
                origin,
                sender: from,
                value,
                is_static,
                writes: RefCell::default(),
                returned: RefCell::default(),
                broke_static: Cell::new(false),
            }),
        };
        let answer = program(vm.clone(), calldata);
        vm.flush_cache(false);
        self.running.borrow_mut().pop();
        if vm.frame.broke_static.get() {
            return Err(Vec::new());
        }
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

/// One call's host.
#[derive(Clone)]
pub struct Vm {
    chain: Chain,
    frame: Rc<Frame>,
}

struct Frame {
    address: Address,
    origin: Address,
    sender: Address,
    value: U256,
    is_static: bool,
    /// Words written and not flushed yet: the outside does not see them.
    writes: RefCell<BTreeMap<U256, B256>>,
    returned: RefCell<Vec<u8>>,
    broke_static: Cell<bool>,
}

impl Vm {
    /// # Safety
    /// The pointers are those of a host's call: `to` to 20 bytes, `data` to `data_len`.
    unsafe fn call(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: U256,
        is_static: bool,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: as the caller promises.
        let (to, data) = unsafe {
            (
                Address::from_slice(std::slice::from_raw_parts(to, 20)),
                std::slice::from_raw_parts(data, data_len),
            )
        };
        let Frame { address, origin, .. } = *self.frame;
        let (status, returned) = match self.chain.enter(origin, address, to, value, data, is_static) {
            Ok(returned) => (0, returned),
            Err(returned) => (1, returned),
        };
        *outs_len = returned.len();
        *self.frame.returned.borrow_mut() = returned;
        status
    }
}

impl Host for Vm {}

impl CryptographyAccess for Vm {
    fn native_keccak256(&self, input: &[u8]) -> B256 {
        keccak256(input)
    }
}

impl CalldataAccess for Vm {
    fn read_args(&self, _len: usize) -> Vec<u8> {
        unreachable!("calldata is handed to the program")
    }

    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        let returned = self.frame.returned.borrow();
        let end = size.map_or(returned.len(), |size| returned.len().min(offset.saturating_add(size)));
        returned.get(offset..end).unwrap_or_default().to_vec()
    }

    fn return_data_size(&self) -> usize {
        self.frame.returned.borrow().len()
    }

    fn write_result(&self, _data: &[u8]) {
        unreachable!("the program returns its answer")
    }
}

// SAFETY: no contract here creates others.
unsafe impl UnsafeDeploymentAccess for Vm {
    unsafe fn create1(&self, _: *const u8, _: usize, _: *const u8, _: *mut u8, _: *mut usize) {
        unreachable!("no contract here creates others")
    }

    unsafe fn create2(&self, _: *const u8, _: usize, _: *const u8, _: *const u8, _: *mut u8, _: *mut usize) {
        unreachable!("no contract here creates others")
    }
}

impl StorageAccess for Vm {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        if let Some(word) = self.frame.writes.borrow().get(&key) {
            return *word;
        }
        let address = self.frame.address;
        self.chain
            .with(|state| state.storage.get(&(address, key)).copied().unwrap_or_default())
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        self.frame.writes.borrow_mut().insert(key, value);
    }

    fn flush_cache(&self, _clear: bool) {
        let writes = self.frame.writes.take();
        if self.frame.is_static && !writes.is_empty() {
            self.frame.broke_static.set(true);
            return;
        }
        self.chain.with(|state| {
            for (key, word) in writes {
                let place = (self.frame.address, key);
                match word.is_zero() {
                    true => state.storage.remove(&place),
                    false => state.storage.insert(place, word),
                };
            }
        });
    }
}

// SAFETY: contracts called here run to their end before the call returns; what they may alias is theirs to know.
unsafe impl UnsafeCallAccess for Vm {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: as the caller promises, `value` points to a word.
        let value = U256::from_be_slice(unsafe { std::slice::from_raw_parts(value, 32) });
        if self.frame.is_static && !value.is_zero() {
            self.frame.broke_static.set(true);
            return 1;
        }
        // SAFETY: the pointers are handed through.
        unsafe { self.call(to, data, data_len, value, self.frame.is_static, outs_len) }
    }

    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the pointers are handed through.
        unsafe { self.call(to, data, data_len, U256::ZERO, true, outs_len) }
    }

    unsafe fn delegate_call_contract(&self, _: *const u8, _: *const u8, _: usize, _: u64, _: &mut usize) -> u8 {
        unreachable!("no contract here delegates")
    }
}

impl BlockAccess for Vm {
    fn block_basefee(&self) -> U256 {
        U256::ZERO
    }

    fn block_coinbase(&self) -> Address {
        Address::ZERO
    }

    fn block_number(&self) -> u64 {
        0
    }

    fn block_timestamp(&self) -> u64 {
        self.chain.with(|state| state.time)
    }

    fn block_gas_limit(&self) -> u64 {
        GAS
    }
}

impl ChainAccess for Vm {
    fn chain_id(&self) -> u64 {
        self.chain.chain_id
    }
}

impl AccountAccess for Vm {
    fn balance(&self, account: Address) -> U256 {
        self.chain.with(|state| state.balance(account))
    }

    fn contract_address(&self) -> Address {
        self.frame.address
    }

    fn code(&self, _account: Address) -> Vec<u8> {
        unreachable!("contracts here are native: they have no bytes")
    }

    fn code_size(&self, _account: Address) -> usize {
        unreachable!("contracts here are native: they have no bytes")
    }

    fn code_hash(&self, _account: Address) -> B256 {
        unreachable!("contracts here are native: they have no bytes")
    }
}

impl MemoryAccess for Vm {
    fn pay_for_memory_grow(&self, _pages: u16) {}
}

impl MessageAccess for Vm {
    fn msg_sender(&self) -> Address {
        self.frame.sender
    }

    fn msg_reentrant(&self) -> bool {
        false
    }

    fn msg_value(&self) -> U256 {
        self.frame.value
    }

    fn tx_origin(&self) -> Address {
        self.frame.origin
    }
}

impl MeteringAccess for Vm {
    fn evm_gas_left(&self) -> u64 {
        GAS
    }

    fn evm_ink_left(&self) -> u64 {
        GAS * 10_000
    }

    fn tx_gas_price(&self) -> U256 {
        U256::ZERO
    }

    fn tx_ink_price(&self) -> u32 {
        10_000
    }
}

impl RawLogAccess for Vm {
    fn emit_log(&self, input: &[u8], num_topics: usize) {
        let (topics, data) = input.split_at(num_topics * 32);
        let topics: Vec<_> = topics.chunks(32).map(B256::from_slice).collect();
        let _ = self.raw_log(&topics, data);
    }

    fn raw_log(&self, topics: &[B256], data: &[u8]) -> Result<(), &'static str> {
        if topics.len() > 4 {
            return Err("more than four topics");
        }
        if self.frame.is_static {
            self.frame.broke_static.set(true);
            return Ok(());
        }
        let log = Log {
            address: self.frame.address,
            topics: topics.to_vec(),
            data: data.to_vec(),
        };
        self.chain.with(|state| state.logs.push(log));
        Ok(())
    }
}
