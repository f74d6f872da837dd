//! ArbDebug: shortcuts that exist on debug chains only.

use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::{
    bytecode::Bytecode,
    context_interface::{ContextTr, JournalTr},
};

use super::call::{Call, Fault, Output};
use crate::evm::arbos::AddressSet;
use ArbDebug::*;

sol! {
    interface ArbDebug {
        function becomeChainOwner() external;
        function overwriteContractCode(address target, bytes newCode) external returns (bytes oldCode);
    }
}

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    if !call.ctx.chain.facts.debug_chain {
        return Err(Fault::Refused);
    }
    let method = ArbDebugCalls::abi_decode(input).map_err(|_| Fault::Refused)?;
    call.write()?;
    Ok(match method {
        ArbDebugCalls::becomeChainOwner(_) => {
            call.read(2)?;
            call.store(3)?;
            AddressSet::ChainOwners.add(call.ctx, call.caller);
            Vec::new()
        }
        ArbDebugCalls::overwriteContractCode(args) => {
            let code = Bytecode::new_raw_checked(args.newCode).map_err(|_| Fault::Internal)?;
            let journal = call.ctx.journal_mut();
            let Ok(old) = journal.code(args.target);
            journal.set_code(args.target, code);
            overwriteContractCodeCall::abi_encode_returns(&old.data)
        }
    })
}
