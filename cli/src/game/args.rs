//! The command line of `surety game`, and the games that it describes.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use surety_protocol::{
    detection,
    game::{
        advice::DETECTION_DIGITS,
        delegation::{Client, Delegation, Judge},
        experiment::Costs,
        gas::Gas,
        paper::Parameters,
        rational::{Rational, parse, probability, whole},
        settlement::Stakes,
    },
};

use crate::units::Wei;

#[derive(Args, Debug)]
pub struct GameArgs {
    #[command(flatten)]
    pub job: JobGame,
    /// A parameter of the second paper's matrix: r2, r3, c2, c3, d, w, b, t, m, n, e or p [default: the paper's numbers]
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "The paper's matrix")]
    pub paper: Vec<(String, String)>,
    #[command(subcommand)]
    pub command: Option<GameCommand>,
}

#[derive(Subcommand, Debug)]
pub enum GameCommand {
    /// Draw utilities by strategy, the honest region, the detection curve and the paper's figure, as SVG and PNG
    #[command(after_help = "Example: surety game --reward 0.05 --deposit 0.1 plot --out plots")]
    Plot {
        /// Folder for the files; it is made if it does not exist
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// A job in front of the solver.
#[derive(Args, Debug)]
pub struct JobGame {
    /// Worker's pay
    #[arg(long, value_name = "AMOUNT", default_value = "0.01", help_heading = "Money")]
    pub reward: Wei,
    /// Worker's bonus for a confirmed result
    #[arg(long, value_name = "AMOUNT", default_value = "0.001", help_heading = "Money")]
    pub bonus: Wei,
    /// Worker's deposit
    #[arg(long, value_name = "AMOUNT", default_value = "0.02", help_heading = "Money")]
    pub deposit: Wei,
    /// Referee's pay
    #[arg(long, value_name = "AMOUNT", default_value = "0.01", help_heading = "Money")]
    pub fee: Wei,
    /// Referee's bonus
    #[arg(long, value_name = "AMOUNT", default_value = "0.001", help_heading = "Money")]
    pub fee_bonus: Wei,
    /// Referee's stake [default: twice the deposit]
    #[arg(long, value_name = "AMOUNT", help_heading = "Money")]
    pub stake: Option<Wei>,
    /// Bribe that a pact pays the referee [default: the highest that still pays the worker]
    #[arg(long, value_name = "AMOUNT", help_heading = "Money")]
    pub bribe: Option<Wei>,
    /// What each side of a pact puts in [default: ten times all other stakes]
    #[arg(long, value_name = "AMOUNT", requires = "bribe", help_heading = "Money")]
    pub pact_stake: Option<Wei>,

    /// What the whole computation costs the worker [default: half the reward]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub work: Option<Wei>,
    /// What it costs the referee [default: as the worker]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub referee_work: Option<Wei>,
    /// What checking one element costs the client [default: the worker's cost / elements]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub check: Option<Wei>,
    /// What a right result is worth to the client [default: three times the reward]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub value: Option<Wei>,
    /// What a false result that passes costs the client [default: as much as a right one is worth]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub harm: Option<Wei>,
    /// What a false result that passes is worth to the worker, beside the work saved [default: the reward]
    #[arg(long, value_name = "AMOUNT", help_heading = "Costs")]
    pub gain: Option<Wei>,
    /// Price of one gas
    #[arg(long, value_name = "AMOUNT", default_value = "0.1gwei", help_heading = "Costs")]
    pub gas_price: Wei,
    /// Gas of a call, for example judge=101910; repeatable
    #[arg(long, value_name = "CALL=GAS", value_parser = assignment, help_heading = "Costs")]
    pub gas: Vec<(String, String)>,

    /// Elements of the result
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Being found out")]
    pub elements: u64,
    /// Fraction of the work that a cheat leaves out, and of the elements that are wrong then
    #[arg(long, value_name = "Q", default_value_t = 0.1, help_heading = "Being found out")]
    pub wrong: f64,
    /// Elements that a check looks at
    #[arg(long, value_name = "M", default_value_t = 20, help_heading = "Being found out")]
    pub sample: u64,
    /// Probability of the client's check, where it is bound to one
    #[arg(long, value_name = "P", default_value_t = 1.0, help_heading = "Being found out")]
    pub checks: f64,
    /// Probability that somebody else recomputes everything and asks the predicate
    #[arg(long, value_name = "P", default_value_t = 0.0, help_heading = "Being found out")]
    pub watcher: f64,
    /// Who decides whether an element belongs to the result
    #[arg(long, value_enum, default_value_t = JudgeName::Predicate, help_heading = "Being found out")]
    pub judge: JudgeName,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgeName {
    /// A contract; anyone can convict, of what is false
    Predicate,
    /// A referee whose word is true
    TrustedWord,
    /// A referee whose word is what pays it
    SelfishWord,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is no assignment: write NAME=VALUE")),
    }
}

fn amount(wei: Wei) -> Rational {
    whole(wei.0)
}

fn chance(what: &str, value: f64) -> Result<Rational> {
    if !(0.0..=1.0).contains(&value) {
        bail!("--{what} {value} is no probability: it must be between 0 and 1");
    }
    Ok(probability(value, DETECTION_DIGITS))
}

impl JobGame {
    /// What checking one element costs the client, in wei.
    pub fn each(&self) -> Rational {
        match self.check {
            Some(check) => amount(check),
            None => amount(self.work()) / whole(self.elements.max(1)),
        }
    }

    fn work(&self) -> Wei {
        self.work.unwrap_or(Wei(self.reward.0 / 2))
    }

    /// The client's commitment to check with the probability that was asked for.
    pub fn commits(&self, appeals: bool) -> Result<Client> {
        Ok(Client::Commits {
            appeals,
            checks: chance("checks", self.checks)?,
        })
    }

    /// The game, with a client that chooses.
    pub fn delegation(&self) -> Result<Delegation> {
        let half = Rational::new(1.into(), 2.into());
        let value = self.value.map_or_else(|| amount(self.reward) * whole(3), amount);
        let skipped = chance("wrong", self.wrong)?;
        let mut game = Delegation {
            stakes: Stakes {
                reward: amount(self.reward),
                bonus: amount(self.bonus),
                deposit: amount(self.deposit),
                fee: amount(self.fee),
                fee_bonus: amount(self.fee_bonus),
                stake: self.stake.map_or_else(|| amount(self.deposit) / &half, amount),
                bribe: whole(0),
                pact_stake: whole(0),
            },
            work: amount(self.work()),
            referee_work: amount(self.referee_work.unwrap_or(self.work())),
            check: self.each() * whole(self.sample),
            harm: self.harm.map_or_else(|| value.clone(), amount),
            value,
            gain: amount(self.gain.unwrap_or(self.reward)),
            skipped,
            detection: probability(detection::probability(self.wrong, self.sample), DETECTION_DIGITS),
            watcher: chance("watcher", self.watcher)?,
            judge: match self.judge {
                JudgeName::Predicate => Judge::Predicate,
                JudgeName::TrustedWord => Judge::TrustedWord,
                JudgeName::SelfishWord => Judge::SelfishWord,
            },
            verifier: true,
            client: Client::Chooses,
            gas: self.gas()?,
        };
        if let Some(bribe) = self.bribe {
            game = game.with_worst_pact();
            game.stakes.bribe = amount(bribe);
            if let Some(stake) = self.pact_stake {
                game.stakes.pact_stake = amount(stake);
            }
        }
        Ok(game)
    }

    /// With the pact that was asked for, else with the worst one.
    pub fn with_pact(&self, game: &Delegation) -> Delegation {
        if self.bribe.is_some() {
            game.clone()
        } else {
            game.with_worst_pact()
        }
    }

    fn gas(&self) -> Result<Gas> {
        let mut gas = Gas {
            price: u64::try_from(self.gas_price.0).context("the gas price is out of range: at most 18 ETH")?,
            ..Gas::default()
        };
        for (name, value) in &self.gas {
            let mut calls = gas.calls();
            let known = calls.iter().map(|(call, _)| *call).collect::<Vec<_>>().join(", ");
            let Some((_, used)) = calls.iter_mut().find(|(call, _)| call == name) else {
                bail!("no call is named `{name}`: there are {known}");
            };
            **used = value
                .parse()
                .with_context(|| format!("`{value}` is no amount of gas for {name}: write a whole number"))?;
        }
        Ok(gas)
    }
}

impl GameArgs {
    /// The paper's parameters, with those that were set.
    pub fn parameters(&self) -> Result<Parameters> {
        let mut game = Costs::published().parameters(&whole(1));
        for (name, value) in &self.paper {
            let number =
                parse(value).with_context(|| format!("`{value}` is no number for {name}: write 0.5 or 1/2"))?;
            let place = match name.as_str() {
                "r2" => &mut game.r2,
                "r3" => &mut game.r3,
                "c2" => &mut game.c2,
                "c3" => &mut game.c3,
                "d" => &mut game.d,
                "w" => &mut game.w,
                "b" => &mut game.b,
                "t" => &mut game.t,
                "m" => &mut game.m,
                "n" => &mut game.n,
                "e" => &mut game.e,
                "p" if number < whole(0) || number > whole(1) => bail!("p is a probability: between 0 and 1"),
                "p" => &mut game.p,
                _ => bail!("the paper has no parameter `{name}`: there are r2, r3, c2, c3, d, w, b, t, m, n, e and p"),
            };
            *place = number;
        }
        Ok(game)
    }
}
