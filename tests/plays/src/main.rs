//! Fuzzes for as long as one likes: `cargo run -p surety-plays -- --help`.

use std::{collections::BTreeMap, panic, process::ExitCode, sync::Mutex, time::Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use surety_native::Native;
use surety_plays::{Decoder, Script, Tally, Twins};

/// Plays random actions on the three contracts, on all processors, and compares every answer, payment, credit, state and
/// reputation with what the protocol says
#[derive(Parser)]
struct Args {
    /// How many actions, rounded up to whole plays
    #[arg(long, default_value_t = 1_000_000)]
    actions: u64,
    /// Actions of one play
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    length: u64,
    /// Where seeds begin; each play has its own, the next number
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Play on the devnet, where the contracts are WASM, with native code beside it that has to give the same returns,
    /// reverts, events, balances and storage
    #[arg(long)]
    differential: bool,
    /// Try so many changed forms of every call's calldata before the call
    #[arg(long, default_value_t = 0)]
    forms: u32,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let plays = args.actions.div_ceil(args.length);
    let style = "{elapsed_precise} {wide_bar} {pos}/{len} plays, {eta} left";
    let style = ProgressStyle::with_template(style).expect("a template");
    let bar = ProgressBar::new(plays).with_style(style);
    let (total, begun) = (Mutex::new(Tally::default()), Instant::now());
    let outcome = (args.seed..args.seed + plays).into_par_iter().try_for_each(|seed| {
        let tally = play(&args, seed)?;
        *total.lock().expect("nobody panics with it") += tally;
        bar.inc(1);
        Ok::<_, String>(())
    });
    bar.finish_and_clear();
    if let Err(failure) = outcome {
        eprintln!("{failure}");
        return ExitCode::FAILURE;
    }
    let total = total.into_inner().expect("nobody panicked with it");
    let seconds = begun.elapsed().as_secs_f64();
    println!("accepted: {}", listed(&total.accepted, |name| (*name).to_owned()));
    println!("refused: {}", listed(&total.refused, |error| (*error).to_owned()));
    println!(
        "ended: {}",
        listed(&total.ended, |(phase, fault)| format!("{phase:?} ({fault:?})"))
    );
    println!(
        "{} actions in {plays} plays of seeds {} to {}: {seconds:.0} s, {:.0} a second",
        total.actions,
        args.seed,
        args.seed + plays - 1,
        total.actions as f64 / seconds,
    );
    ExitCode::SUCCESS
}

fn listed<K>(counts: &BTreeMap<K, u64>, name: impl Fn(&K) -> String) -> String {
    let counts: Vec<_> = counts
        .iter()
        .map(|(key, count)| format!("{} {count}", name(key)))
        .collect();
    counts.join(", ")
}

fn play(args: &Args, seed: u64) -> Result<Tally, String> {
    let script = Script::new(seed, args.length as usize);
    let played = || match args.differential {
        true => Twins::default().play(&script, args.forms),
        false => {
            let native = Native::default();
            let mut decoder = Decoder::new(&native, None, args.forms, script.scene);
            script.play(&native, &mut decoder)
        }
    };
    match panic::catch_unwind(panic::AssertUnwindSafe(played)) {
        Ok(played) => played.map_err(|failure| format!("seed {seed}: {failure}")),
        Err(_) => Err(format!("seed {seed}: a panic, told above")),
    }
}
