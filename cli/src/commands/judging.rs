//! Proving faults, the referee's word, and what the clock settles.

use alloy::primitives::U256;
use anyhow::{Context as _, Result, bail, ensure};
use surety_contracts::{Fault, IEscrow, Phase};
use surety_engine::verify::Extent;

use crate::{
    args::{GlobalArgs, JobArgs, JudgeArgs},
    context::{JobContext, Report, Step, closed, is_terminal, total},
    evidence::{Committed, Evidence, Finding},
    names, units,
};

/// `surety judge`
pub async fn judge(global: &GlobalArgs, args: &JudgeArgs) -> Result<Report> {
    let context = JobContext::signing(global, &args.result.job).await?;
    let terms = &context.terms;
    let committed = context.committed_result(args.result.result.as_ref()).await?;
    let finding = match args.fault {
        Some(fault) => named(args, fault.into(), &committed)?,
        None => {
            let computation = context.computation()?;
            let checked = computation.verify(committed.path(), Extent::All, "computing again")?;
            let found = checked
                .finding
                .context("the result is right: there is nothing to judge")?;
            Finding::new(terms.form, found)
        }
    };
    context.act(&judge_step(&context, committed.evidence(finding)?)?).await
}

/// `judge` with this evidence, if the account that signs may.
pub fn judge_step(context: &JobContext, evidence: Evidence) -> Result<Step> {
    let terms = &context.terms;
    // Disorder needs nobody's opinion.
    if terms.predicate.is_zero() && evidence.fault != Fault::Disorder {
        ensure!(
            evidence.fault != Fault::MissingElement,
            "an element is missing at {}, but only a predicate could rule on that, and the terms name none",
            evidence.at
        );
        let account = context.chain.account()?;
        ensure!(
            account == terms.referee,
            "the terms name no predicate, so only the referee {} may judge a {}; you sign as {account}",
            terms.referee,
            names::fault(evidence.fault)
        );
    }
    let gain = units::ether(total(&[terms.reward, terms.bonus, terms.deposit]));
    let done = format!(
        "convicted of a {} at {}: {gain} went to the client",
        names::fault(evidence.fault),
        evidence.at
    );
    let call = IEscrow::judgeCall {
        terms: terms.clone(),
        fault: evidence.fault,
        leaves: evidence.leaves,
        at: evidence.at,
        missing: evidence.missing,
        opening: if evidence.fault == Fault::Disorder {
            closed()
        } else {
            context.opening()
        },
    };
    Ok(context.step(&call, U256::ZERO, done))
}

/// The fault that the command line names.
fn named(args: &JudgeArgs, fault: Fault, committed: &Committed) -> Result<Finding> {
    if fault == Fault::MissingElement {
        let element = args
            .element
            .as_ref()
            .context("name the missing element with --element HEX")?;
        return Ok(Finding {
            fault,
            at: match args.index {
                Some(index) => index,
                None => committed.insertion_point(element)?,
            },
            missing: element.to_vec(),
        });
    }
    Ok(Finding {
        fault,
        at: args.index.context("name the place of the fault with --index I")?,
        missing: Vec::new(),
    })
}

/// `surety confirm`
pub async fn confirm(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    context.act(&confirm_step(&context)).await
}

pub fn confirm_step(context: &JobContext) -> Step {
    let bonus = units::ether(U256::from(context.terms.bonus));
    let call = IEscrow::confirmCall {
        terms: context.terms.clone(),
    };
    let done = format!("confirmed: the bonus of {bonus} is earned");
    context.step(&call, U256::ZERO, done)
}

/// `surety tick`
pub async fn tick(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    let job = context.job().await?;
    if is_terminal(job.phase) || job.phase == Phase::None {
        bail!("nothing is due: the job is {}", names::phase(job.phase));
    }
    context.act(&tick_step(&context)).await
}

pub fn tick_step(context: &JobContext) -> Step {
    let terms = context.terms.clone();
    context.step(&IEscrow::timeTickCall { terms }, U256::ZERO, "settled by the clock")
}
