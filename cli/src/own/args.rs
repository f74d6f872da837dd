//! The command line of own computations.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub struct TaskArgs {
    #[command(subcommand)]
    pub command: TaskCommand,
}

#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// Write a folder for a computation: a function in Rust, or with --command any program
    #[command(after_help = "Examples:\n  surety task new divisors\n  surety task new checksums --command")]
    New(TaskNewArgs),
    /// Build the program for this computer and the predicate for the chain
    #[command(after_help = "Example: surety task build divisors")]
    Build(TaskFolderArgs),
    /// Deploy and activate the predicate that was built
    #[command(after_help = "Example: surety task deploy divisors --key-file client.key")]
    Deploy(TaskFolderArgs),
}

#[derive(Args, Debug)]
pub struct TaskNewArgs {
    /// What it is called in jobs: letters a to z, digits and hyphens
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Where to write it [default: NAME]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Not Rust but any program; it has no predicate, so a referee's word decides
    #[arg(long)]
    pub command: bool,
}

#[derive(Args, Debug)]
pub struct TaskFolderArgs {
    /// The computation's folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
