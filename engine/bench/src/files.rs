//! Whole jobs through files: what the worker does, and what checking it takes the client.

use crate::{
    Args,
    timing::{Report, best, rate},
};
use anyhow::Result;
use std::time::Duration;
use surety_engine::{
    compute::Engine,
    result::Stored,
    verify::{Extent, verify},
    work::{Order, work},
};
use surety_protocol::sample;
use surety_tasks::parse;

/// Elements that find one wrong in a hundred with 99 %.
pub const SAMPLE: u64 = 459;

pub fn measure(report: &mut Report, args: &Args) -> Result<()> {
    let scaled = |count: f64| ((count * args.scale) as u64).max(64);
    let (wide, seed) = ("e3".repeat(255) + "e5", "11".repeat(32));
    for text in [
        format!("primes:0..{}", scaled(5e8)),
        format!("preimage:c0ffee:20:0..{}", scaled(1e8)),
        format!("modexp:65537:{}:{seed}:{}", &wide[448..], scaled(5e5)),
        format!("modexp:65537:{wide}:{seed}:{}", scaled(5e4)),
        format!("modexp:0x{wide}:{wide}:{seed}:{}", scaled(1e3)),
        format!("squarings:5:{wide}:64:{}", scaled(2e4)),
    ] {
        job(report, args, &text)?;
    }
    Ok(())
}

fn job(report: &mut Report, args: &Args, text: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("result");
    let encoded = parse(text)?;
    let task = encoded.task()?;
    report.part(task.describe());
    let engine = Engine::new(task);
    let order = Order {
        path: &path,
        max_element: u32::try_from(engine.element_len())?,
        function: &encoded.function,
        data: &encoded.data,
    };
    let (time, done) = best(args.rounds, || work(&engine, order, |_| {}));
    let done = done?;
    let domain = engine.domain() as f64;
    report.time(
        format!("worker: computes and commits to {} elements", done.count),
        time,
        rate(domain, time, "positions"),
    );
    let sampled = sample::fresh(&[3; 32], done.count, SAMPLE);
    for (name, extent) in [
        (
            format!("client: root, order, {} elements", sampled.len()),
            Extent::Sample(&sampled),
        ),
        ("client: root, order, all elements".to_owned(), Extent::All),
    ] {
        let (check, found) = best(args.rounds, || verify(&engine, &path, extent, |_| {}));
        let found = found?;
        assert!(
            found.finding.is_none() && found.root == done.root,
            "the result is right"
        );
        report.beside(
            name,
            check,
            rate(done.count as f64, check, "elements"),
            "worker / client",
            share(check, time),
        );
    }
    let (open, stored) = best(1, || Stored::open(&path));
    let stored = stored?;
    let indices = sample::fresh(&[5; 32], done.count, args.proofs.min(1000));
    let (prove, _) = best(1, || {
        indices.iter().try_for_each(|index| stored.prove(*index).map(drop))
    });
    report.time("opening the file for proofs", open, "");
    report.time(
        format!("{} proofs from the file", indices.len()),
        prove,
        rate(indices.len() as f64, prove, "proofs"),
    );
    Ok(())
}

/// How many times longer the worker takes.
fn share(client: Duration, worker: Duration) -> f64 {
    worker.as_secs_f64() / client.as_secs_f64()
}
