//! What terms say and which terms can work.

use alloc::boxed::Box;
use alloy_primitives::Address;
use surety_contracts::{Form, IEscrow, Terms, codec::wei, contract::MAX_COUNT};
use surety_protocol::merkle;

use crate::EscrowError;

/// Windows and the response to them are bounded by a year, so no clock overflows and no money waits for longer.
pub const YEAR: u32 = 365 * 24 * 3600;
/// Longest element, in bytes.
pub const MAX_ELEMENT: u32 = 32_768;
/// Largest demand, in bytes of the answer: it has to fit one transaction.
pub const MAX_ANSWER: u64 = 65_536;
/// Most indices of one demand.
pub const MAX_INDICES: usize = 64;

/// The amounts of terms in wei.
pub struct Amounts {
    pub reward: u128,
    pub bonus: u128,
    pub deposit: u128,
    pub bond: u128,
}

impl Amounts {
    #[inline(never)]
    pub fn of(terms: &Terms) -> Self {
        Self {
            reward: wei(&terms.reward),
            bonus: wei(&terms.bonus),
            deposit: wei(&terms.deposit),
            bond: wei(&terms.bond),
        }
    }
}

/// Refuses terms that cannot work.
pub fn check(terms: &Terms, escrow: Address, now: u64) -> Result<(), Box<EscrowError>> {
    for window in [
        terms.computeWindow,
        terms.disputeWindow,
        terms.responseWindow,
        terms.rulingWindow,
    ] {
        if window == 0 || window > YEAR {
            return Err(IEscrow::BadWindow { window }.into());
        }
    }
    if terms.bond.is_zero() {
        return Err(IEscrow::BondIsZero {}.into());
    }
    if now > terms.acceptBy {
        return Err(IEscrow::AcceptByPassed {
            acceptBy: terms.acceptBy,
        }
        .into());
    }
    let count_fits = match terms.form {
        Form::Set => terms.count == 0,
        Form::Table => (1..MAX_COUNT).contains(&terms.count),
        Form::Chain => (2..MAX_COUNT).contains(&terms.count),
        _ => false,
    };
    if !count_fits {
        return Err(IEscrow::BadCount { count: terms.count }.into());
    }
    if terms.maxElement == 0 || terms.maxElement > MAX_ELEMENT {
        return Err(IEscrow::BadMaxElement {
            maxElement: terms.maxElement,
        }
        .into());
    }
    let has_verifier = !terms.verifier.is_zero();
    if terms.referee.is_zero() {
        if has_verifier {
            return Err(IEscrow::VerifierNeedsReferee {}.into());
        }
    } else if [terms.client, terms.verifier, escrow].contains(&terms.referee) {
        return Err(IEscrow::BadReferee { referee: terms.referee }.into());
    }
    if has_verifier && !terms.isSealed {
        return Err(IEscrow::VerifierNeedsSealing {}.into());
    }
    // A confirmation by the verifier is possible only after the referee may reveal, and must come before the payout.
    if has_verifier && terms.disputeWindow <= terms.responseWindow {
        let (dispute, response) = (terms.disputeWindow, terms.responseWindow);
        return Err(IEscrow::VerifierNeedsTime {
            disputeWindow: dispute,
            responseWindow: response,
        }
        .into());
    }
    Ok(())
}

/// Refuses indices that do not strictly increase below the count, or whose answer would not fit one transaction.
pub fn check_indices(terms: &Terms, count: u64, indices: &[u64]) -> Result<(), Box<EscrowError>> {
    if indices.is_empty() || indices.len() > MAX_INDICES || !indices.is_sorted_by(|a, b| a < b) {
        return Err(IEscrow::BadIndices {}.into());
    }
    let last = indices[indices.len() - 1];
    if last >= count {
        return Err(IEscrow::IndexOutOfRange { index: last, count }.into());
    }
    let depth = u64::from(merkle::depth(count));
    let size = indices.len() as u64 * (u64::from(terms.maxElement) + 32 * depth + 256);
    if size > MAX_ANSWER {
        return Err(IEscrow::DemandTooLarge {
            size,
            limit: MAX_ANSWER,
        }
        .into());
    }
    Ok(())
}
