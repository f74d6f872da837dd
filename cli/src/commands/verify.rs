//! Checking a result: its root, its order, and a sample of its elements or all of them.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use surety_contracts::{Fault, Form};
use surety_engine::verify::Extent;
use surety_protocol::{commitment, detection, sample};

use crate::{
    args::{GlobalArgs, Sampler, VerifyArgs},
    context::{JobContext, Report},
    evidence::{Committed, Finding},
    jobfile::{SeedFile, beside},
    names, units,
};

/// What a check found.
pub enum Examined {
    Wrong(Finding),
    /// Everything was computed again.
    Right,
    /// Nothing wrong among those that were drawn.
    Sampled(Sample),
}

impl Examined {
    pub fn finding(self) -> Option<Finding> {
        match self {
            Self::Wrong(finding) => Some(finding),
            Self::Right | Self::Sampled(_) => None,
        }
    }
}

/// How sure a check is to find a fraction of wrong elements.
pub struct Sample {
    indices: Vec<u64>,
    probability: f64,
}

/// `surety verify`
pub async fn run(global: &GlobalArgs, args: &VerifyArgs) -> Result<Report> {
    check_odds(args.wrong, args.detect)?;
    let context = JobContext::reading(global, &args.result.job).await?;
    let committed = context.committed_result(args.result.result.as_ref()).await?;
    Ok(match examine(&context, args, &committed)? {
        Examined::Wrong(finding) => wrong(&context, &committed, &finding),
        Examined::Right => right_throughout(&context, &committed),
        Examined::Sampled(sample) => right_as_sampled(&context, &committed, &sample, args),
    })
}

/// Refuses odds that are none.
pub fn check_odds(wrong: f64, detect: Option<f64>) -> Result<()> {
    for (name, value) in [("--wrong", Some(wrong)), ("--detect", detect)] {
        if let Some(value) = value {
            ensure!(
                value > 0.0 && value < 1.0,
                "{name} must lie between 0 and 1, not at {value}"
            );
        }
    }
    Ok(())
}

/// Checks a committed result against the computation, all of it or a sample.
pub fn examine(context: &JobContext, args: &VerifyArgs, committed: &Committed) -> Result<Examined> {
    let form = context.terms.form;
    let computation = context.computation()?;
    if args.all {
        let checked = computation.verify(committed.path(), Extent::All, "computing again")?;
        return Ok(checked
            .finding
            .map_or(Examined::Right, |found| Examined::Wrong(Finding::new(form, found))));
    }
    let sample = draw(context, args, committed)?;
    let checked = computation.verify(committed.path(), Extent::Sample(&sample.indices), "checking")?;
    Ok(match checked.finding {
        Some(found) => Examined::Wrong(Finding::new(form, found)),
        None => Examined::Sampled(sample),
    })
}

fn draw(context: &JobContext, args: &VerifyArgs, committed: &Committed) -> Result<Sample> {
    let (root, count) = (committed.root(), committed.count());
    let wanted = args.detect.unwrap_or(0.99);
    let wrong = ((count as f64 * args.wrong).ceil() as u64).min(count);
    if args.sampler == Sampler::Paper {
        let size = match args.sample {
            Some(size) => size,
            None => detection::samples_for(args.wrong, wanted)
                .context("no sample is large enough: compute everything again with --all")?,
        };
        let mut indices: Vec<u64> = sample::positions(&root, count)
            .take(usize::try_from(size).context("the sample is too large: use --all")?)
            .map(|position| position - 1)
            .collect();
        indices.sort_unstable();
        indices.dedup();
        return Ok(Sample {
            indices,
            probability: detection::probability(args.wrong, size),
        });
    }
    let size = args
        .sample
        .or_else(|| detection::samples_for_distinct(count, wrong, wanted))
        .unwrap_or(count)
        .min(count);
    let indices = if args.sampler == Sampler::Seeded {
        sample::seeded(&seed(context, args)?, &root, count, size)
    } else {
        sample::fresh(&rand::random(), count, size)
    };
    Ok(Sample {
        indices,
        probability: detection::probability_distinct(count, wrong, size),
    })
}

/// The client's seed, if it is the one that the terms promise.
fn seed(context: &JobContext, args: &VerifyArgs) -> Result<[u8; 32]> {
    let path = args.seed.clone().unwrap_or_else(|| beside(context.path(), "seed"));
    let file = SeedFile::read(&path)?;
    ensure!(
        commitment::seed_hash(&file.seed.0) == context.terms.seedHash.0,
        "{} does not hold the seed that the terms promise",
        path.display()
    );
    Ok(file.seed.0)
}

fn wrong(context: &JobContext, committed: &Committed, finding: &Finding) -> Report {
    let terms = &context.terms;
    let next = if !terms.predicate.is_zero() || finding.fault == Fault::Disorder {
        "anyone can prove it with `surety judge`".to_owned()
    } else {
        format!("dispute it with `surety dispute`; the referee {} judges", terms.referee)
    };
    Report::bad(
        format!(
            "the result is WRONG: {} at {} of {} elements\n{next}",
            names::fault(finding.fault),
            finding.at,
            units::grouped(committed.count())
        ),
        json!({
            "jobId": context.file.job_id,
            "right": false,
            "fault": names::fault(finding.fault),
            "at": finding.at,
            "missing": alloy::primitives::hex::encode_prefixed(&finding.missing),
        }),
    )
}

fn right_throughout(context: &JobContext, committed: &Committed) -> Report {
    Report::new(
        format!(
            "the result is right: all {} elements were computed again, and the root on chain is theirs",
            units::grouped(committed.count())
        ),
        json!({ "jobId": context.file.job_id, "right": true, "checked": committed.count(), "detection": 1.0 }),
    )
}

fn right_as_sampled(context: &JobContext, committed: &Committed, sample: &Sample, args: &VerifyArgs) -> Report {
    let checked = sample.indices.len() as u64;
    let mut text = format!(
        "nothing wrong found: root and form match, and {} of {} elements are right\nif {} of the elements were wrong, \
         this sample would have found one with a probability of {}",
        units::grouped(checked),
        units::grouped(committed.count()),
        units::percent(args.wrong),
        units::percent(sample.probability)
    );
    if args.sampler == Sampler::Paper {
        let tries = detection::grinding_tries(args.wrong, checked);
        text += &format!(
            "\nbut this sample follows from the root alone: a worker that tries about {tries:.0} roots gets one past it"
        );
    }
    if context.terms.form == Form::Chain {
        text += "\nof a chain one wrong step spoils all that follow, and a sample of steps hardly finds one: `surety verify --all` does";
    }
    if context.terms.form == Form::Set {
        text += "\na sample says nothing about elements that are missing: `surety verify --all` does";
    }
    Report::new(
        text,
        json!({
            "jobId": context.file.job_id,
            "right": true,
            "checked": checked,
            "wrongFraction": args.wrong,
            "detection": sample.probability,
            "indices": sample.indices,
        }),
    )
}
