//! Programs that mean harm: the chain refuses them or bounds them, and goes on.

use alloy::eips::BlockId;
use alloy_primitives::{Address, Bytes, hex};
use surety_devnet::{Config, Node, NodeError};

use crate::support::*;

const DEEP_POCKETS: u64 = 1 << 50;

/// A chain whose calls may use as much gas as a block.
fn generous() -> Node {
    Node::new(Config {
        call_gas_cap: DEEP_POCKETS,
        ..Config::default()
    })
    .expect("the engine runs on this machine")
}

/// The chain still does what it did.
fn still_works(node: &Node) {
    let to = Address::with_last_byte(0xaa);
    assert!(send(node, request(node, to, Bytes::new())).is_success());
}

fn refused(node: &Node, wat: &str) {
    let program = deploy(node, &program_code(wat));
    match call(node, ARB_WASM, activate_input(program)) {
        Err(NodeError::Execution(message)) => assert!(message.starts_with("program activation failed"), "{message}"),
        other => panic!("expected a failed activation, found {other:?}"),
    }
    still_works(node);
}

fn body(text: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) {text}))"#
    )
}

#[test]
fn code_that_would_grow_without_bound_is_refused() {
    let node = node();
    // One function over the limit of operators, a function over the limit of locals, nesting over the stack's.
    refused(&node, &body(&format!("{} (i32.const 0)", "(nop)".repeat(66_000))));
    let locals = "i64 ".repeat(349);
    refused(
        &node,
        &format!(
            r#"(module (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) (local {locals}) (i32.const 0)))"#
        ),
    );
    let (operands, sums) = ("i32.const 1 ".repeat(4_200), "i32.add ".repeat(4_199));
    refused(&node, &body(&format!("{operands} {sums}")));
    let functions = "(func)".repeat(4_097);
    refused(
        &node,
        &format!(
            r#"(module (memory (export "memory") 1 1) {functions}
            (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#
        ),
    );
}

#[test]
fn a_stream_that_decompresses_to_too_much_is_refused() {
    let node = node();
    let bomb = surety_stylus::code::compress(&vec![0; 8 << 20]).expect("memory is enough");
    assert!(bomb.len() < 1_000, "8 MiB of zeros fit into {} bytes", bomb.len());
    let program = deploy(&node, &bomb);
    match call(&node, ARB_WASM, activate_input(program)) {
        Err(NodeError::Revert { data, .. }) => assert!(data.is_empty()),
        other => panic!("expected an empty revert, found {other:?}"),
    }
    still_works(&node);
}

#[test]
fn branches_to_many_targets_compile_and_run() {
    let node = node();
    let depth = 1_500;
    let targets: String = (0..depth).map(|target| format!("{target} ")).collect();
    let (open, close) = ("block ".repeat(depth), "end ".repeat(depth));
    let wat = body(&format!(
        "{open} local.get 0 i32.const {depth} i32.rem_u br_table {targets} {close} i32.const 0"
    ));
    let program = program(&node, &wat);
    assert_eq!(call(&node, program, vec![1; 40]), Ok(Bytes::new()));
}

#[test]
fn endless_recursion_ends_with_the_stack() {
    let node = node();
    for wat in [
        r#"(module (memory (export "memory") 0 0)
        (func $again (param i32) (result i32) (i32.add (i32.const 1) (call $again (local.get 0))))
        (func (export "user_entrypoint") (param i32) (result i32) (call $again (local.get 0))))"#,
        r#"(module (memory (export "memory") 0 0) (table 1 1 funcref) (elem (i32.const 0) $again)
        (func $again (param i32) (result i32)
            (i32.add (i32.const 1) (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))
        (func (export "user_entrypoint") (param i32) (result i32) (call $again (local.get 0))))"#,
    ] {
        let recursive = program(&node, wat);
        let result = call(&node, recursive, Bytes::new());
        assert_eq!(result, Err(NodeError::Execution("max call depth exceeded".into())));
        still_works(&node);
    }
}

#[test]
fn memory_is_sold_until_the_limit() {
    let node = generous();
    let hog = program(
        &node,
        r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
        (memory (export "memory") 0)
        (func (export "user_entrypoint") (param i32) (result i32)
            (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (i32.const 0)))"#,
    );
    assert_eq!(
        call(&node, hog, Bytes::new()),
        Err(NodeError::Execution("out of gas".into()))
    );
    let greedy = program(
        &node,
        r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
        (memory (export "memory") 0)
        (func (export "user_entrypoint") (param i32) (result i32) (memory.grow (i32.const 65535))))"#,
    );
    assert_eq!(
        call(&node, greedy, Bytes::new()),
        Err(NodeError::Execution("out of gas".into()))
    );
    still_works(&node);
}

#[test]
fn an_endless_loop_ends_with_the_gas() {
    let node = node();
    for text in [
        "(loop $again (br $again)) (i32.const 0)",
        "(loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $again)) (i32.const 0)",
    ] {
        let spinning = program(&node, &body(text));
        assert_eq!(
            call(&node, spinning, Bytes::new()),
            Err(NodeError::Execution("out of gas".into()))
        );
    }
}

#[test]
fn traps_in_and_around_host_calls_are_reverts() {
    let node = node();
    let traps = [
        "(call $read_args (i32.const -1)) (i32.const 0)",
        "(call $write_result (i32.const 65000) (i32.const 1000)) (i32.const 0)",
        "(call $keccak (i32.const 0) (i32.const 65537) (i32.const 0)) (i32.const 0)",
        "(call $log (i32.const 0) (i32.const 31) (i32.const 1)) (i32.const 0)",
        "(call $log (i32.const 0) (i32.const 320) (i32.const 5)) (i32.const 0)",
        "(unreachable)",
        "(i32.div_u (i32.const 1) (i32.const 0))",
        "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        "(i32.load (i32.const 65533))",
        "(call_indirect (result i32) (i32.const 0))",
        "(call_indirect (result i32) (i32.const 7))",
    ];
    for text in traps {
        let program = program(
            &node,
            &format!(
                r#"(module
                (import "vm_hooks" "read_args" (func $read_args (param i32)))
                (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
                (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
                (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
                (memory (export "memory") 1 1) (table 2 2 funcref)
                (func (export "user_entrypoint") (param i32) (result i32) {text}))"#
            ),
        );
        match node.call(request(&node, program, vec![7; 64]), BlockId::latest(), None, None) {
            Err(NodeError::Revert { data, .. }) => assert!(data.is_empty(), "{text}"),
            other => panic!("{text}: expected an empty revert, found {other:?}"),
        }
    }
    still_works(&node);
}

#[test]
fn contracts_and_programs_nest_to_the_depth_of_the_evm() {
    let node = generous();
    let idle = program(
        &node,
        r#"(module (memory (export "memory") 0 0)
        (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
    );
    // Calls the program, then itself, and returns one more than what that returned: CALL(GAS, idle, 0, 0, 0, 0, 0) POP
    // CALL(GAS, ADDRESS, 0, 0, 0, 0, 32) POP MSTORE(0, MLOAD(0) + 1) RETURN(0, 32).
    let mut code = hex!("5f5f5f5f5f73").to_vec();
    code.extend_from_slice(idle.as_slice());
    code.extend_from_slice(&hex!("5af15060205f5f5f5f305af1505f516001015f5260205ff3"));
    let descending = deploy(&node, &code);
    // The outermost frame and 1,024 below it.
    assert_eq!(call(&node, descending, Bytes::new()), Ok(Bytes::from(word(1_025))));
    still_works(&node);
}
