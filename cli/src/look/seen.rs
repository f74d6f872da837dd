//! A job by its id or its file. All but its task is on the chain: the terms in the escrow's log, the rest in its storage.

use std::path::PathBuf;

use alloy::{
    primitives::{Address, B256},
    sol_types::SolEvent as _,
};
use anyhow::{Context as _, Result};
use surety_contracts::{IEscrow, Phase, Terms};

use super::{
    Standing, View,
    args::{JobName, PlaceArgs},
    feed,
};
use crate::{args::GlobalArgs, chain::Chain, jobfile::JobFile, network::Session};

/// A job as it was found.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: B256,
    pub escrow: Address,
    pub terms: Terms,
    pub view: View,
    /// Block from which on it can have logs.
    pub since: u64,
    /// The computation as it was asked for, if the job's file is at hand.
    pub task: Option<String>,
    pub file: Option<PathBuf>,
}

impl Seen {
    pub fn at(&self, now: u64) -> Standing<'_> {
        Standing {
            now,
            terms: &self.terms,
            view: &self.view,
        }
    }

    /// The roles of an account in the job.
    pub fn roles(&self, account: Address) -> Vec<&'static str> {
        roles(&self.terms, self.view.job.worker, account)
    }
}

/// The roles of an account in a job that a worker has taken, or nobody.
pub fn roles(terms: &Terms, worker: Address, account: Address) -> Vec<&'static str> {
    let worker = if worker.is_zero() { terms.worker } else { worker };
    [("client", terms.client), ("worker", worker), ("referee", terms.referee)]
        .into_iter()
        .filter(|(_, who)| *who == account)
        .map(|(role, _)| role)
        .collect()
}

/// A job before it is looked at.
pub struct Found {
    pub id: B256,
    pub escrow: Address,
    pub terms: Terms,
    pub since: u64,
    pub task: Option<String>,
    pub file: Option<PathBuf>,
}

impl Found {
    pub async fn look(self, chain: &Chain) -> Result<Seen> {
        let view = feed::view(chain, self.escrow, self.id, &self.terms).await?;
        Ok(Seen {
            id: self.id,
            escrow: self.escrow,
            terms: self.terms,
            view,
            since: self.since,
            task: self.task,
            file: self.file,
        })
    }
}

/// Connects to where a job is, and finds its terms.
pub async fn find(global: &GlobalArgs, name: &JobName, place: &PlaceArgs) -> Result<(Session, Found)> {
    match name {
        JobName::File(path) => {
            let file = JobFile::read(path)?;
            let session = global.reading(Some(file.chain_id)).await?;
            session.chain.require_id(file.chain_id)?;
            session.chain.code(file.escrow).await?;
            let found = Found {
                id: file.job_id,
                escrow: file.escrow,
                terms: file.terms(),
                since: place.since.unwrap_or_else(|| session.since(file.escrow)),
                task: Some(file.task),
                file: Some(path.clone()),
            };
            Ok((session, found))
        }
        JobName::Id(id) => {
            let session = global.reading(None).await?;
            let escrow = session.escrow(place.escrow).await?;
            let since = place.since.unwrap_or_else(|| session.since(escrow));
            let terms = terms(&session.chain, escrow, *id, since).await?;
            let found = Found {
                id: *id,
                escrow,
                terms,
                since,
                task: None,
                file: None,
            };
            Ok((session, found))
        }
    }
}

/// The terms of a job from the log of its delegation.
async fn terms(chain: &Chain, escrow: Address, id: B256, since: u64) -> Result<Terms> {
    // One call tells a wrong id from logs that are missing.
    let job = chain.call(escrow, IEscrow::jobCall { jobId: id }).await?;
    anyhow::ensure!(
        job.phase != Phase::None,
        "the escrow {escrow} on chain {} knows no job {id}: check the id, --network and --escrow",
        chain.id()
    );
    let logs = chain.event_logs::<IEscrow::Delegated>(escrow, id, since).await?;
    logs.first()
        .and_then(|log| IEscrow::Delegated::decode_log(&log.inner).ok())
        .map(|event| event.data.terms)
        .with_context(|| {
            format!(
                "the node has no log of how job {id} began, from block {since} on: name an earlier block with --since, a \
                 node that keeps logs with --rpc-url, or the job's file"
            )
        })
}
