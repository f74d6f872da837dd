//! ArbOwner: administration, for chain owners only and free of charge.

use alloy_primitives::{Bytes, FixedBytes};
use alloy_sol_types::{SolCall, SolInterface, sol};

use super::call::{Call, Fault, Output};
use crate::evm::arbos::{AddressSet, Field, NETWORK_FEE_ACCOUNT};
use ArbOwner::*;

sol! {
    interface ArbOwner {
        function addChainOwner(address newOwner) external;
        function removeChainOwner(address ownerToRemove) external;
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[]);
        function getNetworkFeeAccount() external view returns (address);
        function setL1PricePerUnit(uint256 pricePerUnit) external;
        function scheduleArbOSUpgrade(uint64 newVersion, uint64 timestamp) external;
        function setInkPrice(uint32 price) external;
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;

        event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
    }
}

/// The ink price is stored in three bytes.
const MAX_INK_PRICE: u32 = 0x00ff_ffff;

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    let method = ArbOwnerCalls::abi_decode(input).map_err(|_| Fault::Refused)?;
    if !AddressSet::ChainOwners.contains(call.ctx, call.caller) {
        return Err(Fault::Refused);
    }
    call.free(|call| {
        let (output, acts) = act(call, &method)?;
        if acts {
            call.emit(&OwnerActs {
                method: FixedBytes(method.selector()),
                owner: call.caller,
                data: Bytes::copy_from_slice(input),
            })?;
        }
        Ok(output)
    })
}

/// Returns the output, and whether anything was to be changed.
fn act(call: &mut Call<'_, '_>, method: &ArbOwnerCalls) -> Result<(Vec<u8>, bool), Fault> {
    use ArbOwnerCalls as Method;
    let output = match method {
        Method::isChainOwner(args) => {
            isChainOwnerCall::abi_encode_returns(&AddressSet::ChainOwners.contains(call.ctx, args.addr))
        }
        Method::getAllChainOwners(_) => {
            getAllChainOwnersCall::abi_encode_returns(&AddressSet::ChainOwners.all(call.ctx))
        }
        Method::getNetworkFeeAccount(_) => getNetworkFeeAccountCall::abi_encode_returns(&NETWORK_FEE_ACCOUNT),
        _ => {
            call.write()?;
            change(call, method)?;
            return Ok((Vec::new(), true));
        }
    };
    call.view()?;
    Ok((output, false))
}

fn change(call: &mut Call<'_, '_>, method: &ArbOwnerCalls) -> Result<(), Fault> {
    use ArbOwnerCalls as Method;
    let expect = |ok: bool| if ok { Ok(()) } else { Err(Fault::Internal) };
    match method {
        Method::addChainOwner(args) => AddressSet::ChainOwners.add(call.ctx, args.newOwner),
        Method::removeChainOwner(args) => expect(AddressSet::ChainOwners.remove(call.ctx, args.ownerToRemove))?,
        Method::addWasmCacheManager(args) => AddressSet::CacheManagers.add(call.ctx, args.manager),
        Method::removeWasmCacheManager(args) => expect(AddressSet::CacheManagers.remove(call.ctx, args.manager))?,
        Method::setInkPrice(args) => {
            expect((1..=MAX_INK_PRICE).contains(&args.price))?;
            Field::InkPrice.write(call.ctx, u64::from(args.price));
        }
        // This chain has no L1 to pay for: the price is 0 and stays so.
        Method::setL1PricePerUnit(args) => expect(args.pricePerUnit.is_zero())?,
        // The version is fixed when the chain starts; scheduling what runs already changes nothing.
        Method::scheduleArbOSUpgrade(args) => expect(args.newVersion <= call.ctx.chain.facts.arbos_version)?,
        Method::isChainOwner(_) | Method::getAllChainOwners(_) | Method::getNetworkFeeAccount(_) => {}
    }
    Ok(())
}
