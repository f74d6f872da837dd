//! Damaged programs do no harm: what activates also compiles, and runs to the same end each time within its gas.

#[path = "support/front_door.rs"]
mod front_door;

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};

/// A program of everything that damage can hit: imports, a table, data, globals, control flow, growth, host calls.
const PROGRAM: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
    (memory (export "memory") 1)
    (table 4 4 funcref)
    (elem (i32.const 0) $double $halve $double)
    (global $count (mut i64) (i64.const 5))
    (data (i32.const 256) "thirty-two bytes of some data...")
    (func $double (param i64) (result i64) (i64.shl (local.get 0) (i64.const 1)))
    (func $halve (param i64) (result i64) (i64.div_u (local.get 0) (i64.const 2)))
    (func (export "user_entrypoint") (param $len i32) (result i32) (local $i i32)
        (call $read_args (i32.const 0))
        (call $load (i32.const 0) (i32.const 32))
        (loop $again
            (global.set $count (call_indirect (param i64) (result i64) (global.get $count)
                (i32.rem_u (local.get $i) (i32.const 3))))
            (block $out
                (block $in (br_table $in $out $in (i32.and (local.get $i) (i32.const 3))))
                (i64.store (i32.const 64) (i64.xor (global.get $count) (i64.load (i32.const 256)))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))
        (memory.copy (i32.const 512) (i32.const 0) (local.get $len))
        (memory.fill (i32.const 600) (i32.const 7) (i32.const 20))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (call $keccak (i32.const 512) (i32.const 32) (i32.const 32))
        (call $cache (i32.const 0) (i32.const 32))
        (call $flush (i32.const 0))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 96) (i64.const 9) (i32.const 160)))
        (call $log (i32.const 0) (i32.const 64) (i32.const 1))
        (call $write_result (i32.const 32) (i32.const 32))
        (i32.const 0)))"#;

static WASM: LazyLock<Vec<u8>> = LazyLock::new(|| wat::parse_str(PROGRAM).expect("the text is WebAssembly"));

#[test]
fn the_undamaged_program_runs() {
    assert!(front_door::enter(&WASM));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(!front_door::enter(&bytes));
        // An empty module and one of odd sections lack the entrypoint that a program must have.
        prop_assert!(!front_door::enter(&[&b"\0asm\x01\0\0\0"[..], &bytes].concat()));
    }

    #[test]
    fn damaged_programs_do_no_harm(damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..4)) {
        let mut wasm = WASM.clone();
        for (at, byte) in damage {
            let position = at.index(wasm.len());
            wasm[position] = byte;
        }
        front_door::enter(&wasm);
    }

    #[test]
    fn programs_with_pieces_missing_do_no_harm(from in any::<Index>(), length in 1..40_usize) {
        let mut wasm = WASM.clone();
        let start = from.index(wasm.len());
        let end = (start + length).min(wasm.len());
        wasm.drain(start..end);
        front_door::enter(&wasm);
    }
}
