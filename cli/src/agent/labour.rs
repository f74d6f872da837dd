//! Work off the chain, beside the loop: computing, fetching, checking. Each piece is done again if the process ends in it.

use std::{path::PathBuf, thread};

use anyhow::{Context as _, Result, ensure};
use indicatif::ProgressBar;
use surety_contracts::{Job, Leaf};
use surety_engine::verify::Extent;
use tokio::{sync::oneshot, task};

use super::{
    shown,
    store::{Held, Judged, Verdict},
};
use crate::{
    args::{JobArgs, VerifyArgs, WorkArgs},
    commands::{verify, worker},
    context::JobContext,
    delivery::{Fetcher, Wanted},
    evidence::{Committed, Finding},
    own::Allowed,
};

/// What is done off the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Work,
    Fetch,
    Verify,
    Examine,
}

/// What came of a piece of work.
#[derive(Debug)]
pub enum Done {
    Worked(Held),
    Fetched {
        held: Held,
        from: String,
    },
    Verified(Judged),
    /// The leaves delivered on chain that prove a fault, if some do.
    Examined(Option<(Judged, Vec<Leaf>)>),
}

/// Runs what keeps a processor busy on a thread that does not hold up the end of the process.
pub async fn heavy<T: Send + 'static>(run: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        // Nobody waits any more if the receiver is gone.
        let _ = sender.send(run());
    });
    receiver
        .await
        .context("the work was broken off by an error of this program")?
}

/// Computes a job's result into the file beside its own.
pub async fn work(job: PathBuf, allowed: Allowed) -> Result<Done> {
    let args = WorkArgs {
        job: JobArgs { job },
        out: None,
    };
    let report = heavy(move || worker::work(&allowed, &args)).await?;
    Ok(Done::Worked(serde_json::from_value(report.json)?))
}

/// Fetches the committed result.
pub async fn fetch(fetcher: Fetcher, context: JobContext, job: Job, to: PathBuf) -> Result<Done> {
    let terms = &context.terms;
    let wanted = Wanted::new(context.file.job_id, terms, &job)?;
    let from = fetcher.fetch(&wanted, &to, &ProgressBar::hidden()).await?;
    let held = Held {
        root: job.root,
        count: job.count,
    };
    Ok(Done::Fetched { held, from })
}

/// Checks what was delivered on chain.
pub async fn examine(context: JobContext, job: Job) -> Result<Done> {
    let leaves = shown::delivered(&context, &job).await?;
    let proof = task::block_in_place(|| shown::first_wrong(&context, &job, &leaves))?;
    Ok(Done::Examined(proof.map(|evidence| {
        let verdict = Verdict::Wrong {
            fault: evidence.fault as u8,
            at: evidence.at,
            missing: evidence.missing,
        };
        let judged = Judged {
            root: job.root,
            verdict,
        };
        (judged, evidence.leaves)
    })))
}

/// Compares the committed result in `theirs` with the one in `own`, or as `args` say if there is none.
pub async fn verify(
    context: JobContext,
    job: Job,
    own: Option<PathBuf>,
    theirs: PathBuf,
    args: VerifyArgs,
) -> Result<Done> {
    heavy(move || {
        let result = context.result(Some(&theirs))?;
        ensure!(
            job.root == result.root,
            "{} is not the result that was committed any more",
            theirs.display()
        );
        let finding = match own {
            Some(own) => {
                let checked = context
                    .computation()?
                    .verify(&theirs, Extent::Against(&own), "comparing")?;
                checked.finding.map(|found| Finding::new(context.terms.form, found))
            }
            None => verify::examine(&context, &args, &Committed::open(result.stored))?.finding(),
        };
        Ok(Done::Verified(Judged {
            root: job.root,
            verdict: finding.map_or(Verdict::Right, Verdict::from),
        }))
    })
    .await
}
