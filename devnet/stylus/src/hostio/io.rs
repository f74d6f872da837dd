//! Calldata, output, return data, gas, and memory pages.

use super::{
    guest::{Guest, HostioError, Result},
    price::{EVM, HOSTIO},
};
use crate::request::{Answer, Request};

pub(super) async fn read_args(g: &mut Guest<'_>, ptr: u32) -> Result<()> {
    g.buy_ink(HOSTIO)?;
    let calldata = g.state().calldata.clone();
    g.pay_write(calldata.len() as u32)?;
    g.write(ptr, &calldata)?;
    g.record("read_args", Vec::new, || calldata);
    Ok(())
}

pub(super) async fn write_result(g: &mut Guest<'_>, ptr: u32, len: u32) -> Result<()> {
    g.buy_ink(HOSTIO)?;
    // once for the host, once for the EVM
    g.pay_read(len)?;
    g.pay_read(len)?;
    g.state_mut().output = g.read(ptr, len)?;
    let output = if g.state().trace.is_some() {
        g.state().output.clone()
    } else {
        Vec::new()
    };
    g.record("write_result", || output, Vec::new);
    Ok(())
}

pub(super) async fn exit_early(g: &mut Guest<'_>, status: u32) -> Result<()> {
    g.record("exit_early", || status.to_be_bytes(), Vec::new);
    Err(HostioError::Exit(status))
}

pub(super) async fn return_data_size(g: &mut Guest<'_>) -> Result<u32> {
    g.buy_ink(HOSTIO)?;
    let size = g.state().return_data.len() as u32;
    g.record("return_data_size", Vec::new, || size.to_be_bytes());
    Ok(size)
}

pub(super) async fn read_return_data(g: &mut Guest<'_>, ptr: u32, offset: u32, size: u32) -> Result<u32> {
    g.buy_ink(HOSTIO + EVM)?;
    let available = (g.state().return_data.len() as u32).saturating_sub(offset);
    let len = size.min(available);
    g.pay_write(len)?;
    let start = (offset as usize).min(g.state().return_data.len());
    let data = g.state().return_data.slice(start..start + len as usize);
    if len > 0 {
        g.write(ptr, &data)?;
    }
    g.record(
        "read_return_data",
        || [offset.to_be_bytes(), size.to_be_bytes()].concat(),
        || data,
    );
    Ok(len)
}

pub(super) async fn evm_gas_left(g: &mut Guest<'_>) -> Result<u64> {
    g.buy_ink(HOSTIO)?;
    let gas = g.gas_left();
    g.record("evm_gas_left", Vec::new, || gas.to_be_bytes());
    Ok(gas)
}

pub(super) async fn evm_ink_left(g: &mut Guest<'_>) -> Result<u64> {
    g.buy_ink(HOSTIO)?;
    let ink = g.ink();
    g.record("evm_ink_left", Vec::new, || ink.to_be_bytes());
    Ok(ink)
}

pub(super) async fn pay_for_memory_grow(g: &mut Guest<'_>, pages: u32) -> Result<()> {
    let Ok(pages) = u16::try_from(pages) else {
        return g.exhaust();
    };
    if pages == 0 {
        g.buy_ink(HOSTIO)?;
    } else {
        match g.ask(Request::GrowMemory { pages }).await {
            Answer::Grown(Some(gas)) => g.buy_gas(gas)?,
            Answer::Grown(None) => return g.exhaust(),
            _ => return Err(HostioError::Answer("pay_for_memory_grow")),
        }
    }
    g.record("pay_for_memory_grow", || pages.to_be_bytes(), Vec::new);
    Ok(())
}
