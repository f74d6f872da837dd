//! Gas as a cost of playing.

use super::rational::{Rational, whole};

/// Gas of each call as a whole transaction, and its price.
///
/// The defaults of `delegate`, `take_order`, `submit_result`, `judge` and `tick` (an `accept`, which pays the same way)
/// were measured on the embedded chain. The others stand in from the measured call that moves and stores most alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gas {
    pub delegate: u64,
    pub take_order: u64,
    pub submit_result: u64,
    pub submit_seal: u64,
    pub reveal: u64,
    pub confirm: u64,
    pub demand: u64,
    pub dispute: u64,
    /// Convicting with a predicate's answer or by word.
    pub judge: u64,
    /// `timeTick`, which pays out.
    pub tick: u64,
    pub appeal: u64,
    pub take_case: u64,
    /// The referee contract's `settle`.
    pub settle: u64,
    pub offer_bribe: u64,
    pub accept_bribe: u64,
    pub check_results: u64,
    /// Wei for one gas.
    pub price: u64,
}

impl Default for Gas {
    fn default() -> Self {
        Self {
            delegate: 76_142,
            take_order: 53_207,
            submit_result: 76_082,
            submit_seal: 76_082,
            reveal: 53_207,
            confirm: 53_207,
            demand: 76_142,
            dispute: 76_142,
            judge: 96_698,
            tick: 64_923,
            appeal: 76_142,
            take_case: 53_207,
            settle: 64_923,
            offer_bribe: 76_142,
            accept_bribe: 53_207,
            check_results: 64_923,
            price: 100_000_000,
        }
    }
}

impl Gas {
    /// Wei that this much gas costs.
    pub fn cost(&self, gas: u64) -> Rational {
        whole(gas) * whole(self.price)
    }

    /// Every call by the name that it has on the command line, with its gas.
    pub fn calls(&mut self) -> [(&'static str, &mut u64); 16] {
        [
            ("delegate", &mut self.delegate),
            ("takeOrder", &mut self.take_order),
            ("submitResult", &mut self.submit_result),
            ("submitSeal", &mut self.submit_seal),
            ("reveal", &mut self.reveal),
            ("confirm", &mut self.confirm),
            ("demand", &mut self.demand),
            ("dispute", &mut self.dispute),
            ("judge", &mut self.judge),
            ("timeTick", &mut self.tick),
            ("appeal", &mut self.appeal),
            ("takeCase", &mut self.take_case),
            ("settle", &mut self.settle),
            ("offerBribe", &mut self.offer_bribe),
            ("acceptBribe", &mut self.accept_bribe),
            ("checkResults", &mut self.check_results),
        ]
    }
}
