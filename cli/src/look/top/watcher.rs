//! What the screen shows, read from the chain again and again.

use std::time::Duration;

use alloy::primitives::{Address, B256};
use anyhow::Result;
use serde_json::{Value, json};
use tokio::{sync::watch, time};

use crate::{
    chain::Chain,
    look::{
        Seen,
        board::{Board, Moment},
        history::{self, Entry},
        status::summary,
    },
};

/// The longest pause while the node does not answer.
const LONGEST: Duration = Duration::from_secs(10);

/// The job that the screen shows at length.
pub type Picked = Option<B256>;

pub struct Watcher {
    pub board: Board,
    pub chain: Chain,
    pub network: String,
    pub account: Option<Address>,
    pub interval: Duration,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub network: String,
    pub chain_id: u64,
    pub account: Option<Address>,
    pub moment: Moment,
    pub jobs: Vec<Seen>,
    /// Of the job that was picked.
    pub history: Option<(B256, Vec<Entry>)>,
    /// Why this is not the latest.
    pub trouble: Option<String>,
}

impl Snapshot {
    pub fn json(&self) -> Value {
        let now = self.moment.now;
        let jobs: Vec<Value> = self.jobs.iter().map(|seen| summary(seen, now, self.account)).collect();
        json!({
            "network": self.network,
            "chainId": self.chain_id,
            "account": self.account,
            "block": self.moment.block,
            "now": now,
            "jobs": jobs,
        })
    }
}

impl Watcher {
    pub async fn look(&mut self, picked: Picked) -> Result<Snapshot> {
        let moment = self.board.refresh().await?;
        let jobs = self.board.jobs(moment.now);
        let mut history = None;
        if let Some(seen) = jobs.iter().find(|seen| Some(seen.id) == picked) {
            let entries = history::read(&self.chain, seen.escrow, seen.id, &seen.terms, seen.since).await?;
            history = Some((seen.id, entries));
        }
        Ok(Snapshot {
            network: self.network.clone(),
            chain_id: self.chain.id(),
            account: self.account,
            moment,
            jobs,
            history,
            trouble: None,
        })
    }

    /// Keeps the snapshot up to date for as long as somebody sees it. When the node is lost the last one stays.
    pub async fn watch(mut self, told: watch::Sender<Snapshot>, mut picked: watch::Receiver<Picked>) {
        let mut pause = self.interval;
        // What was read of the picked job stays as it is until something new is in a block.
        let mut read: Option<(B256, u64)> = None;
        loop {
            tokio::select! {
                () = time::sleep(pause) => {}
                changed = picked.changed() => if changed.is_err() { return },
            }
            let wanted = *picked.borrow_and_update();
            let known = told.borrow().clone();
            let unread = wanted.filter(|id| read != Some((*id, known.moment.block)) || known.trouble.is_some());
            match self.look(unread).await {
                Ok(mut snapshot) => {
                    pause = self.interval;
                    match unread {
                        Some(id) => read = Some((id, snapshot.moment.block)),
                        None => snapshot.history = known.history,
                    }
                    told.send_replace(snapshot);
                }
                Err(error) => {
                    pause = (pause * 2).min(LONGEST);
                    told.send_modify(|snapshot| snapshot.trouble = Some(format!("{error:#}")));
                }
            }
        }
    }
}
