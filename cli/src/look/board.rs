//! All jobs of an escrow, or those in which an account has a part, kept up with the chain.

use std::collections::{BTreeMap, HashSet};

use alloy::primitives::{Address, B256};
use anyhow::Result;
use surety_contracts::{Phase, Terms};
use tokio::task::JoinSet;

use super::{
    Seen, Standing,
    feed::{self, Feed, Head},
    seen::roles,
};
use crate::chain::Chain;

/// Jobs that are asked about at once.
const AT_ONCE: usize = 16;

pub struct Board {
    chain: Chain,
    escrow: Address,
    account: Option<Address>,
    since: u64,
    feed: Feed,
    /// With the place of each in the order of their delegation.
    jobs: BTreeMap<B256, (usize, Terms)>,
}

/// The chain when the board was brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub block: u64,
    /// The chain's time, in seconds since 1970.
    pub now: u64,
}

impl Board {
    /// `account`: whose jobs; none for everybody's. `since`: block from which on the escrow has logs.
    pub fn new(chain: Chain, escrow: Address, account: Option<Address>, since: u64) -> Self {
        Self {
            chain,
            escrow,
            account,
            since,
            feed: Feed::new(escrow, since),
            jobs: BTreeMap::new(),
        }
    }

    /// Reads what is new. After an error the board is as it was, and can be brought up to date later.
    pub async fn refresh(&mut self) -> Result<Moment> {
        let latest = self.chain.latest().await?;
        let now = self.chain.clock().await?;
        let head = Head {
            number: latest.number,
            hash: latest.hash,
        };
        let verifiers: HashSet<Address> = self.jobs.values().map(|(_, terms)| terms.verifier).collect();
        let verifiers: Vec<Address> = verifiers.into_iter().filter(|verifier| !verifier.is_zero()).collect();
        for (id, terms) in self.feed.read(&self.chain, &verifiers, head).await? {
            let place = self.jobs.len();
            self.jobs.entry(id).or_insert((place, terms));
        }
        self.look(head).await?;
        Ok(Moment {
            block: head.number,
            now,
        })
    }

    /// Asks about the jobs that may have changed, some at once.
    async fn look(&mut self, head: Head) -> Result<()> {
        let mut stale: Vec<(B256, Terms)> = self
            .jobs
            .iter()
            .filter(|(id, (_, terms))| self.concerns(**id, terms) && self.feed.is_stale(**id, head))
            .map(|(id, (_, terms))| (*id, terms.clone()))
            .collect();
        let mut asked = JoinSet::new();
        loop {
            while asked.len() < AT_ONCE
                && let Some((id, terms)) = stale.pop()
            {
                let (chain, escrow) = (self.chain.clone(), self.escrow);
                asked.spawn(async move { (id, feed::view(&chain, escrow, id, &terms).await) });
            }
            let Some(answer) = asked.join_next().await else {
                return Ok(());
            };
            let (id, view) = answer?;
            self.feed.note(id, view?, head);
        }
    }

    /// Whether the account can have a part in a job: as its worker too, which the terms need not name.
    fn concerns(&self, id: B256, terms: &Terms) -> bool {
        self.account.is_none_or(|account| {
            let open = terms.worker.is_zero() && self.feed.view(id).is_none_or(|view| view.job.worker.is_zero());
            open || !self.roles(id, terms, account).is_empty()
        })
    }

    fn roles(&self, id: B256, terms: &Terms, account: Address) -> Vec<&'static str> {
        let worker = self.feed.view(id).map(|view| view.job.worker).unwrap_or_default();
        roles(terms, worker, account)
    }

    /// The jobs: those that run first, the one whose clock ends soonest before all; then those that ended, latest first.
    pub fn jobs(&self, now: u64) -> Vec<Seen> {
        let mut seen: Vec<((bool, u64, usize), Seen)> = self
            .jobs
            .iter()
            .filter_map(|(id, (place, terms))| {
                let view = self.feed.view(*id)?;
                // One that a reorganisation took away.
                if view.job.phase == Phase::None {
                    return None;
                }
                if self
                    .account
                    .is_some_and(|account| self.roles(*id, terms, account).is_empty())
                {
                    return None;
                }
                let deadline = Standing { now, terms, view }.deadline();
                let order = match &deadline {
                    Some(deadline) => (false, deadline.at, *place),
                    None => (true, 0, usize::MAX - place),
                };
                let seen = Seen {
                    id: *id,
                    escrow: self.escrow,
                    terms: terms.clone(),
                    view: view.clone(),
                    since: self.since,
                    task: None,
                    file: None,
                };
                Some((order, seen))
            })
            .collect();
        seen.sort_by_key(|(order, _)| *order);
        seen.into_iter().map(|(_, seen)| seen).collect()
    }
}
