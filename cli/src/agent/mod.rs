//! Commands that go about the day by themselves: each role watches the chain and does the right thing at the right time.
//!
//! | module | what |
//! |---|---|
//! | `action` | what can be done about a job, and the facts by which it is decided |
//! | `role`; `worker`, `client`, `referee`, `tower` | the decision of each role, as pure functions |
//! | `appraisal` | whether a job is worth taking |
//! | `store` | the books, which survive a kill |
//! | `outbox` | transactions on their way: nonces, fees, sending again |
//! | `folder`, `orders` | files: jobs, results, seals; what a client wants done |
//! | `labour`, `shown` | work off the chain: computing, fetching, checking what was fetched or delivered on chain |
//! | `steps` | from a decision to a transaction |
//! | `run` | the loop that puts it together |
//! | `voice` | what it says |
//!
//! Decisions are made from the chain's state now and the books; logs only say which jobs changed. So a restart, a
//! reorganisation or a node that was away change nothing but the moment.

mod action;
mod appraisal;
pub mod args;
mod client;
mod folder;
mod labour;
mod orders;
mod outbox;
mod referee;
mod role;
mod run;
mod shown;
mod steps;
mod store;
#[cfg(test)]
mod tests;
mod tower;
mod voice;
mod worker;

use anyhow::Result;

use crate::args::GlobalArgs;
use args::{ClientRunArgs, RefereeRunArgs, WatchArgs, WorkerRunArgs};
use role::Role;
use run::{Task, run};

/// `surety worker run`
pub async fn worker(global: &GlobalArgs, args: WorkerRunArgs) -> Result<()> {
    let task = Task {
        agent: args.agent,
        role: Role::Worker(args.prices.into()),
        orders: None,
        from: Vec::new(),
        listen: args.listen,
        since: None,
    };
    run(global, task).await
}

/// `surety client run`
pub async fn client(global: &GlobalArgs, args: ClientRunArgs) -> Result<()> {
    args.check.odds()?;
    let policy = client::Policy {
        demand: args.demand.unwrap_or_default(),
        patience: args.demand_after.0.into(),
    };
    let task = Task {
        agent: args.agent,
        from: args.check.from.clone(),
        role: Role::Client(policy, args.check),
        orders: args.orders,
        listen: args.listen,
        since: None,
    };
    run(global, task).await
}

/// `surety referee run`
pub async fn referee(global: &GlobalArgs, args: RefereeRunArgs) -> Result<()> {
    let task = Task {
        agent: args.agent,
        role: Role::Referee(args.prices.into()),
        orders: None,
        from: args.from,
        listen: None,
        since: None,
    };
    run(global, task).await
}

/// `surety watch`
pub async fn watch(global: &GlobalArgs, args: WatchArgs) -> Result<()> {
    args.check.odds()?;
    let task = Task {
        agent: args.agent,
        from: args.check.from.clone(),
        role: Role::Tower(args.check),
        orders: None,
        listen: None,
        since: args.since,
    };
    run(global, task).await
}
