//! Storage, transient storage, and logs.

use alloy_primitives::B256;

use super::{
    guest::{Guest, HostioError, Result},
    price::{EVM, HOSTIO, LOG, LOG_BYTE, LOG_TOPIC, POINTER, TRANSIENT},
};
use crate::{
    request::{Answer, FlushOutcome, Request},
    storage_cache::{FLUSH_NEEDS, LOAD_NEEDS, MISS, WRITE_NEEDS},
};

const MAX_TOPICS: u32 = 4;
const WORD: u32 = 32;

pub(super) async fn storage_load_bytes32(g: &mut Guest<'_>, key_ptr: u32, value_ptr: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 2 * POINTER)?;
    g.require_gas(LOAD_NEEDS)?;
    let key = g.read_word(key_ptr)?;
    let surcharge = g.state_mut().cache.count_load();
    let (value, gas) = match g.state().cache.get(&key) {
        Some(value) => (value, 0),
        None => {
            let Answer::Word { value, gas } = g.ask(Request::StorageLoad { key }).await else {
                return Err(HostioError::Answer("storage_load_bytes32"));
            };
            g.state_mut().cache.loaded(key, value);
            (value, gas.saturating_add(MISS))
        }
    };
    g.buy_gas(gas.saturating_add(surcharge))?;
    g.write(value_ptr, value.as_slice())?;
    g.record("storage_load_bytes32", || key, || value);
    Ok(())
}

pub(super) async fn storage_cache_bytes32(g: &mut Guest<'_>, key_ptr: u32, value_ptr: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 2 * POINTER)?;
    g.require_gas(WRITE_NEEDS)?;
    let key = g.read_word(key_ptr)?;
    let value = g.read_word(value_ptr)?;
    let surcharge = g.state_mut().cache.count_write();
    g.state_mut().cache.write(key, value);
    g.buy_gas(surcharge)?;
    g.record("storage_cache_bytes32", || [key, value].concat(), Vec::new);
    Ok(())
}

pub(super) async fn storage_flush_cache(g: &mut Guest<'_>, clear: u32) -> Result<()> {
    g.buy_ink(HOSTIO + EVM)?;
    g.require_gas(FLUSH_NEEDS)?;
    let writes = g.state().cache.dirty();
    if !writes.is_empty() {
        let gas = g.gas_left().saturating_add(1);
        match g.ask(Request::StorageFlush { writes, gas }).await {
            Answer::Flush(FlushOutcome::Written { gas }) => {
                g.state_mut().cache.flushed();
                g.buy_gas(gas)?;
            }
            Answer::Flush(FlushOutcome::OutOfGas) => return g.exhaust(),
            Answer::Flush(FlushOutcome::ReadOnly) => return Err(HostioError::ReadOnly("storage_flush_cache")),
            _ => return Err(HostioError::Answer("storage_flush_cache")),
        }
    }
    if clear != 0 {
        g.state_mut().cache.clear();
    }
    g.record("storage_flush_cache", || [u8::from(clear != 0)], Vec::new);
    Ok(())
}

pub(super) async fn transient_load_bytes32(g: &mut Guest<'_>, key_ptr: u32, value_ptr: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 2 * POINTER + EVM)?;
    g.buy_gas(TRANSIENT)?;
    let key = g.read_word(key_ptr)?;
    let Answer::Word { value, .. } = g.ask(Request::TransientLoad { key }).await else {
        return Err(HostioError::Answer("transient_load_bytes32"));
    };
    g.write(value_ptr, value.as_slice())?;
    g.record("transient_load_bytes32", || key, || value);
    Ok(())
}

pub(super) async fn transient_store_bytes32(g: &mut Guest<'_>, key_ptr: u32, value_ptr: u32) -> Result<()> {
    g.buy_ink(HOSTIO + 2 * POINTER + EVM)?;
    g.buy_gas(TRANSIENT)?;
    let key = g.read_word(key_ptr)?;
    let value = g.read_word(value_ptr)?;
    g.require_writable("transient_store_bytes32")?;
    let Answer::Done = g.ask(Request::TransientStore { key, value }).await else {
        return Err(HostioError::Answer("transient_store_bytes32"));
    };
    g.record("transient_store_bytes32", || [key, value].concat(), Vec::new);
    Ok(())
}

pub(super) async fn emit_log(g: &mut Guest<'_>, ptr: u32, len: u32, topics: u32) -> Result<()> {
    g.buy_ink(HOSTIO + EVM)?;
    if topics > MAX_TOPICS || len < topics * WORD {
        return Err(HostioError::Log { topics, len });
    }
    g.pay_read(len)?;
    let data_len = u64::from(len - topics * WORD);
    g.buy_gas(LOG + LOG_TOPIC * u64::from(topics) + LOG_BYTE * data_len)?;
    let bytes = g.read(ptr, len)?;
    g.require_writable("emit_log")?;
    let (head, data) = bytes.split_at((topics * WORD) as usize);
    let words = head.chunks_exact(WORD as usize).map(B256::from_slice).collect();
    let Answer::Done = g
        .ask(Request::Log {
            topics: words,
            data: data.to_vec().into(),
        })
        .await
    else {
        return Err(HostioError::Answer("emit_log"));
    };
    g.record("emit_log", || [&topics.to_be_bytes()[..], &bytes].concat(), Vec::new);
    Ok(())
}
