//! The game that the three contracts really play, as an extensive game of client, worker and referee.
//!
//! 1. The worker takes the order or leaves it. 2. The client appeals or not. 3. The referee takes the case or not.
//! 4. The worker offers a pact or not. 5. The referee accepts or refuses. 6. Worker and referee commit, neither seeing
//! the other's result. 7. The client sees whether there are two results and whether they agree, and checks or trusts.
//! 8. Chance decides whether a check, or a watcher that recomputes, meets a wrong element.
//!
//! Three moves are not free: the client demands what a worker shows nobody, a referee that finds the worker's result
//! different from its own right one names the element, and a worker whose result was confirmed collects the bonus, each
//! exactly if that pays more than its gas. They see all that matters, so backward induction has answered for them.

use num_traits::{One as _, Zero as _};

use super::{
    gas::Gas,
    rational::{Rational, whole},
    settlement::{Case, Change, Ending, Guilt, Pact, Root, Stakes},
    tree::{Builder, Tree, TreeError},
};

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
    const ALONE: [Self; 4] = [Self::Honest, Self::Cheat, Self::Withhold, Self::Silent];
    const BOUND: [Self; 3] = [Self::Honest, Self::Agreed, Self::Silent];

    fn name(self) -> &'static str {
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
    const ALONE: [Self; 4] = [Self::Honest, Self::Guess, Self::Junk, Self::Silent];
    const BOUND: [Self; 4] = [Self::Honest, Self::Agreed, Self::Junk, Self::Silent];

    fn name(self) -> &'static str {
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

/// How a play ended, as far as the client's result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    NotTaken,
    PaidRight,
    PaidFalse,
    /// Paid although nothing was delivered.
    PaidNothing,
    Forfeited,
    Convicted,
    /// Convicted although the result was right.
    Framed,
}

impl Outcome {
    pub const ALL: [Self; 7] = [
        Self::NotTaken,
        Self::PaidRight,
        Self::PaidFalse,
        Self::PaidNothing,
        Self::Forfeited,
        Self::Convicted,
        Self::Framed,
    ];

    /// The label of the tree's ends.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotTaken => "nobody takes the order",
            Self::PaidRight => "right result, paid",
            Self::PaidFalse => "false result, paid",
            Self::PaidNothing => "no result, paid",
            Self::Forfeited => "no result, forfeited",
            Self::Convicted => "false result, convicted",
            Self::Framed => "right result, convicted",
        }
    }
}

/// An end with its probability.
struct Branch {
    chance: Rational,
    outcome: Outcome,
    payoffs: Vec<Rational>,
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

    /// Expected payoffs of a history, by the checks that the client is committed to, or without any.
    pub fn expected(&self, history: &History) -> Vec<Rational> {
        let checks = match &self.client {
            Client::Commits { checks, .. } => checks.clone(),
            Client::Chooses => Rational::zero(),
        };
        let mut sum = vec![Rational::zero(); PLAYERS.len()];
        for (part, looks) in [(checks.clone(), true), (Rational::one() - checks, false)] {
            for branch in self.branches(history, looks) {
                for (sum, payoff) in sum.iter_mut().zip(&branch.payoffs) {
                    *sum += &part * &branch.chance * payoff;
                }
            }
        }
        sum
    }

    /// What can happen once the results are open, given whether the client checks.
    fn branches(&self, history: &History, checks: bool) -> Vec<Branch> {
        let sure = |ending, caller| vec![(Rational::one(), ending, caller)];
        let paid = Ending::Paid {
            confirmed: self.confirmed(history),
        };
        let guilty = Ending::Convicted(Guilt::False);
        let differs = history.opinion.is_some() && !history.agree();
        let endings = match history.work {
            Work::Silent => sure(Ending::Forfeited, Caller::None),
            Work::Withhold => {
                // The bonus comes back without a demand too.
                let at_stake = &self.stakes.reward + &self.stakes.deposit;
                if at_stake > self.gas.cost(self.gas.demand + self.gas.tick) {
                    sure(Ending::Convicted(Guilt::Withheld), Caller::Client)
                } else {
                    sure(paid, Caller::None)
                }
            }
            _ if differs && self.referee_convicts(history) => sure(guilty, Caller::Referee),
            Work::Honest => sure(paid, Caller::None),
            Work::Cheat | Work::Agreed => {
                let (by_client, by_watcher) = self.found(history, checks);
                vec![
                    (by_client.clone(), guilty, Caller::Client),
                    ((Rational::one() - &by_client) * &by_watcher, guilty, Caller::Stranger),
                    (
                        (Rational::one() - by_client) * (Rational::one() - by_watcher),
                        paid,
                        Caller::None,
                    ),
                ]
            }
        };
        endings
            .into_iter()
            .filter(|(chance, ..)| !chance.is_zero())
            .map(|(chance, ending, caller)| self.branch(history, checks, chance, ending, caller))
            .collect()
    }

    /// Whether a bound referee with another root has the worker convicted.
    fn referee_convicts(&self, history: &History) -> bool {
        let pays = &self.stakes.fee + &self.stakes.fee_bonus > self.gas.cost(self.gas.judge);
        let knows = history.opinion == Some(Opinion::Honest) && history.work != Work::Honest;
        let speaks = !matches!(history.opinion, None | Some(Opinion::Silent));
        pays && match self.judge {
            Judge::Predicate | Judge::TrustedWord => knows,
            // Its word convicts of any element that the worker committed to.
            Judge::SelfishWord => speaks,
        }
    }

    /// Probabilities that the client's check, and a watcher, have a false result convicted.
    fn found(&self, history: &History, checks: bool) -> (Rational, Rational) {
        let check = if checks {
            self.detection.clone()
        } else {
            Rational::zero()
        };
        match self.judge {
            Judge::Predicate => (check, self.watcher.clone()),
            // A confirmed result is beyond any word.
            Judge::TrustedWord if !self.confirmed(history) => (check, Rational::zero()),
            Judge::TrustedWord | Judge::SelfishWord => (Rational::zero(), Rational::zero()),
        }
    }

    /// Equal results are confirmed by whom it pays: the worker.
    fn confirmed(&self, history: &History) -> bool {
        history.agree() && self.stakes.bonus > self.gas.cost(self.gas.confirm)
    }

    fn branch(&self, history: &History, checks: bool, chance: Rational, ending: Ending, caller: Caller) -> Branch {
        let change = self.stakes.settle(ending, history.case(), history.pact());
        let outcome = match (ending, history.work) {
            (Ending::Refunded, _) => Outcome::NotTaken,
            (Ending::Forfeited, _) => Outcome::Forfeited,
            (Ending::Paid { .. }, Work::Honest) => Outcome::PaidRight,
            (Ending::Paid { .. }, Work::Withhold) => Outcome::PaidNothing,
            (Ending::Paid { .. }, _) => Outcome::PaidFalse,
            (Ending::Convicted(_), Work::Honest) => Outcome::Framed,
            (Ending::Convicted(_), _) => Outcome::Convicted,
        };
        let confirmed = ending == Ending::Paid { confirmed: true };
        let payoffs = self.payoffs(history, checks, outcome, change, confirmed, caller);
        Branch {
            chance,
            outcome,
            payoffs,
        }
    }

    fn payoffs(
        &self,
        history: &History,
        checks: bool,
        outcome: Outcome,
        change: Change,
        confirmed: bool,
        caller: Caller,
    ) -> Vec<Rational> {
        let done = Rational::one() - &self.skipped;
        let work = match history.work {
            Work::Honest => self.work.clone(),
            Work::Cheat | Work::Agreed => &done * &self.work,
            Work::Withhold | Work::Silent => Rational::zero(),
        };
        // The agreed result comes with the pact.
        let opinion = match history.opinion {
            Some(Opinion::Honest) => self.referee_work.clone(),
            Some(Opinion::Guess) => &done * &self.referee_work,
            _ => Rational::zero(),
        };
        let gains = |when: &[Outcome], amount: &Rational| {
            if when.contains(&outcome) {
                amount.clone()
            } else {
                Rational::zero()
            }
        };
        let checking = if checks { self.check.clone() } else { Rational::zero() };
        let gas = self
            .gas_used(history, outcome, confirmed, caller)
            .map(|gas| self.gas.cost(gas));
        let [client_gas, worker_gas, referee_gas] = gas;
        vec![
            change.client + gains(&[Outcome::PaidRight, Outcome::Framed], &self.value)
                - gains(&[Outcome::PaidFalse], &self.harm)
                - checking
                - client_gas,
            change.worker + gains(&[Outcome::PaidFalse], &self.gain) - work - worker_gas,
            change.referee - opinion - referee_gas,
        ]
    }

    /// Gas of every role's calls, by what it has to do to get there.
    fn gas_used(&self, history: &History, outcome: Outcome, confirmed: bool, caller: Caller) -> [u64; 3] {
        let gas = &self.gas;
        let mut client = gas.delegate;
        let mut worker = gas.take_order;
        let mut referee = 0;
        if history.work != Work::Silent {
            worker += if self.verifier {
                gas.submit_seal + gas.reveal
            } else {
                gas.submit_result
            };
        }
        match outcome {
            Outcome::PaidRight | Outcome::PaidFalse | Outcome::PaidNothing => {
                worker += gas.tick + if confirmed { gas.confirm } else { 0 };
            }
            Outcome::Forfeited => client += gas.tick,
            Outcome::Convicted if history.work == Work::Withhold => client += gas.demand + gas.tick,
            Outcome::Convicted | Outcome::Framed | Outcome::NotTaken => {}
        }
        match (caller, self.judge) {
            (Caller::Client, _) if history.work == Work::Withhold => {}
            (Caller::Client, Judge::Predicate) => client += gas.judge,
            (Caller::Client, _) => client += gas.dispute,
            (Caller::Referee, _) => referee += gas.judge,
            (Caller::Stranger | Caller::None, _) => {}
        }
        if history.appealed {
            client += gas.appeal;
            match history.opinion {
                None => client += gas.settle,
                Some(opinion) => {
                    referee += gas.take_case + gas.settle;
                    if opinion != Opinion::Silent {
                        referee += gas.submit_seal + gas.reveal;
                    }
                }
            }
        }
        // Who gets money out of the pact calls for it.
        let referee_gets = history.opinion == Some(Opinion::Agreed);
        match history.bribery {
            Bribery::None => {}
            Bribery::Refused => worker += gas.offer_bribe + gas.check_results,
            Bribery::Accepted => {
                worker += gas.offer_bribe;
                referee += gas.accept_bribe;
                *(if referee_gets { &mut referee } else { &mut worker }) += gas.check_results;
            }
        }
        [client, worker, referee]
    }

    /// Nobody takes the order: the client paid for the offer and, later, for the refund.
    fn left(&self) -> Vec<Rational> {
        let change = self.stakes.settle(Ending::Refunded, Case::None, Pact::None);
        vec![
            change.client - self.gas.cost(self.gas.delegate + self.gas.tick),
            change.worker,
            change.referee,
        ]
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

/// Who had the worker convicted, and paid the gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    None,
    Client,
    Referee,
    Stranger,
}

impl History {
    /// Both revealed the same root.
    fn agree(&self) -> bool {
        match (self.work.root(), self.opinion.and_then(Opinion::root)) {
            (Some(worker), Some(referee)) => worker.equals(referee),
            _ => false,
        }
    }

    /// What the client knows when it decides whether to check.
    fn seen(&self) -> &'static str {
        match (self.appealed, self.opinion.and_then(Opinion::root)) {
            (false, _) => "one result",
            (true, None) => "no opinion",
            (true, Some(_)) if self.agree() => "equal results",
            (true, Some(_)) => "different results",
        }
    }

    fn case(&self) -> Case {
        match (self.appealed, self.opinion) {
            (false, _) => Case::None,
            (true, None) => Case::NeverBound,
            (true, Some(opinion)) => Case::Bound {
                worker: self.work.root(),
                referee: opinion.root(),
            },
        }
    }

    fn pact(&self) -> Pact {
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
