//! ArbSys: what the chain is, and who called.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolInterface, sol};

use super::call::{Call, Fault, Output};
use ArbSys::*;

sol! {
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function wasMyCallersAddressAliased() external view returns (bool);
        function myCallersAddressWithoutAliasing() external view returns (address);

        error InvalidBlockNumber(uint256 requested, uint256 current);
    }
}

/// ArbOS 0 is called version 55.
const VERSION_OFFSET: u64 = 55;
/// Hashes of this many blocks are at hand.
const RECENT_BLOCKS: u64 = 256;

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    use ArbSysCalls as Method;
    let method = ArbSysCalls::abi_decode(input).map_err(|_| Fault::Refused)?;
    call.view()?;
    let facts = call.ctx.chain.facts;
    Ok(match method {
        Method::arbBlockNumber(_) => arbBlockNumberCall::abi_encode_returns(&U256::from(facts.l2_block)),
        Method::arbBlockHash(args) => {
            let requested = args.arbBlockNum;
            let known = requested
                .try_into()
                .ok()
                .filter(|number: &u64| *number < facts.l2_block && facts.l2_block - *number <= RECENT_BLOCKS);
            let hash = known.and_then(|number| facts.block_hashes.get(number));
            let Some(hash) = hash else {
                return Err(Fault::error(&InvalidBlockNumber {
                    requested,
                    current: U256::from(facts.l2_block),
                }));
            };
            arbBlockHashCall::abi_encode_returns(&hash)
        }
        Method::arbChainID(_) => arbChainIDCall::abi_encode_returns(&U256::from(facts.chain_id)),
        Method::arbOSVersion(_) => {
            arbOSVersionCall::abi_encode_returns(&U256::from(VERSION_OFFSET + facts.arbos_version))
        }
        Method::isTopLevelCall(_) => isTopLevelCallCall::abi_encode_returns(&(call.ctx.chain.running.len() <= 2)),
        // Only messages from L1 carry aliased senders.
        Method::wasMyCallersAddressAliased(_) => wasMyCallersAddressAliasedCall::abi_encode_returns(&false),
        Method::myCallersAddressWithoutAliasing(_) => {
            let caller = call
                .ctx
                .chain
                .running
                .last()
                .map_or(Address::ZERO, |running| running.caller);
            myCallersAddressWithoutAliasingCall::abi_encode_returns(&caller)
        }
    })
}
