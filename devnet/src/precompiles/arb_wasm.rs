//! ArbWasm: activates programs and tells what is known of them.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::context_interface::{ContextTr, JournalTr};
use surety_stylus::{
    Activation, activate,
    code::{self, Root},
    entry::{cached_gas, init_gas},
    memory,
};

use super::call::{Call, Fault, Output, copy_gas};
use crate::evm::arbos::{self, Field, Inactive, KEEPALIVE_AGE, NETWORK_FEE_ACCOUNT, Record};
use ArbWasm::*;

sol! {
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 _days);
        function keepaliveDays() external view returns (uint16 _days);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);
    }
}

/// Taken before an activation looks at anything.
const ACTIVATION_GAS: u64 = 1_659_168;
/// The exponential part of the page price, as the chain stores it.
const PAGE_RAMP: u64 = 620_674_314;
const COLD_FRAGMENT: u64 = 2_600;
const WARM_FRAGMENT: u64 = 100;
/// Longest code that an account can have.
const MAX_CODE: usize = 24_576;

impl From<Inactive> for Fault {
    fn from(inactive: Inactive) -> Self {
        match inactive {
            Inactive::NotActivated => Self::error(&ProgramNotActivated {}),
            Inactive::NeedsUpgrade { version, current } => Self::error(&ProgramNeedsUpgrade {
                version,
                stylusVersion: current,
            }),
            Inactive::Expired { age } => Self::error(&ProgramExpired { ageInSeconds: age }),
        }
    }
}

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    use ArbWasmCalls as Method;
    let method = Method::abi_decode(input).map_err(|_| Fault::Refused)?;
    match method {
        Method::activateProgram(args) => return activate_program(call, args.program),
        Method::codehashKeepalive(args) => return keepalive(call, args.codehash),
        _ => call.view()?,
    }
    call.params()?;
    Ok(match method {
        Method::activateProgram(_) | Method::codehashKeepalive(_) => return Err(Fault::Refused),
        Method::stylusVersion(_) => stylusVersionCall::abi_encode_returns(&call.ctx.chain.facts.stylus_version()),
        Method::codehashVersion(args) => codehashVersionCall::abi_encode_returns(&active(call, args.codehash)?.version),
        Method::codehashAsmSize(args) => {
            codehashAsmSizeCall::abi_encode_returns(&(active(call, args.codehash)?.asm_kb.saturating_mul(1_024)))
        }
        Method::programVersion(args) => programVersionCall::abi_encode_returns(&at(call, args.program)?.version),
        Method::programInitGas(args) => {
            let entry = at(call, args.program)?.entry;
            let cached = cached_gas(entry.cached);
            programInitGasCall::abi_encode_returns(&(init_gas(entry.init) + cached, cached).into())
        }
        Method::programMemoryFootprint(args) => {
            programMemoryFootprintCall::abi_encode_returns(&at(call, args.program)?.entry.footprint)
        }
        Method::programTimeLeft(args) => {
            let record = at(call, args.program)?;
            programTimeLeftCall::abi_encode_returns(&record.time_left(arbos::now(call.ctx)))
        }
        Method::inkPrice(_) => {
            inkPriceCall::abi_encode_returns(&u32::try_from(Field::InkPrice.read(call.ctx)).unwrap_or(u32::MAX))
        }
        Method::maxStackDepth(_) => {
            maxStackDepthCall::abi_encode_returns(&call.ctx.chain.engine.rules().max_stack_depth)
        }
        Method::freePages(_) => freePagesCall::abi_encode_returns(&memory::FREE_PAGES),
        Method::pageGas(_) => pageGasCall::abi_encode_returns(&(memory::PAGE_GAS as u16)),
        Method::pageRamp(_) => pageRampCall::abi_encode_returns(&PAGE_RAMP),
        Method::pageLimit(_) => pageLimitCall::abi_encode_returns(&memory::PAGE_LIMIT),
        Method::minInitGas(_) => minInitGasCall::abi_encode_returns(&(init_gas(0), cached_gas(0)).into()),
        Method::initCostScalar(_) => initCostScalarCall::abi_encode_returns(&100),
        Method::expiryDays(_) => expiryDaysCall::abi_encode_returns(&365),
        Method::keepaliveDays(_) => keepaliveDaysCall::abi_encode_returns(&31),
        Method::blockCacheSize(_) => {
            blockCacheSizeCall::abi_encode_returns(&(crate::evm::block_cache::CAPACITY as u16))
        }
        Method::activationGas(_) if call.ctx.chain.facts.stylus_version() < 3 => return Err(Fault::Refused),
        Method::activationGas(_) => activationGasCall::abi_encode_returns(&0),
    })
}

fn active(call: &mut Call<'_, '_>, code_hash: B256) -> Result<Record, Fault> {
    call.read(1)?;
    Ok(Record::active(call.ctx, code_hash)?)
}

fn at(call: &mut Call<'_, '_>, program: Address) -> Result<Record, Fault> {
    let code_hash = call.code_hash(program)?;
    active(call, code_hash)
}

fn activate_program(call: &mut Call<'_, '_>, program: Address) -> Output {
    call.payable()?;
    call.burn(ACTIVATION_GAS)?;
    let Ok(account) = call.ctx.journal_mut().load_account_with_code(program);
    let (code_hash, destroyed) = (account.info.code_hash, account.is_selfdestructed());
    let code = account
        .info
        .code
        .as_ref()
        .map(|code| code.original_bytes())
        .unwrap_or_default();
    if destroyed {
        return Err(Fault::Internal);
    }
    call.params()?;
    call.read(1)?;
    let old = Record::read(call.ctx, code_hash);
    if old.check(call.ctx).is_ok() {
        return Err(Fault::error(&ProgramUpToDate {}));
    }
    let wasm = wasm(call, &code)?;
    let activation = prove(call, &wasm)?;

    // Seven reads of the data pricer and the fee account, four writes: pricer (2), record, module hash.
    call.read(7)?;
    call.store(4)?;
    if old.cached {
        call.read(1)?;
    }
    let fee = arbos::data_fee(call.ctx, activation.asm_estimate);
    let record = Record {
        version: activation.version,
        entry: activation.entry,
        activated_at: arbos::hours(arbos::now(call.ctx)),
        asm_kb: activation.asm_estimate.div_ceil(1_024),
        cached: old.cached,
    };
    record.write(call.ctx, code_hash);
    arbos::write_module_hash(call.ctx, code_hash, activation.module_hash);
    pay(call, fee)?;
    call.emit(&ProgramActivated {
        codehash: code_hash,
        moduleHash: activation.module_hash,
        program,
        dataFee: fee,
        version: record.version,
    })?;
    Ok(activateProgramCall::abi_encode_returns(&(record.version, fee).into()))
}

/// The decompressed program of an account's code, with its fragments read and paid for.
fn wasm(call: &mut Call<'_, '_>, code: &[u8]) -> Result<Vec<u8>, Fault> {
    let limit = call.ctx.chain.facts.max_wasm_size();
    match code::kind(code) {
        Some(code::Kind::Classic) => code::decompress(code, limit).map_err(|_| Fault::Internal),
        Some(code::Kind::Root) if call.ctx.chain.facts.has_fragments() => {
            let root = Root::parse(code, limit).map_err(|_| Fault::Internal)?;
            let mut fragments = Vec::with_capacity(root.fragments.len());
            for address in &root.fragments {
                let Ok(load) = call.ctx.journal_mut().code(*address);
                let access = if load.is_cold { COLD_FRAGMENT } else { WARM_FRAGMENT };
                if call.gas_left() < access + copy_gas(MAX_CODE) {
                    return Err(Fault::Refused);
                }
                call.burn(access + copy_gas(load.data.len()))?;
                fragments.push(load.data);
            }
            root.decompress(&fragments).map_err(|_| Fault::Internal)
        }
        Some(code::Kind::Fragment) => Err(Fault::Internal),
        Some(code::Kind::Root) | None => Err(Fault::error(&ProgramNotWasm {})),
    }
}

/// Validates and prices a program. Gas that does not suffice is a reason like any other here.
fn prove(call: &mut Call<'_, '_>, wasm: &[u8]) -> Result<Activation, Fault> {
    let failed = |reason: &dyn std::fmt::Display| Fault::Failed(format!("program activation failed: {reason}"));
    let budget = memory::PAGE_LIMIT.saturating_sub(call.ctx.chain.pages.open);
    let activation = activate(wasm, budget, call.ctx.chain.engine.rules()).map_err(|error| failed(&error))?;
    call.burn(activation.prover_gas).map_err(|_| failed(&"out of gas"))?;
    Ok(activation)
}

/// Moves the fee to the network's account, and what is above it back to the caller.
fn pay(call: &mut Call<'_, '_>, fee: U256) -> Result<(), Fault> {
    let (have, from, caller) = (call.value, call.address, call.caller);
    let Some(rest) = have.checked_sub(fee) else {
        return Err(Fault::error(&ProgramInsufficientValue { have, want: fee }));
    };
    for (to, amount) in [(NETWORK_FEE_ACCOUNT, fee), (caller, rest)] {
        let Ok(failure) = call.ctx.journal_mut().transfer(from, to, amount);
        if failure.is_some() {
            return Err(Fault::Internal);
        }
    }
    Ok(())
}

fn keepalive(call: &mut Call<'_, '_>, code_hash: B256) -> Output {
    call.payable()?;
    call.params()?;
    let mut record = active(call, code_hash)?;
    let now = arbos::now(call.ctx);
    let age = record.age(now);
    if age < KEEPALIVE_AGE {
        return Err(Fault::error(&ProgramKeepaliveTooSoon { ageInSeconds: age }));
    }
    call.read(6)?;
    call.store(3)?;
    let fee = arbos::data_fee(call.ctx, record.asm_kb.saturating_mul(1_024));
    record.activated_at = arbos::hours(now);
    record.write(call.ctx, code_hash);
    pay(call, fee)?;
    call.emit(&ProgramLifetimeExtended {
        codehash: code_hash,
        dataFee: fee,
    })?;
    Ok(Vec::new())
}
