//! The command line of networks, keys and deployment.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::units::Wei;

#[derive(Args, Debug)]
pub struct NetworkArgs {
    #[command(subcommand)]
    pub command: NetworkCommand,
}

#[derive(Subcommand, Debug)]
pub enum NetworkCommand {
    /// Every network that can be named, and where its settings come from
    #[command(after_help = "Example: surety network list")]
    List,
    /// The network that commands would use now: its chain, its contracts
    #[command(after_help = "Example: surety network show --network arbitrum-sepolia")]
    Show,
}

#[derive(Args, Debug)]
pub struct KeyCommandArgs {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make a key and write it, encrypted, to a keystore
    #[command(after_help = "Example: surety key new --out worker.json")]
    New(KeystoreArgs),
    /// Encrypt a key that you have: that of --key-file, of SURETY_PRIVATE_KEY, or one typed in
    #[command(after_help = "Example: surety key import --key-file client.key --password-file client.password")]
    Import(KeystoreArgs),
    /// The account that commands would sign for
    #[command(after_help = "Example: surety key address --keystore worker.json")]
    Address,
}

#[derive(Args, Debug)]
pub struct KeystoreArgs {
    /// Where to write the keystore [default: key.json beside the networks file, which commands use that name no key]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct DeployArgs {
    /// The most to bid for each program's place in the chain's cache, where cached programs cost less gas to enter
    #[arg(long, value_name = "AMOUNT", default_value = "0.001", conflicts_with = "no_cache")]
    pub max_bid: Wei,
    /// Bid for no place in the cache
    #[arg(long)]
    pub no_cache: bool,
}
