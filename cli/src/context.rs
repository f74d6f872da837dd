//! What commands about a job share: the job's file, the chain it lives on, its state there.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{B256, Bytes, U256, aliases::U96},
    sol_types::{SolCall, SolEvent as _},
};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use surety_contracts::{
    Form,
    IEscrow::{self, jobCall},
    Job, Opening, Phase, Terms,
};

use crate::{
    args::{GlobalArgs, JobArgs},
    chain::{Chain, Request, Sent},
    computation::Computation,
    evidence::Committed,
    jobfile::JobFile,
    names,
    network::Session,
    own::Allowed,
    resultfile::ResultFile,
    units,
};

/// What a command has to say: sentences for people, or a value for machines.
#[derive(Debug)]
pub struct Report {
    pub text: String,
    pub json: Value,
    /// The command did its work, and the answer is bad news: exit status 1.
    pub bad: bool,
}

impl Report {
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
            bad: false,
        }
    }

    pub fn bad(text: impl Into<String>, json: Value) -> Self {
        Self {
            bad: true,
            ..Self::new(text, json)
        }
    }
}

/// A transaction that moves a job on, before it is sent.
#[derive(Clone, Debug)]
pub struct Step {
    pub request: Request,
    /// What to say once it is mined.
    pub done: String,
}

/// A job on its chain.
pub struct JobContext {
    pub chain: Chain,
    pub file: JobFile,
    pub terms: Terms,
    /// Block from which on the job can have logs.
    pub since: u64,
    path: PathBuf,
    allowed: Allowed,
}

impl JobContext {
    /// For commands that only read.
    pub async fn reading(global: &GlobalArgs, args: &JobArgs) -> Result<Self> {
        let file = JobFile::read(&args.job)?;
        let session = global.reading(Some(file.chain_id)).await?;
        Self::found(global, session, file, args).await
    }

    async fn found(global: &GlobalArgs, session: Session, file: JobFile, args: &JobArgs) -> Result<Self> {
        let since = session.since(file.escrow);
        let chain = session.chain;
        chain.require_id(file.chain_id)?;
        chain.code(file.escrow).await?;
        let allowed = global.allowed();
        Ok(Self::new(chain, file, args.job.clone(), allowed).since(since))
    }

    /// A job whose chain is known to be the right one. `path`: where its file is, or would be.
    pub fn new(chain: Chain, file: JobFile, path: PathBuf, allowed: Allowed) -> Self {
        Self {
            chain,
            terms: file.terms(),
            file,
            since: 0,
            path,
            allowed,
        }
    }

    /// The same, of an escrow that has no logs before a block.
    pub fn since(self, since: u64) -> Self {
        Self { since, ..self }
    }

    /// For commands that send a transaction.
    pub async fn signing(global: &GlobalArgs, args: &JobArgs) -> Result<Self> {
        let file = JobFile::read(&args.job)?;
        let session = global.signing(Some(file.chain_id)).await?;
        Self::found(global, session, file, args).await
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub async fn job(&self) -> Result<Job> {
        let call = jobCall {
            jobId: self.file.job_id,
        };
        Ok(self.chain.call(self.file.escrow, call).await?)
    }

    /// The job, which must have a committed result.
    pub async fn committed_job(&self) -> Result<Job> {
        let job = self.job().await?;
        // Every result has a root, also the empty one.
        ensure!(
            !job.root.is_zero(),
            "no result is committed: the job is {}",
            names::phase(job.phase)
        );
        Ok(job)
    }

    /// One of the escrow's calls.
    pub fn step<C: SolCall>(&self, call: &C, value: U256, done: impl Into<String>) -> Step {
        Step {
            request: Request::call(self.file.escrow, call).paying(value),
            done: done.into(),
        }
    }

    /// Sends one of the escrow's calls and reports it with the phase that the job is in then.
    pub async fn act(&self, step: &Step) -> Result<Report> {
        let sent = self.chain.send(&step.request).await?;
        self.report(&sent, &step.done).await
    }

    pub async fn report(&self, sent: &Sent, done: &str) -> Result<Report> {
        let job = self.job().await?;
        let text = format!(
            "{done}\njob {} is now {}; transaction {}, {} gas",
            self.file.job_id,
            names::phase(job.phase),
            sent.hash,
            units::grouped(sent.gas)
        );
        Ok(Report::new(
            text,
            json!({ "jobId": self.file.job_id, "phase": names::phase(job.phase), "transaction": sent.json() }),
        ))
    }

    /// The computation that the job's openings say.
    pub fn computation(&self) -> Result<Computation> {
        Computation::of_job(&self.file, &self.allowed)
    }

    /// The computation that the job's file was asked for by, in words.
    pub fn asked(&self) -> Result<Computation> {
        Computation::parse(&self.file.task, &self.allowed)
    }

    /// The openings, where a predicate is asked; nothing else is shown on chain.
    pub fn opening(&self) -> Opening {
        if self.terms.predicate.is_zero() {
            closed()
        } else {
            self.file.opening()
        }
    }

    /// Where a result is read or written, unless told.
    pub fn result_path(&self, named: Option<&PathBuf>) -> PathBuf {
        named.cloned().unwrap_or_else(|| self.path.with_extension("result"))
    }

    /// Reads a result whose form fits the terms.
    pub fn result(&self, named: Option<&PathBuf>) -> Result<ResultFile> {
        let path = self.result_path(named);
        let result = ResultFile::read(&path)?;
        let (form, terms) = (result.form, &self.terms);
        ensure!(
            form == terms.form && result.max_element <= terms.maxElement,
            "the result file {} is for another job: a {} with elements of up to {} bytes, where the terms ask for a {} \
             and {} bytes",
            path.display(),
            names::form(form),
            result.max_element,
            names::form(terms.form),
            terms.maxElement
        );
        let count = result.count;
        if terms.form != Form::Set && count != terms.count {
            bail!(
                "the result file {} has {count} elements, the terms ask for {}: compute it again with `surety work`",
                path.display(),
                terms.count
            );
        }
        Ok(result)
    }

    /// Reads the result whose root is the one on chain, ready to prove elements.
    pub async fn committed_result(&self, named: Option<&PathBuf>) -> Result<Committed> {
        let job = self.committed_job().await?;
        let result = Committed::open(self.result(named)?.stored);
        ensure!(
            job.root.0 == result.root() && job.count == result.count(),
            "the result file is not the result that was committed: its root is {}, on chain is {}",
            B256::from(result.root()),
            job.root
        );
        Ok(result)
    }
}

/// The opening that opens nothing, for calls that ask no predicate.
pub fn closed() -> Opening {
    Opening {
        functionSalt: B256::ZERO,
        functionBytes: Bytes::new(),
        dataSalt: B256::ZERO,
        dataBytes: Bytes::new(),
    }
}

/// Sums of the terms' money, which exceed 96 bits.
pub fn total(amounts: &[U96]) -> U256 {
    amounts.iter().map(|amount| U256::from(*amount)).sum()
}

/// Whether a job has ended.
pub fn is_terminal(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Refunded | Phase::Forfeited | Phase::Paid | Phase::Convicted
    )
}

/// Indices of the demand that waits for an answer, from the escrow's log.
pub async fn demanded_indices(context: &JobContext) -> Result<Vec<u64>> {
    let job = context.job().await?;
    ensure!(
        job.phase == Phase::Demanded,
        "no demand is waiting for an answer: the job is {}",
        names::phase(job.phase)
    );
    let logs = context
        .chain
        .event_logs::<IEscrow::Demanded>(context.file.escrow, context.file.job_id, context.since)
        .await?;
    logs.last()
        .and_then(|log| IEscrow::Demanded::decode_log(&log.inner).ok())
        .map(|event| event.data.indices)
        .context("the node does not show the demand's log: use a node that keeps logs")
}
