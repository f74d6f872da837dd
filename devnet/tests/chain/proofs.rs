//! State roots, and proofs against them.

use alloy::{eips::BlockId, rlp, rpc::types::EIP1186AccountProofResponse, serde::JsonStorageKey};
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use surety_devnet::Node;

use crate::{contracts::*, support::*};

fn root(node: &Node, number: u64) -> B256 {
    block(node, number).header.state_root
}

/// Asserts that a proof holds against the state root of a block, and returns it.
fn checked(node: &Node, address: Address, slots: &[u64], block: u64) -> EIP1186AccountProofResponse {
    let keys = slots
        .iter()
        .map(|slot| JsonStorageKey::Number(U256::from(*slot)))
        .collect();
    let proof = node.proof(address, keys, block.into()).expect("the state is kept");
    let account = TrieAccount {
        nonce: proof.nonce,
        balance: proof.balance,
        storage_root: proof.storage_hash,
        code_hash: proof.code_hash,
    };
    let exists = account != TrieAccount::default();
    let path = Nibbles::unpack(keccak256(address));
    let expected = exists.then(|| rlp::encode(account));
    assert_eq!(
        verify_proof(root(node, block), path, expected, &proof.account_proof),
        Ok(())
    );
    for slot in &proof.storage_proof {
        let path = Nibbles::unpack(keccak256(slot.key.as_b256()));
        let expected = (!slot.value.is_zero()).then(|| rlp::encode(slot.value));
        assert_eq!(verify_proof(proof.storage_hash, path, expected, &slot.proof), Ok(()));
    }
    proof
}

#[test]
fn accounts_and_slots_are_proved_at_every_block() {
    let node = node();
    let payer = node.accounts()[0];
    let store = program(&node, STORE);
    let deployed = node.block_number();
    for value in [5, 0, 6] {
        send(&node, request(&node, store, store_input(value, 1, 0)));
    }
    let values: Vec<U256> = (deployed..=node.block_number())
        .map(|block| checked(&node, store, &[0, 1], block).storage_proof[0].value)
        .collect();
    assert_eq!(values, [0, 5, 0, 6].map(U256::from));
    for block in 0..=node.block_number() {
        assert_eq!(checked(&node, payer, &[], block).nonce, block);
        let nobody = checked(&node, Address::repeat_byte(0xee), &[0], block);
        assert_eq!((nobody.balance, nobody.nonce), (U256::ZERO, 0));
    }
    let roots: std::collections::HashSet<B256> = (0..=node.block_number()).map(|block| root(&node, block)).collect();
    assert_eq!(
        roots.len() as u64,
        node.block_number() + 1,
        "every block changed something"
    );
}

#[test]
fn a_root_tells_the_state_and_nothing_else() {
    let histories: [&[u64]; 2] = [&[3, 1, 2], &[1, 3, 2]];
    let [first, second] = histories.map(|values| {
        let node = node();
        let contract = deploy(&node, &hex!("5f355f5500"));
        for value in values {
            send(&node, request(&node, contract, word(*value)).gas_limit(100_000));
        }
        (
            root(&node, node.block_number()),
            checked(&node, contract, &[0], node.block_number()).storage_hash,
        )
    });
    assert_eq!(first, second);
    let node = node();
    node.mine(2, None);
    assert_eq!(root(&node, 1), root(&node, 0), "an empty block changes nothing");
}

#[test]
fn going_back_brings_the_root_back() {
    let node = node();
    let store = program(&node, STORE);
    send(&node, request(&node, store, store_input(5, 1, 0)));
    let (height, before) = (node.block_number(), root(&node, node.block_number()));
    let snapshot = node.snapshot();
    node.set_balance(Address::repeat_byte(1), U256::from(1));
    send(&node, request(&node, store, store_input(6, 1, 0)));
    node.set_storage(store, U256::from(9), word(9));
    assert!(node.revert(snapshot));
    node.mine(1, None);
    assert_eq!(root(&node, height + 1), before);
    checked(&node, store, &[0, 9], height + 1);

    send(&node, request(&node, store, store_input(7, 1, 0)));
    node.set_nonce(store, 77);
    node.rollback(1).expect("there is a block to take back");
    node.mine(1, None);
    assert_eq!(root(&node, node.block_number()), before);
}

#[test]
fn decrees_are_in_the_root_of_the_next_block() {
    let node = node();
    let address = Address::repeat_byte(0xdd);
    node.set_balance(address, U256::from(7));
    node.set_storage(Address::repeat_byte(0xde), U256::from(3), word(4));
    node.set_code(address, Bytes::from_static(&hex!("60016002")));
    node.mine(1, None);
    let proof = checked(&node, address, &[], 1);
    assert_eq!(
        (proof.balance, proof.code_hash),
        (U256::from(7), keccak256(hex!("60016002")))
    );
    let slot = &checked(&node, Address::repeat_byte(0xde), &[3], 1).storage_proof[0];
    assert_eq!(slot.value, U256::from(4));
    let latest = node
        .proof(address, Vec::new(), BlockId::latest())
        .expect("the latest state is kept");
    assert_eq!(latest, proof);
}
