//! One typed error for each cause; the declarations with their arguments are in `surety_contracts::IEscrow`.

use alloc::vec::Vec;
use alloy_sol_types::SolError;
use surety_contracts::{
    IEscrow, Terms,
    codec::{Malformed, ToWord, Word, with_selector},
};
use surety_protocol::fault::EvidenceError;

macro_rules! errors {
    ($($name:ident($($field:ident),*);)*) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum EscrowError { $($name(IEscrow::$name)),* }

        impl From<EscrowError> for Vec<u8> {
            /// The revert's data.
            fn from(error: EscrowError) -> Self {
                match error {
                    $(EscrowError::$name(_error) => {
                        let words: &[Word] = &[$(_error.$field.to_word()),*];
                        with_selector(IEscrow::$name::SELECTOR, words)
                    })*
                }
            }
        }

        $(impl From<IEscrow::$name> for EscrowError {
            fn from(error: IEscrow::$name) -> Self {
                Self::$name(error)
            }
        })*
    };
}

errors! {
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
    MalformedCalldata();
    NoCredit();
    NoReferee();
    NotAFault();
    NotClient(client);
    NotEnoughGas(needed);
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
    TooEarly(notBefore);
    TooLate(deadline);
    TransferFailed();
    VerifierFailed();
    VerifierNeedsReferee();
    VerifierNeedsSealing();
    VerifierNeedsTime(disputeWindow, responseWindow);
    WorkerIsParty(worker);
    WrongCount(count);
    WrongEvidence();
    WrongPayment(expected, paid);
    WrongPhase(phase);
    ZeroAddress();
}

impl From<Malformed> for EscrowError {
    fn from(_: Malformed) -> Self {
        IEscrow::MalformedCalldata {}.into()
    }
}

/// The error for evidence that shows nothing.
pub fn refused(error: EvidenceError, missing: &[u8], terms: &Terms) -> EscrowError {
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
