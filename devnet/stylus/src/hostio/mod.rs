//! The host functions: what a program can ask of its host, and what each costs.
//!
//! Each one takes its fixed price first, then prices by length, then touches memory, then acts, and pays the EVM's gas last.
//! The order decides which error a call with little gas ends in.

mod account;
mod calls;
mod console;
mod env;
pub(crate) mod guest;
mod io;
mod math;
mod price;
mod storage;
pub(crate) mod table;

use std::future::Future;

use wasmtime::{Caller, Linker};

use self::{
    calls::{CallArgs, CreateArgs},
    guest::{Guest, HostState},
};
use crate::request::CallKind;

type HostFuture<'a, T> = Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>;

/// Defines host functions: `module: name(arguments) -> result = body`, where the body calls an async function of the guest.
macro_rules! define {
    ($linker:ident, $($module:expr => { $($name:literal($($arg:ident: $ty:ty),*) -> $ret:ty = |$guest:ident| $body:expr;)* })*) => {
        $($($linker.func_wrap_async(
            $module,
            $name,
            |caller: Caller<'_, HostState>, ($($arg,)*): ($($ty,)*)| -> HostFuture<'_, $ret> {
                Box::new(async move {
                    let mut guest = Guest::new(caller)?;
                    let $guest = &mut guest;
                    Ok($body.await?)
                })
            },
        )?;)*)*
    };
}

/// Defines all host functions. Which of them a program may import was decided when it was validated.
#[rustfmt::skip]
pub(crate) fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    define! { linker,
        table::VM_HOOKS => {
            "read_args"(ptr: u32) -> () = |g| io::read_args(g, ptr);
            "write_result"(ptr: u32, len: u32) -> () = |g| io::write_result(g, ptr, len);
            "exit_early"(status: u32) -> () = |g| io::exit_early(g, status);
            "return_data_size"() -> u32 = |g| io::return_data_size(g);
            "read_return_data"(ptr: u32, offset: u32, size: u32) -> u32 = |g| io::read_return_data(g, ptr, offset, size);
            "evm_gas_left"() -> u64 = |g| io::evm_gas_left(g);
            "evm_ink_left"() -> u64 = |g| io::evm_ink_left(g);
            "pay_for_memory_grow"(pages: u32) -> () = |g| io::pay_for_memory_grow(g, pages);

            "storage_load_bytes32"(key: u32, out: u32) -> () = |g| storage::storage_load_bytes32(g, key, out);
            "storage_cache_bytes32"(key: u32, value: u32) -> () = |g| storage::storage_cache_bytes32(g, key, value);
            "storage_flush_cache"(clear: u32) -> () = |g| storage::storage_flush_cache(g, clear);
            "transient_load_bytes32"(key: u32, out: u32) -> () = |g| storage::transient_load_bytes32(g, key, out);
            "transient_store_bytes32"(key: u32, value: u32) -> () = |g| storage::transient_store_bytes32(g, key, value);
            "emit_log"(ptr: u32, len: u32, topics: u32) -> () = |g| storage::emit_log(g, ptr, len, topics);

            "call_contract"(address: u32, data: u32, data_len: u32, value: u32, gas: u64, return_len: u32) -> u32 = |g| {
                let args = CallArgs { address, data, data_len, value: Some(value), gas, return_len };
                calls::call(g, CallKind::Call, "call_contract", args)
            };
            "delegate_call_contract"(address: u32, data: u32, data_len: u32, gas: u64, return_len: u32) -> u32 = |g| {
                let args = CallArgs { address, data, data_len, value: None, gas, return_len };
                calls::call(g, CallKind::Delegate, "delegate_call_contract", args)
            };
            "static_call_contract"(address: u32, data: u32, data_len: u32, gas: u64, return_len: u32) -> u32 = |g| {
                let args = CallArgs { address, data, data_len, value: None, gas, return_len };
                calls::call(g, CallKind::Static, "static_call_contract", args)
            };
            "create1"(code: u32, code_len: u32, endowment: u32, address: u32, return_len: u32) -> () = |g| {
                calls::create(g, "create1", CreateArgs { code, code_len, endowment, salt: None, address, return_len })
            };
            "create2"(code: u32, code_len: u32, endowment: u32, salt: u32, address: u32, return_len: u32) -> () = |g| {
                let args = CreateArgs { code, code_len, endowment, salt: Some(salt), address, return_len };
                calls::create(g, "create2", args)
            };

            "account_balance"(address: u32, out: u32) -> () = |g| account::account_balance(g, address, out);
            "account_codehash"(address: u32, out: u32) -> () = |g| account::account_codehash(g, address, out);
            "account_code"(address: u32, offset: u32, size: u32, out: u32) -> u32 = |g| account::account_code(g, address, offset, size, out);
            "account_code_size"(address: u32) -> u32 = |g| account::account_code_size(g, address);

            "math_div"(value: u32, divisor: u32) -> () = |g| math::math_div(g, value, divisor);
            "math_mod"(value: u32, modulus: u32) -> () = |g| math::math_mod(g, value, modulus);
            "math_pow"(value: u32, exponent: u32) -> () = |g| math::math_pow(g, value, exponent);
            "math_add_mod"(value: u32, addend: u32, modulus: u32) -> () = |g| math::math_add_mod(g, value, addend, modulus);
            "math_mul_mod"(value: u32, multiplier: u32, modulus: u32) -> () = |g| math::math_mul_mod(g, value, multiplier, modulus);
            "native_keccak256"(data: u32, len: u32, out: u32) -> () = |g| math::native_keccak256(g, data, len, out);

            "block_basefee"(out: u32) -> () = |g| env::bytes(g, "block_basefee", out, |s| s.env.block_basefee.to_be_bytes::<32>());
            "block_coinbase"(out: u32) -> () = |g| env::bytes(g, "block_coinbase", out, |s| s.env.block_coinbase.into_array());
            "contract_address"(out: u32) -> () = |g| env::bytes(g, "contract_address", out, |s| s.env.contract_address.into_array());
            "msg_sender"(out: u32) -> () = |g| env::bytes(g, "msg_sender", out, |s| s.env.msg_sender.into_array());
            "msg_value"(out: u32) -> () = |g| env::bytes(g, "msg_value", out, |s| s.env.msg_value.to_be_bytes::<32>());
            "tx_gas_price"(out: u32) -> () = |g| env::bytes(g, "tx_gas_price", out, |s| s.env.tx_gas_price.to_be_bytes::<32>());
            "tx_origin"(out: u32) -> () = |g| env::bytes(g, "tx_origin", out, |s| s.env.tx_origin.into_array());
            "chainid"() -> u64 = |g| env::u64(g, "chainid", |s| s.env.chain_id);
            "block_gas_limit"() -> u64 = |g| env::u64(g, "block_gas_limit", |s| s.env.block_gas_limit);
            "block_number"() -> u64 = |g| env::u64(g, "block_number", |s| s.env.block_number);
            "block_timestamp"() -> u64 = |g| env::u64(g, "block_timestamp", |s| s.env.block_timestamp);
            "tx_ink_price"() -> u32 = |g| env::u32(g, "tx_ink_price", |s| s.env.ink_price);
            "msg_reentrant"() -> u32 = |g| env::u32(g, "msg_reentrant", |s| u32::from(s.reentrant));
        }
        table::CONSOLE => {
            "log_txt"(ptr: u32, len: u32) -> () = |g| console::text(g, ptr, len);
            "log_i32"(value: i32) -> () = |g| async { console::value(g, value).await.map(drop) };
            "log_i64"(value: i64) -> () = |g| async { console::value(g, value).await.map(drop) };
            "log_f32"(value: f32) -> () = |g| async { console::value(g, value).await.map(drop) };
            "log_f64"(value: f64) -> () = |g| async { console::value(g, value).await.map(drop) };
            "tee_i32"(value: i32) -> i32 = |g| console::value(g, value);
            "tee_i64"(value: i64) -> i64 = |g| console::value(g, value);
            "tee_f32"(value: f32) -> f32 = |g| console::value(g, value);
            "tee_f64"(value: f64) -> f64 = |g| console::value(g, value);
        }
    }
    Ok(())
}
