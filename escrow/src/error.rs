//! One typed error for each cause; the declarations with their arguments are in `surety_contracts::IEscrow`.

use alloc::boxed::Box;
use surety_contracts::{IEscrow, Terms};
use surety_protocol::fault::EvidenceError;

surety_contracts::errors! { EscrowError of IEscrow {
    AcceptByPassed(acceptBy);
    AlreadyConfirmed();
    BadCount(count);
    BadIndices();
    BadMaxElement(maxElement);
    BadProof(index);
    BadReferee(referee);
    BadWindow(window);
    BondIsZero();
    DemandTooLarge(size, limit);
    ElementTooLong(length, maxElement);
    FaultNotAdmissible(fault);
    IdUsed(jobId);
    InOrder();
    IndexOutOfRange(index, count);
    IndicesMismatch();
    JobIsNotSealed();
    JobIsSealed();
    NoReferee();
    NotAFault();
    NotClient(client);
    NotMissing();
    NotReferee(referee);
    NotRevealed();
    NotWorker(worker);
    OpeningMismatch();
    PredicateDecides();
    PredicateFailed();
    ReportDiffers(root, count);
    RootMismatch(root);
    SealMismatch();
    VerifierFailed();
    VerifierNeedsReferee();
    VerifierNeedsSealing();
    VerifierNeedsTime(disputeWindow, responseWindow);
    WorkerIsParty(worker);
    WrongCount(count);
    WrongEvidence();
    WrongPhase(phase);
} }

/// The error for evidence that shows nothing.
pub fn refused(error: EvidenceError, missing: &[u8], terms: &Terms) -> Box<EscrowError> {
    match error {
        EvidenceError::Proof { index } => IEscrow::BadProof { index }.into(),
        EvidenceError::InOrder => IEscrow::InOrder {}.into(),
        EvidenceError::NotMissing => IEscrow::NotMissing {}.into(),
        EvidenceError::TooLong => IEscrow::ElementTooLong {
            length: missing.len() as u64,
            maxElement: terms.maxElement,
        }
        .into(),
        EvidenceError::WrongLeaves => IEscrow::WrongEvidence {}.into(),
    }
}
