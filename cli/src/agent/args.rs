//! The command line of the long-lived commands.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use alloy::primitives::Address;
use clap::Args;

use super::{appraisal::Prices, folder::Source};
use crate::{
    commands::verify,
    units::{Wei, Window},
};

/// What every long-lived command takes.
#[derive(Args, Debug, Clone)]
pub struct AgentArgs {
    /// Address of the escrow [default: the one known on the network]
    #[arg(long, env = "SURETY_ESCROW")]
    pub escrow: Option<Address>,
    /// Folder for the books, job files, results and seals [default: surety-ROLE]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Folder, or address of a client that serves them, where job files appear; can be repeated
    #[arg(long, value_name = "DIR|URL", help_heading = "Jobs")]
    pub jobs: Vec<Source>,
    /// How often the chain is looked at
    #[arg(long, value_name = "SPAN", default_value = "1s", value_parser = humantime::parse_duration)]
    pub interval: Duration,
    /// Wait while gas costs more than this, unless a deadline is near
    #[arg(long, value_name = "AMOUNT", help_heading = "Money")]
    pub max_gas_price: Option<Wei>,
}

/// What an account wants before it puts money in.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Money")]
pub struct PriceArgs {
    /// What an hour of this computer costs
    #[arg(long, value_name = "AMOUNT", default_value = "0.0001")]
    pub hourly_cost: Wei,
    /// The most to put in for one job
    #[arg(long, value_name = "AMOUNT", default_value = "0.1")]
    pub max_deposit: Wei,
    /// The shortest time to answer or to reveal that is accepted
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub min_response: Window,
    /// Account whose word alone may convict, where no predicate decides; can be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub trust: Vec<Address>,
}

impl From<PriceArgs> for Prices {
    fn from(args: PriceArgs) -> Self {
        Self {
            hourly: args.hourly_cost,
            most_deposit: args.max_deposit,
            least_response: args.min_response,
            referees: args.trust,
        }
    }
}

/// Where results come from, and how they are checked.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Results")]
pub struct CheckArgs {
    /// Address of a worker that serves results (`surety worker run --listen`); can be repeated
    #[arg(long, value_name = "URL")]
    pub from: Vec<String>,
    /// Compute everything again instead of a sample; finds also what is missing from a set
    #[arg(long)]
    pub all: bool,
    /// Sample as many elements as find a fraction of --wrong wrong ones with this probability
    #[arg(long, value_name = "P", default_value_t = 0.99, conflicts_with = "all")]
    pub detect: f64,
    /// Fraction of wrong elements to be found
    #[arg(long, value_name = "Q", default_value_t = 0.01)]
    pub wrong: f64,
}

impl CheckArgs {
    /// Refuses odds that are none.
    pub fn odds(&self) -> anyhow::Result<()> {
        verify::check_odds(self.wrong, Some(self.detect))
    }
}

#[derive(Args, Debug, Clone)]
pub struct WorkerRunArgs {
    #[command(flatten)]
    pub agent: AgentArgs,
    /// Serve results over HTTP on this address (port 0: any that is free)
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = "Results")]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    pub prices: PriceArgs,
}

#[derive(Args, Debug, Clone)]
pub struct ClientRunArgs {
    #[command(flatten)]
    pub agent: AgentArgs,
    /// File with a line for each job to delegate, in the words of `surety delegate`; lines can be added any time
    #[arg(long, value_name = "FILE", help_heading = "Jobs")]
    pub orders: Option<PathBuf>,
    /// Serve job files over HTTP on this address, for whoever wants to work; they tell the computation to everybody
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = "Jobs")]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    pub check: CheckArgs,
    /// Demand up to this many elements on chain, for a bond each, if a result is not delivered
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub demand: Option<u64>,
    /// How long to wait for a delivery before
    #[arg(long, value_name = "SPAN", default_value = "1h", requires = "demand")]
    pub demand_after: Window,
}

#[derive(Args, Debug, Clone)]
pub struct RefereeRunArgs {
    #[command(flatten)]
    pub agent: AgentArgs,
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Address of a worker that serves results, for the evidence against a wrong one; can be repeated
    #[arg(long, value_name = "URL", help_heading = "Results")]
    pub from: Vec<String>,
}

#[derive(Args, Debug, Clone)]
pub struct WatchArgs {
    #[command(flatten)]
    pub agent: AgentArgs,
    #[command(flatten)]
    pub check: CheckArgs,
    /// Block from which on jobs are looked for, the first time [default: that of the escrow's deployment, if it is known]
    #[arg(long, value_name = "BLOCK", help_heading = "Jobs")]
    pub since: Option<u64>,
}
