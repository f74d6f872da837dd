//! Time, blocks, snapshots, and the state of old blocks.

use alloy::{eips::BlockId, network::BlockResponse, rpc::types::Filter};
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use surety_devnet::{Event, Mining, NodeError};

use crate::support::*;

/// SSTORE(0, calldata[0]); LOG1(mem[0..32], topic 7)
const STORE: &[u8] = &hex!("5f35805f555f52600760205fa100");

fn time_of(node: &surety_devnet::Node, id: BlockId) -> u64 {
    block(node, id).header().inner.timestamp
}

#[test]
fn time_moves_on_demand() {
    let node = node();
    let start = node.now();
    node.increase_time(1_000);
    node.mine(1, None);
    let first = time_of(&node, BlockId::latest());
    assert!(first >= start + 1_000);
    node.set_next_block_timestamp(first + 5_000)
        .expect("it is in the future");
    node.mine(1, None);
    assert_eq!(time_of(&node, BlockId::latest()), first + 5_000);
    node.mine(1, None);
    assert!(
        time_of(&node, BlockId::latest()) >= first + 5_000,
        "the clock goes on from there"
    );
    let refused = node.set_next_block_timestamp(first);
    assert_eq!(
        refused,
        Err(NodeError::TimestampTooLow {
            given: first,
            latest: time_of(&node, BlockId::latest())
        })
    );
    node.mine(3, Some(60));
    assert!(time_of(&node, BlockId::latest()) >= first + 5_180);
}

#[test]
fn an_estimate_sees_the_time_of_the_next_block() {
    let node = node();
    // Reverts before a time: if timestamp < calldata[0] revert.
    let contract = deploy(&node, &hex!("5f354210600857005b5f5ffd"));
    let later = node.now() + 10_000;
    let wanted = request(&node, contract, word(later));
    assert!(
        node.estimate_gas(wanted.clone(), BlockId::pending(), None, None)
            .is_err()
    );
    node.increase_time(10_000);
    assert!(node.estimate_gas(wanted, BlockId::pending(), None, None).is_ok());
}

#[test]
fn a_snapshot_brings_everything_back() {
    let node = node();
    let contract = deploy(&node, STORE);
    send(&node, request(&node, contract, word(1)));
    let id = node.snapshot();
    let (head, time) = (block(&node, BlockId::latest()), node.now());
    let lost = send(&node, request(&node, contract, word(2)));
    node.set_balance(contract, U256::from(5));
    node.increase_time(50_000);
    node.mine(2, None);
    assert!(node.revert(id));
    assert_eq!(slot(&node, contract, 0), word(1));
    assert_eq!(balance(&node, contract), U256::ZERO);
    assert_eq!(block(&node, BlockId::latest()), head);
    assert!(node.now() < time + 50_000);
    assert!(node.receipt(lost.transaction_hash()).is_none());
    assert!(!node.revert(id), "a snapshot serves once");
    send(&node, request(&node, contract, word(3)));
    assert_eq!(slot(&node, contract, 0), word(3));
}

#[test]
fn reverting_to_an_early_snapshot_drops_later_ones() {
    let node = node();
    let early = node.snapshot();
    node.mine(1, None);
    let late = node.snapshot();
    assert!(node.revert(early));
    assert!(!node.revert(late));
    assert_eq!(node.block_number(), 0);
}

#[test]
fn old_states_can_be_read() {
    let node = node();
    let contract = deploy(&node, STORE);
    for value in 1..=3 {
        send(&node, request(&node, contract, word(value)));
    }
    for (block, value) in [(1, 0), (2, 1), (3, 2), (4, 3)] {
        let at = BlockId::number(block);
        assert_eq!(node.storage_at(contract, U256::ZERO, at), Ok(word(value)));
        assert_eq!(node.nonce(node.accounts()[0], at), Ok(block));
    }
    assert_eq!(node.code(contract, BlockId::number(0)), Ok(Bytes::new()));
    assert_eq!(node.balance(contract, BlockId::number(9)), Err(NodeError::UnknownBlock));
}

#[test]
fn logs_are_found_by_block_address_and_topic() {
    let node = node();
    let (one, two) = (deploy(&node, STORE), deploy(&node, STORE));
    send(&node, request(&node, one, word(1)));
    send(&node, request(&node, two, word(2)));
    let count = |filter: &Filter| node.logs(filter).map(|logs| logs.len());
    let all = Filter::new().from_block(0);
    assert_eq!(count(&all), Ok(2));
    assert_eq!(count(&all.clone().address(one)), Ok(1));
    assert_eq!(count(&all.clone().event_signature(word(7))), Ok(2));
    assert_eq!(count(&all.clone().event_signature(word(8))), Ok(0));
    assert_eq!(count(&Filter::new().from_block(4)), Ok(1));
    let hash = block(&node, BlockId::number(3)).header().hash;
    assert_eq!(count(&Filter::new().at_block_hash(hash)), Ok(1));
    assert_eq!(
        count(&Filter::new().at_block_hash(B256::ZERO)),
        Err(NodeError::UnknownBlock)
    );
}

#[test]
fn manual_mining_gathers_transactions() {
    let node = node();
    node.set_mining(Mining::Manual);
    let to = Address::with_last_byte(0xaa);
    let hashes: Vec<B256> = (0..3)
        .map(|_| {
            node.send_transaction(request(&node, to, Bytes::new()).value(U256::ONE))
                .expect("accepted")
        })
        .collect();
    assert_eq!(node.block_number(), 0);
    assert_eq!(node.nonce(node.accounts()[0], BlockId::pending()), Ok(3));
    node.mine(1, None);
    let block = block(&node, BlockId::latest());
    let in_block = block.transactions.as_hashes().expect("hashes were asked for");
    assert_eq!(in_block[1..], hashes, "ArbOS' own comes first");
    assert_eq!(
        node.receipt(hashes[2]).expect("it is mined").0.transaction_index,
        Some(3)
    );
    assert_eq!(balance(&node, to), U256::from(3));
    node.send_transaction(request(&node, to, Bytes::new()))
        .expect("accepted");
    node.set_mining(Mining::Auto);
    assert_eq!(
        node.block_number(),
        2,
        "what waits is mined when mining becomes automatic"
    );
}

#[test]
fn blocks_form_a_chain() {
    let node = node();
    send(&node, request(&node, Address::with_last_byte(0xaa), Bytes::new()));
    node.mine(1, None);
    for number in 1..=2 {
        let parent = block(&node, BlockId::number(number - 1));
        let block = block(&node, BlockId::number(number));
        assert_eq!(block.header().inner.parent_hash, parent.header().hash);
        let header = alloy::consensus::Header::try_from(block.header().inner.clone()).expect("all fields are there");
        assert_eq!(block.header().hash, header.hash_slow());
        assert_eq!(block.header().inner.difficulty, U256::ONE);
        assert_eq!(block.0.other.get("sendCount"), Some(&"0x0".into()));
    }
}

#[test]
fn listeners_hear_of_transactions_and_blocks() {
    let node = node();
    let contract = deploy(&node, STORE);
    let mut events = node.subscribe();
    let receipt = send(&node, request(&node, contract, word(1)));
    assert!(matches!(events.try_recv(), Ok(Event::Transaction(hash)) if hash == receipt.transaction_hash()));
    match events.try_recv() {
        Ok(Event::Block { header, logs }) => {
            assert_eq!(Some(header.inner.hash), receipt.0.block_hash);
            assert_eq!(logs.len(), 1);
        }
        other => panic!("expected a block, got {other:?}"),
    }
}
