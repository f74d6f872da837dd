//! The pending block: what waits while mining is manual.

use alloy::eips::BlockId;
use alloy_primitives::{Address, Bytes, U256, hex};
use surety_devnet::{Mining, Node};

use crate::support::*;

/// Adds one to slot 0 and returns what was there.
const COUNT: [u8; 14] = hex!("5f54806001015f555f5260205ff3");

fn counter(node: &Node) -> Address {
    deploy(node, &COUNT)
}

fn rich() -> Address {
    Address::with_last_byte(0xaa)
}

#[test]
fn reads_of_the_pending_block_see_what_waits() {
    let node = node();
    let counter = counter(&node);
    node.set_mining(Mining::Manual);
    let count = request(&node, counter, Bytes::new()).gas_limit(100_000);
    let sent = [
        node.send_transaction(count.clone()).expect("it waits"),
        node.send_transaction(count.clone()).expect("it waits"),
        node.send_transaction(request(&node, rich(), Bytes::new()).value(U256::from(7)))
            .expect("it waits"),
    ];

    let at = |id: BlockId| {
        let output = node.call(count.clone(), id, None, None).expect("it counts");
        (
            node.storage_at(counter, U256::ZERO, id),
            node.balance(rich(), id),
            U256::from_be_slice(&output),
        )
    };
    let pending = (Ok(word(2)), Ok(U256::from(7)), U256::from(2));
    assert_eq!(at(BlockId::latest()), (Ok(word(0)), Ok(U256::ZERO), U256::ZERO));
    assert_eq!(at(BlockId::pending()), pending);
    let waiting = block(&node, BlockId::pending());
    assert_eq!(waiting.header.number, 2);
    assert_eq!(waiting.transactions.as_hashes().expect("hashes")[1..], sent);
    assert_eq!(node.block_transaction_count(BlockId::pending()), Ok(Some(4)));
    assert_eq!(block(&node, BlockId::latest()).header.number, 1, "nothing was mined");

    node.set_next_block_timestamp(waiting.header.timestamp)
        .expect("it is not before the latest");
    node.mine(1, None);
    assert_eq!(at(BlockId::latest()), pending);
    assert_eq!(
        block(&node, BlockId::latest()),
        waiting,
        "it was the block that mining makes"
    );
}

#[test]
fn gas_is_estimated_after_what_waits() {
    let node = node();
    node.set_mining(Mining::Manual);
    let creator = node.accounts()[0];
    let nonce = node
        .nonce(creator, BlockId::latest())
        .expect("the latest state is kept");
    let created = creator.create(nonce);
    node.send_transaction(request(&node, None, init_code(&COUNT)))
        .expect("it waits");
    // Without a gas limit: it is estimated, on the contract that is yet to come.
    let call = node
        .send_transaction(request(&node, created, Bytes::new()))
        .expect("it waits too");
    node.mine(1, None);
    assert!(node.receipt(call).expect("it is mined").is_success());
    assert_eq!(slot(&node, created, 0), word(1));
}

#[test]
fn a_pending_block_with_nothing_to_take_is_the_latest() {
    let node = node();
    node.mine(2, None);
    assert_eq!(block(&node, BlockId::pending()), block(&node, BlockId::latest()));
    // Waits for a nonce that did not come.
    let early = request(&node, rich(), Bytes::new()).nonce(5).gas_limit(21_000);
    node.send_transaction(early).expect("it waits");
    assert_eq!(block(&node, BlockId::pending()), block(&node, BlockId::latest()));
    assert_eq!(node.block_transaction_count(BlockId::pending()), Ok(Some(1)));
}

#[test]
fn what_mining_would_drop_is_not_pending() {
    let node = node();
    node.set_mining(Mining::Manual);
    let all = balance(&node, node.accounts()[0]);
    let most = |to| {
        request(&node, to, Bytes::new())
            .value(all / U256::from(2) + U256::ONE)
            .gas_limit(21_000)
    };
    let taken = node.send_transaction(most(rich())).expect("it waits");
    node.send_transaction(most(Address::ZERO)).expect("it waits");
    let pending = block(&node, BlockId::pending());
    assert_eq!(pending.transactions.as_hashes().expect("hashes")[1..], [taken]);
    node.set_next_block_timestamp(pending.header.timestamp)
        .expect("it is not before the latest");
    node.mine(1, None);
    assert_eq!(block(&node, BlockId::latest()), pending);
}
