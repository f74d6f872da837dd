//! The part of Arbitrum's own contracts that deployment needs.

use alloy_primitives::{Address, address};
use alloy_sol_types::sol;

/// Where ArbWasm lives on every Arbitrum chain.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Where the contract lives that deploys, activates and constructs a Stylus program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

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

    #[derive(Debug)]
    interface StylusDeployer {
        event ContractDeployed(address deployedContract);

        /// Creates what `initCode` says, activates it with the value sent, calls it with `initData`, and gives the rest
        /// of the value back. `salt` zero: CREATE, else CREATE2.
        function deploy(bytes calldata initCode, bytes calldata initData, uint256 initValue, bytes32 salt)
            external payable returns (address);
    }
}
