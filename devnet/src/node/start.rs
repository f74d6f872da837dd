//! ArbOS' own transaction at the start of each block.

use alloy::{
    consensus::{Eip658Value, Receipt, ReceiptWithBloom},
    rlp::{self, Encodable},
};
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, U256, address, keccak256};
use alloy_sol_types::{SolCall, sol};

sol! {
    function startBlock(uint256 l1BaseFee, uint64 l1BlockNumber, uint64 l2BlockNumber, uint64 timePassed);
}

/// The transaction of type 0x6a by which Arbitrum tells ArbOS of a new block. It is signed by nobody, takes no gas and leaves no
/// trace in the state; users' transactions come after it.
#[derive(Clone, Debug)]
pub struct StartBlock {
    pub hash: B256,
    pub chain_id: u64,
    pub input: Bytes,
}

impl StartBlock {
    /// The transaction's EIP-2718 type.
    pub const TYPE: u8 = 0x6a;
    /// Sender and recipient.
    pub const ADDRESS: Address = address!("00000000000000000000000000000000000A4B05");

    /// For block `number`, `passed` seconds after its parent. L1 asks no fee here.
    pub fn new(chain_id: u64, l1_number: u64, number: u64, passed: u64) -> Self {
        let call = startBlockCall {
            l1BaseFee: U256::ZERO,
            l1BlockNumber: l1_number,
            l2BlockNumber: number,
            timePassed: passed,
        };
        let mut start = Self {
            hash: B256::ZERO,
            chain_id,
            input: call.abi_encode().into(),
        };
        start.hash = keccak256(start.encoded());
        start
    }

    /// The type, then chain id and input in RLP.
    pub fn encoded(&self) -> Vec<u8> {
        let payload_length = self.chain_id.length() + self.input.length();
        let mut encoded = vec![Self::TYPE];
        rlp::Header {
            list: true,
            payload_length,
        }
        .encode(&mut encoded);
        self.chain_id.encode(&mut encoded);
        self.input.encode(&mut encoded);
        encoded
    }

    /// The type, then a successful receipt without gas and logs in RLP.
    pub fn encoded_receipt() -> Vec<u8> {
        let receipt = Receipt {
            status: Eip658Value::Eip658(true),
            cumulative_gas_used: 0,
            logs: Vec::<Log>::new(),
        };
        let mut encoded = vec![Self::TYPE];
        ReceiptWithBloom::new(receipt, Bloom::ZERO).encode(&mut encoded);
        encoded
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    #[test]
    fn the_call_is_arbos_own() {
        let start = StartBlock::new(412_346, 7, 9, 2);
        assert_eq!(start.input[..4], hex!("6bf6a42d"));
        assert_eq!(start.input.len(), 4 + 4 * 32);
        assert_eq!((start.input[67], start.input[99], start.input[131]), (7, 9, 2));
        assert_eq!(start.encoded()[0], 0x6a);
        assert_eq!(start.hash, keccak256(start.encoded()));
        assert_ne!(start.hash, StartBlock::new(412_346, 7, 10, 2).hash);
    }
}
