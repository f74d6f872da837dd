//! What is Arbitrum's own in blocks.

use alloy::{
    consensus::proofs::ordered_trie_root_encoded,
    eips::BlockId,
    network::{AnyNetwork, AnyTxEnvelope},
    primitives::{Address, B256, Bytes, address, keccak256},
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
};
use serde_json::{Value, json};

use crate::chain::{Chain, number};

const ARBOS: Address = address!("00000000000000000000000000000000000A4B05");

fn bytes(value: &Value) -> Bytes {
    serde_json::from_value(value.clone()).expect("bytes")
}

#[tokio::test]
async fn a_block_starts_with_arbos_own_transaction() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let receipt = chain.count(counter).await;
    assert_eq!(receipt.transaction_index, Some(1), "users come after ArbOS");
    assert_eq!(receipt.logs()[0].transaction_index, Some(1));

    let block = chain.result("eth_getBlockByNumber", json!(["0x2", true])).await;
    let start = &block["transactions"][0];
    assert_eq!(start["type"], "0x6a");
    assert_eq!((&start["from"], &start["to"]), (&json!(ARBOS), &json!(ARBOS)));
    assert_eq!(
        (&start["gas"], &start["gasPrice"], &start["value"]),
        (&json!("0x0"), &json!("0x0"), &json!("0x0"))
    );
    assert!(start["input"].as_str().unwrap().starts_with("0x6bf6a42d"), "{start}");
    assert_eq!(block["transactions"][1]["hash"], json!(receipt.transaction_hash));

    let hash = &start["hash"];
    for (method, params) in [
        ("eth_getTransactionByHash", json!([hash])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["0x2", "0x0"])),
        ("eth_getTransactionByBlockHashAndIndex", json!([block["hash"], "0x0"])),
    ] {
        assert_eq!(&chain.result(method, params).await, start, "{method}");
    }
    let raw = bytes(&chain.result("debug_getRawTransaction", json!([hash])).await);
    assert_eq!(json!(keccak256(&raw)), *hash);
    let of_start = chain.result("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(
        (&of_start["type"], &of_start["status"], &of_start["gasUsed"]),
        (&json!("0x6a"), &json!("0x1"), &json!("0x0"))
    );
    let receipts = chain.result("eth_getBlockReceipts", json!(["0x2"])).await;
    assert_eq!((receipts.as_array().unwrap().len(), &receipts[0]), (2, &of_start));
    let count = chain
        .result("eth_getBlockTransactionCountByNumber", json!(["0x2"]))
        .await;
    assert_eq!(count, "0x2");
    let genesis = chain.result("eth_getBlockByNumber", json!(["0x0", true])).await;
    assert_eq!(genesis["transactions"], json!([]));
}

#[tokio::test]
async fn arbos_own_transaction_has_a_trace() {
    let chain = Chain::start().await;
    chain.deploy_counter().await;
    let block = chain.result("eth_getBlockByNumber", json!(["0x1", false])).await;
    let hash = &block["transactions"][0];
    let frame = chain
        .result("debug_traceTransaction", json!([hash, { "tracer": "callTracer" }]))
        .await;
    assert_eq!((&frame["from"], &frame["gasUsed"]), (&json!(ARBOS), &json!("0x0")));
    let log = chain.result("debug_traceTransaction", json!([hash])).await;
    assert_eq!((&log["structLogs"], &log["failed"]), (&json!([]), &json!(false)));
    let none = [
        (json!({ "tracer": "stylusTracer" }), json!([])),
        (json!({ "tracer": "prestateTracer" }), json!({})),
        (
            json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }),
            json!({ "pre": {}, "post": {} }),
        ),
    ];
    for (options, trace) in none {
        assert_eq!(
            chain.result("debug_traceTransaction", json!([hash, options])).await,
            trace
        );
    }
    let traces = chain.result("debug_traceBlockByNumber", json!(["0x1"])).await;
    let hashes: Vec<_> = traces
        .as_array()
        .unwrap()
        .iter()
        .map(|trace| &trace["txHash"])
        .collect();
    assert_eq!(
        hashes,
        block["transactions"].as_array().unwrap().iter().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn roots_and_hashes_follow_from_the_raw_bytes() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    chain.count(counter).await;
    for number_ in ["0x0", "0x1", "0x2"] {
        let block = chain.result("eth_getBlockByNumber", json!([number_, false])).await;
        let header = bytes(&chain.result("debug_getRawHeader", json!([number_])).await);
        assert_eq!(json!(keccak256(&header)), block["hash"]);
        let raw = bytes(&chain.result("debug_getRawBlock", json!([number_])).await);
        assert_eq!(raw.len() as u64, number(&block["size"]));
        assert!(raw.windows(header.len()).any(|part| part == &header[..]));

        let mut transactions = Vec::new();
        for hash in block["transactions"].as_array().unwrap() {
            let transaction = bytes(&chain.result("eth_getRawTransactionByHash", json!([hash])).await);
            assert!(raw.windows(transaction.len()).any(|part| part == &transaction[..]));
            transactions.push(transaction);
        }
        assert_eq!(
            json!(ordered_trie_root_encoded(&transactions)),
            block["transactionsRoot"]
        );
        let receipts = chain.result("debug_getRawReceipts", json!([number_])).await;
        let receipts: Vec<_> = receipts.as_array().unwrap().iter().map(bytes).collect();
        assert_eq!(json!(ordered_trie_root_encoded(&receipts)), block["receiptsRoot"]);
        assert_eq!(receipts.len(), transactions.len());
    }
}

#[tokio::test]
async fn alloys_arbitrary_network_reads_whole_blocks() {
    let chain = Chain::start().await;
    chain.send(TransactionRequest::default().to(ARBOS)).await;
    let url = chain.server.url().parse().unwrap();
    let provider = ProviderBuilder::new().network::<AnyNetwork>().connect_http(url);
    let block = provider.get_block(BlockId::latest()).full().await.unwrap().unwrap();
    let transactions = block.transactions.as_transactions().unwrap();
    assert!(matches!(*transactions[0].0.inner.inner, AnyTxEnvelope::Unknown(_)));
    assert!(matches!(*transactions[1].0.inner.inner, AnyTxEnvelope::Ethereum(_)));
    let receipts = provider.get_block_receipts(BlockId::latest()).await.unwrap().unwrap();
    assert_eq!(receipts.last().unwrap().to, Some(ARBOS));
}

#[tokio::test]
async fn alloys_ethereum_network_reads_blocks_by_their_hashes() {
    let chain = Chain::start().await;
    let receipt = chain.send(TransactionRequest::default().to(ARBOS)).await;
    let block = chain.provider(0).get_block(BlockId::latest()).await.unwrap().unwrap();
    let hashes: Vec<B256> = block.transactions.hashes().collect();
    assert_eq!(hashes.last(), Some(&receipt.transaction_hash));
}
