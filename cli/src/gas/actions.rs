//! What is measured: steps of plays, in plain words.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use surety_contracts::Fault;

use crate::demo::{
    game,
    payment::{self, SUBMITTED},
    play::{Played, Step},
    protocol::Ending,
    scenarios::{Accusation::*, Act::*, Call::*, Committing, PLAIN, Role::*, Scenario, Work},
};

/// Something that somebody does.
pub struct Action {
    pub name: &'static str,
    play: &'static str,
    call: &'static str,
    /// Which of the play's calls of that name.
    nth: usize,
}

const fn action(name: &'static str, play: &'static str, call: &'static str) -> Action {
    Action {
        name,
        play,
        call,
        nth: 0,
    }
}

pub const ACTIONS: &[Action] = &[
    action("client delegates a job", "client_silent", "delegate"),
    action("worker takes the order", "client_silent", "takeOrder"),
    action("worker submits a result", "client_silent", "submitResult"),
    action("anybody lets the clock pay the worker", "client_silent", "timeTick"),
    action("client accepts", "honest_set", "accept"),
    action("client takes the order back", "cancelled", "cancel"),
    action("anybody refunds an order nobody took", "nobody_comes", "timeTick"),
    action("anybody ends a job whose worker is silent", "worker_silent", "timeTick"),
    action("worker logs 64 leaf hashes", "honest_table", "publishLeaves"),
    action("client demands 3 elements", "honest_table", "demand"),
    action(
        "worker delivers 3 of 64 elements, 256 bytes each",
        "honest_table",
        "deliver",
    ),
    action(
        "anybody convicts a worker that does not deliver",
        "delivery_withheld",
        "timeTick",
    ),
    action(
        "anybody proves a wrong preimage, 1,048,734 leaves",
        "million_leaves",
        "judge",
    ),
    action("anybody proves a wrong preimage, 275 leaves", "wrong_element", "judge"),
    action(
        "anybody proves a wrong 2048-bit power, 64 leaves",
        "wrong_value",
        "judge",
    ),
    action("anybody proves a prime twice, 78,499 leaves", "duplicates", "judge"),
    action(
        "anybody proves a prime missing, 78,497 leaves",
        "missing_element",
        "judge",
    ),
    action(
        "anybody proves 64 squarings wrong, 16,385 leaves",
        "wrong_step",
        "judge",
    ),
    action("client disputes", "referee_rules", "dispute"),
    action("referee convicts by its word", "referee_rules", "judge"),
    action("referee confirms by its word", "referee_lies", "confirm"),
    action("client appeals to the referee contract", "equal_results", "appeal"),
    action("referee takes the case", "equal_results", "takeCase"),
    action("worker seals its result", "equal_results", "submitSeal"),
    Action {
        nth: 1,
        ..action("referee seals its result", "equal_results", "submitSeal")
    },
    action("worker reveals", "equal_results", "reveal"),
    Action {
        nth: 1,
        ..action("referee reveals", "equal_results", "reveal")
    },
    action("anybody confirms equal results", "equal_results", "confirm"),
    action("anybody closes the case of a paid job", "equal_results", "settle"),
    action("worker offers a bribe", "collusion_noticed", "offerBribe"),
    action("referee accepts it", "collusion_noticed", "acceptBribe"),
    action("worker takes the offer back", "bribe_refused", "withdrawBribe"),
    action("anybody closes a pact", "collusion_noticed", "checkResults"),
];

/// As "wrong_element", for a large result.
const MILLION_LEAVES: Scenario = Scenario {
    name: "million_leaves",
    about: "a false preimage among some 2^20, proven by somebody who is not involved",
    work: Work::Million,
    committing: Committing::WrongElement,
    acts: &[SUBMITTED, &[Does(Uninvolved, Judge(Found))]],
    ending: Ending::Convicted(Fault::WrongElement),
    ..PLAIN
};

/// The plays that actions are taken from.
pub fn plays() -> impl Iterator<Item = &'static Scenario> {
    let all = payment::SCENARIOS
        .iter()
        .chain(game::SCENARIOS)
        .chain([&MILLION_LEAVES]);
    all.filter(|scenario| ACTIONS.iter().any(|action| action.play == scenario.name))
}

impl Action {
    /// Whether it belongs to the job in which everybody is honest and the client says nothing.
    pub fn is_on_honest_path(&self) -> bool {
        self.play == "client_silent"
    }

    /// The step that it is.
    pub fn step<'a>(&self, plays: &'a BTreeMap<&str, Played>) -> Result<&'a Step> {
        let steps = plays.get(self.play).map(|played| played.steps.iter());
        steps
            .into_iter()
            .flatten()
            .filter(|step| step.call == self.call && step.status == "ok")
            .nth(self.nth)
            .with_context(|| format!("{} has no {} number {}", self.play, self.call, self.nth + 1))
    }
}
