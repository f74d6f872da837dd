//! Subscriptions over WebSockets.

use std::time::Duration;

use alloy::{primitives::Address, rpc::types::TransactionRequest};
use jsonrpsee::core::{
    client::{ClientT, Error, Subscription, SubscriptionClientT},
    rpc_params,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{Value, json};

use crate::chain::Chain;

async fn connect(chain: &Chain) -> WsClient {
    WsClientBuilder::default()
        .build(chain.server.ws_url())
        .await
        .expect("a connection")
}

async fn subscribe(client: &WsClient, kind: &str, detail: Option<Value>) -> Result<Subscription<Value>, Error> {
    let mut params = rpc_params![kind];
    if let Some(detail) = detail {
        params.insert(detail)?;
    }
    client.subscribe("eth_subscribe", params, "eth_unsubscribe").await
}

async fn next(subscription: &mut Subscription<Value>) -> Value {
    let item = tokio::time::timeout(Duration::from_secs(60), subscription.next())
        .await
        .expect("a notification");
    item.expect("an open subscription").expect("JSON")
}

#[tokio::test]
async fn heads_logs_and_transactions_are_announced() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let client = connect(&chain).await;
    let mut heads = subscribe(&client, "newHeads", None).await.unwrap();
    let mut logs = subscribe(&client, "logs", Some(json!({ "address": counter })))
        .await
        .unwrap();
    let mut others = subscribe(&client, "logs", Some(json!({ "address": Address::ZERO })))
        .await
        .unwrap();
    let mut hashes = subscribe(&client, "newPendingTransactions", None).await.unwrap();

    let receipt = chain.count(counter).await;

    assert_eq!(next(&mut heads).await["hash"], json!(receipt.block_hash));
    assert_eq!(
        next(&mut logs).await["transactionHash"],
        json!(receipt.transaction_hash)
    );
    assert_eq!(next(&mut hashes).await, json!(receipt.transaction_hash));
    chain.send(TransactionRequest::default().to(Address::ZERO)).await;
    next(&mut heads).await;
    let quiet = tokio::time::timeout(Duration::from_millis(50), others.next()).await;
    assert!(quiet.is_err(), "the log of another contract was announced");
}

#[tokio::test]
async fn whole_transactions_are_announced_if_asked_for() {
    let chain = Chain::start().await;
    let client = connect(&chain).await;
    let mut whole = subscribe(&client, "newPendingTransactions", Some(json!(true)))
        .await
        .unwrap();
    chain.result("evm_setAutomine", json!([false])).await;
    let transfer = json!([{ "from": chain.account(0), "to": Address::ZERO, "value": "0x7" }]);
    let hash = chain.result("eth_sendTransaction", transfer).await;
    let transaction = next(&mut whole).await;
    assert_eq!((&transaction["hash"], &transaction["value"]), (&hash, &json!("0x7")));
    assert_eq!(transaction["blockHash"], Value::Null, "it waits");
}

#[tokio::test]
async fn every_block_is_announced_however_it_was_made() {
    let chain = Chain::start().await;
    let client = connect(&chain).await;
    let mut heads = subscribe(&client, "newHeads", None).await.unwrap();
    chain.result("anvil_mine", json!(["0x3"])).await;
    chain.result("evm_mine", json!([])).await;
    chain.send(TransactionRequest::default().to(Address::ZERO)).await;
    chain.result("evm_setIntervalMining", json!([1])).await;
    for height in 1..=6 {
        let head = next(&mut heads).await;
        assert_eq!(head["number"], json!(format!("0x{height:x}")));
        assert!(head["l1BlockNumber"].is_string(), "Arbitrum's own field: {head}");
    }
}

#[tokio::test]
async fn methods_are_called_over_the_same_connection() {
    let chain = Chain::start().await;
    let client = connect(&chain).await;
    let id: String = client.request("eth_chainId", rpc_params![]).await.unwrap();
    assert_eq!(id, "0x64aba");
    let heads = subscribe(&client, "newHeads", None).await.unwrap();
    heads.unsubscribe().await.unwrap();
    chain.send(TransactionRequest::default().to(Address::ZERO)).await;
    let id: String = client.request("eth_blockNumber", rpc_params![]).await.unwrap();
    assert_eq!(id, "0x1");
}

#[tokio::test]
async fn unknown_topics_are_refused() {
    let chain = Chain::start().await;
    let client = connect(&chain).await;
    let wrong = [
        ("weather", None),
        ("syncing", None),
        ("logs", Some(json!({ "address": 1 }))),
        ("logs", Some(json!(5))),
    ];
    for (kind, detail) in wrong {
        let Err(Error::Call(error)) = subscribe(&client, kind, detail).await else {
            panic!("{kind} was accepted")
        };
        assert_eq!(error.code(), -32602, "{kind}: {error}");
    }
}

#[tokio::test]
async fn http_carries_no_subscriptions() {
    let chain = Chain::start().await;
    for (method, params) in [
        ("eth_subscribe", json!(["newHeads"])),
        ("eth_unsubscribe", json!(["0x1"])),
    ] {
        let error = chain.error(method, params).await;
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!(-32601), &json!("notifications not supported"))
        );
    }
}
