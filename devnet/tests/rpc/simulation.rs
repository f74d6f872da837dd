//! Blocks of calls that are thrown away in the end.

use alloy::primitives::{Address, B256, Bytes, U256, address};
use serde_json::{Value, json};

use crate::chain::{COUNTED, Chain, number};

const STRANGER: Address = address!("00000000000000000000000000000000000abcde");

fn word(value: u64) -> Value {
    json!(Bytes::from(U256::from(value).to_be_bytes::<32>()))
}

#[tokio::test]
async fn calls_build_on_each_other_and_leave_nothing() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let count = json!({ "from": STRANGER, "to": counter });
    let payload = json!({ "blockStateCalls": [{ "calls": [count, count] }, { "calls": [count] }] });

    let blocks = chain.result("eth_simulateV1", json!([payload, "latest"])).await;

    let results: Vec<_> = blocks
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["calls"].as_array().unwrap())
        .map(|call| call["returnData"].clone())
        .collect();
    assert_eq!(results, [word(1), word(2), word(3)]);
    let log = &blocks[0]["calls"][1]["logs"][0];
    assert_eq!((&log["topics"], &log["data"]), (&json!([COUNTED]), &word(2)));
    assert_eq!(
        (&log["logIndex"], &log["blockHash"]),
        (&json!("0x1"), &blocks[0]["hash"])
    );
    assert_eq!(blocks[0]["number"], "0x2");
    assert_eq!(blocks[1]["parentHash"], blocks[0]["hash"]);
    assert_eq!(number(&blocks[1]["timestamp"]), number(&blocks[0]["timestamp"]) + 1);
    assert_ne!(blocks[0]["stateRoot"], blocks[1]["stateRoot"]);
    assert_eq!(chain.counted(counter).await, U256::ZERO, "nothing was changed");
    assert_eq!(chain.node.block_number(), 1);
}

#[tokio::test]
async fn overrides_hold_from_their_block_on() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let count = json!({ "to": counter });
    // Returns coinbase, time and base fee.
    let block_facts = "0x41600052426020524860405260606000f3";
    let payload = json!({ "blockStateCalls": [
        { "calls": [count] },
        {
            "stateOverrides": {
                counter.to_string(): { "stateDiff": { B256::ZERO.to_string(): B256::with_last_byte(50) } },
                STRANGER.to_string(): { "code": block_facts },
            },
            "blockOverrides": {
                "number": "0x5", "time": "0x80000000", "feeRecipient": STRANGER, "baseFeePerGas": "0x7",
            },
            "calls": [count, { "to": STRANGER, "maxFeePerGas": "0x7" }],
        },
    ] });

    let blocks = chain.result("eth_simulateV1", json!([payload])).await;

    let numbers: Vec<_> = blocks
        .as_array()
        .unwrap()
        .iter()
        .map(|block| number(&block["number"]))
        .collect();
    assert_eq!(numbers, [2, 3, 4, 5], "numbers left out are empty blocks");
    let calls = &blocks[3]["calls"];
    assert_eq!(calls[0]["returnData"], word(51));
    let facts = [
        STRANGER.into_word().0,
        U256::from(0x8000_0000_u64).to_be_bytes::<32>(),
        U256::from(7).to_be_bytes::<32>(),
    ];
    assert_eq!(calls[1]["returnData"], json!(Bytes::from(facts.concat())));
    assert_eq!(
        (&blocks[3]["miner"], &blocks[3]["baseFeePerGas"]),
        (&json!(STRANGER), &json!("0x7"))
    );
}

#[tokio::test]
async fn transfers_show_as_logs() {
    let chain = Chain::start().await;
    let transfer = json!({ "from": chain.account(0), "to": STRANGER, "value": "0x5" });
    let payload = json!({ "blockStateCalls": [{ "calls": [transfer] }], "traceTransfers": true });
    let blocks = chain.result("eth_simulateV1", json!([payload])).await;
    let log = &blocks[0]["calls"][0]["logs"][0];
    assert_eq!(
        log["address"],
        json!(address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"))
    );
    assert_eq!(log["topics"][2], json!(STRANGER.into_word()));
    assert_eq!(log["data"], word(5));
}

#[tokio::test]
async fn failures_are_told_with_their_codes() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let calls = json!([{ "to": counter, "data": "0xdead" }, { "data": "0xfe", "gas": "0x186a0" }]);
    let payload = json!({ "blockStateCalls": [{ "calls": calls }] });
    let blocks = chain.result("eth_simulateV1", json!([payload])).await;
    let [reverted, halted] = [&blocks[0]["calls"][0], &blocks[0]["calls"][1]];
    assert_eq!(
        (&reverted["status"], &reverted["error"]["code"]),
        (&json!("0x0"), &json!(3))
    );
    assert_eq!(
        (&reverted["returnData"], &reverted["error"]["data"]),
        (&json!("0xdead"), &json!("0xdead"))
    );
    assert_eq!(halted["error"]["code"], -32015);
    assert_eq!(number(&halted["gasUsed"]), 100_000);

    let account = chain.account(0);
    let validated = |call: Value| json!([{ "blockStateCalls": [{ "calls": [call] }], "validation": true }]);
    let cases = [
        (
            validated(json!({ "from": account, "to": STRANGER, "nonce": "0x0" })),
            -38010,
        ),
        (
            validated(json!({ "from": account, "to": STRANGER, "nonce": "0x9" })),
            -38011,
        ),
        (
            validated(json!({ "from": account, "to": STRANGER, "maxFeePerGas": "0x1" })),
            -38012,
        ),
        (
            validated(json!({ "from": account, "to": STRANGER, "gas": "0x1" })),
            -38013,
        ),
        (
            validated(json!({ "from": STRANGER, "to": account, "gas": "0x5208" })),
            -38014,
        ),
        (
            validated(json!({ "from": account, "to": STRANGER, "gas": "0xffffffffff" })),
            -38015,
        ),
        (
            json!([{ "blockStateCalls": [{ "blockOverrides": { "number": "0x1" } }] }]),
            -38020,
        ),
        (
            json!([{ "blockStateCalls": [{ "blockOverrides": { "time": "0x1" } }] }]),
            -38021,
        ),
        (
            json!([{ "blockStateCalls": [{ "blockOverrides": { "number": "0xffff" } }] }]),
            -38026,
        ),
    ];
    for (params, code) in cases {
        let error = chain.error("eth_simulateV1", params).await;
        assert_eq!(error["code"], code, "{error}");
    }
}

#[tokio::test]
async fn precompiles_stay_where_they_are() {
    let chain = Chain::start().await;
    let moved = json!({ "0x0000000000000000000000000000000000000004": { "movePrecompileToAddress": STRANGER } });
    let call = json!({ "to": STRANGER, "data": "0x12" });
    let payload = json!({ "blockStateCalls": [{ "stateOverrides": moved, "calls": [call] }] });
    for (method, params) in [
        ("eth_simulateV1", json!([payload, "latest"])),
        ("eth_call", json!([call, "latest", moved])),
        ("eth_estimateGas", json!([call, "latest", moved])),
    ] {
        let error = chain.error(method, params).await;
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(-32602), &json!("movePrecompileToAddress is not supported")),
            "{method}"
        );
    }
}
