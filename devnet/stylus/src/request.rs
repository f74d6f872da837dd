//! What a running frame asks of the chain, and what it is told.

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::frame::Outcome;

/// Where a frame stands after [`Frame::resume`](crate::Frame::resume).
#[derive(Debug)]
pub enum Step {
    /// The program waits for the answer; hand it to the next `resume`.
    Ask(Request),
    /// The frame has ended.
    Done(Outcome),
}

/// The kinds of calls a program can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    Call,
    Delegate,
    Static,
}

/// A question of the frame. Read-only violations that need no state are already dealt with: a static frame asks for no
/// transient store, log, create or call with value. It may ask for a flush, which then must answer [`Answer::Flush`] with
/// [`FlushOutcome::ReadOnly`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Read a slot that is not in the frame's cache. Answer: [`Answer::Word`] with gas 2,100 (cold; the slot joins the access
    /// list) or 100 (warm).
    StorageLoad { key: B256 },
    /// Write the dirty slots, in this order, at the SSTORE prices of EIP-2929/3529 without sentry. `gas` is what may be
    /// spent (one more than the frame has left, as on Arbitrum). Answer: [`Answer::Flush`].
    StorageFlush { writes: Vec<(B256, B256)>, gas: u64 },
    /// Answer: [`Answer::Word`]; its gas is not looked at, the price is fixed.
    TransientLoad { key: B256 },
    /// Answer: [`Answer::Done`].
    TransientStore { key: B256, value: B256 },
    /// Call another account; [`call::call_gas`](crate::call::call_gas) is the price rule. `value` is 0 unless `kind` is
    /// [`CallKind::Call`]. `gas_requested` is as the program gave it. Answer: [`Answer::Call`].
    Call {
        kind: CallKind,
        address: Address,
        input: Bytes,
        value: U256,
        gas_left: u64,
        gas_requested: u64,
    },
    /// Run init code with `gas` (base price and the 1/64 that stays are already taken off). Answer: [`Answer::Create`].
    Create {
        code: Bytes,
        endowment: U256,
        salt: Option<B256>,
        gas: u64,
    },
    /// Emit a log of the acting address. Answer: [`Answer::Done`].
    Log { topics: Vec<B256>, data: Bytes },
    /// Answer: [`Answer::Word`] (big-endian wei) with gas 2,600 if the account was cold, else 100; it joins the access list.
    AccountBalance { address: Address },
    /// Raw code bytes. Answer: [`Answer::Code`] with gas 2,600 if the account was cold, else 100; it joins the access list.
    AccountCode { address: Address },
    /// 0 for an account that does not exist, else the code hash. Answer and gas as for `AccountBalance`.
    AccountCodeHash { address: Address },
    /// Open more pages, see [`memory::Pages::grow`](crate::memory::Pages::grow). Answer: [`Answer::Grown`].
    GrowMemory { pages: u16 },
}

/// The result of writing dirty slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlushOutcome {
    /// Everything is written; `gas` is the sum of the prices.
    Written { gas: u64 },
    /// The gas offered could not pay a slot. The frame runs out of ink.
    OutOfGas,
    /// The frame is read-only. The frame fails.
    ReadOnly,
}

/// The chain's answer to a [`Request`]. An answer of the wrong form makes the frame fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Word {
        value: B256,
        gas: u64,
    },
    Flush(FlushOutcome),
    Done,
    Call {
        success: bool,
        /// All the caller pays, base price and callee.
        gas_cost: u64,
        return_data: Bytes,
    },
    Create {
        /// None if the creation failed.
        address: Option<Address>,
        /// What is left of the gas passed.
        gas_returned: u64,
        /// The init code's output if it reverted, else empty.
        return_data: Bytes,
    },
    Code {
        code: Bytes,
        gas: u64,
    },
    /// Price of the pages, or None if they are over the chain's limit.
    Grown(Option<u64>),
}
