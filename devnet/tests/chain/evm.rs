//! EVM contracts and plain transfers.

use alloy::{eips::BlockId, rpc::types::TransactionRequest, signers::local::PrivateKeySigner};
use alloy_primitives::{Address, B256, Bytes, U256, address, bytes, hex};
use surety_devnet::{Config, Node, NodeError};

use crate::support::*;

/// SSTORE(0, calldata[0]); LOG1(mem[0..32], topic 7) ; STOP
fn store_and_log() -> Vec<u8> {
    hex!("5f35805f555f52600760205fa100").to_vec()
}

/// Reverts with the first word of calldata.
fn reverting() -> Vec<u8> {
    // SSTORE(0, 1); MSTORE(0, calldata[0]); REVERT(0, 32)
    hex!("60015f555f355f5260205ffd").to_vec()
}

#[test]
fn a_transfer_costs_21000_gas_at_the_base_fee() {
    let node = node();
    let (from, to) = (node.accounts()[0], address!("00000000000000000000000000000000000beef1"));
    let before = balance(&node, from);
    let receipt = send(&node, request(&node, to, Bytes::new()).value(U256::from(ETHER)));
    assert!(receipt.is_success());
    assert_eq!(receipt.0.gas_used, 21_000);
    assert_eq!(receipt.0.effective_gas_price, 100_000_000);
    assert_eq!(balance(&node, to), U256::from(ETHER));
    assert_eq!(before - balance(&node, from), U256::from(ETHER + 21_000 * 100_000_000));
    assert_eq!(node.block_number(), 1);
    assert_eq!(node.nonce(from, BlockId::latest()), Ok(1));
}

#[test]
fn tips_are_dropped() {
    let node = node();
    let from = node.accounts()[0];
    let before = balance(&node, from);
    let tipped = request(&node, Address::with_last_byte(0xaa), Bytes::new())
        .max_fee_per_gas(5_000_000_000)
        .max_priority_fee_per_gas(3_000_000_000);
    let receipt = send(&node, tipped);
    assert_eq!(receipt.0.effective_gas_price, 100_000_000);
    assert_eq!(before - balance(&node, from), U256::from(21_000 * 100_000_000_u64));
}

#[test]
fn contracts_store_and_log() {
    let node = node();
    let contract = deploy(&node, &store_and_log());
    let receipt = send(&node, request(&node, contract, word(42)));
    assert_eq!(slot(&node, contract, 0), word(42));
    let logs = receipt.0.inner.logs();
    assert_eq!(logs.len(), 1);
    assert_eq!(logs[0].inner.address, contract);
    assert_eq!(logs[0].inner.data.topics(), [word(7)]);
    assert_eq!(logs[0].inner.data.data, Bytes::from(word(42)));
    assert_eq!(logs[0].block_number, Some(2));
}

#[test]
fn a_revert_undoes_everything_but_nonce_and_fee() {
    let node = node();
    let contract = deploy(&node, &reverting());
    let gas = 100_000;
    let receipt = send(&node, request(&node, contract, word(9)).gas_limit(gas));
    assert!(!receipt.is_success());
    assert_eq!(slot(&node, contract, 0), B256::ZERO);
    assert!(receipt.0.gas_used > 21_000 && receipt.0.gas_used < gas);
    assert_eq!(node.nonce(node.accounts()[0], BlockId::latest()), Ok(2));
    let error = call(&node, contract, word(9)).expect_err("the call reverts");
    assert_eq!(error.data(), Some(&Bytes::from(word(9))));
    assert_eq!(error.code(), 3);
}

#[test]
fn an_estimate_is_enough_and_not_much_more() {
    let node = node();
    let contract = deploy(&node, &store_and_log());
    let wanted = request(&node, contract, word(1));
    let estimate = node
        .estimate_gas(wanted.clone(), BlockId::pending(), None, None)
        .expect("it succeeds");
    let receipt = send(&node, wanted.gas_limit(estimate));
    assert!(receipt.is_success());
    assert!(
        estimate <= receipt.0.gas_used + receipt.0.gas_used / 32,
        "{estimate} for {}",
        receipt.0.gas_used
    );
}

#[test]
fn an_estimate_of_a_revert_is_its_error() {
    let node = node();
    let contract = deploy(&node, &reverting());
    let error = node.estimate_gas(request(&node, contract, word(5)), BlockId::pending(), None, None);
    assert_eq!(error.expect_err("it reverts").data(), Some(&Bytes::from(word(5))));
}

#[test]
fn what_contracts_see_of_the_chain() {
    let node = node();
    // Each returns one word: OPCODE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    let sees = |opcode: u8| {
        let contract = deploy(&node, &[opcode, 0x5f, 0x52, 0x60, 32, 0x5f, 0xf3]);
        call(&node, contract, Bytes::new()).map(|output| U256::from_be_slice(&output))
    };
    assert_eq!(
        sees(0x41),
        Ok(address!("A4b000000000000000000073657175656e636572").into_word().into()),
        "coinbase"
    );
    assert_eq!(sees(0x43), Ok(U256::ZERO), "block number is L1's");
    assert_eq!(sees(0x44), Ok(U256::ONE), "prevrandao");
    assert_eq!(sees(0x45), Ok(U256::from(1_u64 << 50)), "gas limit");
    assert_eq!(sees(0x46), Ok(U256::from(412_346)), "chain id");
    assert_eq!(sees(0x48), Ok(U256::from(100_000_000)), "base fee");
    assert!(matches!(sees(0x4a), Err(NodeError::Execution(_))), "there are no blobs");
}

#[test]
fn only_stylus_code_may_start_with_ef() {
    let node = node();
    let create =
        |runtime: &[u8]| send(&node, request(&node, None, init_code(runtime)).gas_limit(1_000_000)).is_success();
    assert!(create(&hex!("eff00000aabb")));
    assert!(create(&hex!("eff001aa")));
    assert!(create(&hex!("eff002aa")));
    assert!(!create(&hex!("eff000")), "a prefix alone");
    assert!(!create(&hex!("eff003aa")));
    assert!(!create(&hex!("ef0100aa")));
}

#[test]
fn gas_above_32_million_is_not_usable_but_returned() {
    let node = node();
    let spinning = deploy(&node, &hex!("5b5f56"));
    let receipt = send(&node, request(&node, spinning, Bytes::new()).gas_limit(50_000_000));
    assert!(!receipt.is_success());
    assert_eq!(receipt.0.gas_used, 32_000_000);
}

#[test]
fn refused_transactions_say_why() {
    let node = node();
    let signer = PrivateKeySigner::random();
    let poor = TransactionRequest::default().from(signer.address()).to(Address::ZERO);
    assert_eq!(
        node.send_transaction(poor.clone()),
        Err(NodeError::UnknownAccount(signer.address()))
    );
    node.impersonate(signer.address());
    let refused = |request: TransactionRequest| match node.send_transaction(request.gas_limit(21_000)) {
        Err(NodeError::InvalidTransaction(reason)) => reason,
        other => panic!("expected a refusal, got {other:?}"),
    };
    assert!(refused(poor).contains("insufficient funds for gas * price + value"));
    let rich = request(&node, Address::ZERO, Bytes::new());
    assert!(refused(rich.clone().max_fee_per_gas(1)).contains("max fee per gas less than block base fee"));
    send(&node, rich.clone());
    assert!(refused(rich.nonce(0)).contains("nonce too low"));
    assert_eq!(node.block_number(), 1);
    assert!(node.send_raw_transaction(&hex!("02c0ffee")).is_err());
}

#[test]
fn a_transaction_waits_for_the_nonce_before_it() {
    let node = node();
    let to = Address::with_last_byte(0xaa);
    let second = node
        .send_transaction(request(&node, to, Bytes::new()).nonce(1).gas_limit(21_000))
        .expect("it waits");
    assert!(node.receipt(second).is_none());
    assert_eq!(node.pending_transactions().len(), 1);
    send(&node, request(&node, to, Bytes::new()).nonce(0));
    assert!(node.receipt(second).is_some());
    assert_eq!(node.block_number(), 2);
}

#[test]
fn call_depth_ends_at_1024() {
    let node = Node::new(Config {
        call_gas_cap: u64::MAX / 64,
        ..Config::default()
    })
    .expect("it starts");
    // Calls itself with all gas and returns one more than the callee: the number of frames.
    let recursive = deploy(&node, &hex!("60205f5f5f5f305af1505f516001015f5260205ff3"));
    let output = call(&node, recursive, Bytes::new()).expect("the innermost call fails, no other");
    assert_eq!(U256::from_be_slice(&output), U256::from(1_025));
}

#[test]
fn overrides_are_assumed_for_one_call() {
    use alloy::rpc::types::{
        BlockOverrides,
        state::{AccountOverride, StateOverride},
    };
    let node = node();
    let at = Address::with_last_byte(0xaa);
    let code = AccountOverride {
        code: Some(bytes!("425f5260205ff3")),
        ..AccountOverride::default()
    };
    let state = StateOverride::from_iter([(at, code)]);
    let time = BlockOverrides {
        time: Some(77),
        ..BlockOverrides::default()
    };
    let output = node.call(
        request(&node, at, Bytes::new()),
        BlockId::latest(),
        Some(state),
        Some(time),
    );
    assert_eq!(output, Ok(Bytes::from(word(77))));
    assert_eq!(node.code(at, BlockId::latest()), Ok(Bytes::new()));
}

#[test]
fn an_account_that_created_something_can_estimate_the_next_creation() {
    let node = node();
    deploy(&node, &[0x00]);
    let next = request(&node, None, init_code(&[0x5f]));
    let gas = node.estimate_gas(next.clone(), BlockId::latest(), None, None);
    let gas = gas.expect("the second address differs from the first");
    assert!(send(&node, next.gas_limit(gas)).is_success());
}
