//! Elements that were delivered on chain, in the calldata of `deliver`: each has its proof, so each can convict.

use alloy::sol_types::SolCall;
use anyhow::{Context as _, Result};
use surety_contracts::{Fault, Form, IEscrow, Job, Leaf, leaves};
use surety_engine::compute::Claim;

use crate::{context::JobContext, evidence::Evidence};

/// The leaves of the last delivery, each with its whole proof. None if it did not come in a transaction that calls the escrow itself.
pub async fn delivered(context: &JobContext, job: &Job) -> Result<Vec<Leaf>> {
    let (escrow, id) = (context.file.escrow, context.file.job_id);
    let logs = context
        .chain
        .event_logs::<IEscrow::Delivered>(escrow, id, context.since)
        .await?;
    let transaction = logs
        .last()
        .and_then(|log| log.transaction_hash)
        .context("the node does not show the delivery's log: use a node that keeps logs")?;
    let calldata = context.chain.calldata(transaction).await?;
    let call = IEscrow::deliverCall::abi_decode(&calldata).ok();
    let mut leaves = call
        .filter(|call| call.terms == context.terms)
        .map(|call| call.leaves)
        .unwrap_or_default();
    leaves::whole(&mut leaves, &job.root, job.count).context("the delivery that the escrow took does not hold")?;
    Ok(leaves)
}

/// The evidence against the first leaf that does not belong to the result, or does not follow from the one before it if
/// that was shown too.
pub fn first_wrong(context: &JobContext, job: &Job, leaves: &[Leaf]) -> Result<Option<Evidence>> {
    let computation = context.computation()?;
    let is_chain = context.terms.form == Form::Chain;
    let pairs: Vec<(Option<&Leaf>, &Leaf)> = leaves
        .iter()
        .enumerate()
        .map(|(at, leaf)| {
            let before = at.checked_sub(1).and_then(|before| leaves.get(before));
            (before.filter(|before| is_chain && before.index + 1 == leaf.index), leaf)
        })
        .filter(|(before, leaf)| !is_chain || before.is_some() || leaf.index == 0)
        .collect();
    let claims: Vec<Claim<'_>> = pairs
        .iter()
        .map(|(before, leaf)| Claim {
            index: leaf.index,
            previous: before.map_or(&[][..], |before| &before.element),
            element: &leaf.element,
        })
        .collect();
    let wrong = computation.engine()?.first_false(&claims)?;
    Ok(wrong.map(|at| {
        let (before, leaf) = pairs[at];
        let mut leaves: Vec<_> = before.into_iter().chain([leaf]).cloned().collect();
        leaves::cut(&mut leaves, job.count);
        Evidence {
            fault: if is_chain {
                Fault::WrongStep
            } else {
                Fault::WrongElement
            },
            leaves,
            at: leaf.index,
            missing: Default::default(),
        }
    }))
}
