//! The contract that auctions places in the cache of programs.

use alloy::eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolInterface, sol};
use surety_devnet::{Node, NodeError, config::NITRO_DEV_ACCOUNT};

use crate::support::*;
use CacheManager::*;

sol! {
    #![sol(all_derives)]

    interface CacheManager {
        struct Entry {
            bytes32 code;
            uint64 size;
            uint192 bid;
        }

        function placeBid(address program) external payable;
        function makeSpace(uint64 size) external payable returns (uint64 space);
        function getMinBid(uint64 size) external view returns (uint192 min);
        function getMinBid(address program) external view returns (uint192 min);
        function getMinBid(bytes32 codehash) external view returns (uint192 min);
        function getEntries() external view returns (Entry[] memory);
        function getSmallestEntries(uint256 count) external view returns (Entry[] memory);
        function cacheSize() external view returns (uint64);
        function queueSize() external view returns (uint64);
        function decay() external view returns (uint64);
        function isPaused() external view returns (bool);
        function setCacheSize(uint64 size) external;
        function setDecayRate(uint64 rate) external;
        function paused() external;
        function unpause() external;
        function evictPrograms(uint256 count) external;
        function evictAll() external;
        function sweepFunds() external;

        event InsertBid(bytes32 indexed codehash, address program, uint192 bid, uint64 size);
        event DeleteBid(bytes32 indexed codehash, uint192 bid, uint64 size);

        error NotChainOwner(address sender);
        error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
        error AlreadyCached(bytes32 codehash);
        error BidTooSmall(uint192 bid, uint192 min);
        error BidsArePaused();
    }

    function allCacheManagers() external view returns (address[] memory);
    function codehashIsCached(bytes32 codehash) external view returns (bool);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32);
    error ProgramNotActivated();
    event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
}

const MANAGER: Address = address!("A6E41fFD769491a42A6e5Ce453259b93983a22EF");
const ARB_WASM_CACHE: Address = Address::with_last_byte(0x72);

/// A program that returns `number`, so that each number is another program.
fn numbered(node: &Node, number: u32) -> Address {
    program(
        node,
        &format!(
            r#"(module (memory (export "memory") 0 0)
            (func (export "user_entrypoint") (param i32) (result i32) (drop (i32.const {number})) (i32.const 0)))"#
        ),
    )
}

fn view<C: SolCall>(node: &Node, to: Address, input: C) -> C::Return {
    let output = call(node, to, input.abi_encode()).expect("the view answers");
    C::abi_decode_returns(&output).expect("its answer has the type of its interface")
}

fn error(node: &Node, request: alloy::rpc::types::TransactionRequest) -> CacheManagerErrors {
    let result = node.call(request, alloy::eips::BlockId::latest(), None, None);
    let Err(NodeError::Revert { data, .. }) = result else {
        panic!("expected a revert, found {result:?}");
    };
    CacheManagerErrors::abi_decode(&data).expect("the revert is an error of the interface")
}

fn bid(node: &Node, program: Address, wei: u64) -> alloy::rpc::types::TransactionRequest {
    request(node, MANAGER, placeBidCall { program }.abi_encode()).value(U256::from(wei))
}

fn by_owner(node: &Node, input: impl SolCall) {
    let receipt = send(node, request(node, MANAGER, input.abi_encode()).from(NITRO_DEV_ACCOUNT));
    assert!(receipt.is_success());
}

fn code_hash(node: &Node, program: Address) -> B256 {
    let code = node
        .code(program, alloy::eips::BlockId::latest())
        .expect("the latest state is kept");
    alloy_primitives::keccak256(code)
}

fn is_cached(node: &Node, program: Address) -> bool {
    let codehash = code_hash(node, program);
    view(node, ARB_WASM_CACHE, codehashIsCachedCall { codehash })
}

/// Leaves room for two programs, and takes time out of the bids.
fn room_for_two(node: &Node, program: Address) {
    let codehash = code_hash(node, program);
    let size = u64::from(view(node, ARB_WASM, codehashAsmSizeCall { codehash }));
    by_owner(
        node,
        setCacheSizeCall {
            size: 2 * size + size / 2,
        },
    );
    by_owner(node, setDecayRateCall { rate: 0 });
}

#[test]
fn the_chain_starts_with_an_empty_manager() {
    let node = node();
    assert_eq!(view(&node, ARB_WASM_CACHE, allCacheManagersCall {}), [MANAGER]);
    assert_eq!(view(&node, MANAGER, cacheSizeCall {}), 536_870_912);
    assert_eq!(view(&node, MANAGER, queueSizeCall {}), 0);
    assert_eq!(view(&node, MANAGER, decayCall {}), 10_322_197_911);
    assert!(!view(&node, MANAGER, isPausedCall {}));
    assert!(view(&node, MANAGER, getEntriesCall {}).is_empty());
    for size in [8_000, 16_000, 24_000] {
        assert!(view(&node, MANAGER, getMinBid_0Call { size }).is_zero());
    }
}

#[test]
fn a_bid_caches_the_program() {
    let node = node();
    let program = numbered(&node, 1);
    let codehash = code_hash(&node, program);
    assert!(view(&node, MANAGER, getMinBid_1Call { program }).is_zero());
    assert!(view(&node, MANAGER, getMinBid_2Call { codehash }).is_zero());
    let cold = send(&node, request(&node, program, Bytes::new())).0.gas_used;

    let receipt = send(&node, bid(&node, program, 1_000));
    assert!(receipt.is_success());
    assert!(is_cached(&node, program));
    let logs = receipt.0.inner.logs();
    let insert = InsertBid::decode_log(&logs[0].inner).expect("the bid is logged");
    let size = u64::from(view(&node, ARB_WASM, codehashAsmSizeCall { codehash }));
    assert_eq!(
        (insert.codehash, insert.program, insert.size),
        (codehash, program, size)
    );
    let update = UpdateProgramCache::decode_log(&logs[1].inner).expect("the chain logs what it caches");
    assert_eq!(
        (update.manager, update.codehash, update.cached),
        (MANAGER, codehash, true)
    );
    assert_eq!(view(&node, MANAGER, queueSizeCall {}), size);
    let time = block(&node, BlockId::latest()).header.timestamp;
    let worth = U256::from(1_000) + U256::from(time) * U256::from(10_322_197_911_u64);
    let entries = view(&node, MANAGER, getEntriesCall {});
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].code, entries[0].size, U256::from(entries[0].bid)),
        (codehash, size, worth)
    );

    let warm = send(&node, request(&node, program, Bytes::new())).0.gas_used;
    assert!(
        cold - warm > 8_832,
        "every block enters it for the price of a cached program: {cold}, then {warm}"
    );
    match error(&node, bid(&node, program, 1)) {
        CacheManagerErrors::AlreadyCached(found) => assert_eq!(found.codehash, codehash),
        other => panic!("expected AlreadyCached, found {other:?}"),
    }
}

#[test]
fn a_program_that_is_not_active_cannot_be_bid_for() {
    let node = node();
    let evm = deploy(&node, &[0x00]);
    let result = node.call(bid(&node, evm, 1), alloy::eips::BlockId::latest(), None, None);
    let Err(NodeError::Revert { data, .. }) = result else {
        panic!("expected a revert, found {result:?}");
    };
    assert_eq!(data[..], ProgramNotActivated {}.abi_encode()[..]);
}

#[test]
fn the_lowest_bids_make_room() {
    let node = node();
    let programs = [1, 2, 3].map(|number| numbered(&node, number));
    room_for_two(&node, programs[0]);
    for (program, wei) in [(programs[0], 500), (programs[1], 300)] {
        assert!(send(&node, bid(&node, program, wei)).is_success());
    }
    let smallest = view(&node, MANAGER, getSmallestEntriesCall { count: U256::from(5) });
    let bids: Vec<U256> = smallest.iter().map(|entry| U256::from(entry.bid)).collect();
    assert_eq!(bids, [U256::from(300), U256::from(500)]);
    let program = programs[2];
    assert_eq!(
        U256::from(view(&node, MANAGER, getMinBid_1Call { program })),
        U256::from(300)
    );

    match error(&node, bid(&node, program, 299)) {
        CacheManagerErrors::BidTooSmall(found) => {
            assert_eq!(
                (U256::from(found.bid), U256::from(found.min)),
                (U256::from(299), U256::from(300))
            );
        }
        other => panic!("expected BidTooSmall, found {other:?}"),
    }
    let receipt = send(&node, bid(&node, program, 300));
    assert!(receipt.is_success());
    assert_eq!(programs.map(|program| is_cached(&node, program)), [true, false, true]);
    let evicted = receipt
        .0
        .inner
        .logs()
        .iter()
        .find_map(|log| DeleteBid::decode_log(&log.inner).ok());
    assert_eq!(
        evicted.expect("the eviction is logged").codehash,
        code_hash(&node, programs[1])
    );
}

#[test]
fn many_bids_leave_in_the_order_of_their_value() {
    let node = node();
    by_owner(&node, setDecayRateCall { rate: 0 });
    let bids = [70_u64, 20, 90, 10, 60, 30, 80, 50, 40];
    for (number, wei) in bids.iter().enumerate() {
        let program = numbered(&node, number as u32 + 10);
        assert!(send(&node, bid(&node, program, *wei)).is_success());
    }
    by_owner(&node, evictProgramsCall { count: U256::from(4) });
    let left = view(&node, MANAGER, getSmallestEntriesCall { count: U256::from(9) });
    let left: Vec<u64> = left.iter().map(|entry| U256::from(entry.bid).to()).collect();
    assert_eq!(left, [50, 60, 70, 80, 90]);
    assert!(view(&node, MANAGER, isPausedCall {}));
    by_owner(&node, evictAllCall {});
    assert_eq!(view(&node, MANAGER, queueSizeCall {}), 0);
}

#[test]
fn a_program_larger_than_the_cache_is_refused() {
    let node = node();
    let program = numbered(&node, 1);
    by_owner(&node, setCacheSizeCall { size: 5_000 });
    match error(&node, bid(&node, program, 1)) {
        CacheManagerErrors::AsmTooLarge(found) => assert_eq!(found.cacheSize, U256::from(5_000)),
        other => panic!("expected AsmTooLarge, found {other:?}"),
    }
}

#[test]
fn space_is_made_for_the_price_of_a_bid() {
    let node = node();
    let programs = [1, 2].map(|number| numbered(&node, number));
    room_for_two(&node, programs[0]);
    for program in programs {
        assert!(send(&node, bid(&node, program, 100)).is_success());
    }
    let size = view(&node, MANAGER, cacheSizeCall {});
    let clear = |wei: u64| request(&node, MANAGER, makeSpaceCall { size }.abi_encode()).value(U256::from(wei));
    assert!(matches!(error(&node, clear(99)), CacheManagerErrors::BidTooSmall(_)));
    assert!(send(&node, clear(100)).is_success());
    assert_eq!(programs.map(|program| is_cached(&node, program)), [false, false]);
}

#[test]
fn only_the_chain_owner_manages() {
    let node = node();
    let program = numbered(&node, 1);
    let stranger = node.accounts()[0];
    match error(&node, request(&node, MANAGER, pausedCall {}.abi_encode())) {
        CacheManagerErrors::NotChainOwner(found) => assert_eq!(found.sender, stranger),
        other => panic!("expected NotChainOwner, found {other:?}"),
    }
    by_owner(&node, pausedCall {});
    assert!(matches!(
        error(&node, bid(&node, program, 1)),
        CacheManagerErrors::BidsArePaused(_)
    ));
    by_owner(&node, unpauseCall {});
    assert!(send(&node, bid(&node, program, 1)).is_success());

    let fees = surety_devnet::evm::arbos::NETWORK_FEE_ACCOUNT;
    assert_eq!(balance(&node, MANAGER), U256::from(1));
    assert!(send(&node, request(&node, MANAGER, sweepFundsCall {}.abi_encode())).is_success());
    assert_eq!(balance(&node, MANAGER), U256::ZERO);
    assert!(balance(&node, fees) > U256::ZERO);
}
