//! Stylus programs, alone and together with EVM contracts.

use alloy::eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use surety_devnet::{Config, Node, NodeError};

use crate::{contracts::*, support::*};

#[test]
fn a_program_is_activated_once_and_then_runs() {
    let node = node();
    let echo = deploy(&node, &program_code(ECHO));
    let input = Bytes::from_static(b"hello");
    assert_eq!(
        call(&node, echo, input.clone()),
        Err(NodeError::Execution("error ProgramNotActivated()".into()))
    );

    let payer = node.accounts()[0];
    let before = balance(&node, payer);
    let receipt = activate(&node, echo);
    assert!(receipt.is_success());
    let log = &receipt.0.inner.logs()[0].inner;
    assert_eq!(log.address, ARB_WASM);
    assert_eq!(
        log.data.topics()[0],
        B256::from(hex!("c0e812780707128d9a180db8ee4d1c1f1300b6dd0626d577b5d9ac759b76253c"))
    );
    let fee = U256::from_be_slice(&log.data.data[64..96]);
    let gas = U256::from(receipt.0.gas_used) * U256::from(100_000_000);
    assert_eq!(
        before - balance(&node, payer),
        fee + gas,
        "what is above the fee comes back"
    );
    assert_eq!(balance(&node, ARB_WASM), U256::ZERO);

    assert_eq!(call(&node, echo, input.clone()), Ok(input.clone()));
    let twin = deploy(&node, &program_code(ECHO));
    assert_eq!(
        call(&node, twin, input.clone()),
        Ok(input),
        "the same code needs no activation"
    );
    let again = node.call(
        request(&node, ARB_WASM, activate_input(twin)),
        BlockId::latest(),
        None,
        None,
    );
    let error = again.expect_err("it is up to date");
    assert_eq!(error.to_string(), "execution reverted: error ProgramUpToDate()");
    assert_eq!(error.data(), Some(&Bytes::from(hex!("cc944bf2"))));
}

#[test]
fn activation_without_enough_value_reverts() {
    let node = node();
    let echo = deploy(&node, &program_code(ECHO));
    let error = call(&node, ARB_WASM, activate_input(echo)).expect_err("the fee is missing");
    assert!(error.to_string().contains("ProgramInsufficientValue(0, "), "{error}");
    let receipt = send(
        &node,
        request(&node, ARB_WASM, activate_input(echo)).gas_limit(10_000_000),
    );
    assert!(!receipt.is_success());
    assert!(
        matches!(call(&node, echo, Bytes::new()), Err(NodeError::Execution(_))),
        "nothing was recorded"
    );
}

#[test]
fn what_is_no_program_is_not_activated() {
    let node = node();
    let evm = deploy(&node, &hex!("5f5ff3"));
    let error = call(&node, ARB_WASM, activate_input(evm)).expect_err("it is EVM code");
    assert_eq!(error.to_string(), "execution reverted: error ProgramNotWasm()");
    let floats = program_code(
        r#"(module (memory (export "memory") 1)
        (func (export "user_entrypoint") (param i32) (result i32) (i32.trunc_f32_s (f32.add (f32.const 1) (f32.const 2)))))"#,
    );
    let floats = deploy(&node, &floats);
    match call(&node, ARB_WASM, activate_input(floats)) {
        Err(NodeError::Execution(message)) => assert!(message.starts_with("program activation failed"), "{message}"),
        other => panic!("expected a failed activation, got {other:?}"),
    }
}

#[test]
fn programs_store_log_and_return() {
    let node = node();
    let store = program(&node, STORE);
    let receipt = send(&node, request(&node, store, store_input(5, 77, 0)));
    assert!(receipt.is_success());
    assert_eq!(slot(&node, store, 0), word(5));
    let logs = receipt.0.inner.logs();
    assert_eq!(logs[0].inner.address, store);
    assert_eq!(logs[0].inner.data.topics(), [word(77)]);
    assert_eq!(logs[0].inner.data.data, Bytes::from(word(5)));
    assert_eq!(call(&node, store, store_input(6, 0, 0)), Ok(Bytes::from(word(5))));
}

#[test]
fn a_program_that_fails_undoes_its_writes_and_logs() {
    let node = node();
    let store = program(&node, STORE);
    send(&node, request(&node, store, store_input(5, 1, 0)));
    let receipt = send(&node, request(&node, store, store_input(6, 1, 1)).gas_limit(200_000));
    assert!(!receipt.is_success());
    assert!(receipt.0.inner.logs().is_empty());
    assert_eq!(slot(&node, store, 0), word(5));
    assert!(receipt.0.gas_used < 200_000, "a revert keeps the rest of the gas");
    let error = call(&node, store, store_input(6, 1, 1)).expect_err("it reverts");
    assert_eq!(error.data(), Some(&Bytes::from(word(5))));
}

#[test]
fn an_evm_contract_calls_a_program() {
    let node = node();
    let store = program(&node, STORE);
    let proxy = deploy(&node, &evm_proxy(store));
    let receipt = send(&node, request(&node, proxy, store_input(9, 1, 0)));
    assert!(receipt.is_success());
    assert_eq!(slot(&node, store, 0), word(9));
    assert_eq!(call(&node, proxy, store_input(1, 1, 0)), Ok(Bytes::from(word(9))));
    let error = call(&node, proxy, store_input(1, 1, 1)).expect_err("the revert comes through");
    assert_eq!(error.data(), Some(&Bytes::from(word(9))));
}

#[test]
fn a_program_calls_an_evm_contract_and_back() {
    let node = node();
    let proxy = program(&node, PROXY);
    let store = program(&node, STORE);
    let evm = deploy(&node, &evm_proxy(store));
    let nested = proxy_input(0, evm, 0, &store_input(3, 1, 0));
    let receipt = send(&node, request(&node, proxy, nested));
    assert!(receipt.is_success());
    assert_eq!(slot(&node, store, 0), word(3));
    assert_eq!(receipt.0.inner.logs()[0].inner.address, store);
    let error = call(&node, proxy, proxy_input(0, evm, 0, &store_input(4, 1, 1))).expect_err("it reverts all the way");
    assert_eq!(error.data(), Some(&Bytes::from(word(3))));
}

#[test]
fn a_delegated_call_acts_on_the_caller() {
    let node = node();
    let proxy = program(&node, PROXY);
    let store = program(&node, STORE);
    let receipt = send(
        &node,
        request(&node, proxy, proxy_input(1, store, 0, &store_input(8, 1, 0))),
    );
    assert!(receipt.is_success());
    assert_eq!(slot(&node, proxy, 0), word(8));
    assert_eq!(slot(&node, store, 0), B256::ZERO);
    assert_eq!(receipt.0.inner.logs()[0].inner.address, proxy);
}

#[test]
fn a_static_call_cannot_write() {
    let node = node();
    let proxy = program(&node, PROXY);
    let store = program(&node, STORE);
    let receipt = send(
        &node,
        request(&node, proxy, proxy_input(2, store, 0, &store_input(8, 1, 0))).gas_limit(500_000),
    );
    assert!(!receipt.is_success());
    assert_eq!(slot(&node, store, 0), B256::ZERO);
    let echo = program(&node, ECHO);
    assert_eq!(
        call(&node, proxy, proxy_input(2, echo, 0, b"abc")),
        Ok(Bytes::from_static(b"abc"))
    );
}

#[test]
fn programs_send_value() {
    let node = node();
    let proxy = program(&node, PROXY);
    let to = Address::with_last_byte(0xaa);
    let receipt = send(
        &node,
        request(&node, proxy, proxy_input(0, to, 70, &[])).value(U256::from(100)),
    );
    assert!(receipt.is_success());
    assert_eq!(balance(&node, to), U256::from(70));
    assert_eq!(balance(&node, proxy), U256::from(30));
    let too_much = send(
        &node,
        request(&node, proxy, proxy_input(0, to, 31, &[])).gas_limit(500_000),
    );
    assert!(!too_much.is_success());
    assert_eq!(balance(&node, proxy), U256::from(30));
}

#[test]
fn a_second_call_in_the_block_is_cheaper() {
    let node = node();
    let echo = program(&node, ECHO);
    node.set_mining(surety_devnet::Mining::Manual);
    let hashes: Vec<B256> = (0..2)
        .map(|_| {
            node.send_transaction(request(&node, echo, Bytes::new()).gas_limit(100_000))
                .expect("accepted")
        })
        .collect();
    node.mine(1, None);
    let gas: Vec<u64> = hashes
        .iter()
        .map(|hash| node.receipt(*hash).expect("mined").0.gas_used)
        .collect();
    let output = call(
        &node,
        ARB_WASM,
        [&hex!("62b688aa")[..], echo.into_word().as_slice()].concat(),
    )
    .expect("active");
    let (both, cached) = (U256::from_be_slice(&output[..32]), U256::from_be_slice(&output[32..]));
    assert_eq!(U256::from(gas[0] - gas[1]), both - cached);
}

#[test]
fn a_program_can_be_cached_for_good() {
    let node = node();
    let echo = program(&node, ECHO);
    let cold = send(&node, request(&node, echo, Bytes::new())).0.gas_used;
    let cache = Address::with_last_byte(0x72);
    let input = [&hex!("e73ac9f2")[..], echo.into_word().as_slice()].concat();
    let refused = send(&node, request(&node, cache, input.clone()).gas_limit(100_000));
    assert!(!refused.is_success(), "only owners and cache managers may");
    let owner = surety_devnet::config::NITRO_DEV_ACCOUNT;
    assert!(send(&node, request(&node, cache, input).from(owner)).is_success());
    let warm = send(&node, request(&node, echo, Bytes::new())).0.gas_used;
    assert!(cold - warm > 8_832, "{cold} then {warm}");
}

#[test]
fn programs_nest_until_128_pages_are_open() {
    let node = Node::new(Config {
        call_gas_cap: 1 << 50,
        ..Config::default()
    })
    .expect("it starts");
    // Calls itself with all gas and returns how many calls succeeded, as a little-endian u32.
    let recursive = program(
        &node,
        r#"(module
        (import "vm_hooks" "contract_address" (func $self (param i32)))
        (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
        (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
        (import "vm_hooks" "read_return_data" (func $return_data (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param $len i32) (result i32)
            (call $self (i32.const 0))
            (if (i32.eqz (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32) (i64.const -1) (i32.const 96)))
                (then (drop (call $return_data (i32.const 64) (i32.const 0) (i32.const 4)))
                    (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))))
            (call $write_result (i32.const 64) (i32.const 4))
            (i32.const 0)))"#,
    );
    assert_eq!(
        call(&node, recursive, Bytes::new()),
        Ok(Bytes::from(127_u32.to_le_bytes()))
    );
}

#[test]
fn programs_and_contracts_nest_by_turns() {
    let node = Node::new(Config {
        call_gas_cap: 1 << 50,
        ..Config::default()
    })
    .expect("it starts");
    let proxy = program(&node, PROXY);
    let evm = deploy(&node, &evm_proxy(proxy));
    let echo = program(&node, ECHO);
    // The proxy calls the contract, that the proxy again, and so on; the innermost calls the echo.
    let input = (0..40).fold(proxy_input(0, echo, 0, b"deep"), |inner, _| {
        proxy_input(0, evm, 0, &inner)
    });
    assert_eq!(call(&node, proxy, input), Ok(Bytes::from_static(b"deep")));
}

#[test]
fn running_out_of_gas_takes_it_all() {
    let node = node();
    let spinning = program(
        &node,
        r#"(module (memory (export "memory") 0 0)
        (func (export "user_entrypoint") (param i32) (result i32) (loop $again (br $again)) (i32.const 0)))"#,
    );
    let receipt = send(&node, request(&node, spinning, Bytes::new()).gas_limit(300_000));
    assert!(!receipt.is_success());
    assert_eq!(receipt.0.gas_used, 300_000);
    let limited = request(&node, spinning, Bytes::new()).gas_limit(100_000);
    let error = node.call(limited, BlockId::latest(), None, None);
    assert_eq!(error, Err(NodeError::Execution("out of gas".into())));
}
