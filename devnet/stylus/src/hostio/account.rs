//! Other accounts: balance, code, code hash.

use alloy_primitives::Bytes;

use super::{
    guest::{Guest, HostioError, Result},
    price::{CODE, COLD_ACCOUNT, EVM, HOSTIO, POINTER},
};
use crate::request::{Answer, Request};

pub(super) async fn account_balance(g: &mut Guest<'_>, address: u32, out: u32) -> Result<()> {
    word(g, "account_balance", address, out, |address| Request::AccountBalance {
        address,
    })
    .await
}

pub(super) async fn account_codehash(g: &mut Guest<'_>, address: u32, out: u32) -> Result<()> {
    word(g, "account_codehash", address, out, |address| {
        Request::AccountCodeHash { address }
    })
    .await
}

async fn word(
    g: &mut Guest<'_>,
    name: &'static str,
    address: u32,
    out: u32,
    request: impl FnOnce(alloy_primitives::Address) -> Request,
) -> Result<()> {
    g.buy_ink(HOSTIO + 2 * POINTER + EVM)?;
    g.require_gas(COLD_ACCOUNT)?;
    let address = g.read_address(address)?;
    let Answer::Word { value, gas } = g.ask(request(address)).await else {
        return Err(HostioError::Answer(name));
    };
    g.buy_gas(gas)?;
    g.write(out, value.as_slice())?;
    g.record(name, || address.into_array(), || value);
    Ok(())
}

pub(super) async fn account_code(g: &mut Guest<'_>, address: u32, offset: u32, size: u32, out: u32) -> Result<u32> {
    g.buy_ink(HOSTIO + EVM)?;
    let (address, code) = code(g, address).await?;
    g.pay_write(code.len() as u32)?;
    let start = (offset as usize).min(code.len());
    let end = start.saturating_add(size as usize).min(code.len());
    let part = code.slice(start..end);
    g.write(out, &part)?;
    let len = part.len() as u32;
    g.record(
        "account_code",
        || [address.as_slice(), &offset.to_be_bytes(), &size.to_be_bytes()].concat(),
        || part,
    );
    Ok(len)
}

pub(super) async fn account_code_size(g: &mut Guest<'_>, address: u32) -> Result<u32> {
    g.buy_ink(HOSTIO + EVM)?;
    let (address, code) = code(g, address).await?;
    let len = code.len() as u32;
    g.record("account_code_size", || address.into_array(), || len.to_be_bytes());
    Ok(len)
}

/// The code at an address. The last code that was read and not empty is at hand for nothing.
async fn code(g: &mut Guest<'_>, address: u32) -> Result<(alloy_primitives::Address, Bytes)> {
    g.require_gas(COLD_ACCOUNT)?;
    let address = g.read_address(address)?;
    if let Some((last, code)) = &g.state().last_code
        && *last == address
    {
        return Ok((address, code.clone()));
    }
    let Answer::Code { code, gas } = g.ask(Request::AccountCode { address }).await else {
        return Err(HostioError::Answer("account_code"));
    };
    g.buy_gas(gas.saturating_add(CODE))?;
    if !code.is_empty() {
        g.state_mut().last_code = Some((address, code.clone()));
    }
    Ok((address, code))
}
