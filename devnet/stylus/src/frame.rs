//! One call of a program.

use std::sync::Arc;

use alloy_primitives::{Address, Bytes, U256};

use crate::{
    engine::Module,
    request::{Answer, Step},
};

/// What a program sees of the chain, its caller and itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    pub chain_id: u64,
    /// L1 block number.
    pub block_number: u64,
    pub block_timestamp: u64,
    pub block_gas_limit: u64,
    pub block_basefee: U256,
    pub block_coinbase: Address,
    /// The acting address, whose storage is used.
    pub contract_address: Address,
    pub msg_sender: Address,
    pub msg_value: U256,
    pub tx_origin: Address,
    /// Effective price of the transaction, tip included.
    pub tx_gas_price: U256,
    /// Ink per gas, 10,000 unless the chain's owner changed it.
    pub ink_price: u32,
}

/// The start of a frame.
pub struct FrameInput {
    pub module: Arc<Module>,
    pub calldata: Bytes,
    /// Gas left after the entry was paid.
    pub gas: u64,
    /// What the entry cost. Output is priced against `gas + entry_gas`.
    pub entry_gas: u64,
    pub env: Env,
    pub is_static: bool,
    /// More than one non-delegate frame of the acting address is open.
    pub reentrant: bool,
    /// Record every host call in [`Outcome::trace`].
    pub trace: bool,
}

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// The program returned 0.
    Success,
    /// The program returned another status: a revert with its output.
    Revert,
    /// A trap or a failed host call, with the reason: a revert without output.
    Failure(String),
    /// Out of gas; also when the output costs more than the frame's gas.
    OutOfInk,
    /// The program's stack is used up; on the EVM side a call-depth error that takes all gas.
    OutOfStack,
}

/// The end of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub kind: OutcomeKind,
    /// Empty unless `kind` is `Success` or `Revert`.
    pub output: Bytes,
    /// 0 for `OutOfInk` and `OutOfStack`.
    pub gas_left: u64,
    pub ink_used: u64,
    /// Host calls in order of completion, if asked for.
    pub trace: Vec<HostioRecord>,
}

/// One host call, laid out as Arbitrum's `stylusTracer` has it: integers big-endian, fields joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostioRecord {
    pub name: &'static str,
    pub args: Bytes,
    pub outs: Bytes,
    pub start_ink: u64,
    pub end_ink: u64,
}

/// A running call. Dropping it abandons the call.
pub struct Frame {}

impl Frame {
    pub fn new(input: FrameInput) -> Self {
        let _ = input;
        unimplemented!()
    }

    /// Runs until the next question or the end. `answer` is None the first time, and then the answer to the last request.
    pub fn resume(&mut self, answer: Option<Answer>) -> Step {
        let _ = answer;
        unimplemented!()
    }
}
