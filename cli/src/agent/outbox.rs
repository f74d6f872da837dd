//! Transactions on their way. Each is signed and written down before it is sent, so that whatever happens to this
//! process or the node, it is known what may still come: it is sent again with a higher fee until its nonce is used.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use alloy::primitives::{B256, TxKind, U256};
use anyhow::Result;

use super::{
    action::Move,
    store::{Outgoing, Store},
};
use crate::{
    chain::{Chain, ChainError, Request, Sent, outgoing::max_fee},
    context::Step,
    units,
};

/// How long a transaction may wait for a block before it is sent again.
const RESEND_AFTER: Duration = Duration::from_secs(15);
/// How often a used nonce may lack a receipt before the transaction counts as replaced: nodes behind one address can
/// lag behind each other.
const MISSES: u32 = 5;
/// Transactions on their way at a time.
const ROOM: usize = 32;
/// A fee spike is waited out unless the deadline is this near, in seconds.
const URGENT: u64 = 15 * 60;

/// What became of a transaction.
#[derive(Debug)]
pub enum Outcome {
    Mined(Sent),
    /// Another transaction of this account used its nonce.
    Replaced,
}

/// A transaction that is not on its way any more.
#[derive(Debug)]
pub struct Settled {
    pub job: B256,
    pub step: Move,
    pub done: String,
    pub outcome: Outcome,
}

/// Why a transaction is not sent now; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Held {
    #[error("gas costs {} for each unit, more than --max-gas-price {}: waiting for it to fall", units::gwei(*.price), units::gwei(*.most))]
    Spike { price: U256, most: U256 },
}

#[derive(Default)]
pub struct Outbox {
    entries: BTreeMap<u64, Outgoing>,
    /// When each was last sent by this process.
    sent_at: HashMap<u64, Instant>,
    misses: HashMap<u64, u32>,
    most: Option<U256>,
}

impl Outbox {
    /// Takes up what an earlier process left. `most`: wei for each unit of gas that is paid without hurry.
    pub fn open(store: &Store, most: Option<U256>) -> Result<Self> {
        Ok(Self {
            entries: store.outbox()?.into_iter().collect(),
            most,
            ..Self::default()
        })
    }

    pub fn has_room(&self) -> bool {
        self.entries.len() < ROOM
    }

    /// Whether something is on its way for this job.
    pub fn holds(&self, job: B256) -> bool {
        self.entries.values().any(|entry| entry.job == job)
    }

    /// Signs, writes down and sends. `by` and `now`: the deadline and the time, in the chain's seconds.
    pub async fn send(
        &mut self,
        chain: &Chain,
        store: &Store,
        (job, step): (B256, Move),
        Step { request, done }: Step,
        (by, now): (u64, u64),
    ) -> Result<()> {
        let TxKind::Call(to) = request.to else {
            anyhow::bail!("an agent deploys nothing");
        };
        // To an address without code every call succeeds and the money is gone.
        chain.code(to).await?;
        let price = chain.gas_price().await?;
        if let Some(most) = self.most.filter(|most| price > *most)
            && by.saturating_sub(now) > URGENT
        {
            return Err(Held::Spike { price, most }.into());
        }
        let account = chain.account()?;
        let promised: U256 = self.entries.values().map(cost).sum();
        let balance = chain.balance(account).await?;
        let left = balance.saturating_sub(promised);
        chain.require_funds(account, left, request.value + U256::from(21_000) * price)?;
        // The state can change until it is mined; what is not used is not paid.
        let gas = chain.estimate(&request).await?;
        let gas = gas + gas / 4;
        let fee = max_fee(price);
        chain.require_funds(account, left, request.value + U256::from(gas) * U256::from(fee))?;
        let nonce = self.next_nonce(chain).await?;
        let signed = chain.sign(&request, nonce, gas, fee).await?;
        let entry = Outgoing {
            job,
            step,
            to,
            input: request.input,
            value: request.value,
            gas,
            max_fee: fee,
            hashes: vec![signed.hash],
            raw: signed.raw,
            done,
        };
        store.set_outgoing(nonce, &entry)?;
        self.entries.insert(nonce, entry);
        self.pass_on(chain, nonce).await
    }

    /// Looks what became of everything that is on its way, and sends again what waits too long.
    pub async fn settle(&mut self, chain: &Chain, store: &Store) -> Result<Vec<Settled>> {
        if self.entries.is_empty() {
            return Ok(Vec::new());
        }
        let mined = chain.mined_nonce().await?;
        let mut settled = Vec::new();
        for nonce in self.entries.keys().copied().collect::<Vec<_>>() {
            let outcome = if nonce < mined {
                self.outcome(chain, nonce).await?
            } else {
                self.hurry(chain, store, nonce).await?;
                None
            };
            if let Some(outcome) = outcome {
                store.remove_outgoing(nonce)?;
                self.sent_at.remove(&nonce);
                self.misses.remove(&nonce);
                if let Some(entry) = self.entries.remove(&nonce) {
                    settled.push(Settled {
                        job: entry.job,
                        step: entry.step,
                        done: entry.done,
                        outcome,
                    });
                }
            }
        }
        Ok(settled)
    }

    /// What became of a transaction whose nonce is used.
    async fn outcome(&mut self, chain: &Chain, nonce: u64) -> Result<Option<Outcome>> {
        let hashes = self
            .entries
            .get(&nonce)
            .map(|entry| entry.hashes.clone())
            .unwrap_or_default();
        for hash in hashes {
            if let Some(sent) = chain.outcome(hash).await? {
                return Ok(Some(Outcome::Mined(sent)));
            }
        }
        let misses = self.misses.entry(nonce).or_default();
        *misses += 1;
        Ok((*misses >= MISSES).then_some(Outcome::Replaced))
    }

    /// Sends a transaction again that an earlier process sent, or that waits for long: then at a price that is right now.
    async fn hurry(&mut self, chain: &Chain, store: &Store, nonce: u64) -> Result<()> {
        match self.sent_at.get(&nonce) {
            Some(at) if at.elapsed() < RESEND_AFTER => return Ok(()),
            None => return self.pass_on(chain, nonce).await,
            Some(_) => {}
        }
        let Some(mut entry) = self.entries.get(&nonce).cloned() else {
            return Ok(());
        };
        // Nodes take a replacement only for a tenth more.
        let raised = entry.max_fee.saturating_add(entry.max_fee / 8).saturating_add(1);
        entry.max_fee = raised.max(max_fee(chain.gas_price().await?));
        let request = Request {
            call: entry.step.name(),
            to: TxKind::Call(entry.to),
            input: entry.input.clone(),
            value: entry.value,
        };
        let signed = chain.sign(&request, nonce, entry.gas, entry.max_fee).await?;
        entry.hashes.push(signed.hash);
        entry.raw = signed.raw;
        store.set_outgoing(nonce, &entry)?;
        self.entries.insert(nonce, entry);
        self.pass_on(chain, nonce).await
    }

    /// Hands a transaction to the node. What the node holds against it shows in what becomes of its nonce.
    async fn pass_on(&mut self, chain: &Chain, nonce: u64) -> Result<()> {
        let Some(entry) = self.entries.get(&nonce) else {
            return Ok(());
        };
        match chain.broadcast(entry.step.name(), &entry.raw).await {
            Ok(()) | Err(ChainError::Refused { .. }) => {
                self.sent_at.insert(nonce, Instant::now());
                Ok(())
            }
            // It may have got there or not; it is sent again.
            Err(error) => Err(error.into()),
        }
    }

    /// The nonce after everything that is mined, waits at the node, or is in the books.
    async fn next_nonce(&self, chain: &Chain) -> Result<u64, ChainError> {
        let known = self.entries.keys().next_back().map_or(0, |last| last + 1);
        Ok(chain.pending_nonce().await?.max(known))
    }
}

/// The most that a transaction can take from the account.
fn cost(entry: &Outgoing) -> U256 {
    entry.value + U256::from(entry.gas) * U256::from(entry.max_fee)
}
