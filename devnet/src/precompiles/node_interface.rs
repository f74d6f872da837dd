//! NodeInterface: a contract that exists for `eth_call` and `eth_estimateGas` only, answered by the node.

use NodeInterface::*;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolInterface, sol};

sol! {
    interface NodeInterface {
        function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function nitroGenesisBlock() external pure returns (uint256 number);
        function blockL1Num(uint64 l2BlockNum) external view returns (uint64 l1BlockNum);
        function getL1Confirmations(bytes32 blockHash) external view returns (uint64 confirmations);
        function findBatchContainingBlock(uint64 blockNum) external view returns (uint64 batch);
        function l2BlockRangeForL1(uint64 blockNum) external view returns (uint64 firstBlock, uint64 lastBlock);
    }
}

/// Where callers find it.
pub const ADDRESS: Address = Address::with_last_byte(0xc8);

/// What a caller asks for.
pub enum Question {
    /// The gas of a transaction; its part for L1 is 0 here.
    Estimate {
        to: Option<Address>,
        data: Bytes,
        l1_only: bool,
    },
    GenesisBlock,
    /// The L1 number of a block of this chain.
    L1Number {
        block: u64,
    },
    /// How deep L1 has buried the batch with a block.
    Confirmations {
        block_hash: B256,
    },
    /// The batch that brought a block to L1.
    Batch {
        block: u64,
    },
    /// The blocks made at an L1 number.
    Range {
        l1_number: u64,
    },
}

/// Reads a question; `None` if there is no such method.
pub fn question(input: &[u8]) -> Option<Question> {
    use NodeInterfaceCalls as Method;
    let to = |to: Address, creates: bool| (!creates).then_some(to);
    Some(match Method::abi_decode(input).ok()? {
        Method::gasEstimateComponents(args) => Question::Estimate {
            to: to(args.to, args.contractCreation),
            data: args.data,
            l1_only: false,
        },
        Method::gasEstimateL1Component(args) => Question::Estimate {
            to: to(args.to, args.contractCreation),
            data: args.data,
            l1_only: true,
        },
        Method::nitroGenesisBlock(_) => Question::GenesisBlock,
        Method::blockL1Num(args) => Question::L1Number { block: args.l2BlockNum },
        Method::getL1Confirmations(args) => Question::Confirmations {
            block_hash: args.blockHash,
        },
        Method::findBatchContainingBlock(args) => Question::Batch { block: args.blockNum },
        Method::l2BlockRangeForL1(args) => Question::Range {
            l1_number: args.blockNum,
        },
    })
}

/// The answer to [`Question::Estimate`] with `l1_only` false.
pub fn components(gas: u64, base_fee: u64) -> Vec<u8> {
    gasEstimateComponentsCall::abi_encode_returns(&(gas, 0, U256::from(base_fee), U256::ZERO).into())
}

/// The answer to [`Question::Estimate`] with `l1_only` true.
pub fn l1_component(base_fee: u64) -> Vec<u8> {
    gasEstimateL1ComponentCall::abi_encode_returns(&(0, U256::from(base_fee), U256::ZERO).into())
}

pub fn genesis_block() -> Vec<u8> {
    nitroGenesisBlockCall::abi_encode_returns(&U256::ZERO)
}

pub fn l1_number(number: u64) -> Vec<u8> {
    blockL1NumCall::abi_encode_returns(&number)
}

/// Confirmations of a block that is in no batch.
pub fn no_confirmations() -> Vec<u8> {
    getL1ConfirmationsCall::abi_encode_returns(&0)
}

pub fn range(first: u64, last: u64) -> Vec<u8> {
    l2BlockRangeForL1Call::abi_encode_returns(&(first, last).into())
}
