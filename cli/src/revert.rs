//! What a contract's revert data means, by the error's name and arguments.

use alloy::{
    primitives::{Bytes, U256, hex},
    sol_types::{Revert, SolError, SolInterface},
};
use surety_contracts::{
    ICollusion::ICollusionErrors as Collusion, IEscrow::IEscrowErrors as Escrow, IReferee::IRefereeErrors as Referee,
};

use surety_contracts::arbitrum::ArbWasm::ArbWasmErrors;

use crate::{names, units};

/// The name of the error in `data`, such as `NotAFault`; `None` if no contract of ours has it.
pub fn name(data: &[u8]) -> Option<&'static str> {
    let selector = data.first_chunk()?;
    Escrow::name_by_selector(*selector)
        .or_else(|| Referee::name_by_selector(*selector))
        .or_else(|| Collusion::name_by_selector(*selector))
        .or_else(|| ArbWasmErrors::name_by_selector(*selector))
}

/// One sentence for people.
pub fn describe(data: &Bytes) -> String {
    if data.is_empty() {
        return "the contract reverted without a reason (is this the right contract, with its program activated?)"
            .to_owned();
    }
    if let Ok(error) = Escrow::abi_decode(data) {
        return format!("{} ({})", explain(&error), name(data).unwrap_or("unnamed"));
    }
    // Errors that all contracts have are explained above.
    if let Some(text) = Referee::abi_decode(data).ok().and_then(|error| explain_referee(&error)) {
        return format!("{text} ({})", name(data).unwrap_or("unnamed"));
    }
    if let Some(text) = Collusion::abi_decode(data)
        .ok()
        .and_then(|error| explain_collusion(&error))
    {
        return format!("{text} ({})", name(data).unwrap_or("unnamed"));
    }
    if let Ok(error) = ArbWasmErrors::abi_decode(data) {
        return explain_activation(&error);
    }
    match Revert::abi_decode(data) {
        Ok(revert) => revert.reason,
        Err(_) => format!("unknown error {}", hex::encode_prefixed(data)),
    }
}

fn explain(error: &Escrow) -> String {
    use Escrow as E;
    match error {
        E::MalformedCalldata(_) => "the contract cannot read the call: is it of this tool's version?".to_owned(),
        E::WrongPhase(e) => format!("the job is {}, where this cannot be done", names::phase(e.phase)),
        E::NotClient(e) => format!("only the client {} may do this", e.client),
        E::NotWorker(e) => format!("only the worker {} may do this", e.worker),
        E::NotReferee(e) => format!("only the referee {} may do this", e.referee),
        E::WorkerIsParty(e) => format!("{} is the job's client or referee and cannot be its worker", e.worker),
        E::WrongPayment(e) => format!(
            "the payment must be exactly {} wei, not {}; did the terms change?",
            e.expected, e.paid
        ),
        E::IdUsed(e) => format!(
            "a job with these terms was delegated before ({}): use another salt",
            e.jobId
        ),
        E::TooLate(e) => format!("too late: it could be done until {}", units::moment(e.deadline)),
        E::TooEarly(e) => format!("too early: it can be done after {}", units::moment(e.notBefore)),
        E::BadWindow(e) => format!(
            "a window of {} is not between a second and a year",
            units::span(e.window.into())
        ),
        E::BondIsZero(_) => "the bond must not be zero".to_owned(),
        E::AcceptByPassed(e) => format!("acceptBy {} is in the past", units::moment(e.acceptBy)),
        E::BadCount(e) => format!("a count of {} does not fit the form of the result", e.count),
        E::BadMaxElement(e) => format!("maxElement {} is not between 1 and 32,768 bytes", e.maxElement),
        E::BadReferee(e) => format!("{} cannot be referee of this job", e.referee),
        E::VerifierNeedsReferee(_) => "a verifier needs a referee in the terms".to_owned(),
        E::VerifierNeedsSealing(_) => "a verifier needs sealed results".to_owned(),
        E::VerifierNeedsTime(e) => format!(
            "with a verifier the dispute window ({}) must be longer than the response window ({})",
            units::span(e.disputeWindow.into()),
            units::span(e.responseWindow.into())
        ),
        E::WrongCount(e) => format!("a result of {} elements contradicts the terms or its root", e.count),
        E::JobIsSealed(_) => "this job's results are sealed first: submit a seal, then reveal".to_owned(),
        E::JobIsNotSealed(_) => "this job's results are not sealed: submit the result itself".to_owned(),
        E::SealMismatch(_) => "root, count and salt do not open the seal that was submitted".to_owned(),
        E::RootMismatch(e) => format!("the leaves make another root, {}", e.root),
        E::BadIndices(_) => "indices must be 1 to 64, strictly increasing".to_owned(),
        E::IndexOutOfRange(e) => format!("there is no leaf {}: the result has {}", e.index, e.count),
        E::DemandTooLarge(e) => format!(
            "the answer would take {} bytes where {} are allowed: demand fewer indices at once",
            e.size, e.limit
        ),
        E::IndicesMismatch(_) => "these are not the leaves that were demanded".to_owned(),
        E::ElementTooLong(e) => format!("an element of {} bytes exceeds maxElement {}", e.length, e.maxElement),
        E::BadProof(e) => format!("the element is not leaf {} of the committed root", e.index),
        E::NoReferee(_) => "the terms name no referee".to_owned(),
        E::PredicateDecides(_) => "the terms name a predicate: judge with evidence instead of disputing".to_owned(),
        E::AlreadyConfirmed(_) => "the result is already confirmed".to_owned(),
        E::FaultNotAdmissible(e) => format!(
            "the fault `{}` does not exist for this form, or needs a predicate that the terms do not name",
            names::fault(e.fault)
        ),
        E::WrongEvidence(_) => "the leaves are not the ones that this fault takes".to_owned(),
        E::InOrder(_) => "the two elements are in order".to_owned(),
        E::NotMissing(_) => "the element does not fall between these neighbours".to_owned(),
        E::OpeningMismatch(_) => "function or data do not open the commitments of the terms".to_owned(),
        E::NotAFault(_) => "the predicate says that there is no such fault".to_owned(),
        E::PredicateFailed(_) => "the predicate did not give an answer".to_owned(),
        E::VerifierFailed(_) => "the verifier did not give an answer".to_owned(),
        E::NotRevealed(_) => "the referee has not revealed its result yet".to_owned(),
        E::ReportDiffers(e) => format!(
            "the referee reports another result: root {}, {} elements",
            e.root, e.count
        ),
        E::NoCredit(_) => "there is no credit to withdraw".to_owned(),
        E::ZeroAddress(_) => "the zero address cannot be paid".to_owned(),
        E::TransferFailed(_) => "the recipient refuses the payment: withdraw to another address".to_owned(),
        E::NotEnoughGas(e) => format!("too little gas to pay out: {} must be left", e.needed),
    }
}

fn explain_referee(error: &Referee) -> Option<String> {
    use Referee as E;
    Some(match error {
        E::Constructed(_) => "the contract is constructed already".to_owned(),
        E::EscrowFailed(_) => "what should be the escrow does not answer as one".to_owned(),
        E::WrongCasePhase(e) => format!("the case is {}, where this cannot be done", names::case_phase(e.phase)),
        E::NotVerifier(e) => format!("the terms name another verifier, {}", e.verifier),
        E::StakeTooLow(e) => format!(
            "the stake must be at least twice the deposit, {}",
            units::ether(e.least)
        ),
        _ => return None,
    })
}

fn explain_collusion(error: &Collusion) -> Option<String> {
    use Collusion as E;
    Some(match error {
        E::RefereeFailed(_) => "what should be the referee contract does not answer as one".to_owned(),
        E::WrongPactPhase(e) => format!("the pact is {}, where this cannot be done", names::pact_phase(e.phase)),
        _ => return None,
    })
}

fn explain_activation(error: &ArbWasmErrors) -> String {
    use ArbWasmErrors as E;
    match error {
        E::ProgramNotWasm(_) => "the account holds no Stylus program (ProgramNotWasm)".to_owned(),
        E::ProgramNotActivated(_) => "the program is not activated (ProgramNotActivated)".to_owned(),
        E::ProgramNeedsUpgrade(e) => {
            format!(
                "the program is of version {}, the chain at {}: activate it again (ProgramNeedsUpgrade)",
                e.version, e.stylusVersion
            )
        }
        E::ProgramExpired(e) => format!(
            "the program expired, it is {} old: activate it again (ProgramExpired)",
            units::span(e.ageInSeconds)
        ),
        E::ProgramUpToDate(_) => "the program is active already (ProgramUpToDate)".to_owned(),
        E::ProgramInsufficientValue(e) => format!(
            "activation costs {}, and {} were sent (ProgramInsufficientValue)",
            units::ether(e.want),
            units::ether(e.have)
        ),
    }
}

/// The fee that activation asked for and did not get.
pub fn wanted_fee(data: &[u8]) -> Option<U256> {
    match ArbWasmErrors::abi_decode(data) {
        Ok(ArbWasmErrors::ProgramInsufficientValue(e)) => Some(e.want),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surety_contracts::{IEscrow, Phase};

    #[test]
    fn errors_are_named_with_their_arguments() {
        let data = IEscrow::WrongPayment {
            expected: U256::from(7),
            paid: U256::from(6),
        }
        .abi_encode()
        .into();
        let text = describe(&data);
        assert!(
            text.contains("exactly 7 wei, not 6") && text.contains("(WrongPayment)"),
            "{text}"
        );
        assert_eq!(name(&data), Some("WrongPayment"));

        let phase = surety_contracts::CasePhase::Closed;
        let data = surety_contracts::IReferee::WrongCasePhase { phase }.abi_encode().into();
        assert!(describe(&data).contains("the case is closed"), "{}", describe(&data));

        let data = IEscrow::WrongPhase { phase: Phase::Paid }.abi_encode().into();
        assert!(describe(&data).contains("the job is paid"), "{}", describe(&data));
    }

    #[test]
    fn strange_data_is_shown_and_not_decoded() {
        assert!(describe(&Bytes::new()).contains("without a reason"));
        assert_eq!(describe(&Bytes::from_static(&[1, 2, 3])), "unknown error 0x010203");
        assert_eq!(describe(&Revert::from("broken").abi_encode().into()), "broken");
        assert_eq!(name(&[1, 2, 3]), None);
        assert_eq!(name(&[1, 2, 3, 4]), None);
    }
}
