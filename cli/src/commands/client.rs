//! The client's side: offer, take back, accept, demand, dispute.

use alloy::primitives::{Address, B256, U256, aliases::U96};
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use surety_contracts::{Form, IEscrow, Opening, Phase, Terms};
use surety_protocol::{commitment, merkle, sample};

use crate::{
    args::{DelegateArgs, DemandArgs, GlobalArgs, JobArgs},
    chain::Chain,
    computation::Computation,
    context::{JobContext, Report, Step, total},
    game,
    jobfile::{JobFile, SeedFile, beside},
    names,
    own::Allowed,
    units::{self, Wei},
};

/// What the escrow lets the answer to a demand take, in bytes, and how many elements it lets be demanded.
const ANSWER: u64 = 65_536;
const MOST_DEMANDED: u64 = 64;

/// `surety delegate`
pub async fn delegate(global: &GlobalArgs, args: &DelegateArgs) -> Result<Report> {
    // Before a key is asked for.
    let allowed = global.allowed();
    Computation::parse(&args.task, &allowed)?;
    let seed_path = beside(&args.out, "seed");
    for path in [&args.out, &seed_path] {
        ensure!(
            !path.exists(),
            "{} exists: name another job file with --out",
            path.display()
        );
    }
    let session = global.signing(None).await?;
    let args = &session.complete(args).await?;
    let chain = session.chain;
    let Prepared { file, seed, warning } = prepare(&chain, args, &allowed).await?;
    // Before the money moves: without its openings a job is worth nothing to anybody.
    file.write(&args.out)?;
    seed.write(&seed_path)?;
    let context = JobContext::new(chain, file, args.out.clone(), allowed);
    let step = delegate_step(&context)?;
    let sent = match context.chain.send(&step.request).await {
        Ok(sent) => sent,
        Err(error) => {
            // Nothing was delegated, so the files describe nothing.
            for path in [&args.out, &seed_path] {
                std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
            return Err(error.into());
        }
    };
    Ok(Report::new(
        format!(
            "{}\njob {}; transaction {}, {} gas\ngive {} to the worker; keep {} until the result is committed",
            step.done,
            context.file.job_id,
            sent.hash,
            units::grouped(sent.gas),
            args.out.display(),
            seed_path.display()
        ),
        json!({
            "jobId": context.file.job_id,
            "jobFile": args.out,
            "seedFile": seed_path,
            "paidWei": step.request.value.to_string(),
            "transaction": sent.json(),
            "warning": warning.map(|warning| warning.json()),
        }),
    ))
}

/// A job before it is on the chain.
pub struct Prepared {
    pub file: JobFile,
    pub seed: SeedFile,
    pub warning: Option<game::Warning>,
}

/// Draws the salts and writes the terms of a new job, signed by nobody yet. The order must be complete; its `out` is not
/// looked at.
pub async fn prepare(chain: &Chain, args: &DelegateArgs, allowed: &Allowed) -> Result<Prepared> {
    let computation = check_order(args, allowed)?;
    let escrow = args.escrow.context("the order names no escrow")?;
    if let Some(predicate) = predicate(args) {
        let code = chain.code(predicate).await?;
        // Another one would hold every right element for wrong, and the worker with it.
        ensure!(
            matches!(computation, Computation::Task(_)) || code.as_ref() == computation.predicate()?,
            "the predicate {predicate} is not that of this computation: deploy it with `surety task deploy`, or leave it out \
             with --without-predicate"
        );
    }
    let seed: [u8; 32] = rand::random();
    let opening = Opening {
        functionSalt: rand::random::<[u8; 32]>().into(),
        functionBytes: computation.function().to_vec().into(),
        dataSalt: rand::random::<[u8; 32]>().into(),
        dataBytes: computation.data().to_vec().into(),
    };
    let terms = terms(args, &computation, &opening, seed, chain.account()?, chain.now().await?)?;
    let warning = warning(args, &terms, chain.gas_price().await?.saturating_to())?;
    let file = JobFile::new(chain.id(), escrow, &args.task, &terms, &opening);
    let seed = SeedFile {
        job_id: file.job_id,
        seed: seed.into(),
    };
    Ok(Prepared { file, seed, warning })
}

/// `delegate`, with reward and bonus.
pub fn delegate_step(context: &JobContext) -> Result<Step> {
    let terms = context.terms.clone();
    let paid = total(&[terms.reward, terms.bonus]);
    let done = format!(
        "delegated {} for {}",
        context.computation()?.describe(),
        units::ether(paid)
    );
    Ok(context.step(&IEscrow::delegateCall { terms }, paid, done))
}

/// Says on standard error what makes cheating pay under these terms, unless told not to.
fn warning(args: &DelegateArgs, terms: &Terms, gas_price: u64) -> Result<Option<game::Warning>> {
    if args.no_warn {
        return Ok(None);
    }
    let costs = game::Costs::new(args.work_cost, args.check_odds, gas_price)?;
    let warning = game::warning(terms, &costs)?;
    if let Some(warning) = &warning {
        eprintln!("surety: warning: {warning}");
    }
    Ok(warning)
}

/// The predicate, which the environment may name for other jobs.
fn predicate(args: &DelegateArgs) -> Option<Address> {
    args.predicate.filter(|_| !args.without_predicate)
}

/// The computation, if somebody could prove a false result of it.
fn check_order(args: &DelegateArgs, allowed: &Allowed) -> Result<Computation> {
    let computation = Computation::parse(&args.task, allowed)?;
    check_judges(args, computation.shape()?.0)?;
    Ok(computation)
}

/// Refuses jobs in which nobody could prove a false result.
fn check_judges(args: &DelegateArgs, form: Form) -> Result<()> {
    if predicate(args).is_some() {
        return Ok(());
    }
    if args.referee.is_none() {
        bail!(
            "nobody could prove a wrong result of this job: name the predicate with --predicate (`surety deploy` prints \
             it), or a referee whose word you trust with --referee"
        );
    }
    if form == Form::Set && !args.without_predicate {
        bail!(
            "without a predicate nobody can prove that elements are missing from a set: name one with --predicate, or \
             accept that with --without-predicate"
        );
    }
    Ok(())
}

fn terms(
    args: &DelegateArgs,
    computation: &Computation,
    opening: &Opening,
    seed: [u8; 32],
    client: Address,
    now: u64,
) -> Result<Terms> {
    let (form, count, max_element) = computation.shape()?;
    let commit = |salt: B256, bytes: &[u8]| B256::from(commitment::commit(&salt.0, bytes));
    Ok(Terms {
        client,
        worker: args.worker.unwrap_or_default(),
        referee: args.referee.unwrap_or_default(),
        verifier: args.verifier.unwrap_or_default(),
        predicate: predicate(args).unwrap_or_default(),
        functionCommitment: commit(opening.functionSalt, &opening.functionBytes),
        dataCommitment: commit(opening.dataSalt, &opening.dataBytes),
        seedHash: commitment::seed_hash(&seed).into(),
        salt: rand::random::<[u8; 32]>().into(),
        form,
        count,
        maxElement: max_element,
        isSealed: args.sealed || args.verifier.is_some(),
        reward: amount("reward", args.reward)?,
        bonus: amount("bonus", args.bonus)?,
        deposit: amount("deposit", args.deposit)?,
        bond: amount("bond", args.bond)?,
        acceptBy: now + u64::from(args.accept_within.0),
        computeWindow: args.compute_window.0,
        disputeWindow: args.dispute_window.0,
        responseWindow: args.response_window.0,
        rulingWindow: args.ruling_window.0,
    })
}

/// The contracts count each amount in 96 bits.
pub fn amount(what: &str, wei: Wei) -> Result<U96> {
    U96::try_from(wei.0).ok().with_context(|| {
        format!(
            "the {what} of {} is more than the contracts can hold",
            units::ether(U256::from(wei.0))
        )
    })
}

/// `surety cancel`
pub async fn cancel(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    let terms = context.terms.clone();
    let back = units::ether(total(&[terms.reward, terms.bonus]));
    let done = format!("cancelled: {back} went back to the client");
    let step = context.step(&IEscrow::cancelCall { terms }, U256::ZERO, done);
    context.act(&step).await
}

/// `surety accept`
pub async fn accept(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    context.act(&accept_step(&context)).await
}

pub fn accept_step(context: &JobContext) -> Step {
    let terms = context.terms.clone();
    let paid = units::ether(total(&[terms.reward, terms.bonus, terms.deposit]));
    let done = format!("accepted: {paid} went to the worker");
    context.step(&IEscrow::acceptCall { terms }, U256::ZERO, done)
}

/// `surety demand`
pub async fn demand(global: &GlobalArgs, args: &DemandArgs) -> Result<Report> {
    let mut indices = args.indices.clone();
    indices.sort_unstable();
    indices.dedup();
    let context = JobContext::signing(global, &args.job).await?;
    context.act(&demand_step(&context, indices)).await
}

/// `demand` of strictly increasing indices.
pub fn demand_step(context: &JobContext, indices: Vec<u64>) -> Step {
    let terms = context.terms.clone();
    let bond = U256::from(terms.bond) * U256::from(indices.len());
    let window = units::span(terms.responseWindow.into());
    let count = indices.len();
    let call = IEscrow::demandCall { terms, indices };
    let done = format!(
        "demanded {count} elements for a bond of {}; the worker has {window} to deliver them",
        units::ether(bond)
    );
    context.step(&call, bond, done)
}

/// Indices of elements drawn afresh, so many or as many as the escrow lets be demanded at once.
pub fn drawn(terms: &Terms, count: u64, most: u64) -> Vec<u64> {
    let proof = 32 * u64::from(merkle::depth(count));
    let each = u64::from(terms.maxElement) + proof + 256;
    let most = (ANSWER / each).clamp(1, MOST_DEMANDED).min(most);
    sample::fresh(&rand::random(), count, most)
}

/// `surety dispute`
pub async fn dispute(global: &GlobalArgs, args: &JobArgs) -> Result<Report> {
    let context = JobContext::signing(global, args).await?;
    let job = context.job().await?;
    ensure!(
        job.phase == Phase::Committed,
        "only a committed result can be disputed: the job is {}",
        names::phase(job.phase)
    );
    context.act(&dispute_step(&context)).await
}

pub fn dispute_step(context: &JobContext) -> Step {
    let terms = context.terms.clone();
    let bond = U256::from(terms.bond);
    let done = format!(
        "disputed for a bond of {}; the referee {} has {} to rule",
        units::ether(bond),
        terms.referee,
        units::span(terms.rulingWindow.into())
    );
    context.step(&IEscrow::disputeCall { terms }, bond, done)
}
