//! Why a call is refused: every reason that is true.

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolError;
use surety_contracts::IEscrow;

/// Errors that are true of a call: their signatures, and a revert's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal(Vec<(&'static str, Bytes)>);

impl Refusal {
    /// Of a call that takes no money.
    pub fn unpayable(paid: u128) -> Self {
        let mut refusal = Self::default();
        refusal.unless_paid(0, paid);
        refusal
    }

    /// Of a call that costs so much.
    pub fn unless_paid(&mut self, expected: u128, paid: u128) {
        let error = IEscrow::WrongPayment {
            expected: U256::from(expected),
            paid: U256::from(paid),
        };
        self.when(expected != paid, error);
    }

    pub fn when<E: SolError>(&mut self, is_so: bool, error: E) {
        if is_so {
            self.0.push((E::SIGNATURE, error.abi_encode().into()));
        }
    }

    /// "By X": too late after it.
    pub fn by(&mut self, now: u64, deadline: u64) {
        self.when(now > deadline, IEscrow::TooLate { deadline });
    }

    /// "After X": too early until it has passed.
    pub fn after(&mut self, now: u64, not_before: u64) {
        self.when(now <= not_before, IEscrow::TooEarly { notBefore: not_before });
    }

    /// No reason, no refusal.
    pub fn verdict(self) -> Result<(), Self> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(self),
        }
    }

    /// The signature of the reason that a revert names, if it is one of these.
    pub fn explain(&self, data: &[u8]) -> Option<&'static str> {
        let reason = self.0.iter().find(|(_, reason)| reason[..] == *data);
        reason.map(|(signature, _)| *signature)
    }
}
