//! From a decision to a transaction, by the same functions as the single commands use.

use alloy::sol_types::SolValue;
use anyhow::{Context, Result};
use surety_contracts::{Case, Leaf};

use super::{
    action::{Facts, Move},
    folder::Folder,
    store::{OfferRecord, Verdict},
};
use crate::{
    commands::{case, client, judging, worker},
    context::{JobContext, Step},
    evidence::Evidence,
    units::Wei,
};

/// The transaction that makes a move. `most_demanded`: elements to demand at most.
pub async fn step(
    context: &JobContext,
    folder: &Folder,
    step: Move,
    facts: &Facts<'_>,
    most_demanded: u64,
) -> Result<Step> {
    let id = context.file.job_id;
    let result = if facts.own_is_committed() || facts.known.theirs.is_none() {
        folder.own(id)
    } else {
        folder.theirs(id)
    };
    match step {
        Move::Delegate => client::delegate_step(context),
        Move::Take => worker::take_step(context),
        Move::Submit => worker::submit_step(context, Some(&folder.own(id))),
        Move::Reveal => worker::reveal_step(context, None),
        Move::Deliver => worker::deliver_step(context, Some(&result)).await,
        Move::Accept => Ok(client::accept_step(context)),
        Move::Demand => Ok(client::demand_step(
            context,
            client::drawn(&context.terms, facts.job().count, most_demanded),
        )),
        Move::Dispute => Ok(client::dispute_step(context)),
        Move::Judge => {
            let finding = facts.verdict().and_then(Verdict::finding);
            let finding = finding.context("nothing wrong was found")?;
            let evidence = match &facts.known.shown {
                Some(leaves) => Evidence {
                    fault: finding.fault,
                    leaves: <Vec<Leaf>>::abi_decode(leaves).context("the books are damaged")?,
                    at: finding.at,
                    missing: finding.missing.into(),
                },
                None => context.committed_result(Some(&result)).await?.evidence(finding)?,
            };
            judging::judge_step(context, evidence)
        }
        Move::Confirm => Ok(judging::confirm_step(context)),
        Move::Tick => Ok(judging::tick_step(context)),
        Move::Appeal => {
            let OfferRecord { fee, bonus, stake } = facts.known.offer.context("no second opinion was ordered")?;
            case::appeal_step(
                context,
                Wei(fee.to()),
                Wei(bonus.to()),
                stake.map(|stake| Wei(stake.to())),
            )
        }
        Move::TakeCase => Ok(case::take_step(context, of_case(facts)?, facts.job())),
        Move::SealOpinion => case::seal_step(context, Some(&folder.own(id))),
        Move::RevealOpinion => case::reveal_step(context, None),
        Move::Settle => Ok(case::settle_step(context)),
    }
}

fn of_case<'a>(facts: &Facts<'a>) -> Result<&'a Case> {
    facts.view.case.as_ref().context("the terms name no referee contract")
}
