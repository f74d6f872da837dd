//! The second paper's experiment (sections 5.2 and 5.3): what its Table 7 charges the roles, the parameters it derives
//! from that, and its costs and benefits by strategy (Figure 3). In US dollars.

use num_traits::{One as _, Zero as _};

use super::{
    paper::Parameters,
    rational::{Rational, whole},
};

/// Costs of carrying the contracts out, summed by role as the text under Table 7 does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// c1: the client delegates and does not appeal.
    pub client: Rational,
    /// c1 + c5 + c9: the client appeals.
    pub client_appealing: Rational,
    /// c2 + c3 + c4: the worker computes honestly.
    pub worker: Rational,
    /// c2 + c4 + c6 + c8: the worker starts a pact.
    pub worker_colluding: Rational,
    /// c11 + c12 + c13: the referee computes honestly.
    pub referee: Rational,
    /// c7 + c11 + c12: the referee takes the bribe.
    pub referee_colluding: Rational,
}

/// One bar of Figure 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub role: &'static str,
    pub strategy: &'static str,
    /// What the role spends on calls, and the client on pay.
    pub cost: Rational,
    /// What it is left with, its costs counted.
    pub benefit: Rational,
}

fn cents(number: i64) -> Rational {
    Rational::new(number.into(), 100.into())
}

impl Costs {
    /// As published.
    pub fn published() -> Self {
        Self {
            client: cents(15),
            client_appealing: cents(34),
            worker: cents(52),
            worker_colluding: cents(33),
            referee: cents(67),
            referee_colluding: cents(23),
        }
    }

    /// Section 5.3: with pay r for either, h = r - c is the worker's gain, b = h/2, t = 4b, d = 3r/2, m = 4d, n = 4r;
    /// no bonus, no value of cheating, and every cheat is found out.
    pub fn parameters(&self, pay: &Rational) -> Parameters {
        let gain = pay - &self.worker;
        let bribe = gain / whole(2);
        let deposit = pay * Rational::new(3.into(), 2.into());
        Parameters {
            r2: pay.clone(),
            r3: pay.clone(),
            c2: self.worker.clone(),
            c3: self.referee.clone(),
            w: Rational::zero(),
            t: whole(4) * &bribe,
            b: bribe,
            m: whole(4) * &deposit,
            n: whole(4) * pay,
            d: deposit,
            e: Rational::zero(),
            p: Rational::one(),
        }
    }

    /// Costs and benefits of each strategy. The matrix gives what the pact and the fines move; a dishonest player pays
    /// for its calls, which the matrix leaves out.
    pub fn figure(&self, pay: &Rational) -> Vec<Bar> {
        let game = self.parameters(pay);
        let matrix = game.published();
        let worker = |referee: usize| matrix.payoff(0, &[1, referee]) - &self.worker_colluding;
        let bar = |role, strategy, cost: Rational, benefit: Rational| Bar {
            role,
            strategy,
            cost,
            benefit,
        };
        let trusting = pay + &self.client;
        let appealing = whole(2) * pay + &self.client_appealing;
        vec![
            bar("client", "trusts, right result", trusting.clone(), -trusting),
            bar("client", "appeals, right result", appealing.clone(), -appealing.clone()),
            bar(
                "client",
                "appeals, both convicted",
                appealing,
                &game.m + &game.n - whole(2) * pay - &self.client_appealing,
            ),
            bar("worker", "honest", self.worker.clone(), matrix.payoff(0, &[0, 0])),
            bar(
                "worker",
                "cheats, referee betrays",
                self.worker_colluding.clone(),
                worker(0),
            ),
            bar(
                "worker",
                "cheats, referee colludes",
                self.worker_colluding.clone(),
                worker(1),
            ),
            bar("referee", "honest", self.referee.clone(), matrix.payoff(1, &[0, 0])),
            bar(
                "referee",
                "betrays the pact",
                self.referee.clone(),
                matrix.payoff(1, &[1, 0]),
            ),
            bar(
                "referee",
                "colludes",
                self.referee_colluding.clone(),
                matrix.payoff(1, &[1, 1]) - &self.referee_colluding,
            ),
        ]
    }
}
