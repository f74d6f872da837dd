//! The command line.

use std::{net::IpAddr, path::PathBuf};

use alloy::primitives::{Address, Bytes};
use clap::{Args, Parser, Subcommand, ValueEnum};
use surety_contracts::Fault;

use crate::{
    agent::args::{ClientRunArgs, RefereeRunArgs, WatchArgs, WorkerRunArgs},
    delivery::args::{FetchArgs, ServeArgs},
    game::args::GameArgs,
    keys::KeyArgs,
    look::args::{HistoryArgs, StatusArgs, TopArgs},
    network::args::{DeployArgs, KeyCommandArgs, NetworkArgs},
    own::{Allowed, args::TaskArgs},
    units::{Wei, Window},
};

/// Fair payment for outsourced computation, as contracts on Arbitrum Stylus
///
/// A client delegates a computation and pays into escrow; a worker commits to the result; whoever recomputes it can
/// prove a wrong one on chain, and then the client gets its money back plus the worker's deposit.
#[derive(Parser, Debug)]
#[command(name = "surety", version, propagate_version = true, max_term_width = 120)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug, Clone)]
pub struct GlobalArgs {
    /// The network by its name, one of `surety network list` [default: the network of the RPC or the job, else devnet]
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        env = "SURETY_NETWORK",
        help_heading = "Network"
    )]
    pub network: Option<String>,
    /// The chain's JSON-RPC over HTTP [default: the network's]
    #[arg(
        long,
        visible_alias = "rpc",
        value_name = "URL",
        global = true,
        env = "SURETY_RPC_URL",
        help_heading = "Network"
    )]
    pub rpc_url: Option<String>,
    /// Spend where ether is real money
    #[arg(long, global = true, help_heading = "Network")]
    pub real_money: bool,
    /// The networks file [default: ~/.config/surety/networks.toml]
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        env = "SURETY_CONFIG",
        help_heading = "Network"
    )]
    pub config: Option<PathBuf>,
    /// Print JSON for machines instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Folder of an own computation (`surety task new`) whose program this computer may run; can be repeated
    #[arg(long, value_name = "DIR", global = true, env = "SURETY_ALLOW", value_delimiter = ',')]
    pub allow: Vec<PathBuf>,
    #[command(flatten)]
    pub keys: KeyArgs,
}

impl GlobalArgs {
    /// The own computations that may be run.
    pub fn allowed(&self) -> Allowed {
        Allowed::new(&self.allow)
    }
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a local Arbitrum Stylus chain
    #[command(after_help = "Example: surety devnet --port 8547")]
    Devnet(DevnetArgs),
    /// Play every way a job can end on a chain of its own, and check each payment to the wei
    #[command(after_help = "Example: surety demo --only wrong_element")]
    Demo(DemoArgs),
    /// Measure the gas of every call, its parts, and the least that it could take
    #[command(after_help = "Examples:\n  surety gas --json\n  surety gas --twins target/bench")]
    Gas(GasArgs),
    /// Deploy, activate and cache the contracts, as far as they are not there yet, and remember where they are
    #[command(after_help = "Example: surety deploy --network arbitrum-sepolia --keystore deployer.json")]
    Deploy(DeployArgs),
    /// The networks that are known, and the contracts on them
    Network(NetworkArgs),
    /// Make, import or show the key that signs
    Key(KeyCommandArgs),
    /// Solve the game of client, worker and referee: when does honesty pay?
    #[command(
        after_help = "Examples:\n  surety game\n  surety game --reward 0.05 --deposit 0.1 --work 0.02 --sample 20 --json\n  surety game --paper p=0.2 --paper w=0.1\n  surety game plot --out plots"
    )]
    Game(Box<GameArgs>),
    /// Print completions for a shell
    #[command(after_help = "Example: surety completions bash > ~/.local/share/bash-completion/completions/surety")]
    Completions(CompletionsArgs),
    /// Write the man pages of surety and of each of its commands
    #[command(after_help = "Example: surety man --out ~/.local/share/man/man1")]
    Man(ManArgs),
    /// Print a contract's interface
    #[command(after_help = "Example: surety abi escrow > IEscrow.json")]
    Abi(AbiArgs),
    /// Client: offer a job and pay reward and bonus into the escrow
    #[command(after_help = "Example: surety delegate primes:0..1000000 --reward 0.05 --deposit 0.1")]
    Delegate(Box<DelegateArgs>),
    /// Own computations: from one function to a worker's program and a predicate, or from any program
    Task(TaskArgs),
    /// Client: take back a job that nobody took
    #[command(after_help = "Example: surety cancel JOB.json --key-file client.key")]
    Cancel(JobArgs),
    /// Worker: check a job and take it, paying the deposit
    #[command(after_help = "Example: surety take JOB.json --key-file worker.key")]
    Take(JobArgs),
    /// Worker: compute the result and write it to a file
    #[command(after_help = "Example: surety work JOB.json --out JOB.result")]
    Work(WorkArgs),
    /// Worker: commit to a result on chain (sealed jobs: submit its seal)
    #[command(after_help = "Example: surety submit JOB.json --result JOB.result --key-file worker.key")]
    Submit(ResultArgs),
    /// Join the paid results of a set that `delegate --split` shared among jobs, to the result of the whole
    #[command(
        after_help = "Example: surety join primes:0..1000000 JOB-1.json JOB-2.json JOB-3.json --out primes.result"
    )]
    Join(JoinArgs),
    /// Worker: open the seal of a sealed job
    #[command(after_help = "Example: surety reveal JOB.json --key-file worker.key")]
    Reveal(RevealArgs),
    /// Check a result against the chain and the computation
    #[command(after_help = "Example: surety verify JOB.json --result JOB.result --all")]
    Verify(VerifyArgs),
    /// Client: pay the worker now
    #[command(after_help = "Example: surety accept JOB.json --key-file client.key")]
    Accept(JobArgs),
    /// Client: make the worker show elements on chain, for a bond each
    #[command(after_help = "Example: surety demand JOB.json --indices 0,17,4096 --key-file client.key")]
    Demand(DemandArgs),
    /// Worker, or anyone who has the result: answer a demand
    #[command(after_help = "Example: surety deliver JOB.json --result JOB.result --key-file worker.key")]
    Deliver(ResultArgs),
    /// Worker: log the hash of every element on chain
    #[command(after_help = "Example: surety publish JOB.json --result JOB.result --key-file worker.key")]
    Publish(ResultArgs),
    /// The second opinion on a sealed job: appeal, take, seal, reveal, settle
    Case(CaseArgs),
    /// What the cases of a referee contract said about an account
    #[command(after_help = "Example: surety reputation 0x...")]
    Reputation(ReputationArgs),
    /// Client: ask the referee for a ruling (jobs without predicate)
    #[command(after_help = "Example: surety dispute JOB.json --key-file client.key")]
    Dispute(JobArgs),
    /// Prove a fault of the result (anyone where a predicate decides, else the referee)
    #[command(
        after_help = "Examples:\n  surety judge JOB.json --result JOB.result\n  surety judge JOB.json --result JOB.result --fault wrong-element --index 17\n  surety judge JOB.json --result JOB.result --fault missing-element --element 0x00000007"
    )]
    Judge(JudgeArgs),
    /// Referee: confirm the result, which earns the worker its bonus
    #[command(after_help = "Example: surety confirm JOB.json --key-file referee.key")]
    Confirm(JobArgs),
    /// Anyone: settle what is due by the clock
    #[command(after_help = "Example: surety tick JOB.json --key-file any.key")]
    Tick(JobArgs),
    /// Take out payments that could not be delivered
    #[command(after_help = "Example: surety withdraw --key-file my.key")]
    Withdraw(WithdrawArgs),
    /// Worker: go about the day, taking what pays
    Worker(WorkerArgs),
    /// Client: go about the day, delegating, checking, challenging or paying
    Client(ClientArgs),
    /// Referee: go about the day, giving second opinions and rulings
    Referee(RefereeArgs),
    /// Anyone: watch over all jobs, tick what is due and challenge what is wrong
    #[command(after_help = "Example: surety watch --jobs jobs --from http://worker:8600 --all --key-file any.key")]
    Watch(Box<WatchArgs>),
    /// Fetch a committed result from its worker, checked while it arrives; goes on where it stopped
    #[command(after_help = "Example: surety fetch JOB.json --from http://worker:8600")]
    Fetch(FetchArgs),
    /// Worker: serve the results in a folder over HTTP
    #[command(after_help = "Example: surety serve . --listen 0.0.0.0:8600")]
    Serve(ServeArgs),
    /// Show where jobs stand, the money in them, and what each role can do next
    #[command(
        after_help = "Examples:\n  surety status\n  surety status JOB.json\n  surety status 0x... --network devnet"
    )]
    Status(StatusArgs),
    /// Everything that happened to a job, from the contracts' logs alone
    #[command(after_help = "Example: surety history JOB.json")]
    History(HistoryArgs),
    /// Watch jobs live in the terminal
    #[command(after_help = "Examples:\n  surety top --everybody\n  surety top --json --once")]
    Top(TopArgs),
}

#[derive(Args, Debug)]
pub struct DevnetArgs {
    /// Port to listen on (0: any that is free)
    #[arg(long, default_value_t = 8547)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// File to load the chain from, if it is there, and to save it to: every few seconds, and when the server stops
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Seconds between two saves
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "state", value_parser = clap::value_parser!(u64).range(1..))]
    pub state_interval: u64,
    /// Latest blocks to keep, with their transactions, receipts, logs and states
    #[arg(long, value_name = "BLOCKS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(256..))]
    pub history: u64,
}

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    pub shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub struct ManArgs {
    /// Folder for the pages; it is made if it does not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct GasArgs {
    /// Folder with the escrow's Solidity twins, which `make twins` compiles: measure them beside it
    #[arg(long, value_name = "DIR")]
    pub twins: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Play only the scenarios whose name contains this
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
}

#[derive(Args, Debug)]
pub struct AbiArgs {
    /// The contract
    #[arg(value_enum)]
    pub contract: Contract,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Contract {
    /// ABI as JSON
    Escrow,
    /// ABI as JSON
    Predicate,
    /// ABI as JSON
    Referee,
    /// ABI as JSON
    Collusion,
    /// All interfaces, types, events and errors as Solidity source
    Solidity,
}

/// A job by its file.
#[derive(Args, Debug)]
pub struct JobArgs {
    /// The job file that `surety delegate` wrote
    #[arg(value_name = "JOB.json")]
    pub job: PathBuf,
}

#[derive(Args, Debug)]
pub struct WorkArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// Where to write the result [default: beside the job file, as .result]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct ResultArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// The result file [default: beside the job file, as .result]
    #[arg(long, short, value_name = "FILE")]
    pub result: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct JoinArgs {
    /// The whole set, as it was delegated
    #[arg(value_name = "TASK")]
    pub task: String,
    /// The parts' job files, in any order, their results beside them as .result
    #[arg(value_name = "JOB.json", required = true)]
    pub jobs: Vec<PathBuf>,
    /// Where to write the whole result
    #[arg(long, short, value_name = "FILE", default_value = "WHOLE.result")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct RevealArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// The seal file that was written along [default: beside the job file, as .seal.json, a referee's as .opinion.json]
    #[arg(long, value_name = "FILE")]
    pub seal: Option<PathBuf>,
}

#[derive(Args, Debug, Clone)]
pub struct DelegateArgs {
    /// The computation: primes:LO..HI, preimage:PREFIXHEX:BITS:LO..HI,
    /// modexp:EXPONENT:MODULUSHEX:SEEDHEX:COUNT, squarings:STARTHEX:MODULUSHEX:BLOCK:STEPS,
    /// or own:NAME:INPUTHEX:COUNT for one whose folder --allow names
    #[arg(value_name = "TASK")]
    pub task: String,
    /// Address of the escrow [default: the one known on the network]
    #[arg(long, env = "SURETY_ESCROW")]
    pub escrow: Option<Address>,
    /// Contract that evaluates the computation on chain, so that nobody has to be trusted [default: the one known on the
    /// network, unless a referee is named without a verifier]
    #[arg(long, env = "SURETY_PREDICATE")]
    pub predicate: Option<Address>,
    /// Take no predicate and let the referee's word decide; it cannot prove that elements are missing from a set
    #[arg(long, requires = "referee")]
    pub without_predicate: bool,
    /// Paid for honest work
    #[arg(long, value_name = "AMOUNT", default_value = "0.01", help_heading = "Money")]
    pub reward: Wei,
    /// Paid on top if the referee confirms the result
    #[arg(long, value_name = "AMOUNT", default_value = "0", help_heading = "Money")]
    pub bonus: Wei,
    /// What the worker puts in and loses if it is convicted
    #[arg(long, value_name = "AMOUNT", default_value = "0.02", help_heading = "Money")]
    pub deposit: Wei,
    /// Price of a dispute, and of each element in a demand, that turns out groundless
    #[arg(long, value_name = "AMOUNT", default_value = "0.001", help_heading = "Money")]
    pub bond: Wei,
    /// Only this account may take the job [default: whoever comes first]
    #[arg(long, value_name = "ADDRESS", help_heading = "Parties")]
    pub worker: Option<Address>,
    /// Account whose word counts where no predicate decides
    #[arg(long, value_name = "ADDRESS", help_heading = "Parties")]
    pub referee: Option<Address>,
    /// Referee contract for a bonded second opinion on the result, which is sealed then
    #[arg(long, value_name = "ADDRESS", requires = "referee", help_heading = "Parties")]
    pub verifier: Option<Address>,
    /// How long the offer stands
    #[arg(long, value_name = "SPAN", default_value = "1d", help_heading = "Time")]
    pub accept_within: Window,
    /// Time to compute, from the taking
    #[arg(long, value_name = "SPAN", default_value = "1d", help_heading = "Time")]
    pub compute_window: Window,
    /// Time to check the result before it is paid
    #[arg(long, value_name = "SPAN", default_value = "1d", help_heading = "Time")]
    pub dispute_window: Window,
    /// Time to answer a demand, or to reveal a sealed result
    #[arg(long, value_name = "SPAN", default_value = "12h", help_heading = "Time")]
    pub response_window: Window,
    /// Time for the referee's ruling
    #[arg(long, value_name = "SPAN", default_value = "1d", help_heading = "Time")]
    pub ruling_window: Window,
    /// What you think computing costs the worker [default: all that the reward leaves after gas]
    #[arg(long, value_name = "AMOUNT", help_heading = "Warning")]
    pub work_cost: Option<Wei>,
    /// How likely you are to find a wrong result and have it judged
    #[arg(long, value_name = "P", default_value_t = 0.99, help_heading = "Warning")]
    pub check_odds: f64,
    /// Do not warn about terms that make cheating pay
    #[arg(long, help_heading = "Warning")]
    pub no_warn: bool,
    /// The worker commits to a seal first, so that nobody can copy its result
    #[arg(long)]
    pub sealed: bool,
    /// Share a set among N jobs with these terms, each an equal part of the range; their files are JOB-1.json, JOB-2.json, ...
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub split: Option<u64>,
    /// Where to write the job file for the worker
    #[arg(long, short, value_name = "FILE", default_value = "JOB.json")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct CaseArgs {
    #[command(subcommand)]
    pub command: CaseCommand,
}

#[derive(Subcommand, Debug)]
pub enum CaseCommand {
    /// Client: offer the referee a fee for a second opinion
    #[command(after_help = "Example: surety case appeal JOB.json --fee 0.002 --bonus 0.001 --key-file client.key")]
    Appeal(AppealArgs),
    /// Referee: check the job and take the case, paying the stake
    #[command(after_help = "Example: surety case take JOB.json --key-file referee.key")]
    Take(JobArgs),
    /// Referee: submit the seal of its own result
    #[command(after_help = "Example: surety case seal JOB.json --result REFEREE.result --key-file referee.key")]
    Seal(ResultArgs),
    /// Referee: open the seal, after the compute window
    #[command(after_help = "Example: surety case reveal JOB.json --key-file referee.key")]
    Reveal(RevealArgs),
    /// Anyone: close the case by how the job ended
    #[command(after_help = "Example: surety case settle JOB.json --key-file any.key")]
    Settle(JobArgs),
    /// Show where the case stands
    #[command(after_help = "Example: surety case status JOB.json")]
    Status(JobArgs),
}

#[derive(Args, Debug)]
pub struct WorkerArgs {
    #[command(subcommand)]
    pub command: WorkerCommand,
}

#[derive(Subcommand, Debug)]
pub enum WorkerCommand {
    /// Take jobs that pay, compute, commit, reveal, answer every demand, and collect
    #[command(
        after_help = "Example: surety worker run --jobs http://client:8500 --listen 0.0.0.0:8600 --key-file worker.key"
    )]
    Run(Box<WorkerRunArgs>),
}

#[derive(Args, Debug)]
pub struct ClientArgs {
    #[command(subcommand)]
    pub command: ClientCommand,
}

#[derive(Subcommand, Debug)]
pub enum ClientCommand {
    /// Delegate what is ordered, fetch and check results, challenge or accept, and tick what is due
    #[command(
        after_help = "Example: surety client run --orders orders.txt --from http://worker:8600 --all --key-file client.key\n\
                      A line of orders: primes:0..1000000 --reward 0.05 --deposit 0.1"
    )]
    Run(Box<ClientRunArgs>),
}

#[derive(Args, Debug)]
pub struct RefereeArgs {
    #[command(subcommand)]
    pub command: RefereeCommand,
}

#[derive(Subcommand, Debug)]
pub enum RefereeCommand {
    /// Take cases, recompute, seal, reveal, substantiate; rule on disputes; close cases
    #[command(
        after_help = "Example: surety referee run --jobs http://client:8500 --from http://worker:8600 --key-file referee.key"
    )]
    Run(Box<RefereeRunArgs>),
}

#[derive(Args, Debug)]
pub struct AppealArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// Paid for an honest opinion
    #[arg(long, value_name = "AMOUNT", default_value = "0.002")]
    pub fee: Wei,
    /// Paid on top if the job's end proves it right
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    pub bonus: Wei,
    /// What the referee puts in [default: twice the job's deposit, which is the least]
    #[arg(long, value_name = "AMOUNT")]
    pub stake: Option<Wei>,
}

#[derive(Args, Debug)]
pub struct ReputationArgs {
    /// The worker or referee
    #[arg(value_name = "ADDRESS")]
    pub account: Address,
    /// Address of the referee contract [default: the one known on the network]
    #[arg(long, env = "SURETY_VERIFIER")]
    pub verifier: Option<Address>,
}

#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub result: ResultArgs,
    /// Compute everything again; finds also what is missing from a set
    #[arg(long, conflicts_with_all = ["sample", "detect"])]
    pub all: bool,
    /// Check this many elements
    #[arg(long, value_name = "N", conflicts_with = "detect")]
    pub sample: Option<u64>,
    /// Check as many elements as find a fraction of --wrong wrong ones with this probability [default: 0.99]
    #[arg(long, value_name = "P")]
    pub detect: Option<f64>,
    /// Fraction of wrong elements to be found
    #[arg(long, value_name = "Q", default_value_t = 0.01)]
    pub wrong: f64,
    /// Which elements: by fresh randomness, by the seed promised in the terms, or by the root as in the paper
    #[arg(long, value_enum, default_value_t = Sampler::Fresh)]
    pub sampler: Sampler,
    /// The client's seed file for --sampler seeded [default: beside the job file, as .seed.json]
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// Distinct elements that the worker could not foresee
    Fresh,
    /// Distinct elements by the client's committed seed, for everybody to repeat
    Seeded,
    /// The first paper's formula; a worker can try results until the sample misses its wrong elements
    Paper,
}

#[derive(Args, Debug)]
pub struct DemandArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// Indices of the elements, the first is 0
    #[arg(long, value_name = "I,J,...", value_delimiter = ',', required = true)]
    pub indices: Vec<u64>,
}

#[derive(Args, Debug)]
pub struct JudgeArgs {
    #[command(flatten)]
    pub result: ResultArgs,
    /// The fault, instead of finding one by computing again
    #[arg(long, value_enum)]
    pub fault: Option<FaultName>,
    /// Index of the wrong element, the first of two in disorder, or the wrong step
    #[arg(long, value_name = "I", requires = "fault")]
    pub index: Option<u64>,
    /// The missing element
    #[arg(long, value_name = "HEX", requires = "fault")]
    pub element: Option<Bytes>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultName {
    WrongElement,
    Disorder,
    MissingElement,
    WrongStep,
}

impl From<FaultName> for Fault {
    fn from(name: FaultName) -> Self {
        match name {
            FaultName::WrongElement => Self::WrongElement,
            FaultName::Disorder => Self::Disorder,
            FaultName::MissingElement => Self::MissingElement,
            FaultName::WrongStep => Self::WrongStep,
        }
    }
}

#[derive(Args, Debug)]
pub struct WithdrawArgs {
    /// Address of the escrow, or of another contract that owes a payment [default: the escrow known on the network]
    #[arg(long, env = "SURETY_ESCROW")]
    pub escrow: Option<Address>,
    /// Who is paid [default: the account that signs]
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<Address>,
}
