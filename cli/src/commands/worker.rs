//! The worker's side: check and take, compute, submit, reveal, deliver.

use std::path::PathBuf;

use alloy::primitives::{B256, U256, keccak256};
use anyhow::{Result, bail, ensure};
use serde_json::json;
use surety_contracts::{IEscrow, Phase};

use crate::{
    args::{GlobalArgs, JobArgs, ResultArgs, RevealArgs, WorkArgs},
    computation::Computation,
    context::{JobContext, Report, Step, demanded_indices},
    evidence::Committed,
    jobfile::{JobFile, SealFile, beside},
    names,
    own::Allowed,
    units,
};

/// `surety take`
pub async fn take(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    check(&context).await?;
    let job = context.job().await?;
    ensure!(
        job.phase == Phase::Open,
        "the job cannot be taken: it is {}",
        names::phase(job.phase)
    );
    context.act(&take_step(&context)?).await
}

/// `takeOrder`, for a job that was checked.
pub fn take_step(context: &JobContext) -> Result<Step> {
    let terms = context.terms.clone();
    let deposit = U256::from(terms.deposit);
    let done = format!(
        "took {} for a deposit of {}; compute and submit within {}",
        context.computation()?.describe(),
        units::ether(deposit),
        units::span(terms.computeWindow.into())
    );
    Ok(context.step(&IEscrow::takeOrderCall { terms }, deposit, done))
}

/// What a worker or a referee wants to be sure of before its deposit is at stake.
pub async fn check(context: &JobContext) -> Result<()> {
    let terms = &context.terms;
    let computation = context.computation()?;
    let (form, count, max_element) = computation.shape()?;
    ensure!(
        (terms.form, terms.count) == (form, count) && terms.maxElement >= max_element,
        "the terms do not fit their computation: they ask for a {} of {} with elements of up to {} bytes, it makes a {} \
         of {count} with {max_element} bytes; do not take this job",
        names::form(terms.form),
        terms.count,
        terms.maxElement,
        names::form(form),
    );
    let asked = context.asked().ok();
    ensure!(
        asked.as_ref() == Some(&computation),
        "the job file calls its task `{}`, but its openings say {}: ask the client which one it is",
        context.file.task,
        computation.describe()
    );
    if terms.predicate.is_zero() {
        return Ok(());
    }
    let code = context.chain.code(terms.predicate).await?;
    let known = computation.predicate()?;
    if code.as_ref() != known {
        bail!(
            "the predicate {} has other code ({}) than this tool's ({}): it could judge by other rules, so do not take \
             this job unless you know that code",
            terms.predicate,
            keccak256(&code),
            keccak256(known)
        );
    }
    Ok(())
}

/// `surety work`
pub fn work(allowed: &Allowed, args: &WorkArgs) -> Result<Report> {
    let file = JobFile::read(&args.job.job)?;
    let computation = Computation::of_job(&file, allowed)?;
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| args.job.job.with_extension("result"));
    let done = computation.work(&path, file.terms().maxElement, "computing")?;
    let (root, count) = (B256::from(done.root), done.count);
    Ok(Report::new(
        format!(
            "computed {}: {} elements{}\nroot {root}, written to {}",
            computation.describe(),
            units::grouped(count),
            if done.resumed > 0 {
                ", carrying on from where an earlier process was stopped"
            } else {
                ""
            },
            path.display()
        ),
        json!({ "jobId": file.job_id, "result": path, "root": root, "count": count, "resumed": done.resumed }),
    ))
}

/// `surety submit`
pub async fn submit(global: &GlobalArgs, args: &ResultArgs) -> Result<Report> {
    let context = JobContext::signing(global, &args.job).await?;
    context.act(&submit_step(&context, args.result.as_ref())?).await
}

/// `submitResult`, or `submitSeal` of a sealed job, whose seal file is on the disk then.
pub fn submit_step(context: &JobContext, named: Option<&PathBuf>) -> Result<Step> {
    let result = context.result(named)?;
    let count = result.count;
    let terms = context.terms.clone();
    if !terms.isSealed {
        let call = IEscrow::submitResultCall {
            terms,
            root: result.root,
            count,
        };
        let done = format!(
            "committed to {} elements under root {}",
            units::grouped(count),
            result.root
        );
        return Ok(context.step(&call, U256::ZERO, done));
    }
    let (seal, path) = sealed(context, named, "seal")?;
    let call = IEscrow::submitSealCall {
        terms,
        seal: seal.seal(),
    };
    let done = format!(
        "sealed a result of {} elements; keep {} and reveal after the compute window",
        units::grouped(count),
        path.display()
    );
    Ok(context.step(&call, U256::ZERO, done))
}

/// The seal of a result, from the file `JOB.NAME.json`, or a new one that is written there.
pub fn sealed(context: &JobContext, named: Option<&PathBuf>, name: &str) -> Result<(SealFile, PathBuf)> {
    let result = context.result(named)?;
    let count = result.count;
    let path = beside(context.path(), name);
    if path.exists() {
        // A second seal would open with another salt; the one on disk may be on chain already.
        let seal = SealFile::of_job(&path, context.file.job_id)?;
        ensure!(
            (seal.root, seal.count) == (result.root, count),
            "{} seals another result: move it away if it was never submitted",
            path.display()
        );
        return Ok((seal, path));
    }
    let seal = SealFile {
        job_id: context.file.job_id,
        account: context.chain.account()?,
        root: result.root,
        count,
        salt: B256::from(rand::random::<[u8; 32]>()),
    };
    seal.write(&path)?;
    Ok((seal, path))
}

/// `surety reveal`
pub async fn reveal(global: &GlobalArgs, args: &RevealArgs) -> Result<Report> {
    let context = JobContext::signing(global, &args.job).await?;
    context.act(&reveal_step(&context, args.seal.as_ref())?).await
}

/// `reveal` of what the seal file holds.
pub fn reveal_step(context: &JobContext, named: Option<&PathBuf>) -> Result<Step> {
    let path = named.cloned().unwrap_or_else(|| beside(context.path(), "seal"));
    let seal = SealFile::of_job(&path, context.file.job_id)?;
    let call = IEscrow::revealCall {
        terms: context.terms.clone(),
        root: seal.root,
        count: seal.count,
        salt: seal.salt,
    };
    let done = format!("revealed root {} of {} elements", seal.root, units::grouped(seal.count));
    Ok(context.step(&call, U256::ZERO, done))
}

/// `surety publish`
pub async fn publish(global: &GlobalArgs, args: &ResultArgs) -> Result<Report> {
    let context = JobContext::signing(global, &args.job).await?;
    let result: Committed = context.committed_result(args.result.as_ref()).await?;
    let call = IEscrow::publishLeavesCall {
        terms: context.terms.clone(),
        hashes: result.leaf_hashes()?,
    };
    let done = format!("logged the hashes of all {} elements", units::grouped(result.count()));
    context.act(&context.step(&call, U256::ZERO, done)).await
}

/// `surety deliver`
pub async fn deliver(global: &GlobalArgs, args: &ResultArgs) -> Result<Report> {
    let context = JobContext::signing(global, &args.job).await?;
    context.act(&deliver_step(&context, args.result.as_ref()).await?).await
}

/// `deliver` of what is demanded now.
pub async fn deliver_step(context: &JobContext, named: Option<&PathBuf>) -> Result<Step> {
    let indices = demanded_indices(context).await?;
    let result: Committed = context.committed_result(named).await?;
    let leaves = result.leaves(&indices)?;
    let bond = U256::from(context.terms.bond) * U256::from(leaves.len());
    let call = IEscrow::deliverCall {
        terms: context.terms.clone(),
        leaves,
    };
    let done = format!(
        "delivered {} elements and earned the bond of {}",
        indices.len(),
        units::ether(bond)
    );
    Ok(context.step(&call, U256::ZERO, done))
}
