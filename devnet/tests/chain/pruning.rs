//! The latest blocks are kept, with all that belongs to them; older ones are given up, and the chain says so.

use alloy::{eips::BlockId, rpc::types::Filter};
use alloy_primitives::{Address, Bytes, U256, hex};
use surety_devnet::{Config, Node, NodeError};

use crate::support::*;

/// Blocks that the chains here keep, the fewest that a chain may.
const KEPT: u64 = 256;

const ARB_SYS: Address = Address::with_last_byte(0x64);
/// arbBlockHash(uint256)
const BLOCK_HASH: [u8; 4] = hex!("2b407a82");

fn config() -> Config {
    Config {
        history: KEPT,
        ..Config::default()
    }
}

fn short() -> Node {
    Node::new(config()).expect("the engine runs on this machine")
}

fn rich() -> Address {
    Address::with_last_byte(0xaa)
}

/// Mines blocks until `height`, each with another balance of one account in the state after it.
fn mine_to(node: &Node, height: u64) {
    for block in node.block_number() + 1..=height {
        node.mine(1, None);
        node.set_balance(rich(), U256::from(block));
    }
}

#[test]
fn older_blocks_are_refused_and_kept_ones_are_whole() {
    let node = short();
    let early = send(&node, request(&node, rich(), Bytes::new())).transaction_hash();
    mine_to(&node, 1_000);
    let late = send(&node, request(&node, rich(), Bytes::new())).transaction_hash();
    mine_to(&node, 1_200);

    let oldest = node.oldest_block();
    assert_eq!(oldest, 1_200 - KEPT + 1);
    let gone = NodeError::Pruned { block: 5, oldest };
    assert_eq!(gone.code(), 4_444);
    let five = BlockId::number(5);
    assert_eq!(node.block(five, true), Err(gone.clone()));
    assert_eq!(node.block_receipts(five), Err(gone.clone()));
    assert_eq!(node.raw_block(five), Err(gone.clone()));
    assert_eq!(node.logs(&Filter::new().from_block(5)), Err(gone.clone()));
    let call = node.call(request(&node, rich(), Bytes::new()), five, None, None);
    assert!(
        matches!(call, Err(NodeError::StateDiscarded { block: 5, .. })),
        "{call:?}"
    );
    let fees = node.fee_history(1, 5_u64.into(), &[]);
    assert_eq!(fees, Err(gone));
    assert_eq!(node.receipt(early), None, "a transaction goes with its block");

    assert!(node.receipt(late).is_some());
    assert_eq!(block(&node, BlockId::earliest()).header.number, oldest);
    assert_eq!(node.logs(&Filter::new().from_block(oldest)), Ok(Vec::new()));
    assert_eq!(
        node.fee_history(1_024, 1_200_u64.into(), &[])
            .map(|fees| fees.oldest_block),
        Ok(oldest)
    );
    for number in oldest..=1_200 {
        block(&node, number);
        // What is decreed between two blocks belongs to the state after the first of them.
        let decreed = if number == 1_001 { 1_000 } else { number };
        assert_eq!(node.balance(rich(), number.into()), Ok(U256::from(decreed)));
    }
}

#[test]
fn a_state_is_kept_for_each_block_and_the_one_before() {
    let node = short();
    mine_to(&node, 600);
    let oldest = node.oldest_state();
    assert_eq!(oldest, node.oldest_block() - 1);
    assert_eq!(node.balance(rich(), oldest.into()), Ok(U256::from(oldest)));
    let before = oldest - 1;
    assert_eq!(
        node.balance(rich(), before.into()),
        Err(NodeError::StateDiscarded { block: before, oldest })
    );
}

#[test]
fn contracts_see_the_hashes_of_as_many_blocks_as_ever() {
    let node = short();
    mine_to(&node, 700);
    let ask = |number: u64| {
        let input = [&BLOCK_HASH[..], word(number).as_slice()].concat();
        node.call(request(&node, ARB_SYS, input), BlockId::pending(), None, None)
    };
    for number in [701 - 256, 600, 700] {
        let hash = block(&node, number).header.hash;
        assert_eq!(ask(number), Ok(Bytes::from(hash)), "block {number}");
    }
    assert!(ask(701 - 257).is_err());
}

#[test]
fn a_snapshot_keeps_what_it_needs() {
    let node = short();
    mine_to(&node, 300);
    let (id, root) = (node.snapshot(), block(&node, 300).header.state_root);
    mine_to(&node, 1_500);
    assert!(node.oldest_block() <= 300);
    assert!(node.revert(id));
    assert_eq!((node.block_number(), balance(&node, rich())), (300, U256::from(300)));
    assert_eq!(block(&node, 300).header.state_root, root);
    mine_to(&node, 1_500);
    assert_eq!(node.oldest_block(), 1_500 - KEPT + 1, "the snapshot is gone");
}

#[test]
fn as_many_blocks_can_be_taken_back_as_are_kept() {
    let node = short();
    mine_to(&node, 1_000);
    let oldest = node.oldest_block();
    assert!(node.rollback(KEPT).is_err(), "there would be no block left");
    assert_eq!(node.block_number(), 1_000, "nothing was changed");
    node.rollback(KEPT - 1).expect("the oldest block is left");
    assert_eq!(node.block_number(), oldest);
    mine_to(&node, 1_000);
    assert_eq!(node.balance(rich(), 999.into()), Ok(U256::from(999)));
}

#[test]
fn a_file_holds_what_is_kept_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("state");
    let node = short();
    mine_to(&node, 800);
    node.save(&path).expect("saved");
    let again = Node::open(config(), &path).expect("loaded");
    assert_eq!(again.oldest_block(), node.oldest_block());
    assert_eq!(block(&again, 800), block(&node, 800));
    mine_to(&again, 900);
    assert_eq!(again.oldest_block(), 900 - KEPT + 1);
    assert_eq!(again.balance(rich(), 700.into()), Ok(U256::from(700)));
}
