//! What the engine does beside what it could do: one run, one table. `make bench` runs it.
//!
//! Every time is the best of a few rounds, and whatever a ratio compares was measured in the same run on the same
//! threads, so the table can be read on any machine. Memory is what the allocator counted at its peak.

mod figure;
mod files;
mod hashing;
mod memory;
mod tasks;
mod timing;
mod trees;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;
use timing::Report;

#[derive(Parser)]
#[command(about = "Measure the engine of worker and client, beside other crates and the processor's limit")]
struct Args {
    /// Leaves of the trees
    #[arg(long, default_value_t = 10_000_000)]
    leaves: usize,
    /// Also build one tree of this many leaves, alone: 100000000 takes 7 GB
    #[arg(long)]
    large: Option<usize>,
    /// Inclusion proofs
    #[arg(long, default_value_t = 10_000)]
    proofs: u64,
    /// Work of the tasks: 1 is a few seconds for each
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Rounds, of which the best counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Draw the second paper's Figure 4 again in this folder, and nothing else
    #[arg(long, value_name = "FOLDER")]
    figure: Option<PathBuf>,
    /// Only the parts whose name contains this: hashing, trees, tasks, files
    #[arg(long)]
    only: Option<String>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(out) = &args.figure {
        return figure::draw(out, args.rounds);
    }
    let wanted = |part: &str| args.only.as_ref().is_none_or(|only| part.contains(only.as_str()));
    let mut report = Report::new();
    let limits = hashing::measure(&mut report, &args);
    if wanted("trees") {
        trees::measure(&mut report, &args, &limits);
    }
    if wanted("tasks") {
        tasks::measure(&mut report, &args)?;
    }
    if wanted("files") {
        files::measure(&mut report, &args)?;
    }
    println!("{report}");
    Ok(())
}
