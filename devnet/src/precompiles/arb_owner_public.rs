//! ArbOwnerPublic: what everybody may know of the chain's administration.

use alloy_sol_types::{SolCall, SolInterface, sol};
use surety_stylus::code::MAX_FRAGMENTS;

use super::call::{Call, Fault, Output};
use crate::evm::arbos::{AddressSet, NETWORK_FEE_ACCOUNT};
use ArbOwnerPublic::*;

sol! {
    interface ArbOwnerPublic {
        function getMaxStylusContractFragments() external view returns (uint8);
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function getNetworkFeeAccount() external view returns (address);
        function getScheduledUpgrade() external view returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
    }
}

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    use ArbOwnerPublicCalls as Method;
    let method = Method::abi_decode(input).map_err(|_| Fault::Refused)?;
    call.view()?;
    Ok(match method {
        Method::getMaxStylusContractFragments(_) => {
            if !call.ctx.chain.facts.has_fragments() {
                return Err(Fault::Refused);
            }
            call.params()?;
            getMaxStylusContractFragmentsCall::abi_encode_returns(&(MAX_FRAGMENTS as u8))
        }
        Method::isChainOwner(args) => {
            call.read(1)?;
            isChainOwnerCall::abi_encode_returns(&AddressSet::ChainOwners.contains(call.ctx, args.addr))
        }
        Method::getAllChainOwners(_) => {
            let owners = AddressSet::ChainOwners.all(call.ctx);
            call.read(1 + owners.len() as u64)?;
            getAllChainOwnersCall::abi_encode_returns(&owners)
        }
        Method::getNetworkFeeAccount(_) => {
            call.read(1)?;
            getNetworkFeeAccountCall::abi_encode_returns(&NETWORK_FEE_ACCOUNT)
        }
        Method::getScheduledUpgrade(_) => {
            call.read(2)?;
            getScheduledUpgradeCall::abi_encode_returns(&(0, 0).into())
        }
    })
}
