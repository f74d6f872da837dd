//! A chain with one program in it: enough of the EVM's rules to answer a frame that calls nobody.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use surety_stylus::{
    Answer, Frame, FrameInput, Outcome, OutcomeKind, Request, Step, memory::Pages, request::FlushOutcome,
};

use surety_vectors::Log;

const COLD_SLOT: u64 = 2_100;
const WARM: u64 = 100;
const COLD_ACCOUNT: u64 = 2_600;

#[derive(Clone, Default)]
pub struct Account {
    pub balance: U256,
    pub code: Bytes,
}

/// What one transaction changes.
#[derive(Clone, Default)]
pub struct Chain {
    pub accounts: BTreeMap<Address, Account>,
    pub storage: BTreeMap<B256, B256>,
}

/// A transaction in progress.
pub struct Transaction<'a> {
    chain: &'a Chain,
    pub acting: Address,
    pub storage: BTreeMap<B256, B256>,
    pub pages: Pages,
    pub refund: i64,
    pub logs: Vec<Log>,
    warm_slots: BTreeSet<B256>,
    warm_accounts: BTreeSet<Address>,
    transient: BTreeMap<B256, B256>,
}

/// The frame asked for something that takes a whole EVM.
#[derive(Debug)]
pub struct NeedsEvm;

impl<'a> Transaction<'a> {
    pub fn new(chain: &'a Chain, acting: Address, warm: impl IntoIterator<Item = Address>) -> Self {
        Self {
            chain,
            acting,
            storage: chain.storage.clone(),
            pages: Pages::default(),
            refund: 0,
            logs: Vec::new(),
            warm_slots: BTreeSet::new(),
            warm_accounts: warm.into_iter().chain([acting]).collect(),
            transient: BTreeMap::new(),
        }
    }

    /// Runs a frame to its end. What a failed one wrote is undone.
    pub fn run(&mut self, input: FrameInput) -> Result<Outcome, NeedsEvm> {
        let mut frame = Frame::new(input);
        let mut answer = None;
        loop {
            match frame.resume(answer.take()) {
                Step::Ask(request) => answer = Some(self.answer(request)?),
                Step::Done(outcome) => {
                    if outcome.kind != OutcomeKind::Success {
                        self.storage = self.chain.storage.clone();
                        self.logs.clear();
                        self.refund = 0;
                    }
                    return Ok(outcome);
                }
            }
        }
    }

    fn answer(&mut self, request: Request) -> Result<Answer, NeedsEvm> {
        Ok(match request {
            Request::StorageLoad { key } => {
                let gas = if self.warm_slots.insert(key) { COLD_SLOT } else { WARM };
                Answer::Word {
                    value: slot(&self.storage, &key),
                    gas,
                }
            }
            Request::StorageFlush { writes, gas } => Answer::Flush(self.flush(&writes, gas)),
            Request::TransientLoad { key } => Answer::Word {
                value: slot(&self.transient, &key),
                gas: WARM,
            },
            Request::TransientStore { key, value } => {
                self.transient.insert(key, value);
                Answer::Done
            }
            Request::Log { topics, data } => {
                self.logs.push(Log {
                    address: self.acting,
                    topics,
                    data,
                });
                Answer::Done
            }
            Request::AccountBalance { address } => {
                let balance = self
                    .chain
                    .accounts
                    .get(&address)
                    .map(|account| account.balance)
                    .unwrap_or_default();
                Answer::Word {
                    value: balance.into(),
                    gas: self.touch(address),
                }
            }
            Request::AccountCode { address } => {
                let code = self
                    .chain
                    .accounts
                    .get(&address)
                    .map(|account| account.code.clone())
                    .unwrap_or_default();
                Answer::Code {
                    code,
                    gas: self.touch(address),
                }
            }
            Request::AccountCodeHash { address } => {
                let value = match self.chain.accounts.get(&address) {
                    None => B256::ZERO,
                    Some(account) if account.code.is_empty() => KECCAK256_EMPTY,
                    Some(account) => keccak256(&account.code),
                };
                Answer::Word {
                    value,
                    gas: self.touch(address),
                }
            }
            Request::GrowMemory { pages } => Answer::Grown(self.pages.grow(pages)),
            Request::Call { .. } | Request::Create { .. } => return Err(NeedsEvm),
        })
    }

    fn touch(&mut self, address: Address) -> u64 {
        if self.warm_accounts.insert(address) {
            COLD_ACCOUNT
        } else {
            WARM
        }
    }

    fn flush(&mut self, writes: &[(B256, B256)], gas: u64) -> FlushOutcome {
        let mut spent = 0;
        for &(key, value) in writes {
            spent += self.store(key, value);
            if spent > gas {
                return FlushOutcome::OutOfGas;
            }
        }
        FlushOutcome::Written { gas: spent }
    }

    /// SSTORE after EIP-2200, 2929 and 3529.
    fn store(&mut self, key: B256, value: B256) -> u64 {
        let cold = if self.warm_slots.insert(key) { COLD_SLOT } else { 0 };
        let original = slot(&self.chain.storage, &key);
        let current = slot(&self.storage, &key);
        self.storage.insert(key, value);
        cold + if current == value {
            100
        } else if original == current {
            if original.is_zero() {
                20_000
            } else {
                if value.is_zero() {
                    self.refund += 4_800;
                }
                2_900
            }
        } else {
            if !original.is_zero() && current.is_zero() {
                self.refund -= 4_800;
            }
            if !original.is_zero() && value.is_zero() {
                self.refund += 4_800;
            }
            if value == original {
                self.refund += if original.is_zero() { 19_900 } else { 2_800 };
            }
            100
        }
    }
}

fn slot(storage: &BTreeMap<B256, B256>, key: &B256) -> B256 {
    storage.get(key).copied().unwrap_or_default()
}
