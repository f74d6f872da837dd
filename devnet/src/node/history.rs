//! The latest blocks, and what finds them.

use std::collections::{HashMap, VecDeque};

use alloy_primitives::B256;

use super::block::Block;
use crate::evm::BlockHashes;

/// Bytes that the kept blocks may take together. Fewer than asked for are kept if they are so full.
const MAX_BYTES: usize = 512 << 20;
/// Blocks that are kept in any case: contracts may ask for the hashes of so many.
pub const LEAST: u64 = 256;

/// The blocks from the oldest one kept to the head, without a gap.
#[derive(Default)]
pub struct History {
    blocks: VecDeque<Block>,
    hashes: BlockHashes,
    numbers: HashMap<B256, u64>,
    transactions: HashMap<B256, (u64, usize)>,
    /// What the blocks take, as [`Block::weight`] has it.
    bytes: usize,
}

impl History {
    /// Adds the block that follows the last one.
    pub fn push(&mut self, block: Block) {
        let number = block.header.number;
        self.hashes.push(number, block.hash);
        self.numbers.insert(block.hash, number);
        for (position, hash) in block.hashes().enumerate() {
            self.transactions.insert(hash, (number, position));
        }
        self.bytes += block.weight();
        self.blocks.push_back(block);
    }

    pub fn head(&self) -> Option<&Block> {
        self.blocks.back()
    }

    /// The number of the oldest block that is kept.
    pub fn oldest(&self) -> u64 {
        self.blocks.front().map_or(0, |block| block.header.number)
    }

    pub fn block(&self, number: u64) -> Option<&Block> {
        let position = number.checked_sub(self.oldest())?;
        self.blocks.get(usize::try_from(position).ok()?)
    }

    pub fn number(&self, hash: &B256) -> Option<u64> {
        self.numbers.get(hash).copied()
    }

    /// Block and position of a transaction, ArbOS' own included.
    pub fn find(&self, hash: &B256) -> Option<(&Block, usize)> {
        let (number, position) = *self.transactions.get(hash)?;
        Some((self.block(number)?, position))
    }

    pub const fn hashes(&self) -> &BlockHashes {
        &self.hashes
    }

    /// From the oldest to the head.
    pub fn iter(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter()
    }

    /// The first block that passes a test which all blocks after it pass too.
    pub fn first(&self, test: impl Fn(&Block) -> bool) -> Option<&Block> {
        self.blocks.get(self.blocks.partition_point(|block| !test(block)))
    }

    /// Takes back what comes after the block `head`.
    pub fn truncate(&mut self, head: u64) {
        while let Some(block) = self.blocks.pop_back_if(|block| block.header.number > head) {
            self.forget(&block);
        }
        self.hashes.truncate(head);
    }

    /// Gives up the oldest blocks, so that the latest `keep` are left, or fewer if they are large, but none from `pinned` on.
    pub fn prune(&mut self, keep: u64, pinned: Option<u64>) {
        let keep = usize::try_from(keep.max(LEAST)).unwrap_or(usize::MAX);
        let least = LEAST as usize;
        loop {
            let count = self.blocks.len();
            let goes = count > keep || self.bytes > MAX_BYTES && count > least;
            if !goes || pinned.is_some_and(|pinned| self.oldest() >= pinned) {
                break;
            }
            let Some(block) = self.blocks.pop_front() else {
                break;
            };
            self.forget(&block);
        }
        self.hashes.forget_before(self.oldest());
    }

    fn forget(&mut self, block: &Block) {
        self.bytes -= block.weight();
        self.numbers.remove(&block.hash);
        for hash in block.hashes() {
            self.transactions.remove(&hash);
        }
    }
}
