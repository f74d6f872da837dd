//! The part of Arbitrum's precompiles that deployment needs.

use alloy::{
    primitives::{Address, address},
    sol,
};

/// Where ArbWasm lives on every Arbitrum chain.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

sol! {
    #[derive(Debug)]
    interface ArbWasm {
        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramInsufficientValue(uint256 have, uint256 want);

        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        /// Gas of entering the program when it is not cached, and when it is.
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    }
}
