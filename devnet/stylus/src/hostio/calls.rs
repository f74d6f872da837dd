//! Calls to other accounts, and creations.

use alloy_primitives::{Address, B256, Bytes, U256};

use super::{
    guest::{Guest, HostioError, Result},
    price::{CREATE, CREATE2_WORD, EVM, HOSTIO, POINTER},
};
use crate::request::{Answer, CallKind, Request};

const CALL_FAILED: u32 = 2;

/// Pointers to the arguments of a call; `value` is there for the kind that has one.
pub(super) struct CallArgs {
    pub address: u32,
    pub data: u32,
    pub data_len: u32,
    pub value: Option<u32>,
    pub gas: u64,
    pub return_len: u32,
}

pub(super) async fn call(g: &mut Guest<'_>, kind: CallKind, name: &'static str, args: CallArgs) -> Result<u32> {
    g.buy_ink(HOSTIO + 3 * POINTER + EVM)?;
    g.pay_read(args.data_len)?;
    g.pay_read(args.data_len)?;
    let gas_left = g.gas_left();
    let address = g.read_address(args.address)?;
    let input: Bytes = g.read(args.data, args.data_len)?.into();
    let value = args.value.map(|ptr| g.read_uint(ptr)).transpose()?;
    let request = Request::Call {
        kind,
        address,
        input: input.clone(),
        value: value.unwrap_or_default(),
        gas_left,
        gas_requested: args.gas,
    };
    let (success, return_data) = if g.state().is_static && value.is_some_and(|value| !value.is_zero()) {
        (false, Bytes::new())
    } else {
        let Answer::Call {
            success,
            gas_cost,
            return_data,
        } = g.ask(request).await
        else {
            return Err(HostioError::Answer(name));
        };
        g.buy_gas(gas_cost)?;
        (success, return_data)
    };
    let status = if success { 0 } else { CALL_FAILED };
    let return_len = return_data.len() as u32;
    g.state_mut().return_data = return_data;
    g.write_u32(args.return_len, return_len)?;
    g.record(
        name,
        || {
            let value = value.map(|value| value.to_be_bytes::<32>());
            let value = value.as_ref().map_or(&[][..], |value| value);
            [address.as_slice(), &args.gas.to_be_bytes(), value, &input].concat()
        },
        || [&return_len.to_be_bytes()[..], &[status as u8]].concat(),
    );
    Ok(status)
}

/// Pointers to the arguments of a creation; `salt` is there for `create2`.
pub(super) struct CreateArgs {
    pub code: u32,
    pub code_len: u32,
    pub endowment: u32,
    pub salt: Option<u32>,
    pub address: u32,
    pub return_len: u32,
}

pub(super) async fn create(g: &mut Guest<'_>, name: &'static str, args: CreateArgs) -> Result<()> {
    let salt_pointer = if args.salt.is_some() { POINTER } else { 0 };
    g.buy_ink(HOSTIO + 3 * POINTER + salt_pointer + EVM)?;
    g.pay_read(args.code_len)?;
    g.pay_read(args.code_len)?;
    let code: Bytes = g.read(args.code, args.code_len)?.into();
    let endowment: U256 = g.read_uint(args.endowment)?;
    let salt: Option<B256> = args.salt.map(|ptr| g.read_word(ptr)).transpose()?;
    g.require_writable(name)?;

    let words = u64::from(args.code_len.div_ceil(32));
    let base = CREATE + if salt.is_some() { CREATE2_WORD * words } else { 0 };
    let gas = g.gas_left();
    let rest = gas.checked_sub(base).ok_or(HostioError::CreateGas { gas, base })?;
    let kept = rest / 64;
    let request = Request::Create {
        code: code.clone(),
        endowment,
        salt,
        gas: rest - kept,
    };
    let Answer::Create {
        address,
        gas_returned,
        return_data,
    } = g.ask(request).await
    else {
        return Err(HostioError::Answer(name));
    };
    g.buy_gas(gas.saturating_sub(gas_returned.saturating_add(kept)))?;
    let address: Address = address.unwrap_or_default();
    let return_len = return_data.len() as u32;
    g.state_mut().return_data = return_data;
    g.write_u32(args.return_len, return_len)?;
    g.write(args.address, address.as_slice())?;
    g.record(
        name,
        || {
            let salt = salt.as_ref().map_or(&[][..], |salt| salt.as_slice());
            [&endowment.to_be_bytes::<32>()[..], salt, &code].concat()
        },
        || [address.as_slice(), &return_len.to_be_bytes()].concat(),
    );
    Ok(())
}
