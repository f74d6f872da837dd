//! The four roles: who decides, and with which settings.

use super::{
    action::{Action, Facts},
    appraisal::{Conditions, Prices},
    args::CheckArgs,
    client, referee,
    store::Appraisal,
    tower, worker,
};
use crate::args::{JobArgs, ResultArgs, Sampler, VerifyArgs};

pub enum Role {
    Worker(Prices),
    Client(client::Policy, CheckArgs),
    Referee(Prices),
    Tower(CheckArgs),
}

impl Role {
    /// As in the default name of the folder.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Worker(_) => "worker",
            Self::Client(..) => "client",
            Self::Referee(_) => "referee",
            Self::Tower(_) => "watch",
        }
    }

    /// Whether the escrow's logs bring it jobs of which it has no file.
    pub fn watches_all(&self) -> bool {
        matches!(self, Self::Tower(_))
    }

    pub fn next(&self, facts: &Facts<'_>) -> Action {
        match self {
            Self::Worker(_) => worker::next(facts),
            Self::Client(policy, _) => client::next(policy, facts),
            Self::Referee(_) => referee::next(facts),
            Self::Tower(_) => tower::next(facts),
        }
    }

    /// Whether an offer is worth it to a role that puts money in; `seconds`: what computing takes here.
    pub fn appraise(&self, facts: &Facts<'_>, seconds: u64, conditions: &Conditions) -> Option<Appraisal> {
        match self {
            Self::Worker(prices) => Some(prices.worker(facts.terms, seconds, conditions)),
            Self::Referee(prices) => {
                let left = facts.job().clock.saturating_sub(facts.now);
                let case = facts.view.case.as_ref()?;
                Some(prices.referee(facts.terms, case, left, seconds, conditions))
            }
            Self::Client(..) | Self::Tower(_) => None,
        }
    }

    /// Elements to demand at most.
    pub fn demanded(&self) -> u64 {
        match self {
            Self::Client(policy, _) => policy.demand,
            _ => 0,
        }
    }

    /// How a result is checked where no own one is at hand.
    pub fn check(&self) -> VerifyArgs {
        let (all, detect, wrong) = match self {
            Self::Client(_, check) | Self::Tower(check) => (check.all, check.detect, check.wrong),
            Self::Worker(_) | Self::Referee(_) => (true, 0.99, 0.01),
        };
        VerifyArgs {
            result: ResultArgs {
                job: JobArgs {
                    job: Default::default(),
                },
                result: None,
            },
            all,
            sample: None,
            detect: Some(detect),
            wrong,
            sampler: Sampler::Fresh,
            seed: None,
        }
    }
}
