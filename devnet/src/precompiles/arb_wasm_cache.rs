//! ArbWasmCache: programs that are always cheap to enter.

use alloy_primitives::B256;
use alloy_sol_types::{SolCall, SolInterface, sol};

use super::call::{Call, Fault, Output};
use crate::evm::arbos::{AddressSet, Record};
use ArbWasmCache::*;

sol! {
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] managers);
        function cacheProgram(address program) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    use ArbWasmCacheCalls as Method;
    Ok(match Method::abi_decode(input).map_err(|_| Fault::Refused)? {
        Method::isCacheManager(args) => {
            call.view()?;
            call.read(1)?;
            isCacheManagerCall::abi_encode_returns(&AddressSet::CacheManagers.contains(call.ctx, args.manager))
        }
        Method::allCacheManagers(_) => {
            call.view()?;
            let managers = AddressSet::CacheManagers.all(call.ctx);
            call.read(1 + managers.len() as u64)?;
            allCacheManagersCall::abi_encode_returns(&managers)
        }
        Method::codehashIsCached(args) => {
            call.view()?;
            call.read(1)?;
            codehashIsCachedCall::abi_encode_returns(&Record::read(call.ctx, args.codehash).cached)
        }
        Method::cacheProgram(args) => {
            call.write()?;
            let code_hash = call.code_hash(args.program)?;
            set_cached(call, code_hash, true)?
        }
        Method::evictCodehash(args) => {
            call.write()?;
            set_cached(call, args.codehash, false)?
        }
    })
}

fn set_cached(call: &mut Call<'_, '_>, code_hash: B256, cached: bool) -> Output {
    call.read(1)?;
    if !AddressSet::CacheManagers.contains(call.ctx, call.caller) {
        call.read(1)?;
        if !AddressSet::ChainOwners.contains(call.ctx, call.caller) {
            return Err(Fault::Refused);
        }
    }
    call.params()?;
    call.read(1)?;
    let mut record = Record::read(call.ctx, code_hash);
    if cached {
        record.check(call.ctx)?;
    }
    if record.cached == cached {
        return Ok(Vec::new());
    }
    call.emit(&UpdateProgramCache {
        manager: call.caller,
        codehash: code_hash,
        cached,
    })?;
    if cached {
        call.burn(u64::from(record.entry.init))?;
    }
    call.store(1)?;
    record.cached = cached;
    record.write(call.ctx, code_hash);
    Ok(Vec::new())
}
