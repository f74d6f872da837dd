//! The results of a Set that many jobs shared, as one.

use std::path::PathBuf;

use alloy::primitives::B256;
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use surety_contracts::Phase;
use surety_engine::result::{Form, Reader, Writer};
use surety_tasks::Range;

use crate::{
    args::{GlobalArgs, JobArgs, JoinArgs},
    computation::Computation,
    context::{JobContext, Report},
    names,
    own::Allowed,
    units,
};

/// A job's part of the Set.
struct Part {
    job: PathBuf,
    range: Range,
    result: PathBuf,
}

/// `surety join`
pub async fn join(global: &GlobalArgs, args: &JoinArgs) -> Result<Report> {
    let whole = Computation::range_of(&args.task)?;
    ensure!(
        !args.out.exists(),
        "{} exists: name another file with --out",
        args.out.display()
    );
    let mut parts = Vec::new();
    for job in &args.jobs {
        parts.push(part(global, &args.task, job.clone()).await?);
    }
    parts.sort_by_key(|part| part.range.lo());
    covers(whole, &parts)?;
    let (_, _, max_element) = Computation::parse(&args.task, &Allowed::default())?.shape()?;
    let mut writer = Writer::create(&args.out, Form::Set, max_element)?;
    for part in &parts {
        append(&mut writer, part)?;
    }
    let (root, count) = writer.finish()?;
    let root = B256::from(root);
    Ok(Report::new(
        format!(
            "joined {} results to the {} elements of {}\nroot {root}, written to {}",
            parts.len(),
            units::grouped(count),
            args.task,
            args.out.display()
        ),
        json!({ "task": args.task, "parts": parts.len(), "result": args.out, "root": root, "count": count }),
    ))
}

/// A part whose result is there, is the one that was committed, and was found good enough to be paid.
async fn part(global: &GlobalArgs, task: &str, job: PathBuf) -> Result<Part> {
    let context = JobContext::reading(global, &JobArgs { job: job.clone() }).await?;
    let range = Computation::range_of(&context.file.task).ok();
    let expected = range.and_then(|range| Computation::part(task, range.lo(), range.hi()).ok());
    let expected = expected.and_then(|text| Computation::parse(&text, &Allowed::default()).ok());
    let range = range
        .filter(|_| expected == context.computation().ok())
        .with_context(|| {
            format!(
                "{} is no part of {task}: it asks for `{}`",
                job.display(),
                context.file.task
            )
        })?;
    let phase = context.job().await?.phase;
    ensure!(
        phase == Phase::Paid,
        "the result of {} is not accepted: the job is {}",
        job.display(),
        names::phase(phase)
    );
    let committed = context.committed_result(None).await?;
    Ok(Part {
        job,
        range,
        result: committed.path().to_owned(),
    })
}

/// Whether the parts, in order, are the whole without gap or overlap.
fn covers(whole: Range, parts: &[Part]) -> Result<()> {
    let mut next = whole.lo();
    for part in parts {
        ensure!(
            part.range.lo() <= next,
            "nothing covers {next}..{}: the job file of that part is missing",
            part.range.lo()
        );
        ensure!(
            part.range.lo() == next && part.range.hi() <= whole.hi(),
            "{} covers {}..{}, which another part covers too or the whole does not have",
            part.job.display(),
            part.range.lo(),
            part.range.hi()
        );
        next = part.range.hi();
    }
    ensure!(
        next == whole.hi(),
        "nothing covers {next}..{}: the job file of that part is missing",
        whole.hi()
    );
    Ok(())
}

/// Appends a part's elements, which have to lie in its range, in order.
fn append(writer: &mut Writer, part: &Part) -> Result<()> {
    let mut least = u128::from(part.range.lo());
    let mut reader = Reader::open(&part.result)?;
    while let Some(batch) = reader.batch()? {
        for element in batch.iter() {
            let number = <[u8; 8]>::try_from(element).ok().map(u64::from_be_bytes);
            let number = number.filter(|number| u128::from(*number) >= least && *number < part.range.hi());
            let number = number.with_context(|| {
                format!(
                    "the result of {} is wrong although it was paid: {} is out of order, or not in {}..{}",
                    part.job.display(),
                    alloy::primitives::hex::encode_prefixed(element),
                    part.range.lo(),
                    part.range.hi()
                )
            })?;
            least = u128::from(number) + 1;
        }
        writer.append(&batch)?;
    }
    Ok(())
}
