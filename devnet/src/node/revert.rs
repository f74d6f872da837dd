//! Failures in words.

use alloy_sol_types::{Panic, Revert, SolError, SolInterface};
use revm::context_interface::result::{HaltReason, OutOfGasError};

use crate::precompiles::ArbWasmErrors;

/// The message of a revert, with its reason if the data or the program tells one.
pub fn message(data: &[u8], reason: Option<&str>) -> String {
    const REVERTED: &str = "execution reverted";
    if let Ok(revert) = Revert::abi_decode(data) {
        return format!("{REVERTED}: {}", revert.reason);
    }
    if let Ok(panic) = Panic::abi_decode(data) {
        return match panic.kind() {
            Some(kind) => format!("{REVERTED}: panic: {} (0x{:02x})", kind.as_str(), panic.code),
            None => format!("{REVERTED}: unknown panic code: 0x{:x}", panic.code),
        };
    }
    if let Ok(error) = ArbWasmErrors::abi_decode(data) {
        return format!("{REVERTED}: error {}", describe(&error));
    }
    match reason {
        Some(reason) => format!("{REVERTED}: {reason}"),
        None => REVERTED.into(),
    }
}

fn describe(error: &ArbWasmErrors) -> String {
    match error {
        ArbWasmErrors::ProgramNotWasm(_) => "ProgramNotWasm()".into(),
        ArbWasmErrors::ProgramNotActivated(_) => "ProgramNotActivated()".into(),
        ArbWasmErrors::ProgramNeedsUpgrade(e) => format!("ProgramNeedsUpgrade({}, {})", e.version, e.stylusVersion),
        ArbWasmErrors::ProgramExpired(e) => format!("ProgramExpired({})", e.ageInSeconds),
        ArbWasmErrors::ProgramUpToDate(_) => "ProgramUpToDate()".into(),
        ArbWasmErrors::ProgramKeepaliveTooSoon(e) => format!("ProgramKeepaliveTooSoon({})", e.ageInSeconds),
        ArbWasmErrors::ProgramInsufficientValue(e) => format!("ProgramInsufficientValue({}, {})", e.have, e.want),
    }
}

/// What geth calls a failure that is no revert.
pub fn halt(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(OutOfGasError::ReentrancySentry) => "not enough gas for reentrancy sentry".into(),
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        HaltReason::StackOverflow => "stack limit reached 1024 (1023)".into(),
        HaltReason::StackUnderflow => "stack underflow".into(),
        HaltReason::OutOfOffset => "return data out of bounds".into(),
        HaltReason::CreateCollision => "contract address collision".into(),
        HaltReason::NonceOverflow => "nonce uint64 overflow".into(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".into(),
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef".into(),
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded".into(),
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => "write protection".into(),
        HaltReason::OutOfFunds | HaltReason::OverflowPayment => "insufficient balance for transfer".into(),
        HaltReason::CallTooDeep => "max call depth exceeded".into(),
        HaltReason::PrecompileErrorWithContext(reason) => reason.clone(),
        HaltReason::PrecompileError => "precompile failed".into(),
        HaltReason::NotActivated => "error ProgramNotActivated()".into(),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    #[test]
    fn reasons_are_told() {
        assert_eq!(message(&[], None), "execution reverted");
        assert_eq!(
            message(&[], Some("unreachable executed")),
            "execution reverted: unreachable executed"
        );
        assert_eq!(
            message(&hex!("6f809c4e"), None),
            "execution reverted: error ProgramNotActivated()"
        );
        let data = Revert::from("too late").abi_encode();
        assert_eq!(message(&data, None), "execution reverted: too late");
        let data = Panic::from(0x11).abi_encode();
        assert!(message(&data, None).contains("0x11"));
    }
}
