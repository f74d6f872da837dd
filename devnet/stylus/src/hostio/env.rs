//! The block, the transaction, the message.

use super::{
    guest::{Guest, HostState, Result},
    price::{HOSTIO, POINTER},
};

/// Writes something of the environment to the program.
pub(super) async fn bytes<const N: usize>(
    g: &mut Guest<'_>,
    name: &'static str,
    out: u32,
    get: impl FnOnce(&HostState) -> [u8; N],
) -> Result<()> {
    g.buy_ink(HOSTIO + POINTER)?;
    let bytes = get(g.state());
    g.write(out, &bytes)?;
    g.record(name, Vec::new, || bytes.to_vec());
    Ok(())
}

/// Returns a number of the environment.
pub(super) async fn u64(g: &mut Guest<'_>, name: &'static str, get: impl FnOnce(&HostState) -> u64) -> Result<u64> {
    g.buy_ink(HOSTIO)?;
    let value = get(g.state());
    g.record(name, Vec::new, || value.to_be_bytes());
    Ok(value)
}

/// Returns a small number of the environment.
pub(super) async fn u32(g: &mut Guest<'_>, name: &'static str, get: impl FnOnce(&HostState) -> u32) -> Result<u32> {
    g.buy_ink(HOSTIO)?;
    let value = get(g.state());
    g.record(name, Vec::new, || value.to_be_bytes());
    Ok(value)
}
