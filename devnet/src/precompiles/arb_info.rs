//! ArbInfo: balance and code of any account.

use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::context_interface::{ContextTr, JournalTr};

use super::call::{Call, Fault, Output, copy_gas};
use ArbInfo::*;

sol! {
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes);
    }
}

const BALANCE_GAS: u64 = 700;
const CODE_GAS: u64 = 2_600;

pub fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Output {
    let method = ArbInfoCalls::abi_decode(input).map_err(|_| Fault::Refused)?;
    call.view()?;
    Ok(match method {
        ArbInfoCalls::getBalance(args) => {
            call.burn(BALANCE_GAS)?;
            let Ok(account) = call.ctx.journal_mut().load_account(args.account);
            getBalanceCall::abi_encode_returns(&account.info.balance)
        }
        ArbInfoCalls::getCode(args) => {
            call.burn(CODE_GAS)?;
            let Ok(code) = call.ctx.journal_mut().code(args.account);
            call.burn(copy_gas(code.data.len()))?;
            getCodeCall::abi_encode_returns(&code.data)
        }
    })
}
