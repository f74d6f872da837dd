//! What the chain says about the jobs: logs tell which ones changed, views tell how they stand.

use std::{collections::HashMap, mem};

use alloy::{
    primitives::{Address, B256},
    sol_types::SolEvent,
};
use anyhow::Result;
use surety_contracts::{
    IEscrow::{self, jobCall, pendingCall},
    IReferee::caseOfCall,
    Terms,
};

use super::View;
use crate::chain::Chain;

/// Blocks whose logs are read again with every new block, and whose jobs are looked at again: a reorganisation of no more
/// than these goes unnoticed otherwise.
const OVERLAP: u64 = 20;
/// Blocks read before the place is noted.
const CHUNK: u64 = 200_000;

/// A block by height and hash: after a reorganisation there is another one at the same height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub hash: B256,
}

pub struct Feed {
    escrow: Address,
    /// The last block whose logs were read.
    block: u64,
    /// Its hash, once this process read it.
    hash: B256,
    /// Jobs that were delegated in logs which were read, and not handed out yet.
    fresh: Vec<(B256, Terms)>,
    /// Block of each job's last event.
    touched: HashMap<B256, u64>,
    /// With the block in which each was read.
    views: HashMap<B256, (View, Head)>,
}

impl Feed {
    /// Reads on after `block`.
    pub fn new(escrow: Address, block: u64) -> Self {
        Self {
            escrow,
            block,
            hash: B256::ZERO,
            fresh: Vec::new(),
            touched: HashMap::new(),
            views: HashMap::new(),
        }
    }

    pub fn block(&self) -> u64 {
        self.block
    }

    pub fn view(&self, job: B256) -> Option<&View> {
        self.views.get(&job).map(|(view, _)| view)
    }

    /// Looks at a job again in the next round.
    pub fn doubt(&mut self, job: B256) {
        self.views.remove(&job);
    }

    pub fn forget(&mut self, job: B256) {
        self.views.remove(&job);
        self.touched.remove(&job);
    }

    /// Reads the logs up to `head`. Returns the jobs that were delegated in them. After an error the next call reads on.
    pub async fn read(&mut self, chain: &Chain, verifiers: &[Address], head: Head) -> Result<Vec<(B256, Terms)>> {
        let height = head.number;
        if head.hash == self.hash {
            return Ok(Vec::new());
        }
        if height <= self.block {
            // The chain went back, or begins with this process.
            self.views.clear();
        }
        let mut from = self.block.min(height).saturating_sub(OVERLAP);
        let contracts: Vec<Address> = std::iter::once(self.escrow).chain(verifiers.iter().copied()).collect();
        while from <= height {
            let to = height.min(from + CHUNK - 1);
            for log in chain.logs(contracts.clone(), from, to).await? {
                // All events about a job name it first.
                let Some(job) = log.topics().get(1).copied() else {
                    continue;
                };
                self.touched.insert(job, log.block_number.unwrap_or(to));
                if log.address() == self.escrow
                    && let Ok(event) = IEscrow::Delegated::decode_log(&log.inner)
                {
                    self.fresh.push((job, event.data.terms));
                }
            }
            self.block = to;
            from = to + 1;
        }
        self.hash = head.hash;
        Ok(mem::take(&mut self.fresh))
    }

    /// Whether what is known of a job may be out of date.
    pub fn is_stale(&self, job: B256, head: Head) -> bool {
        match self.views.get(&job) {
            None => true,
            Some((_, read_at)) => {
                let recent = self
                    .touched
                    .get(&job)
                    .is_some_and(|touched| touched + OVERLAP > read_at.number);
                recent && *read_at != head
            }
        }
    }

    /// Reads how a job stands.
    pub async fn look(&mut self, chain: &Chain, job: B256, terms: &Terms, head: Head) -> Result<()> {
        let view = view(chain, self.escrow, job, terms).await?;
        self.note(job, view, head);
        Ok(())
    }

    /// Keeps what was read of a job while `head` was the latest block.
    pub fn note(&mut self, job: B256, view: View, head: Head) {
        self.views.insert(job, (view, head));
    }
}

/// How a job stands. The calls can fall into different blocks; whatever is decided is checked by the contracts.
pub async fn view(chain: &Chain, escrow: Address, job: B256, terms: &Terms) -> Result<View> {
    let case = async {
        match terms.verifier {
            Address::ZERO => Ok(None),
            verifier => chain.call(verifier, caseOfCall { jobId: job }).await.map(Some),
        }
    };
    let (state, pending, case) = tokio::try_join!(
        chain.call(escrow, jobCall { jobId: job }),
        chain.call(escrow, pendingCall { jobId: job }),
        case
    )?;
    Ok(View {
        job: state,
        pending,
        case,
    })
}
