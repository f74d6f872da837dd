//! Jobs to test with.

use std::path::PathBuf;

use alloy::primitives::{Address, B256, aliases::U96};
use surety_contracts::{Case, CasePhase, Fault, Form, Job, Pending, Phase, Terms};

use super::{Seen, View};

/// The clock that runs in every phase but Open.
pub const CLOCK: u64 = 5_000;

/// Without predicate: a referee rules.
pub fn terms() -> Terms {
    Terms {
        client: Address::repeat_byte(1),
        worker: Address::ZERO,
        referee: Address::repeat_byte(2),
        verifier: Address::ZERO,
        predicate: Address::ZERO,
        functionCommitment: B256::ZERO,
        dataCommitment: B256::ZERO,
        seedHash: B256::ZERO,
        salt: B256::ZERO,
        form: Form::Table,
        count: 1,
        maxElement: 8,
        isSealed: false,
        reward: U96::from(100),
        bonus: U96::from(10),
        deposit: U96::from(50),
        bond: U96::from(3),
        acceptBy: 1000,
        computeWindow: 100,
        disputeWindow: 100,
        responseWindow: 50,
        rulingWindow: 100,
    }
}

pub fn job(phase: Phase) -> Seen {
    let mut terms = terms();
    terms.isSealed = phase == Phase::Sealed;
    Seen {
        id: B256::repeat_byte(7),
        escrow: Address::repeat_byte(8),
        terms,
        view: View {
            job: Job {
                phase,
                fault: Fault::None,
                confirmed: false,
                worker: Address::repeat_byte(3),
                clock: CLOCK,
                root: B256::ZERO,
                count: 0,
            },
            pending: Pending {
                demandBy: 0,
                payoutAfter: 0,
                bonds: 0,
                indicesHash: Default::default(),
            },
            case: None,
        },
        since: 0,
        task: None,
        file: None::<PathBuf>,
    }
}

/// One with a referee contract.
pub fn with_case(phase: Phase, case: CasePhase) -> Seen {
    let mut seen = job(phase);
    seen.terms.isSealed = true;
    seen.terms.verifier = Address::repeat_byte(9);
    seen.view.case = Some(Case {
        phase: case,
        fee: U96::from(20),
        bonus: U96::from(5),
        stake: U96::from(200),
        computeBy: CLOCK,
        root: B256::ZERO,
        count: 0,
    });
    seen
}
