//! The host of one call on the chain in memory: what a contract asks of the chain below it.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256, map::HashMap};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};
use stylus_sdk::stylus_core::host::*;

use crate::chain::{Answer, Chain, GAS, Log, Message};

thread_local! {
    /// Hashes of late. Calls hash the same few slots and terms again and again, and little else takes as long.
    static HASHED: RefCell<HashMap<Bytes, B256>> = RefCell::default();
}

/// As many hashes are kept.
const HASHES: usize = 4_096;

/// One call's host.
#[derive(Clone)]
pub struct Vm {
    chain: Chain,
    frame: Rc<Frame>,
}

struct Frame {
    message: Message,
    /// Words written and not flushed yet: the outside does not see them.
    writes: RefCell<BTreeMap<U256, B256>>,
    returned: RefCell<Vec<u8>>,
    broke_static: Cell<bool>,
}

impl Vm {
    /// Lets a contract answer a message; what it wrote is on the chain afterwards.
    pub(crate) fn run(chain: Chain, message: Message, program: impl FnOnce(Self) -> Answer) -> Answer {
        let frame = Frame {
            message,
            writes: RefCell::default(),
            returned: RefCell::default(),
            broke_static: Cell::new(false),
        };
        let vm = Self {
            chain,
            frame: Rc::new(frame),
        };
        let answer = program(vm.clone());
        vm.flush_cache(false);
        match vm.frame.broke_static.get() {
            true => Err(Vec::new()),
            false => answer,
        }
    }

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
        let message = Message {
            origin: self.frame.message.origin,
            from: self.frame.message.to,
            to,
            value,
            is_static,
        };
        let (status, returned) = match self.chain.enter(message, data) {
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
        HASHED.with_borrow_mut(|hashed| {
            if let Some(hash) = hashed.get(input) {
                return *hash;
            }
            if hashed.len() == HASHES {
                hashed.clear();
            }
            let hash = keccak256(input);
            hashed.insert(Bytes::copy_from_slice(input), hash);
            hash
        })
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
        let address = self.frame.message.to;
        self.chain
            .with(|state| state.storage.get(&(address, key)).copied().unwrap_or_default())
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        self.frame.writes.borrow_mut().insert(key, value);
    }

    fn flush_cache(&self, _clear: bool) {
        let writes = self.frame.writes.take();
        if self.frame.message.is_static && !writes.is_empty() {
            self.frame.broke_static.set(true);
            return;
        }
        for (key, word) in writes {
            self.chain.write(self.frame.message.to, key, word);
        }
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
        if self.frame.message.is_static && !value.is_zero() {
            self.frame.broke_static.set(true);
            return 1;
        }
        // SAFETY: the pointers are handed through.
        unsafe { self.call(to, data, data_len, value, self.frame.message.is_static, outs_len) }
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
        self.frame.message.to
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
        self.frame.message.from
    }

    fn msg_reentrant(&self) -> bool {
        false
    }

    fn msg_value(&self) -> U256 {
        self.frame.message.value
    }

    fn tx_origin(&self) -> Address {
        self.frame.message.origin
    }
}

impl MeteringAccess for Vm {
    fn evm_gas_left(&self) -> u64 {
        self.chain.gas.get()
    }

    fn evm_ink_left(&self) -> u64 {
        self.chain.gas.get() * 10_000
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
        if self.frame.message.is_static {
            self.frame.broke_static.set(true);
            return Ok(());
        }
        let log = Log {
            address: self.frame.message.to,
            topics: topics.to_vec(),
            data: data.to_vec(),
        };
        self.chain.log(log);
        Ok(())
    }
}
