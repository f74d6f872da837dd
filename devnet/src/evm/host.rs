//! The answers to what a program asks of the chain.

use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256};
use revm::{
    context_interface::{ContextTr, CreateScheme, JournalTr},
    interpreter::{CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput},
};
use surety_stylus::{
    Answer, CallKind, Request,
    call::{CallGas, Callee, call_gas},
    request::FlushOutcome,
};

use super::{context::Ctx, program::Program};

const WARM_ACCOUNT: u64 = 100;
const COLD_ACCOUNT: u64 = 2_600;
const WARM_SLOT: u64 = 100;
const COLD_SLOT: u64 = 2_100;

/// What to do about a question.
pub enum Reply {
    Answer(Answer),
    /// Run a frame first; its cost follows from this gas.
    Call(FrameInput, CallGas),
    Create(FrameInput),
}

/// Answers from the journal, or says which frame to run for the answer.
pub fn reply(ctx: &mut Ctx<'_>, program: &mut Program, request: Request) -> Reply {
    Reply::Answer(match request {
        Request::StorageLoad { key } => {
            let Ok(load) = ctx.journal_mut().sload(program.acting, key.into());
            Answer::Word {
                value: load.data.into(),
                gas: if load.is_cold { COLD_SLOT } else { WARM_SLOT },
            }
        }
        Request::StorageFlush { writes, gas } => Answer::Flush(flush(ctx, program, &writes, gas)),
        Request::TransientLoad { key } => Answer::Word {
            value: ctx.journal_mut().tload(program.acting, key.into()).into(),
            gas: WARM_SLOT,
        },
        Request::TransientStore { key, value } => {
            ctx.journal_mut().tstore(program.acting, key.into(), value.into());
            Answer::Done
        }
        Request::Call {
            kind,
            address,
            input,
            value,
            gas_left,
            gas_requested,
        } => {
            return call(ctx, program, kind, address, input, value, gas_left, gas_requested);
        }
        Request::Create {
            code,
            endowment,
            salt,
            gas,
        } => {
            let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt: salt.into() });
            let inputs = CreateInputs::new(program.acting, scheme, endowment, code, gas, 0);
            return Reply::Create(FrameInput::Create(Box::new(inputs)));
        }
        Request::Log { topics, data } => {
            ctx.journal_mut().log(Log {
                address: program.acting,
                data: LogData::new_unchecked(topics, data),
            });
            Answer::Done
        }
        Request::AccountBalance { address } => {
            let Ok(load) = ctx.journal_mut().load_account(address);
            Answer::Word {
                value: load.info.balance.into(),
                gas: account_gas(load.is_cold),
            }
        }
        Request::AccountCode { address } => {
            let Ok(load) = ctx.journal_mut().code(address);
            Answer::Code {
                code: load.data,
                gas: account_gas(load.is_cold),
            }
        }
        Request::AccountCodeHash { address } => {
            let Ok(load) = ctx.journal_mut().code_hash(address);
            Answer::Word {
                value: load.data,
                gas: account_gas(load.is_cold),
            }
        }
        Request::GrowMemory { pages } => Answer::Grown(ctx.chain.pages.grow(pages)),
    })
}

/// The code of an account, without making it warm.
pub fn code_of(ctx: &Ctx<'_>, address: Address) -> Bytes {
    let (view, state) = ctx.journal().db_and_state();
    let loaded = state.get(&address).map(|account| &account.info);
    let hash = loaded
        .map(|info| info.code_hash)
        .or_else(|| view.account(address).map(|info| info.code_hash));
    loaded
        .and_then(|info| info.code.clone())
        .or_else(|| hash.map(|hash| view.code(hash)))
        .map(|code| code.original_bytes())
        .unwrap_or_default()
}

const fn account_gas(is_cold: bool) -> u64 {
    if is_cold { COLD_ACCOUNT } else { WARM_ACCOUNT }
}

/// Writes dirty slots one after the other, each paid before the next.
fn flush(ctx: &mut Ctx<'_>, program: &mut Program, writes: &[(B256, B256)], gas: u64) -> FlushOutcome {
    if program.is_static {
        return FlushOutcome::ReadOnly;
    }
    let mut spent = 0;
    for (key, value) in writes {
        let Ok(store) = ctx.journal_mut().sstore(program.acting, (*key).into(), (*value).into());
        let params = &ctx.cfg.gas_params;
        spent += params.sstore_static_gas() + params.sstore_dynamic_gas(true, &store.data, store.is_cold);
        if spent > gas {
            return FlushOutcome::OutOfGas;
        }
        program.refund += params.sstore_refund(true, &store.data);
    }
    FlushOutcome::Written { gas: spent }
}

#[expect(clippy::too_many_arguments, reason = "these are the fields of the request")]
fn call(
    ctx: &mut Ctx<'_>,
    program: &Program,
    kind: CallKind,
    address: Address,
    input: Bytes,
    value: U256,
    gas_left: u64,
    gas_requested: u64,
) -> Reply {
    let failed = |ctx: &mut Ctx<'_>, gas_cost| {
        if let Some(recorder) = &mut ctx.chain.recorder {
            recorder.nothing_ran("evm_call_contract", address);
        }
        Reply::Answer(Answer::Call {
            success: false,
            gas_cost,
            return_data: Bytes::new(),
        })
    };
    if program.is_static && !value.is_zero() {
        return failed(ctx, 0);
    }
    let journal = ctx.journal_mut();
    let Ok(load) = journal.load_account_with_code(address);
    let callee = Callee {
        cold: load.is_cold,
        empty: load.is_empty(),
        value: !value.is_zero(),
    };
    let mut known_bytecode = (load.info.code_hash, load.info.code.clone().unwrap_or_default());
    if let Some(delegate) = known_bytecode.1.eip7702_address() {
        let Ok(load) = journal.load_account_with_code(delegate);
        known_bytecode = (load.info.code_hash, load.info.code.clone().unwrap_or_default());
    }
    let Some(gas) = call_gas(gas_left, gas_requested, callee) else {
        return failed(ctx, gas_left);
    };
    let (target_address, caller, value, scheme) = match kind {
        CallKind::Call => (address, program.acting, CallValue::Transfer(value), CallScheme::Call),
        CallKind::Static => (
            address,
            program.acting,
            CallValue::Transfer(U256::ZERO),
            CallScheme::StaticCall,
        ),
        CallKind::Delegate => (
            program.acting,
            program.caller,
            CallValue::Apparent(program.value),
            CallScheme::DelegateCall,
        ),
    };
    let inputs = CallInputs {
        input: CallInput::Bytes(input),
        return_memory_offset: 0..0,
        gas_limit: gas.callee,
        reservoir: 0,
        bytecode_address: address,
        known_bytecode,
        target_address,
        caller,
        value,
        scheme,
        is_static: program.is_static || kind == CallKind::Static,
        charged_new_account_state_gas: false,
    };
    Reply::Call(FrameInput::Call(Box::new(inputs)), gas)
}
