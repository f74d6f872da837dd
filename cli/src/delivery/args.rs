//! The command line of delivery by hand.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use crate::args::JobArgs;

#[derive(Args, Debug)]
pub struct FetchArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// Address of a worker that serves results; can be repeated
    #[arg(long, value_name = "URL", required = true)]
    pub from: Vec<String>,
    /// Where to write the result [default: beside the job file, as .result]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// If it cannot be fetched, demand up to this many elements on chain, for a bond each (needs a key)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub demand: Option<u64>,
}

#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Folder with job files and the results beside them
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Address to listen on (port 0: any that is free)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8600")]
    pub listen: SocketAddr,
    /// Serve job files too; they tell the computation to everybody
    #[arg(long)]
    pub with_jobs: bool,
}
