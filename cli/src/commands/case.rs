//! The second opinion on a sealed job: appeal, take, seal, reveal, settle; and what cases said about an account.

use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use anyhow::{Result, ensure};
use serde_json::json;
use surety_contracts::{CasePhase, IReferee, Offer, codec::wei};

use super::{client::amount, worker};
use crate::{
    args::{AppealArgs, CaseCommand, GlobalArgs, ReputationArgs, ResultArgs, RevealArgs},
    chain::{Chain, Sent},
    context::{JobContext, Report, total},
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
            let case = case(&context).await?;
            let terms = context.terms.clone();
            let stake = U256::from(case.stake);
            let done = format!(
                "took the case for a stake of {}; compute, and seal a result by {}",
                units::ether(stake),
                units::moment(context.job().await?.clock)
            );
            act(&context, IReferee::takeCaseCall { terms }, stake, &done).await
        }
        CaseCommand::Seal(args) => seal(global, args).await,
        CaseCommand::Reveal(args) => reveal(global, args).await,
        CaseCommand::Settle(args) => {
            let context = verified(JobContext::signing(global, args).await?)?;
            let terms = context.terms.clone();
            act(
                &context,
                IReferee::settleCall { terms },
                U256::ZERO,
                "settled by how the job ended",
            )
            .await
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

async fn case(context: &JobContext) -> Result<surety_contracts::Case> {
    let call = IReferee::caseOfCall {
        jobId: context.file.job_id,
    };
    Ok(context.chain.call(context.terms.verifier, call).await?)
}

/// Sends a call to the referee contract and reports it with the phase that the case is in then.
async fn act<C: SolCall>(context: &JobContext, call: C, value: U256, done: &str) -> Result<Report> {
    let sent = context.chain.send(context.terms.verifier, call, value).await?;
    report(context, &sent, done).await
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
    let terms = context.terms.clone();
    let least = 2 * wei(&terms.deposit);
    let stake = args.stake.map_or(least, |stake| stake.0);
    ensure!(
        stake >= least,
        "the stake must be at least twice the deposit: {}",
        units::ether(U256::from(least))
    );
    let offer = Offer {
        fee: amount("fee", args.fee)?,
        bonus: amount("bonus", args.bonus)?,
        stake: amount("stake", Wei(stake))?,
    };
    let paid = total(&[offer.fee, offer.bonus]);
    let done = format!(
        "appealed to {} for {}; its stake is {}",
        terms.referee,
        units::ether(paid),
        units::ether(U256::from(stake))
    );
    act(&context, IReferee::appealCall { terms, offer }, paid, &done).await
}

async fn seal(global: &GlobalArgs, args: &ResultArgs) -> Result<Report> {
    let context = verified(JobContext::signing(global, &args.job).await?)?;
    let (seal, path) = worker::sealed(&context, args, OPINION)?;
    let call = IReferee::submitSealCall {
        terms: context.terms.clone(),
        seal: seal.seal(),
    };
    let done = format!(
        "sealed a result of {} elements; keep {} and reveal after the compute window",
        units::grouped(seal.count),
        path.display()
    );
    act(&context, call, U256::ZERO, &done).await
}

/// Names the seal file of a referee: `JOB.opinion.json`.
const OPINION: &str = "opinion";

async fn reveal(global: &GlobalArgs, args: &RevealArgs) -> Result<Report> {
    let context = verified(JobContext::signing(global, &args.job).await?)?;
    let path = args.seal.clone().unwrap_or_else(|| beside(context.path(), OPINION));
    let SealFile { root, count, salt, .. } = SealFile::of_job(&path, context.file.job_id)?;
    let call = IReferee::revealCall {
        terms: context.terms.clone(),
        root,
        count,
        salt,
    };
    let done = format!("revealed root {root} of {} elements", units::grouped(count));
    act(&context, call, U256::ZERO, &done).await
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
    let chain = Chain::connect(&global.rpc_url).await?;
    let account = args.account;
    let reputation = chain.call(args.verifier, IReferee::reputationCall { account }).await?;
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
