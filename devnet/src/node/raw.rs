//! Blocks, transactions and receipts in the encodings that consensus hashes.

use alloy::{
    eips::{BlockId, eip2718::Encodable2718},
    rlp::{self, Encodable},
};
use alloy_primitives::{B256, Bytes};

use super::{Node, NodeError, block::Block, start::StartBlock};

impl Node {
    /// The EIP-2718 bytes of a transaction, mined or waiting.
    pub fn raw_transaction(&self, hash: B256) -> Option<Bytes> {
        let chain = self.read();
        let Some((block, position)) = chain.find(hash) else {
            let waiting = chain.pool.iter().find(|tx| tx.hash() == hash)?;
            return Some(waiting.envelope.encoded_2718().into());
        };
        match block.user(position) {
            Some(mined) => Some(mined.tx.envelope.encoded_2718().into()),
            None => block.start.as_ref().map(|start| start.encoded().into()),
        }
    }

    /// The RLP of a header.
    pub fn raw_header(&self, id: BlockId) -> Result<Option<Bytes>, NodeError> {
        self.with_block(id, |block| Some(rlp::encode(&block.header).into()))
    }

    /// The RLP of a block.
    pub fn raw_block(&self, id: BlockId) -> Result<Option<Bytes>, NodeError> {
        self.with_block(id, |block| Some(encode(block).into()))
    }

    /// The EIP-2718 bytes of a block's receipts.
    pub fn raw_receipts(&self, id: BlockId) -> Result<Option<Vec<Bytes>>, NodeError> {
        self.with_block(id, |block| {
            let start = block.start.iter().map(|_| StartBlock::encoded_receipt().into());
            let users = block
                .transactions
                .iter()
                .map(|mined| mined.receipt().encoded_2718().into());
            Some(start.chain(users).collect())
        })
    }
}

/// Header, transactions and an empty list of uncles.
pub fn encode(block: &Block) -> Vec<u8> {
    let mut transactions = Vec::new();
    if let Some(start) = &block.start {
        start.encoded().as_slice().encode(&mut transactions);
    }
    for mined in &block.transactions {
        mined.tx.envelope.network_encode(&mut transactions);
    }
    let mut payload = rlp::encode(&block.header);
    list(transactions.len()).encode(&mut payload);
    payload.extend(transactions);
    list(0).encode(&mut payload);
    let mut encoded = Vec::with_capacity(payload.len() + 9);
    list(payload.len()).encode(&mut encoded);
    encoded.extend(payload);
    encoded
}

const fn list(payload_length: usize) -> rlp::Header {
    rlp::Header {
        list: true,
        payload_length,
    }
}
