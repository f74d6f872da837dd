//! Logs, and filters that are polled.

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Filter, TransactionRequest},
};
use serde_json::{Value, json};
use surety_devnet::{Config, Mining};

use crate::chain::{COUNTED, Chain};

#[tokio::test]
async fn logs_are_found_by_address_topic_and_block() {
    let chain = Chain::start().await;
    let (first, second) = (chain.deploy_counter().await, chain.deploy_counter().await);
    let receipts = [
        chain.count(first).await,
        chain.count(second).await,
        chain.count(first).await,
    ];
    let blocks = receipts.each_ref().map(|receipt| receipt.block_number.unwrap());
    let hashes = receipts.each_ref().map(|receipt| receipt.transaction_hash);
    let provider = chain.provider(0);
    let other = B256::with_last_byte(2);
    let cases = [
        (Filter::new().from_block(0), vec![0, 1, 2]),
        (Filter::new().from_block(0).address(first), vec![0, 2]),
        (Filter::new().from_block(0).address(vec![first, second]), vec![0, 1, 2]),
        (Filter::new().from_block(0).address(Address::ZERO), vec![]),
        (Filter::new().from_block(0).event_signature(COUNTED), vec![0, 1, 2]),
        (
            Filter::new().from_block(0).event_signature(vec![other, COUNTED]),
            vec![0, 1, 2],
        ),
        (Filter::new().from_block(0).event_signature(other), vec![]),
        (Filter::new().from_block(0).topic1(COUNTED), vec![]),
        (Filter::new().from_block(blocks[1]), vec![1, 2]),
        (Filter::new().from_block(0).to_block(blocks[0]), vec![0]),
        (Filter::new().at_block_hash(receipts[1].block_hash.unwrap()), vec![1]),
        (Filter::new(), vec![2]),
    ];
    for (filter, expected) in cases {
        let logs = provider.get_logs(&filter).await.unwrap();
        let found: Vec<_> = logs.iter().map(|log| log.transaction_hash.unwrap()).collect();
        assert_eq!(
            found,
            expected.iter().map(|index| hashes[*index]).collect::<Vec<_>>(),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn a_log_filter_reports_each_log_once() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    chain.count(counter).await;
    let filter = chain
        .result("eth_newFilter", json!([{ "address": counter, "fromBlock": "0x0" }]))
        .await;
    assert_eq!(
        changes(&chain, &filter).await.len(),
        0,
        "only what comes after the filter is new"
    );

    let receipts = [chain.count(counter).await, chain.count(counter).await];

    let hashes: Vec<_> = changes(&chain, &filter)
        .await
        .iter()
        .map(|log| log["transactionHash"].clone())
        .collect();
    assert_eq!(hashes, receipts.map(|receipt| json!(receipt.transaction_hash)));
    assert_eq!(changes(&chain, &filter).await.len(), 0);
    let all = chain.result("eth_getFilterLogs", json!([filter])).await;
    assert_eq!(all.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_block_filter_reports_blocks_and_starts_over_after_a_revert() {
    let chain = Chain::start().await;
    let snapshot = chain.result("evm_snapshot", json!([])).await;
    let filter = chain.result("eth_newBlockFilter", json!([])).await;
    chain.result("anvil_mine", json!(["0x3"])).await;
    assert_eq!(changes(&chain, &filter).await.len(), 3);

    assert_eq!(chain.result("evm_revert", json!([snapshot])).await, json!(true));
    chain.result("evm_mine", json!([])).await;

    let block = chain.result("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(changes(&chain, &filter).await, [block["hash"].clone()]);
}

#[tokio::test]
async fn a_pending_filter_reports_a_transaction_once() {
    let chain = Chain::with(Config {
        mining: Mining::Manual,
        ..Config::default()
    })
    .await;
    let hashes = chain.result("eth_newPendingTransactionFilter", json!([])).await;
    let full = chain.result("eth_newPendingTransactionFilter", json!([true])).await;
    let request = TransactionRequest::default().to(Address::ZERO);
    let sent = json!(chain.provider(0).send_transaction(request).await.unwrap().tx_hash());

    assert_eq!(changes(&chain, &hashes).await, std::slice::from_ref(&sent));
    assert_eq!(changes(&chain, &full).await[0]["hash"], sent);

    chain.result("evm_mine", json!([])).await;
    let after = changes(&chain, &hashes).await;
    assert!(!after.contains(&sent), "{after:?}");
}

#[tokio::test]
async fn a_filter_that_is_gone_is_not_found() {
    let chain = Chain::start().await;
    let filter = chain.result("eth_newBlockFilter", json!([])).await;
    assert_eq!(
        chain.error("eth_getFilterLogs", json!([filter])).await["code"],
        -32000,
        "it is no log filter"
    );
    assert_eq!(chain.result("eth_uninstallFilter", json!([filter])).await, json!(true));
    assert_eq!(chain.result("eth_uninstallFilter", json!([filter])).await, json!(false));
    let error = chain.error("eth_getFilterChanges", json!([filter])).await;
    assert_eq!(error, json!({ "code": -32000, "message": "filter not found" }));
}

async fn changes(chain: &Chain, filter: &Value) -> Vec<Value> {
    let changes = chain.result("eth_getFilterChanges", json!([filter])).await;
    changes.as_array().expect("a list").clone()
}
