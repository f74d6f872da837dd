//! Contracts that the tests deploy.

use alloy_primitives::{Address, hex};

use crate::support::word;

/// Returns its calldata.
pub const ECHO: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (local.get $len))
        (i32.const 0)))"#;

/// Writes the first word of calldata to slot 0, logs it under the second word as topic, and returns what was in the slot
/// before. Ends with the status in the last byte of calldata.
pub const STORE: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 32))
        (call $load (i32.const 1024) (i32.const 1056))
        (call $cache (i32.const 1024) (i32.const 32))
        (call $flush (i32.const 0))
        ;; topic and data lie in a row: second word, then first
        (memory.copy (i32.const 2048) (i32.const 64) (i32.const 32))
        (memory.copy (i32.const 2080) (i32.const 32) (i32.const 32))
        (call $log (i32.const 2048) (i32.const 64) (i32.const 1))
        (call $write_result (i32.const 1056) (i32.const 32))
        (i32.load8_u (i32.add (local.get $len) (i32.const 31)))))"#;

/// Calldata: kind (0 call, 1 delegate, 2 static), address, value as a word, input. Calls, and returns what the callee
/// returned, with its status.
pub const PROXY: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "read_return_data" (func $return_data (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (local $kind i32) (local $rest i32) (local $status i32)
        (call $read_args (i32.const 0))
        (local.set $kind (i32.load8_u (i32.const 0)))
        (local.set $rest (i32.sub (local.get $len) (i32.const 53)))
        (if (i32.eqz (local.get $kind)) (then (local.set $status
            (call $call (i32.const 1) (i32.const 53) (local.get $rest) (i32.const 21) (i64.const -1) (i32.const 8192)))))
        (if (i32.eq (local.get $kind) (i32.const 1)) (then (local.set $status
            (call $delegate (i32.const 1) (i32.const 53) (local.get $rest) (i64.const -1) (i32.const 8192)))))
        (if (i32.eq (local.get $kind) (i32.const 2)) (then (local.set $status
            (call $static (i32.const 1) (i32.const 53) (local.get $rest) (i64.const -1) (i32.const 8192)))))
        (drop (call $return_data (i32.const 16384) (i32.const 0) (i32.load (i32.const 8192))))
        (call $write_result (i32.const 16384) (i32.load (i32.const 8192)))
        (local.get $status)))"#;

pub fn store_input(value: u64, topic: u64, status: u8) -> Vec<u8> {
    [word(value).as_slice(), word(topic).as_slice(), &[status]].concat()
}

pub fn proxy_input(kind: u8, to: Address, value: u64, input: &[u8]) -> Vec<u8> {
    [&[kind], to.as_slice(), word(value).as_slice(), input].concat()
}

/// An EVM contract that calls `to` with its calldata and value and returns what it returned, or reverts with it.
pub fn evm_proxy(to: Address) -> Vec<u8> {
    // CALLDATACOPY(0,0,size); CALL(gas, to, value, 0, size, 0, 0); RETURNDATACOPY(0,0,size); success? return : revert
    let mut code = hex!("365f5f375f5f365f3473").to_vec();
    code.extend_from_slice(to.as_slice());
    code.extend_from_slice(&hex!("5af13d5f5f3e602f573d5ffd5b3d5ff3"));
    let target = code.len() as u8 - 4;
    let jump = code.len() - 9;
    code[jump] = target;
    code
}
