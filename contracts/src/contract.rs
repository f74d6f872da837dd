//! What every contract here stands on: raw storage words, events, payments that cannot be blocked, questions to other
//! contracts, clocks. The methods are a trait's, so that a contract reads as one type and stays generic over its host.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use core::cell::Cell;
use stylus_sdk::{ArbResult, call::RawCall, prelude::*};

use surety_protocol::merkle;

use crate::{
    Fault, Form, IEscrow, IVerifier, Job, Phase, Terms,
    codec::{Args, Malformed, ToWord, Word, with_selector},
};

/// Counts stay below this.
pub const MAX_COUNT: u64 = 1 << 48;

/// Gas that a pushed payment may use.
const PUSH_GAS: u64 = 50_000;
/// Gas that must be left before a push: access to a cold account, value, a new account, [`PUSH_GAS`] through the 63/64
/// rule, and what little runs in between.
const PUSH_NEEDS: u64 = 2_600 + 9_000 + 25_000 + PUSH_GAS * 64 / 63 + 400;

/// The precompile of SHA-256, on every EVM chain.
pub const SHA256: Address = Address::with_last_byte(2);

/// The errors that all contracts share, as each of them names its own; made by [`errors`](crate::errors).
pub trait Failure: From<Malformed> + Into<Vec<u8>> {
    fn no_credit() -> Self;
    fn not_enough_gas(needed: u64) -> Self;
    fn too_early(not_before: u64) -> Self;
    fn too_late(deadline: u64) -> Self;
    fn transfer_failed() -> Self;
    fn wrong_payment(expected: U256, paid: U256) -> Self;
    fn zero_address() -> Self;
}

/// Declares a contract's error type: one variant for each of its interface's errors, with the names of its fields. The
/// errors of [`Failure`] come along. They are returned boxed: a pointer is what every `?` on the way out copies, and a
/// contract's size is paid for in every uncached call.
#[macro_export]
macro_rules! errors {
    ($error:ident of $interface:ident { $($name:ident($($field:ident),*);)* }) => {
        $crate::errors! { @all $error of $interface {
            $($name($($field),*);)*
            MalformedCalldata();
            NoCredit();
            NotEnoughGas(needed);
            TooEarly(notBefore);
            TooLate(deadline);
            TransferFailed();
            WrongPayment(expected, paid);
            ZeroAddress();
        } }

        impl From<$crate::codec::Malformed> for alloc::boxed::Box<$error> {
            fn from(_: $crate::codec::Malformed) -> Self {
                $interface::MalformedCalldata {}.into()
            }
        }

        impl $crate::contract::Failure for alloc::boxed::Box<$error> {
            fn no_credit() -> Self {
                $interface::NoCredit {}.into()
            }

            fn not_enough_gas(needed: u64) -> Self {
                $interface::NotEnoughGas { needed }.into()
            }

            fn too_early(not_before: u64) -> Self {
                $interface::TooEarly { notBefore: not_before }.into()
            }

            fn too_late(deadline: u64) -> Self {
                $interface::TooLate { deadline }.into()
            }

            fn transfer_failed() -> Self {
                $interface::TransferFailed {}.into()
            }

            fn wrong_payment(expected: alloy_primitives::U256, paid: alloy_primitives::U256) -> Self {
                $interface::WrongPayment { expected, paid }.into()
            }

            fn zero_address() -> Self {
                $interface::ZeroAddress {}.into()
            }
        }
    };
    (@all $error:ident of $interface:ident { $($name:ident($($field:ident),*);)* }) => {
        /// One typed error for each cause; the declarations with their arguments are the interface's.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $error { $($name($interface::$name)),* }

        impl From<alloc::boxed::Box<$error>> for alloc::vec::Vec<u8> {
            /// The revert's data.
            fn from(error: alloc::boxed::Box<$error>) -> Self {
                match &*error {
                    $($error::$name(_error) => {
                        let words: &[$crate::codec::Word] = &[$($crate::codec::ToWord::to_word(&_error.$field)),*];
                        $crate::codec::with_selector(<$interface::$name as alloy_sol_types::SolError>::SELECTOR, words)
                    })*
                }
            }
        }

        $(impl From<$interface::$name> for alloc::boxed::Box<$error> {
            fn from(error: $interface::$name) -> Self {
                Self::new($error::$name(error))
            }
        })*
    };
}

/// What a contract that was asked answered: static values.
pub struct Answer(Vec<u8>);

impl Answer {
    pub fn args(&self) -> Args<'_> {
        Args::of(self.0.as_chunks().0)
    }
}

/// A contract on its host. Credits, in wei, are a mapping at slot 0, as Solidity lays one out; all other slots are the
/// contract's own.
pub trait Contract {
    type Host: Host;
    type Error: Failure;

    /// Selectors of the calls that take a payment. All others refuse one.
    const PAYABLE: &'static [[u8; 4]];

    fn vm(&self) -> &Self::Host;

    /// Runs one call. Returns its ABI-encoded answer.
    ///
    /// Compares selectors one after the other, in guards: as patterns their bytes would become tables, a kilobyte more.
    fn dispatch(&mut self, selector: [u8; 4], args: Args<'_>) -> Result<Vec<u8>, Self::Error>;

    /// Runs the call that `calldata` encodes. Returns its ABI-encoded answer, or the error that reverts.
    fn route(&mut self, calldata: &[u8]) -> ArbResult {
        let mut run = || -> Result<Vec<u8>, Self::Error> {
            let (selector, args) = calldata.split_first_chunk::<4>().ok_or(Malformed)?;
            let unread = Cell::new(0);
            let args = Args::new(args, &unread)?;
            if !Self::PAYABLE.contains(selector) {
                self.expect_payment(0)?;
            }
            self.dispatch(*selector, args)
        };
        run().map_err(Into::into)
    }

    /// The word `offset` slots after `base`.
    #[inline(never)]
    fn read(&self, base: B256, offset: u64) -> B256 {
        self.vm().storage_load_bytes32(slot(base, offset))
    }

    #[inline(never)]
    fn write(&mut self, base: B256, offset: u64, word: B256) {
        // SAFETY: contracts keep no second view of their storage that this could make stale.
        unsafe { self.vm().storage_cache_bytes32(slot(base, offset), word) }
    }

    /// Where a mapping at `slot` keeps what belongs to `account`.
    #[inline(never)]
    fn mapped(&self, account: Address, slot: u8) -> B256 {
        let preimage = [account.into_word().0, slot.to_word()];
        self.vm().native_keccak256(preimage.as_flattened())
    }

    /// What `account` may withdraw, in wei.
    fn credit(&self, account: Address) -> U256 {
        self.read(self.mapped(account, 0), 0).into()
    }

    #[inline(never)]
    fn emit(&self, event: B256, indexed: &[B256], data: &[Word]) {
        let mut topics = Vec::with_capacity(1 + indexed.len());
        topics.push(event);
        topics.extend_from_slice(indexed);
        self.log(&topics, data.as_flattened());
    }

    fn log(&self, topics: &[B256], data: &[u8]) {
        // No event has more than the four topics that a log can hold.
        let _ = self.vm().raw_log(topics, data);
    }

    /// Pays, or credits what the recipient refuses. Enough gas must be left, so that nobody can force a refusal.
    fn push(&mut self, to: Address, amount: u128) -> Result<(), Self::Error> {
        if amount == 0 {
            return Ok(());
        }
        if self.vm().evm_gas_left() < PUSH_NEEDS {
            return Err(Failure::not_enough_gas(PUSH_NEEDS));
        }
        let amount = U256::from(amount);
        if !self.send(to, amount, PUSH_GAS) {
            let credit = self
                .credit(to)
                .checked_add(amount)
                .ok_or_else(Self::Error::transfer_failed)?;
            self.write(self.mapped(to, 0), 0, credit.into());
            self.emit(
                IEscrow::Credited::SIGNATURE_HASH,
                &[to.into_word()],
                &[amount.to_word()],
            );
        }
        Ok(())
    }

    /// Whether `to` took the payment. Its return data is left alone, however long.
    #[inline(never)]
    fn send(&self, to: Address, amount: U256, gas: u64) -> bool {
        let call = RawCall::new_with_value(self.vm(), amount)
            .gas(gas)
            .skip_return_data()
            .flush_storage_cache();
        // SAFETY: pending writes are flushed, and the entrypoint refuses re-entrance, so nothing cached goes stale.
        unsafe { call.call(to, &[]) }.is_ok()
    }

    /// Pays the caller's credit to `to`, with all gas there is.
    fn withdraw(&mut self, to: Address) -> Result<(), Self::Error> {
        if to.is_zero() {
            return Err(Failure::zero_address());
        }
        let account = self.vm().msg_sender();
        let amount = self.credit(account);
        if amount.is_zero() {
            return Err(Failure::no_credit());
        }
        self.write(self.mapped(account, 0), 0, B256::ZERO);
        self.emit(
            IEscrow::Withdrawn::SIGNATURE_HASH,
            &[account.into_word(), to.into_word()],
            &[amount.to_word()],
        );
        if !self.send(to, amount, u64::MAX) {
            return Err(Failure::transfer_failed());
        }
        Ok(())
    }

    /// A static call whose answer is exactly so many words, or nothing.
    #[inline(never)]
    fn ask(&self, contract: Address, calldata: &[u8], words: usize) -> Option<Answer> {
        let call = RawCall::new_static(self.vm()).limit_return_data(0, words * 32 + 1);
        // SAFETY: nothing was written yet in this call, and re-entrance is refused.
        let answer = unsafe { call.call(contract, calldata) }.ok()?;
        (answer.len() == words * 32).then_some(Answer(answer))
    }

    /// The job that an escrow keeps under `job_id`, or nothing if that contract gives no such answer.
    fn ask_job(&self, escrow: Address, job_id: B256) -> Option<Job> {
        let answer = self.ask(escrow, &with_selector(IEscrow::jobCall::SELECTOR, &[job_id.0]), 7)?;
        let job = answer.args();
        Some(Job {
            phase: Phase::try_from(job.small(0).ok()?).ok()?,
            fault: Fault::try_from(job.small(1).ok()?).ok()?,
            confirmed: job.bool(2).ok()?,
            worker: job.address(3).ok()?,
            clock: job.u64(4).ok()?,
            root: job.b256(5).ok()?,
            count: job.u64(6).ok()?,
        })
    }

    /// Whether a verifier's referee revealed its result on a job, and that result; or nothing if that contract gives no
    /// such answer.
    fn ask_report(&self, verifier: Address, job_id: B256) -> Option<(bool, B256, u64)> {
        let answer = self.ask(
            verifier,
            &with_selector(IVerifier::reportCall::SELECTOR, &[job_id.0]),
            3,
        )?;
        let report = answer.args();
        Some((report.bool(0).ok()?, report.b256(1).ok()?, report.u64(2).ok()?))
    }

    /// SHA-256 by the chain's precompile, for contracts that hash too little to bring the function along; nothing if gas
    /// ran out.
    fn sha256(&self, message: &[u8]) -> Option<B256> {
        self.ask(SHA256, message, 1)?.args().b256(0).ok()
    }

    /// The clock that runs from now on for so many seconds.
    #[inline(never)]
    fn after(&self, window: u32) -> u64 {
        self.now() + u64::from(window)
    }

    fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    #[inline(never)]
    fn by(&self, deadline: u64) -> Result<(), Self::Error> {
        if self.now() > deadline {
            return Err(Failure::too_late(deadline));
        }
        Ok(())
    }

    #[inline(never)]
    fn past(&self, not_before: u64) -> Result<(), Self::Error> {
        if self.now() <= not_before {
            return Err(Failure::too_early(not_before));
        }
        Ok(())
    }

    #[inline(never)]
    fn expect_payment(&self, expected: u128) -> Result<(), Self::Error> {
        let (expected, paid) = (U256::from(expected), self.vm().msg_value());
        if paid != expected {
            return Err(Failure::wrong_payment(expected, paid));
        }
        Ok(())
    }

    /// keccak256 of `abi.encode(chainid, contract, words)`: the id of what those words say, in that contract.
    #[inline(never)]
    fn id_in(&self, contract: Address, words: &[Word]) -> B256 {
        let mut preimage = Vec::with_capacity(64 + words.len() * 32);
        preimage.extend_from_slice(&self.vm().chain_id().to_word());
        preimage.extend_from_slice(contract.into_word().as_slice());
        preimage.extend_from_slice(words.as_flattened());
        self.vm().native_keccak256(&preimage)
    }
}

/// Whether a result's count contradicts neither its root nor the terms.
pub fn result_fits(terms: &Terms, root: &B256, count: u64) -> bool {
    let fits_form = match terms.form {
        Form::Set => count < MAX_COUNT,
        _ => count == terms.count,
    };
    fits_form && (count == 0) == (*root == merkle::EMPTY_ROOT)
}

/// A number of up to eight bytes, big-endian, among the bytes of a packed word.
pub fn number(big_endian: &[u8]) -> u64 {
    big_endian.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn slot(base: B256, offset: u64) -> U256 {
    U256::from_be_bytes(base.0).wrapping_add(U256::from(offset))
}
