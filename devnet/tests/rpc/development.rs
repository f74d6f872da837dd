//! Time, mining, snapshots and state by decree.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, U256, address},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use serde_json::{Value, json};

use crate::chain::{Chain, number};

const STRANGER: Address = address!("00000000000000000000000000000000000abcde");

async fn latest(chain: &Chain) -> Value {
    chain.result("eth_getBlockByNumber", json!(["latest", false])).await
}

async fn latest_time(chain: &Chain) -> u64 {
    number(&latest(chain).await["timestamp"])
}

#[tokio::test]
async fn time_goes_forward_on_demand() {
    let chain = Chain::start().await;
    let start = latest_time(&chain).await;
    chain.result("evm_increaseTime", json!([3600])).await;
    chain.result("evm_mine", json!([])).await;
    assert!(latest_time(&chain).await >= start + 3600);

    let next = latest_time(&chain).await + 500;
    chain.result("evm_setNextBlockTimestamp", json!([next])).await;
    chain.send(TransactionRequest::default().to(STRANGER)).await;
    assert_eq!(latest_time(&chain).await, next);
    chain.send(TransactionRequest::default().to(STRANGER)).await;
    assert!(latest_time(&chain).await >= next, "the clock goes on from there");

    chain.result("evm_mine", json!([next + 1000])).await;
    assert_eq!(latest_time(&chain).await, next + 1000);
    chain
        .result("evm_mine", json!([{ "timestamp": next + 2000, "blocks": 1 }]))
        .await;
    assert_eq!(latest_time(&chain).await, next + 2000);

    let error = chain.error("evm_setNextBlockTimestamp", json!([start])).await;
    assert_eq!(error["code"], -32000, "time does not go back: {error}");
    let error = chain.error("evm_setTime", json!([1_700_000_000_000_000_u64])).await;
    assert_eq!(error["code"], -32602, "milliseconds are refused: {error}");
}

#[tokio::test]
async fn blocks_come_in_numbers_and_at_a_distance() {
    let chain = Chain::start().await;
    chain.result("anvil_mine", json!(["0x5"])).await;
    assert_eq!(chain.result("eth_blockNumber", json!([])).await, "0x5");
    let before = latest_time(&chain).await;
    chain.result("anvil_mine", json!(["0x3", "0x3c"])).await;
    assert_eq!(chain.result("eth_blockNumber", json!([])).await, "0x8");
    assert!(latest_time(&chain).await >= before + 2 * 60);

    chain.result("anvil_setBlockTimestampInterval", json!([100])).await;
    let before = latest_time(&chain).await;
    chain.result("evm_mine", json!([])).await;
    assert_eq!(latest_time(&chain).await, before + 100);
    assert_eq!(
        chain.result("anvil_removeBlockTimestampInterval", json!([])).await,
        json!(true)
    );
    let error = chain.error("anvil_mine", json!(["0xffffffffff"])).await;
    assert_eq!(error["code"], -32602, "{error}");
}

#[tokio::test]
async fn transactions_wait_while_mining_is_manual() {
    let chain = Chain::start().await;
    assert_eq!(chain.result("anvil_getAutomine", json!([])).await, json!(true));
    chain.result("evm_setAutomine", json!([false])).await;
    let provider = chain.provider(0);
    let request = TransactionRequest::default().to(STRANGER).value(U256::from(1));
    let first = *provider.send_transaction(request.clone()).await.unwrap().tx_hash();
    let second = *provider.send_transaction(request).await.unwrap().tx_hash();

    assert_eq!(
        chain.result("eth_getTransactionReceipt", json!([first])).await,
        Value::Null
    );
    assert_eq!(
        chain.result("eth_getTransactionByHash", json!([first])).await["blockHash"],
        Value::Null
    );
    assert_eq!(
        chain.result("txpool_status", json!([])).await,
        json!({ "pending": "0x2", "queued": "0x0" })
    );
    let content = chain.result("txpool_contentFrom", json!([chain.account(0)])).await;
    assert_eq!(content["pending"]["1"]["hash"], json!(second));
    let nonce = async |tag| {
        chain
            .result("eth_getTransactionCount", json!([chain.account(0), tag]))
            .await
    };
    assert_eq!(
        (nonce("latest").await, nonce("pending").await),
        (json!("0x0"), json!("0x2"))
    );

    assert_eq!(
        chain.result("anvil_dropTransaction", json!([second])).await,
        json!(second)
    );
    chain.result("evm_mine", json!([])).await;
    assert_eq!(
        chain.result("eth_getTransactionReceipt", json!([first])).await["status"],
        "0x1"
    );
    assert_eq!(
        chain.result("eth_getTransactionByHash", json!([second])).await,
        Value::Null
    );
    chain.result("evm_setAutomine", json!([true])).await;
    assert!(chain.send(TransactionRequest::default().to(STRANGER)).await.status());
}

#[tokio::test]
async fn blocks_come_by_the_clock_in_interval_mining() {
    let chain = Chain::start().await;
    chain.result("evm_setIntervalMining", json!([1])).await;
    assert_eq!(chain.result("anvil_getIntervalMining", json!([])).await, json!(1));
    let pending = chain
        .provider(0)
        .send_transaction(TransactionRequest::default().to(STRANGER))
        .await
        .unwrap();
    let receipt = tokio::time::timeout(Duration::from_secs(60), pending.get_receipt())
        .await
        .expect("a block");
    assert!(receipt.unwrap().status());
    chain.result("evm_setIntervalMining", json!([0])).await;
    assert_eq!(chain.result("anvil_getIntervalMining", json!([])).await, Value::Null);
}

#[tokio::test]
async fn a_snapshot_brings_everything_back() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    chain.count(counter).await;
    let (height, time) = (chain.node.block_number(), latest_time(&chain).await);
    let outer = chain.result("evm_snapshot", json!([])).await;
    chain.count(counter).await;
    let inner = chain.result("evm_snapshot", json!([])).await;
    assert_ne!(outer, inner);
    chain.result("evm_increaseTime", json!(["0x15180"])).await;
    let receipt = chain.count(counter).await;
    assert_eq!(chain.counted(counter).await, U256::from(3));

    assert_eq!(chain.result("evm_revert", json!([outer])).await, json!(true));

    assert_eq!(chain.counted(counter).await, U256::from(1));
    assert_eq!((chain.node.block_number(), latest_time(&chain).await), (height, time));
    assert_eq!(
        chain
            .result("eth_getTransactionReceipt", json!([receipt.transaction_hash]))
            .await,
        Value::Null
    );
    chain.result("evm_mine", json!([])).await;
    assert!(latest_time(&chain).await < time + 86_400, "the clock went back too");
    for gone in [outer, inner] {
        assert_eq!(chain.result("evm_revert", json!([gone])).await, json!(false));
    }
    chain.count(counter).await;
    assert_eq!(chain.counted(counter).await, U256::from(2));
}

#[tokio::test]
async fn state_is_set_by_decree() {
    let chain = Chain::start().await;
    let provider = chain.provider(0);
    chain
        .result("anvil_setBalance", json!([STRANGER, "0xde0b6b3a7640000"]))
        .await;
    chain.result("anvil_setNonce", json!([STRANGER, "0x7"])).await;
    // Returns slot 5.
    chain
        .result("anvil_setCode", json!([STRANGER, "0x60055460005260206000f3"]))
        .await;
    chain
        .result("anvil_setStorageAt", json!([STRANGER, "0x5", B256::with_last_byte(99)]))
        .await;
    assert_eq!(
        provider.get_balance(STRANGER).await.unwrap(),
        U256::from(10).pow(U256::from(18))
    );
    assert_eq!(provider.get_transaction_count(STRANGER).await.unwrap(), 7);
    let output = provider.call(TransactionRequest::default().to(STRANGER)).await.unwrap();
    assert_eq!(U256::from_be_slice(&output), U256::from(99));
}

#[tokio::test]
async fn an_impersonated_account_sends_without_a_key() {
    let chain = Chain::start().await;
    let transfer = json!([{ "from": STRANGER, "to": Address::ZERO, "value": "0x1" }]);
    chain
        .result("hardhat_setBalance", json!([STRANGER, "0xde0b6b3a7640000"]))
        .await;
    assert_eq!(
        chain.error("eth_sendTransaction", transfer.clone()).await["code"],
        -32000
    );

    chain.result("anvil_impersonateAccount", json!([STRANGER])).await;
    let hash = chain.result("eth_sendTransaction", transfer.clone()).await;
    let receipt = chain.result("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(
        (&receipt["status"], &receipt["from"]),
        (&json!("0x1"), &json!(STRANGER))
    );

    chain.result("anvil_stopImpersonatingAccount", json!([STRANGER])).await;
    assert_eq!(
        chain.error("eth_sendTransaction", transfer.clone()).await["code"],
        -32000
    );
    chain.result("anvil_autoImpersonateAccount", json!([true])).await;
    chain.result("eth_sendTransaction", transfer).await;
}

#[tokio::test]
async fn anvils_own_questions_are_answered() {
    let chain = Chain::start().await;
    let info = chain.result("anvil_nodeInfo", json!([])).await;
    assert_eq!(info["environment"]["chainId"], 412_346);
    assert_eq!(info["currentBlockHash"], latest(&chain).await["hash"]);
    let metadata = chain.result("hardhat_metadata", json!([])).await;
    assert_eq!(metadata["latestBlockNumber"], 0);
    let modules = chain.result("rpc_modules", json!([])).await;
    assert_eq!(modules["anvil"], "1.0");
}
