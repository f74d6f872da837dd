//! The contracts' game played out with purses: everybody pays in and is paid out, call by call. Written from the
//! specification's tables and without the solver, to compare it with.

/// Whole amounts; probabilities in quarters, so that an expectation times 64 is whole.
#[derive(Clone, Debug)]
pub struct Job {
    pub reward: i64,
    pub bonus: i64,
    pub deposit: i64,
    pub fee: i64,
    pub fee_bonus: i64,
    pub stake: i64,
    pub bribe: i64,
    pub pact_stake: i64,
    /// Costs of all the work, a multiple of four.
    pub work: i64,
    pub referee_work: i64,
    pub check: i64,
    pub value: i64,
    pub harm: i64,
    pub gain: i64,
    /// Quarters of the work that a cheat leaves out.
    pub skipped: i64,
    pub detection: i64,
    pub watcher: i64,
    /// Quarters of the probability that the client, which is committed to appeal, checks.
    pub checks: i64,
    pub predicate: bool,
    /// Without a predicate: whether the referee's word is as true as it can be.
    pub trusted: bool,
    /// What one call costs, whichever it is.
    pub call: i64,
}

/// A full strategy of the worker, by names of moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worker {
    pub takes: bool,
    pub declined: &'static str,
    pub offers: bool,
    pub no_pact: &'static str,
    pub refused: &'static str,
    pub in_pact: &'static str,
}

/// A full strategy of the referee.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Referee {
    pub takes: bool,
    pub accepts: bool,
    pub unbribed: &'static str,
    pub after_refusal: &'static str,
    pub bribed: &'static str,
}

/// Purses of client, worker and referee.
type Purses = [i64; 3];
const CLIENT: usize = 0;
const WORKER: usize = 1;
const REFEREE: usize = 2;

impl Job {
    /// Expected gains, times 64.
    pub fn play(&self, worker: &Worker, referee: &Referee) -> Purses {
        let mut sum = [0; 3];
        for (checks, part) in [(true, self.checks), (false, 4 - self.checks)] {
            for (found, share) in [(true, self.detection), (false, 4 - self.detection)] {
                for (watched, quarter) in [(true, self.watcher), (false, 4 - self.watcher)] {
                    let weight = part * share * quarter;
                    if weight > 0 {
                        let purses = self.once(worker, referee, checks, found, watched);
                        (0..3).for_each(|who| sum[who] += weight * purses[who]);
                    }
                }
            }
        }
        sum
    }

    fn once(&self, worker: &Worker, referee: &Referee, checks: bool, found: bool, watched: bool) -> Purses {
        let mut purses = [0; 3];
        purses[CLIENT] -= self.reward + self.bonus + self.call;
        if !worker.takes {
            purses[CLIENT] += self.reward + self.bonus - self.call;
            return purses;
        }
        purses[WORKER] -= self.deposit + self.call;
        purses[CLIENT] -= self.fee + self.fee_bonus + self.call;
        if referee.takes {
            purses[REFEREE] -= self.stake + self.call;
        }
        let pact = referee.takes && worker.offers && referee.accepts;
        let (work, opinion) = match (referee.takes, worker.offers, referee.accepts) {
            (false, ..) => (worker.declined, "none"),
            (_, false, _) => (worker.no_pact, referee.unbribed),
            (_, _, false) => (worker.refused, referee.after_refusal),
            _ => (worker.in_pact, referee.bribed),
        };
        if referee.takes && worker.offers {
            purses[WORKER] -= self.bribe + self.pact_stake + self.call;
        }
        if pact {
            purses[REFEREE] -= self.pact_stake + self.call;
        }
        self.labour(&mut purses, work, opinion);
        let ending = self.ending(&mut purses, work, opinion, checks, found, watched);
        self.pay_job(&mut purses, ending, work);
        if referee.takes {
            self.pay_case(&mut purses, ending, work, opinion);
        } else {
            purses[CLIENT] += self.fee + self.fee_bonus - self.call;
        }
        if referee.takes && worker.offers {
            self.pay_pact(&mut purses, pact, work, opinion);
        }
        purses
    }

    fn labour(&self, purses: &mut Purses, work: &str, opinion: &str) {
        let part = 4 - self.skipped;
        purses[WORKER] -= match work {
            "honest" => self.work,
            "cheat" | "agreed" => part * self.work / 4,
            _ => 0,
        };
        purses[REFEREE] -= match opinion {
            "honest" => self.referee_work,
            "guess" => part * self.referee_work / 4,
            _ => 0,
        };
        // Seal and reveal.
        purses[WORKER] -= if work == "silent" { 0 } else { 2 * self.call };
        purses[REFEREE] -= if ["silent", "none"].contains(&opinion) {
            0
        } else {
            2 * self.call
        };
    }

    /// How the job ends, with what it costs to bring that about.
    fn ending(
        &self,
        purses: &mut Purses,
        work: &str,
        opinion: &str,
        checks: bool,
        found: bool,
        watched: bool,
    ) -> &'static str {
        let looks = checks && !["silent", "withhold"].contains(&work);
        purses[CLIENT] -= if looks { self.check } else { 0 };
        let judging = self.fee + self.fee_bonus > self.call;
        let equal = same(work, opinion);
        let confirmed = equal && self.bonus > self.call;
        let wrong = ["cheat", "agreed"].contains(&work);
        let voiced = ["honest", "guess", "junk", "agreed"].contains(&opinion);
        if work == "silent" {
            purses[CLIENT] -= self.call;
            return "forfeited";
        }
        if work == "withhold" {
            if self.reward + self.deposit > 2 * self.call {
                purses[CLIENT] -= 2 * self.call;
                return "withheld";
            }
        } else if voiced && !equal && judging && (opinion == "honest" && wrong || !self.predicate && !self.trusted) {
            purses[REFEREE] -= self.call;
            return "false";
        } else if wrong {
            let heard = self.predicate || self.trusted && !confirmed;
            if heard && checks && found {
                purses[CLIENT] -= self.call;
                return "false";
            }
            if self.predicate && watched {
                return "false";
            }
        }
        purses[WORKER] -= self.call + if confirmed { self.call } else { 0 };
        if confirmed { "confirmed" } else { "paid" }
    }

    fn pay_job(&self, purses: &mut Purses, ending: &str, work: &str) {
        match ending {
            "confirmed" => purses[WORKER] += self.reward + self.bonus + self.deposit,
            "paid" => {
                purses[WORKER] += self.reward + self.deposit;
                purses[CLIENT] += self.bonus;
            }
            _ => purses[CLIENT] += self.reward + self.bonus + self.deposit,
        }
        let paid = ["confirmed", "paid"].contains(&ending);
        match work {
            "honest" => purses[CLIENT] += self.value,
            "cheat" | "agreed" if paid => {
                purses[CLIENT] -= self.harm;
                purses[WORKER] += self.gain;
            }
            _ => {}
        }
    }

    fn pay_case(&self, purses: &mut Purses, ending: &str, work: &str, opinion: &str) {
        purses[REFEREE] -= self.call;
        let equal = same(work, opinion);
        let (fee, all) = (self.fee, self.fee + self.fee_bonus);
        let to_referee = match (opinion, ending, equal) {
            ("silent", "forfeited", _) => self.stake,
            ("silent", ..) => 0,
            (_, "forfeited", _) | (_, "withheld", false) => self.stake + fee,
            (_, "withheld" | "false", true) => 0,
            (_, "paid" | "confirmed", true) | (_, "false", false) => self.stake + all,
            _ => self.stake,
        };
        purses[REFEREE] += to_referee;
        purses[CLIENT] += self.stake + all - to_referee;
    }

    fn pay_pact(&self, purses: &mut Purses, accepted: bool, work: &str, opinion: &str) {
        let (b, t) = (self.bribe, self.pact_stake);
        if !accepted {
            purses[WORKER] += b + t - self.call;
            return;
        }
        let (to_worker, to_referee) = match (work == "agreed", opinion == "agreed") {
            (true, true) => (t, t + b),
            (false, true) => (0, 2 * t + b),
            (true, false) => (2 * t + b, 0),
            (false, false) => (b + t, t),
        };
        purses[WORKER] += to_worker;
        purses[REFEREE] += to_referee;
        purses[if opinion == "agreed" { REFEREE } else { WORKER }] -= self.call;
    }
}

fn same(work: &str, opinion: &str) -> bool {
    matches!(
        (work, opinion),
        ("honest", "honest") | ("agreed", "agreed") | ("cheat", "guess")
    )
}

/// Every full strategy of the worker.
pub fn workers() -> Vec<Worker> {
    let alone = ["honest", "cheat", "withhold", "silent"];
    let bound = ["honest", "agreed", "silent"];
    let mut all = Vec::new();
    for takes in [true, false] {
        for offers in [true, false] {
            for declined in alone {
                for no_pact in alone {
                    for refused in alone {
                        for in_pact in bound {
                            all.push(Worker {
                                takes,
                                declined,
                                offers,
                                no_pact,
                                refused,
                                in_pact,
                            });
                        }
                    }
                }
            }
        }
    }
    all
}

/// Every full strategy of the referee.
pub fn referees() -> Vec<Referee> {
    let alone = ["honest", "guess", "junk", "silent"];
    let mut all = Vec::new();
    for takes in [true, false] {
        for accepts in [true, false] {
            for unbribed in alone {
                for after_refusal in alone {
                    for bribed in ["honest", "agreed", "junk", "silent"] {
                        all.push(Referee {
                            takes,
                            accepts,
                            unbribed,
                            after_refusal,
                            bribed,
                        });
                    }
                }
            }
        }
    }
    all
}

/// All pure equilibria, in the solver's words, without the moves that a player's own moves rule out.
pub fn equilibria(job: &Job) -> std::collections::BTreeSet<(String, String)> {
    let (workers, referees) = (workers(), referees());
    let table: Vec<Vec<Purses>> = workers
        .iter()
        .map(|worker| referees.iter().map(|referee| job.play(worker, referee)).collect())
        .collect();
    let best_worker: Vec<i64> = (0..referees.len())
        .map(|at| table.iter().map(|line| line[at][WORKER]).max().unwrap())
        .collect();
    let mut found = std::collections::BTreeSet::new();
    for (worker, line) in workers.iter().zip(&table) {
        let best_referee = line.iter().map(|purses| purses[REFEREE]).max().unwrap();
        for (at, referee) in referees.iter().enumerate() {
            if line[at][WORKER] == best_worker[at] && line[at][REFEREE] == best_referee {
                found.insert((worker.words(), referee.words()));
            }
        }
    }
    found
}

fn sorted(mut words: Vec<String>) -> String {
    words.sort();
    words.join("; ")
}

impl Worker {
    fn words(&self) -> String {
        if !self.takes {
            return "order: leave".to_owned();
        }
        let mut words = vec!["order: take".to_owned(), format!("declined: {}", self.declined)];
        if self.offers {
            words.push("offer: pact".to_owned());
            words.push(format!("refused: {}", self.refused));
            words.push(format!("in pact: {}", self.in_pact));
        } else {
            words.push("offer: none".to_owned());
            words.push(format!("no pact: {}", self.no_pact));
        }
        sorted(words)
    }
}

impl Referee {
    fn words(&self) -> String {
        if !self.takes {
            return "case: decline".to_owned();
        }
        let mut words = vec!["case: take".to_owned(), format!("unbribed: {}", self.unbribed)];
        if self.accepts {
            words.push("pact?: accept".to_owned());
            words.push(format!("bribed: {}", self.bribed));
        } else {
            words.push("pact?: refuse".to_owned());
            words.push(format!("after refusal: {}", self.after_refusal));
        }
        sorted(words)
    }
}

/// The solver's words in the same order.
pub fn in_order(words: &str) -> String {
    sorted(words.split("; ").map(str::to_owned).collect())
}
