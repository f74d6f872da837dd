//! What the parties do, and what the others see of it.

use crate::game::settlement::{Case, Pact, Root};

/// How the worker answers the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Honest,
    /// Leaves work out; the false result is the obvious one.
    Cheat,
    /// The false result of the pact.
    Agreed,
    /// A root of nothing that it could show.
    Withhold,
    Silent,
}

impl Work {
    pub(super) const ALONE: [Self; 4] = [Self::Honest, Self::Cheat, Self::Withhold, Self::Silent];
    pub(super) const BOUND: [Self; 3] = [Self::Honest, Self::Agreed, Self::Silent];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Cheat => "cheat",
            Self::Agreed => "agreed",
            Self::Withhold => "withhold",
            Self::Silent => "silent",
        }
    }

    pub fn root(self) -> Option<Root> {
        match self {
            Self::Honest => Some(Root::Right),
            Self::Cheat => Some(Root::Obvious),
            Self::Agreed => Some(Root::Agreed),
            Self::Withhold => Some(Root::Own),
            Self::Silent => None,
        }
    }
}

/// What a bound referee commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    Honest,
    /// The false result of the pact.
    Agreed,
    /// Leaves out what it expects the worker to leave out.
    Guess,
    /// Anything, for the fee.
    Junk,
    Silent,
}

impl Opinion {
    pub(super) const ALONE: [Self; 4] = [Self::Honest, Self::Guess, Self::Junk, Self::Silent];
    pub(super) const BOUND: [Self; 4] = [Self::Honest, Self::Agreed, Self::Junk, Self::Silent];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Agreed => "agreed",
            Self::Guess => "guess",
            Self::Junk => "junk",
            Self::Silent => "silent",
        }
    }

    pub fn root(self) -> Option<Root> {
        match self {
            Self::Honest => Some(Root::Right),
            Self::Agreed => Some(Root::Agreed),
            Self::Guess => Some(Root::Obvious),
            Self::Junk => Some(Root::Own),
            Self::Silent => None,
        }
    }
}

/// How far a pact came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bribery {
    None,
    Refused,
    Accepted,
}

/// Everything that the parties did until the results are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub appealed: bool,
    /// None if no referee took the case.
    pub opinion: Option<Opinion>,
    pub bribery: Bribery,
    pub work: Work,
}

impl History {
    /// Both revealed the same root.
    pub(super) fn agree(&self) -> bool {
        match (self.work.root(), self.opinion.and_then(Opinion::root)) {
            (Some(worker), Some(referee)) => worker.equals(referee),
            _ => false,
        }
    }

    /// What the client knows when it decides whether to check.
    pub(super) fn seen(&self) -> &'static str {
        match (self.appealed, self.opinion.and_then(Opinion::root)) {
            (false, _) => "one result",
            (true, None) => "no opinion",
            (true, Some(_)) if self.agree() => "equal results",
            (true, Some(_)) => "different results",
        }
    }

    pub(super) fn case(&self) -> Case {
        match (self.appealed, self.opinion) {
            (false, _) => Case::None,
            (true, None) => Case::NeverBound,
            (true, Some(opinion)) => Case::Bound {
                worker: self.work.root(),
                referee: opinion.root(),
            },
        }
    }

    pub(super) fn pact(&self) -> Pact {
        match self.bribery {
            Bribery::None => Pact::None,
            Bribery::Refused => Pact::Refused,
            Bribery::Accepted => Pact::Accepted {
                worker: self.work.root(),
                referee: self.opinion.and_then(Opinion::root),
            },
        }
    }
}
