//! Gas as a cost of playing.

use super::rational::{Rational, whole};

/// Gas of each call as a whole transaction, and its price.
///
/// The defaults are medians over the plays of `surety demo`: uncached programs, no L1 price. A test holds them against it.
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
            delegate: 75_578,
            take_order: 52_624,
            submit_result: 75_451,
            submit_seal: 75_047,
            reveal: 59_290,
            confirm: 76_650,
            demand: 76_430,
            dispute: 74_319,
            judge: 101_207,
            tick: 66_240,
            appeal: 115_533,
            take_case: 76_732,
            settle: 104_625,
            offer_bribe: 101_201,
            accept_bribe: 74_424,
            check_results: 121_915,
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
