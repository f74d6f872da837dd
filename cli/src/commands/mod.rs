//! One function for each command, grouped by who uses it.

pub mod case;
pub mod client;
mod delivery;
mod deploy;
mod devnet;
mod generate;
mod joining;
pub mod judging;
mod key;
mod network;
mod sharing;
mod task;
pub mod verify;
pub mod worker;

use anyhow::{Context, Result};
use serde_json::json;

use crate::{
    agent,
    args::{AbiArgs, Cli, ClientCommand, Command, Contract, GlobalArgs, RefereeCommand, WithdrawArgs, WorkerCommand},
    chain::Request,
    context::Report,
    demo, game, gas, look,
};
use surety_contracts::IEscrow;

pub use deploy::{Deployed, ICacheManager, deploy_artifact};
pub use devnet::interrupted;

/// Carries out a command. Long-running ones print by themselves and report nothing.
pub async fn run(cli: Cli) -> Result<Option<Report>> {
    let global = &cli.global;
    let report = match cli.command {
        Command::Devnet(args) => {
            devnet::run(global, &args).await?;
            return Ok(None);
        }
        Command::Worker(args) => {
            let WorkerCommand::Run(args) = args.command;
            agent::worker(global, *args).await?;
            return Ok(None);
        }
        Command::Client(args) => {
            let ClientCommand::Run(args) = args.command;
            agent::client(global, *args).await?;
            return Ok(None);
        }
        Command::Referee(args) => {
            let RefereeCommand::Run(args) = args.command;
            agent::referee(global, *args).await?;
            return Ok(None);
        }
        Command::Watch(args) => {
            agent::watch(global, *args).await?;
            return Ok(None);
        }
        Command::Top(args) => {
            look::top(global, args).await?;
            return Ok(None);
        }
        Command::Serve(args) => {
            delivery::serve(global, args).await?;
            return Ok(None);
        }
        Command::Fetch(args) => delivery::fetch(global, &args).await?,
        Command::Demo(args) => demo::run(&args).await?,
        Command::Gas(args) => gas::run(&args).await?,
        Command::Deploy(args) => deploy::run(global, &args).await?,
        Command::Network(args) => network::run(global, &args.command).await?,
        Command::Key(args) => key::run(global, &args.command).await?,
        Command::Game(args) => game::run(&args)?,
        Command::Completions(args) => generate::completions(&args)?,
        Command::Man(args) => generate::man(&args)?,
        Command::Abi(args) => abi(&args)?,
        Command::Delegate(args) => sharing::delegate(global, &args).await?,
        Command::Join(args) => joining::join(global, &args).await?,
        Command::Cancel(args) => client::cancel(global, &args).await?,
        Command::Accept(args) => client::accept(global, &args).await?,
        Command::Demand(args) => client::demand(global, &args).await?,
        Command::Dispute(args) => client::dispute(global, &args).await?,
        Command::Task(args) => task::run(global, &args.command).await?,
        Command::Take(args) => worker::take(global, &args).await?,
        Command::Work(args) => worker::work(&global.allowed(), &args)?,
        Command::Submit(args) => worker::submit(global, &args).await?,
        Command::Reveal(args) => worker::reveal(global, &args).await?,
        Command::Deliver(args) => worker::deliver(global, &args).await?,
        Command::Publish(args) => worker::publish(global, &args).await?,
        Command::Case(args) => case::run(global, &args.command).await?,
        Command::Reputation(args) => case::reputation(global, &args).await?,
        Command::Verify(args) => verify::run(global, &args).await?,
        Command::Judge(args) => judging::judge(global, &args).await?,
        Command::Confirm(args) => judging::confirm(global, &args).await?,
        Command::Tick(args) => judging::tick(global, &args).await?,
        Command::Withdraw(args) => withdraw(global, &args).await?,
        Command::Status(args) => look::status(global, &args).await?,
        Command::History(args) => look::history(global, &args).await?,
    };
    Ok(Some(report))
}

/// `surety abi`
fn abi(args: &AbiArgs) -> Result<Report> {
    let name = match args.contract {
        Contract::Escrow => "IEscrow.json",
        Contract::Predicate => "IPredicate.json",
        Contract::Referee => "IReferee.json",
        Contract::Collusion => "ICollusion.json",
        Contract::Solidity => "Surety.sol",
    };
    let file = surety_contracts::export::files()
        .into_iter()
        .find(|file| file.name == name)
        .with_context(|| format!("{name} is not among the exported interfaces"))?;
    let json = serde_json::from_str(&file.text).unwrap_or_else(|_| json!({ "solidity": file.text }));
    Ok(Report::new(file.text.trim_end(), json))
}

/// `surety withdraw`
async fn withdraw(global: &GlobalArgs, args: &WithdrawArgs) -> Result<Report> {
    let session = global.signing(None).await?;
    let escrow = session.escrow(args.escrow).await?;
    let chain = session.chain;
    let account = chain.account()?;
    let credit = chain.call(escrow, IEscrow::creditCall { account }).await?;
    let to = args.to.unwrap_or(account);
    let request = Request::call(escrow, &IEscrow::withdrawCall { to });
    let sent = chain.send(&request).await?;
    Ok(Report::new(
        format!("{} were paid to {to}", crate::units::ether(credit)),
        json!({ "to": to, "amountWei": credit.to_string(), "transaction": sent.json() }),
    ))
}
