//! The chain as it is saved, and back.

use std::path::Path;

use alloy::{
    consensus::TxEnvelope,
    eips::eip2718::{Decodable2718, Encodable2718},
};
use alloy_primitives::{Bytes, logs_bloom};

use super::{
    Node, NodeError,
    block::{Block, Mined, Terms},
    chain::Chain,
    start::StartBlock,
    transaction::Transaction,
};
use crate::{
    config::Config,
    state::{Mark, State},
    store::{
        StoreError, file,
        image::{BlockImage, ChainImage, MinedImage, StartImage, TermsImage, TransactionImage},
    },
};

impl Node {
    /// The chain that `path` holds, or a new one if there is no such file. The file must be of a chain with this
    /// configuration's chain id, ArbOS version and kind.
    pub fn open(config: Config, path: &Path) -> Result<Self, NodeError> {
        let failed = |error: StoreError| NodeError::Store(format!("{}: {error}", path.display()));
        match file::load(path).map_err(failed)? {
            Some(image) => {
                check(&config, &image).map_err(failed)?;
                let mut chain = Chain::new(config)?;
                chain.restore(image).map_err(failed)?;
                Ok(Self::of(chain))
            }
            None => Self::new(config),
        }
    }

    /// Replaces the file at `path` by the chain as it is now, in one step. Snapshots are not saved. Returns the
    /// [`Node::revision`] that was saved.
    ///
    /// # Errors
    /// If the file cannot be written. What it held before is still there then.
    pub fn save(&self, path: &Path) -> Result<u64, StoreError> {
        let (image, revision) = {
            let chain = self.read();
            (chain.image(), chain.revision)
        };
        file::replace(path, &image)?;
        Ok(revision)
    }

    /// What [`Node::save`] would write.
    pub fn dump(&self) -> Bytes {
        file::encode(&self.read().image()).into()
    }

    /// Goes on as the chain that [`Node::dump`] gave or [`Node::save`] wrote, which must be one with this chain's id, ArbOS
    /// version and kind. How blocks are made stays as it is.
    pub fn load(&self, dump: &[u8]) -> Result<(), NodeError> {
        let failed = |error: StoreError| NodeError::Store(error.to_string());
        let image = file::decode(dump).map_err(failed)?;
        let mut chain = self.write();
        check(&chain.config, &image).map_err(failed)?;
        let mut loaded = Chain::new(chain.config.clone())?;
        loaded.restore(image).map_err(failed)?;
        chain.give_way_to(loaded);
        Ok(())
    }

    /// Grows whenever something may have changed.
    pub fn revision(&self) -> u64 {
        self.read().revision
    }
}

fn check(config: &Config, image: &ChainImage) -> Result<(), StoreError> {
    for (what, found, wanted) in [
        ("chain id", image.chain_id, config.chain_id),
        ("ArbOS version", image.arbos_version, config.arbos_version),
        ("debug flag", image.debug_chain.into(), config.debug_chain.into()),
    ] {
        if found != wanted {
            return Err(StoreError::OtherChain { what, found, wanted });
        }
    }
    Ok(())
}

impl Chain {
    fn image(&self) -> ChainImage {
        ChainImage {
            chain_id: self.config.chain_id,
            arbos_version: self.config.arbos_version,
            debug_chain: self.config.debug_chain,
            clock: self.clock.image(),
            terms: TermsImage {
                base_fee: self.terms.base_fee,
                coinbase: self.terms.coinbase,
                gas_limit: self.terms.gas_limit,
            },
            state: self.state.image(),
            blocks: self.blocks().map(block_image).collect(),
            pool: self.pool.iter().map(transaction_image).collect(),
            impersonated: self.impersonated.iter().copied().collect(),
            impersonates_all: self.impersonates_all,
        }
    }

    fn restore(&mut self, image: ChainImage) -> Result<(), StoreError> {
        let mut blocks: Vec<Block> = Vec::with_capacity(image.blocks.len());
        for saved in image.blocks {
            let block = block(saved)?;
            let follows = |parent: &Block| {
                block.header.number == parent.header.number + 1 && block.header.parent_hash == parent.hash
            };
            if !blocks.last().is_none_or(follows) {
                return Err(StoreError::Damaged(format!(
                    "block {} does not follow the one before it",
                    block.header.number
                )));
            }
            blocks.push(block);
        }
        if blocks.is_empty() {
            return Err(StoreError::Damaged("it has no block".into()));
        }
        self.replace(blocks, State::restore(image.state));
        self.clock = image.clock.into();
        self.terms = Terms {
            base_fee: image.terms.base_fee,
            coinbase: image.terms.coinbase,
            gas_limit: image.terms.gas_limit,
        };
        self.pool = image.pool.into_iter().map(transaction).collect::<Result<_, _>>()?;
        self.impersonated = image.impersonated.into_iter().collect();
        self.impersonates_all = image.impersonates_all;
        Ok(())
    }
}

fn transaction_image(tx: &Transaction) -> TransactionImage {
    TransactionImage {
        raw: tx.envelope.encoded_2718().into(),
        sender: tx.sender,
    }
}

fn transaction(image: TransactionImage) -> Result<Transaction, StoreError> {
    let envelope = TxEnvelope::decode_2718_exact(&image.raw)
        .map_err(|error| StoreError::Damaged(format!("a transaction does not decode: {error}")))?;
    Ok(Transaction {
        envelope,
        sender: image.sender,
    })
}

fn block_image(block: &Block) -> BlockImage {
    let mined = |mined: &Mined| MinedImage {
        transaction: transaction_image(&mined.tx),
        success: mined.success,
        gas_used: mined.gas_used,
        logs: mined.logs.clone(),
        contract_address: mined.contract_address.into_iter().collect(),
    };
    BlockImage {
        header: block.header.clone(),
        l1_number: block.l1_number,
        start: block.start.iter().map(start_image).collect(),
        before: block.before.position(),
        transactions: block.transactions.iter().map(mined).collect(),
    }
}

fn start_image(start: &StartBlock) -> StartImage {
    StartImage {
        hash: start.hash,
        chain_id: start.chain_id,
        input: start.input.clone(),
    }
}

fn start(image: StartImage) -> StartBlock {
    StartBlock {
        hash: image.hash,
        chain_id: image.chain_id,
        input: image.input,
    }
}

fn block(image: BlockImage) -> Result<Block, StoreError> {
    let mut transactions: Vec<Mined> = Vec::with_capacity(image.transactions.len());
    for saved in image.transactions {
        let before = transactions.last();
        let mined = Mined {
            tx: transaction(saved.transaction)?,
            success: saved.success,
            gas_used: saved.gas_used,
            cumulative_gas_used: saved.gas_used + before.map_or(0, |before| before.cumulative_gas_used),
            first_log: before.map_or(0, |before| before.first_log + before.logs.len()),
            bloom: logs_bloom(&saved.logs),
            logs: saved.logs,
            contract_address: saved.contract_address.first().copied(),
        };
        transactions.push(mined);
    }
    Ok(Block {
        hash: image.header.hash_slow(),
        header: image.header,
        start: image.start.into_iter().next().map(start),
        transactions,
        before: Mark::at(image.before),
        l1_number: image.l1_number,
    })
}
