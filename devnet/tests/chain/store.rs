//! Chains that outlive their process.

use std::{fs, path::Path, thread, time::Duration};

use alloy::eips::BlockId;
use alloy_primitives::{Address, Bytes, U256};
use surety_devnet::{Config, Mining, Node, NodeError, store::Autosave};
use tempfile::TempDir;

use crate::{contracts::ECHO, support::*};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

fn open(path: &Path) -> Result<Node, NodeError> {
    Node::open(Config::default(), path)
}

#[test]
fn a_chain_goes_on_where_it_was_saved() {
    let folder = folder();
    let path = folder.path().join("state");
    let node = open(&path).expect("a chain starts without a file");
    let echo = program(&node, ECHO);
    let rich = Address::with_last_byte(0xaa);
    let paid = send(&node, request(&node, rich, Bytes::new()).value(U256::from(5)));
    node.set_balance(rich, U256::from(7));
    node.mine(3, Some(10));
    node.increase_time(1_000_000);
    node.set_mining(Mining::Manual);
    let waiting = node
        .send_transaction(request(&node, rich, Bytes::new()).value(U256::from(1)))
        .expect("accepted");
    node.save(&path).expect("saved");

    let again = open(&path).expect("loaded");
    assert_eq!(
        again.block_number(),
        node.block_number() + 1,
        "what waited is mined, mining being automatic again"
    );
    assert!(again.receipt(waiting).is_some_and(|receipt| receipt.is_success()));
    assert_eq!(balance(&again, rich), U256::from(8));
    for number in 0..=node.block_number() {
        let id = BlockId::number(number);
        assert_eq!(again.block(id, true), node.block(id, true));
        assert_eq!(again.block_receipts(id), node.block_receipts(id));
        assert_eq!(
            again.balance(rich, id),
            node.balance(rich, id),
            "states of old blocks are kept too"
        );
    }
    assert_eq!(
        again.receipt(paid.0.transaction_hash),
        node.receipt(paid.0.transaction_hash)
    );
    assert_eq!(
        call(&again, echo, Bytes::from_static(b"hello")),
        Ok(Bytes::from_static(b"hello"))
    );
    assert!(again.now() >= node.now());
}

#[test]
fn a_file_that_is_not_whole_is_refused() {
    let folder = folder();
    let path = folder.path().join("state");
    let node = node();
    send(&node, request(&node, Address::ZERO, Bytes::new()));
    node.save(&path).expect("saved");
    let whole = fs::read(&path).expect("readable");

    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("writable");
        match open(&path) {
            Err(NodeError::Store(message)) => message,
            Err(other) => panic!("expected an error of the store, found {other}"),
            Ok(_) => panic!("expected an error, but the chain started"),
        }
    };
    for length in (0..whole.len()).step_by(whole.len() / 50 + 1) {
        refused(&whole[..length]);
    }
    for position in (0..whole.len()).step_by(whole.len() / 50 + 1) {
        let mut changed = whole.clone();
        changed[position] ^= 0x10;
        refused(&changed);
    }
    assert!(refused(b"{\"accounts\":{}}").contains("not a state file"));
    let mut newer = whole.clone();
    newer[23] = 9;
    assert!(refused(&newer).contains("version 9"));
    fs::write(&path, &whole).expect("writable");
    assert!(open(&path).is_ok());
}

#[test]
fn a_file_of_another_chain_is_refused() {
    let folder = folder();
    let path = folder.path().join("state");
    node().save(&path).expect("saved");
    let other = Config {
        chain_id: 31_337,
        ..Config::default()
    };
    let error = Node::open(other, &path).map(|_| ()).expect_err("the chain ids differ");
    assert!(error.to_string().contains("chain id 412346, but 31337"), "{error}");
}

#[test]
fn changes_are_saved_while_the_chain_runs_and_when_it_stops() {
    let folder = folder();
    let path = folder.path().join("state");
    let node = node();
    let autosave = Autosave::start(node.clone(), path.clone(), Duration::from_millis(5));
    node.mine(2, None);
    while !path.exists() {
        thread::yield_now();
    }
    node.mine(5, None);
    autosave.stop().expect("saved");
    assert_eq!(open(&path).expect("loaded").block_number(), 7);
}
