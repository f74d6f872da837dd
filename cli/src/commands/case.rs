//! The second opinion on a sealed job: appeal, take, seal, reveal, settle; and what cases said about an account.

use std::path::PathBuf;

use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use anyhow::{Result, ensure};
use serde_json::json;
use surety_contracts::{Case, CasePhase, IReferee, Job, Offer, codec::wei};

use super::{client::amount, worker};
use crate::{
    args::{AppealArgs, CaseCommand, GlobalArgs, ReputationArgs, ResultArgs, RevealArgs},
    chain::{Request, Sent},
    context::{JobContext, Report, Step, total},
    jobfile::{SealFile, beside},
    names,
    units::{self, Wei},
};

/// `surety case`
pub async fn run(global: &GlobalArgs, command: &CaseCommand) -> Result<Report> {
    match command {
        CaseCommand::Appeal(args) => appeal(global, args).await,
        CaseCommand::Take(args) => {
            let context = verified(JobContext::signing(global, args).await?)?;
            worker::check(&context).await?;
            let (case, job) = (case(&context).await?, context.job().await?);
            act(&context, &take_step(&context, &case, &job)).await
        }
        CaseCommand::Seal(args) => seal(global, args).await,
        CaseCommand::Reveal(args) => reveal(global, args).await,
        CaseCommand::Settle(args) => {
            let context = verified(JobContext::signing(global, args).await?)?;
            act(&context, &settle_step(&context)).await
        }
        CaseCommand::Status(args) => {
            let context = verified(JobContext::reading(global, args).await?)?;
            status(&context).await
        }
    }
}

/// The job, if its terms name a referee contract.
fn verified(context: JobContext) -> Result<JobContext> {
    ensure!(
        !context.terms.verifier.is_zero(),
        "this job takes no second opinion: its terms name no referee contract (`surety delegate --verifier`)"
    );
    Ok(context)
}

/// The case on a job whose terms name a referee contract.
pub async fn case(context: &JobContext) -> Result<Case> {
    let call = IReferee::caseOfCall {
        jobId: context.file.job_id,
    };
    Ok(context.chain.call(context.terms.verifier, call).await?)
}

/// One of the referee contract's calls.
fn step<C: SolCall>(context: &JobContext, call: &C, value: U256, done: impl Into<String>) -> Step {
    Step {
        request: Request::call(context.terms.verifier, call).paying(value),
        done: done.into(),
    }
}

/// Sends a call to the referee contract and reports it with the phase that the case is in then.
async fn act(context: &JobContext, step: &Step) -> Result<Report> {
    let sent = context.chain.send(&step.request).await?;
    report(context, &sent, &step.done).await
}

/// `takeCase`, for a job that was checked.
pub fn take_step(context: &JobContext, case: &Case, job: &Job) -> Step {
    let terms = context.terms.clone();
    let stake = U256::from(case.stake);
    let done = format!(
        "took the case for a stake of {}; compute, and seal a result by {}",
        units::ether(stake),
        units::moment(job.clock)
    );
    step(context, &IReferee::takeCaseCall { terms }, stake, done)
}

pub fn settle_step(context: &JobContext) -> Step {
    let terms = context.terms.clone();
    let call = IReferee::settleCall { terms };
    step(context, &call, U256::ZERO, "settled by how the job ended")
}

async fn report(context: &JobContext, sent: &Sent, done: &str) -> Result<Report> {
    let phase = names::case_phase(case(context).await?.phase);
    let text = format!(
        "{done}\nthe case on job {} is now {phase}; transaction {}, {} gas",
        context.file.job_id,
        sent.hash,
        units::grouped(sent.gas)
    );
    let json = json!({ "jobId": context.file.job_id, "casePhase": phase, "transaction": sent.json() });
    Ok(Report::new(text, json))
}

async fn appeal(global: &GlobalArgs, args: &AppealArgs) -> Result<Report> {
    let context = verified(JobContext::signing(global, &args.job).await?)?;
    act(&context, &appeal_step(&context, args.fee, args.bonus, args.stake)?).await
}

/// `appeal`, with fee and bonus. Without a stake the least that the contract takes.
pub fn appeal_step(context: &JobContext, fee: Wei, bonus: Wei, stake: Option<Wei>) -> Result<Step> {
    let terms = context.terms.clone();
    let least = 2 * wei(&terms.deposit);
    let stake = stake.map_or(least, |stake| stake.0);
    ensure!(
        stake >= least,
        "the stake must be at least twice the deposit: {}",
        units::ether(U256::from(least))
    );
    let offer = Offer {
        fee: amount("fee", fee)?,
        bonus: amount("bonus", bonus)?,
        stake: amount("stake", Wei(stake))?,
    };
    let paid = total(&[offer.fee, offer.bonus]);
    let done = format!(
        "appealed to {} for {}; its stake is {}",
        terms.referee,
        units::ether(paid),
        units::ether(U256::from(stake))
    );
    Ok(step(context, &IReferee::appealCall { terms, offer }, paid, done))
}

async fn seal(global: &GlobalArgs, args: &ResultArgs) -> Result<Report> {
    let context = verified(JobContext::signing(global, &args.job).await?)?;
    act(&context, &seal_step(&context, args.result.as_ref())?).await
}

/// `submitSeal` of the referee's result, whose seal file is on the disk then.
pub fn seal_step(context: &JobContext, named: Option<&PathBuf>) -> Result<Step> {
    let (seal, path) = worker::sealed(context, named, OPINION)?;
    let call = IReferee::submitSealCall {
        terms: context.terms.clone(),
        seal: seal.seal(),
    };
    let done = format!(
        "sealed a result of {} elements; keep {} and reveal after the compute window",
        units::grouped(seal.count),
        path.display()
    );
    Ok(step(context, &call, U256::ZERO, done))
}

/// Names the seal file of a referee: `JOB.opinion.json`.
pub const OPINION: &str = "opinion";

async fn reveal(global: &GlobalArgs, args: &RevealArgs) -> Result<Report> {
    let context = verified(JobContext::signing(global, &args.job).await?)?;
    act(&context, &reveal_step(&context, args.seal.as_ref())?).await
}

/// `reveal` of what the referee's seal file holds.
pub fn reveal_step(context: &JobContext, named: Option<&PathBuf>) -> Result<Step> {
    let path = named.cloned().unwrap_or_else(|| beside(context.path(), OPINION));
    let SealFile { root, count, salt, .. } = SealFile::of_job(&path, context.file.job_id)?;
    let call = IReferee::revealCall {
        terms: context.terms.clone(),
        root,
        count,
        salt,
    };
    let done = format!("revealed root {root} of {} elements", units::grouped(count));
    Ok(step(context, &call, U256::ZERO, done))
}

async fn status(context: &JobContext) -> Result<Report> {
    let case = case(context).await?;
    let phase = names::case_phase(case.phase);
    let mut text = format!("case on job {}\n  phase     {phase}\n", context.file.job_id);
    if case.phase != CasePhase::None {
        text += &format!(
            "  fee       {}\n  bonus     {}\n  stake     {}\n  referee   {}\n",
            units::ether(U256::from(case.fee)),
            units::ether(U256::from(case.bonus)),
            units::ether(U256::from(case.stake)),
            context.terms.referee
        );
    }
    if case.root != B256::ZERO {
        text += &format!(
            "  result    {} elements, root {}\n",
            units::grouped(case.count),
            case.root
        );
    }
    let json = json!({
        "jobId": context.file.job_id,
        "casePhase": phase,
        "feeWei": case.fee.to_string(),
        "bonusWei": case.bonus.to_string(),
        "stakeWei": case.stake.to_string(),
        "computeBy": case.computeBy,
        "root": case.root,
        "count": case.count,
    });
    Ok(Report::new(text.trim_end(), json))
}

/// `surety reputation`
pub async fn reputation(global: &GlobalArgs, args: &ReputationArgs) -> Result<Report> {
    let session = global.reading(None).await?;
    let verifier = session.verifier(args.verifier).await?;
    let account = args.account;
    let reputation = session
        .chain
        .call(verifier, IReferee::reputationCall { account })
        .await?;
    let text = format!(
        "{account}: score {}; right {} times, wrong {}, in collusion {}; {} at stake in all",
        reputation.score,
        reputation.upheld,
        reputation.faulted,
        reputation.colluded,
        units::ether(reputation.stake)
    );
    let json = json!({
        "account": account,
        "score": reputation.score,
        "upheld": reputation.upheld,
        "faulted": reputation.faulted,
        "colluded": reputation.colluded,
        "stakeWei": reputation.stake.to_string(),
    });
    Ok(Report::new(text, json))
}
