//! Measures the development chain: against anvil where both do the same, and against native code where it is alone.
//!
//! `make bench-devnet` runs it. Figures depend on the machine; what counts is the ratio of the two columns of one run.

mod hashing;
mod load;
mod server;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use comfy_table::{Table, presets::ASCII_MARKDOWN};

use load::Load;
use server::Server;

#[derive(Parser)]
struct Args {
    /// The surety program, built for speed
    #[arg(long)]
    surety: PathBuf,
    /// Folder with the creation code of Bench.sol's contracts, as `NAME.hex`
    #[arg(long, required_unless_present = "hashing")]
    contracts: Option<PathBuf>,
    /// anvil; without it there is nothing to compare with
    #[arg(long)]
    anvil: Option<PathBuf>,
    /// Transactions of each kind
    #[arg(long, default_value_t = 4_000)]
    count: usize,
    /// Blocks to mine in the test of endurance
    #[arg(long, default_value_t = 20_000)]
    blocks: u64,
    /// Measure only the hashing program
    #[arg(long)]
    hashing: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    println!("{}", hashing::measure()?);
    let Some(contracts) = args.contracts.filter(|_| !args.hashing) else {
        return Ok(());
    };
    let mut servers = vec![("surety devnet", Server::surety(&args.surety))];
    if let Some(anvil) = &args.anvil {
        servers.push(("anvil", Server::anvil(anvil)));
    }
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN);
    table.set_header([
        "",
        "ready after",
        "ETH transfers/s",
        "ERC-20 transfers/s",
        "compute loops/s",
    ]);
    for (name, server) in &servers {
        let ready = server.time_to_ready(5).await?;
        let mut row = vec![(*name).to_string(), format!("{} ms", ready.as_millis())];
        for load in [Load::Transfer, Load::Token, Load::Compute] {
            let running = server.start().await?;
            let rate = load.rate(&running, &contracts, args.count).await?;
            row.push(format!("{rate:.0}"));
        }
        table.add_row(row);
    }
    println!("{table}\n");
    for (name, server) in &servers {
        let running = server.start().await?;
        println!("{name}: {}", load::endure(&running, args.blocks).await?);
    }
    Ok(())
}
