//! The game that the three contracts really play, as an extensive game of client, worker and referee.
//!
//! | step | who | what |
//! |---|---|---|
//! | 1 | worker | takes the order or leaves it |
//! | 2 | client | appeals or not |
//! | 3 | referee | takes the case or declines |
//! | 4 | worker | offers a pact or not |
//! | 5 | referee | accepts it or refuses |
//! | 6 | worker and referee | commit, neither seeing the other's result |
//! | 7 | client | sees how many results there are and whether they agree, and checks or trusts |
//! | 8 | chance | a check, or a watcher that recomputes, meets a wrong element or not |
//!
//! Three moves are not free: the client demands what a worker shows nobody, a referee that finds the worker's result
//! different from its own right one names the element, and a worker whose result was confirmed collects the bonus, each
//! exactly if that pays more than its gas. They see all that matters, so backward induction has answered for them.

mod moves;
mod payoffs;

use num_traits::{One as _, Zero as _};

use super::{
    gas::Gas,
    rational::{Rational, whole},
    settlement::Stakes,
    tree::{Builder, Tree, TreeError},
};
pub use moves::{Bribery, History, Opinion, Work};
pub use payoffs::Outcome;

/// The players, in the order of payoffs.
pub const PLAYERS: [&str; 3] = ["client", "worker", "referee"];
pub const CLIENT: usize = 0;
pub const WORKER: usize = 1;
pub const REFEREE: usize = 2;

/// Who decides whether an element belongs to the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// A predicate: anyone can convict, and only of what is false.
    Predicate,
    /// The referee's word, and it rules as the truth is whenever it knows or is asked.
    TrustedWord,
    /// The referee's word, given as it pays the referee.
    SelfishWord,
}

/// Whether the client plays, or has bound itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Client {
    /// Appeals and checks as it pays.
    Chooses,
    /// Appeals or not, and checks with a fixed probability, whatever the others do: what a tool does that always verifies.
    Commits { appeals: bool, checks: Rational },
}

/// A job with everything that its parties weigh. Amounts in wei.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    pub stakes: Stakes,
    /// Worker's cost of the whole computation.
    pub work: Rational,
    /// Referee's cost of the whole computation.
    pub referee_work: Rational,
    /// Client's cost of one check.
    pub check: Rational,
    /// What a right result is worth to the client.
    pub value: Rational,
    /// What a false result that passes costs the client.
    pub harm: Rational,
    /// What a false result that passes is worth to the worker, beside the work saved.
    pub gain: Rational,
    /// Fraction of the work that a cheat leaves out.
    pub skipped: Rational,
    /// Probability that a client's check meets a wrong element.
    pub detection: Rational,
    /// Probability that somebody with the predicate recomputes everything.
    pub watcher: Rational,
    pub judge: Judge,
    /// Whether the terms name the referee contract, so that the client can appeal; results are then sealed.
    pub verifier: bool,
    pub client: Client,
    pub gas: Gas,
}

impl Delegation {
    /// The extensive game.
    pub fn tree(&self) -> Result<Tree, TreeError> {
        let mut builder = Builder::new(&PLAYERS);
        let taken = match &self.client {
            Client::Chooses if self.verifier => {
                let alone = self.without_case(&mut builder, false)?;
                let appealed = self.appealed(&mut builder)?;
                builder.decision(CLIENT, "appeal?", vec![("no", alone), ("appeal", appealed)])?
            }
            Client::Commits { appeals: true, .. } if self.verifier => self.appealed(&mut builder)?,
            _ => self.without_case(&mut builder, false)?,
        };
        let left = builder.end(Outcome::NotTaken.label(), self.left())?;
        let root = builder.decision(WORKER, "order", vec![("take", taken), ("leave", left)])?;
        builder.finish(root)
    }

    fn appealed(&self, builder: &mut Builder) -> Result<usize, TreeError> {
        let declined = self.without_case(builder, true)?;
        let taken = {
            let plain = self.results(builder, Bribery::None)?;
            let refused = self.results(builder, Bribery::Refused)?;
            let accepted = self.results(builder, Bribery::Accepted)?;
            let offered = builder.decision(REFEREE, "pact?", vec![("refuse", refused), ("accept", accepted)])?;
            builder.decision(WORKER, "offer", vec![("none", plain), ("pact", offered)])?
        };
        builder.decision(REFEREE, "case", vec![("take", taken), ("decline", declined)])
    }

    /// The worker alone, without a referee bound.
    fn without_case(&self, builder: &mut Builder, appealed: bool) -> Result<usize, TreeError> {
        let moves: Result<Vec<_>, TreeError> = Work::ALONE
            .into_iter()
            .map(|work| {
                let history = History {
                    appealed,
                    opinion: None,
                    bribery: Bribery::None,
                    work,
                };
                Ok((work.name(), self.checked(builder, &history)?))
            })
            .collect();
        builder.decision(WORKER, if appealed { "declined" } else { "alone" }, moves?)
    }

    /// Both commit, neither seeing the other's result.
    fn results(&self, builder: &mut Builder, bribery: Bribery) -> Result<usize, TreeError> {
        let (works, opinions, names): (&[Work], &[Opinion], _) = match bribery {
            Bribery::None => (&Work::ALONE, &Opinion::ALONE, ["no pact", "unbribed"]),
            Bribery::Refused => (&Work::ALONE, &Opinion::ALONE, ["refused", "after refusal"]),
            Bribery::Accepted => (&Work::BOUND, &Opinion::BOUND, ["in pact", "bribed"]),
        };
        let mut by_work = Vec::new();
        for &work in works {
            let mut by_opinion = Vec::new();
            for &opinion in opinions {
                let history = History {
                    appealed: true,
                    opinion: Some(opinion),
                    bribery,
                    work,
                };
                by_opinion.push((opinion.name(), self.checked(builder, &history)?));
            }
            by_work.push((work.name(), builder.decision(REFEREE, names[1], by_opinion)?));
        }
        builder.decision(WORKER, names[0], by_work)
    }

    /// The client looks at what was revealed, and checks or trusts.
    fn checked(&self, builder: &mut Builder, history: &History) -> Result<usize, TreeError> {
        if matches!(history.work, Work::Withhold | Work::Silent) {
            return self.ended(builder, history, false);
        }
        match &self.client {
            Client::Chooses => {
                let check = self.ended(builder, history, true)?;
                let trust = self.ended(builder, history, false)?;
                builder.decision(CLIENT, history.seen(), vec![("check", check), ("trust", trust)])
            }
            Client::Commits { checks, .. } if checks.is_one() || checks.is_zero() => {
                self.ended(builder, history, checks.is_one())
            }
            Client::Commits { checks, .. } => {
                let check = self.ended(builder, history, true)?;
                let trust = self.ended(builder, history, false)?;
                builder.chance(vec![(checks.clone(), check), (Rational::one() - checks, trust)])
            }
        }
    }

    fn ended(&self, builder: &mut Builder, history: &History, checks: bool) -> Result<usize, TreeError> {
        let mut nodes = Vec::new();
        for branch in self.branches(history, checks) {
            nodes.push((branch.chance, builder.end(branch.outcome.label(), branch.payoffs)?));
        }
        match nodes.as_slice() {
            [(_, only)] => Ok(*only),
            _ => builder.chance(nodes),
        }
    }

    /// The same with the pact that is hardest to deter: the highest bribe that still pays the worker, and a stake that
    /// holds both to it. The bribe is the worker's whole gain from the pact, as enumerated without one, less a wei.
    pub fn with_worst_pact(&self) -> Self {
        let mut game = self.clone();
        game.stakes.bribe = Rational::zero();
        let agreed = History {
            appealed: true,
            opinion: Some(Opinion::Agreed),
            bribery: Bribery::Accepted,
            work: Work::Agreed,
        };
        let honest = History {
            opinion: Some(Opinion::Honest),
            bribery: Bribery::None,
            work: Work::Honest,
            ..agreed
        };
        let gain = &game.expected(&agreed)[WORKER] - &game.expected(&honest)[WORKER] - whole(1);
        game.stakes.bribe = gain.max(Rational::zero());
        let Stakes {
            reward,
            bonus,
            deposit,
            fee,
            fee_bonus,
            stake,
            bribe,
            ..
        } = &game.stakes;
        game.stakes.pact_stake = (reward + bonus + deposit + fee + fee_bonus + stake + bribe) * whole(10);
        game
    }
}
