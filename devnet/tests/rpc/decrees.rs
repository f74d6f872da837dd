//! What later blocks are like, by decree, and going back.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256, address},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use serde_json::{Value, json};

use crate::chain::{Chain, number};

const STRANGER: Address = address!("00000000000000000000000000000000000abcde");

async fn latest(chain: &Chain) -> Value {
    chain.result("eth_getBlockByNumber", json!(["latest", false])).await
}

#[tokio::test]
async fn blocks_to_come_are_as_ordered() {
    let chain = Chain::start().await;
    let before = chain.send(TransactionRequest::default().to(STRANGER)).await;
    chain
        .result("anvil_setNextBlockBaseFeePerGas", json!(["0x77359400"]))
        .await;
    chain.result("hardhat_setCoinbase", json!([STRANGER])).await;
    chain.result("evm_setBlockGasLimit", json!(["0x1c9c380"])).await;
    assert_eq!(chain.result("eth_gasPrice", json!([])).await, "0x77359400");

    let request = TransactionRequest::default().to(STRANGER).with_gas_price(3_000_000_000);
    let receipt = chain.send(request).await;

    assert_eq!(receipt.effective_gas_price, 2_000_000_000);
    let block = latest(&chain).await;
    assert_eq!(
        (&block["baseFeePerGas"], &block["miner"], &block["gasLimit"]),
        (&json!("0x77359400"), &json!(STRANGER), &json!("0x1c9c380"))
    );
    // Returns coinbase and base fee.
    let code = json!({ STRANGER.to_string(): { "code": "0x416000524860205260406000f3" } });
    let output = chain
        .result("eth_call", json!([{ "to": STRANGER }, "latest", code]))
        .await;
    let expected = [
        STRANGER.into_word().0,
        U256::from(2_000_000_000_u64).to_be_bytes::<32>(),
    ]
    .concat();
    assert_eq!(output, json!(alloy::primitives::Bytes::from(expected)));

    let history = chain.result("eth_feeHistory", json!(["0x2", "latest", []])).await;
    assert_eq!(
        history["baseFeePerGas"],
        json!(["0x5f5e100", "0x77359400", "0x77359400"])
    );
    let cheap = json!([{ "from": chain.account(0), "to": STRANGER, "gasPrice": "0x5f5e100", "gas": "0x5208" }]);
    let error = chain.error("eth_sendTransaction", cheap).await;
    assert_eq!(error["code"], -32000, "{error}");
    let large = json!([{ "from": chain.account(0), "to": STRANGER, "gas": "0x1c9c381" }]);
    let error = chain.error("eth_sendTransaction", large).await;
    assert_eq!(error["message"], "gas limit exceeds the block's");
    let trace = chain
        .result(
            "debug_traceTransaction",
            json!([before.transaction_hash, { "tracer": "callTracer" }]),
        )
        .await;
    assert_eq!(number(&trace["gasUsed"]), 21_000, "an old block is replayed as it was");
}

#[tokio::test]
async fn another_chain_id_refuses_what_was_signed_before() {
    let chain = Chain::start().await;
    let transfer = json!([{ "from": chain.account(0), "to": STRANGER }]);
    let signed = chain.result("eth_signTransaction", transfer.clone()).await;
    chain.result("anvil_setChainId", json!([31337])).await;
    assert_eq!(chain.result("eth_chainId", json!([])).await, "0x7a69");
    assert_eq!(chain.result("net_version", json!([])).await, "31337");
    let error = chain.error("eth_sendRawTransaction", json!([signed["raw"]])).await;
    assert!(
        error["message"].as_str().unwrap().starts_with("invalid chain id"),
        "{error}"
    );
    chain.result("eth_sendTransaction", transfer).await;
    assert_eq!(chain.node.block_number(), 1);
}

#[tokio::test]
async fn a_reset_starts_anew() {
    let chain = Chain::start().await;
    let blocks = chain.result("eth_newBlockFilter", json!([])).await;
    chain
        .send(TransactionRequest::default().to(STRANGER).value(U256::from(5)))
        .await;
    chain.result("anvil_addBalance", json!([STRANGER, "0x5"])).await;
    assert_eq!(chain.result("eth_getBalance", json!([STRANGER])).await, "0xa");

    chain.result("anvil_reset", json!([])).await;

    assert_eq!(chain.result("eth_blockNumber", json!([])).await, "0x0");
    assert_eq!(chain.result("eth_getBalance", json!([STRANGER])).await, "0x0");
    let nonce = chain.provider(0).get_transaction_count(chain.account(0)).await;
    assert_eq!(nonce.unwrap(), 0);
    let receipt = chain.send(TransactionRequest::default().to(STRANGER)).await;
    let changes = chain.result("eth_getFilterChanges", json!([blocks])).await;
    assert_eq!(changes, json!([receipt.block_hash]), "filters see the new chain");
    for fork in [
        json!({ "forking": { "jsonRpcUrl": "http://localhost:1" } }),
        json!({ "forking": { "blockNumber": "0x1" } }),
        json!({ "jsonRpcUrl": "http://localhost:1" }),
        json!({ "forking": true }),
    ] {
        assert_eq!(chain.error("hardhat_reset", json!([fork])).await["code"], -32602);
    }
    let as_viem = json!([{ "forking": { "blockNumber": null } }]);
    chain.result("anvil_reset", as_viem).await;
    assert_eq!(chain.node.block_number(), 0);
}

#[tokio::test]
async fn a_dump_brings_the_chain_to_another_server() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let receipt = chain.count(counter).await;
    chain
        .result("anvil_setNextBlockBaseFeePerGas", json!(["0x5f5e101"]))
        .await;
    let dump = chain.result("anvil_dumpState", json!([])).await;

    let other = Chain::start().await;
    assert_eq!(other.result("anvil_loadState", json!([dump])).await, json!(true));
    for (method, params) in [
        ("eth_getBlockByNumber", json!(["latest", true])),
        ("eth_getTransactionReceipt", json!([receipt.transaction_hash])),
        ("eth_getProof", json!([counter, ["0x0"], "0x1"])),
        ("eth_gasPrice", json!([])),
    ] {
        assert_eq!(
            other.result(method, params.clone()).await,
            chain.result(method, params).await,
            "{method}"
        );
    }
    other.count(counter).await;
    assert_eq!(other.counted(counter).await, U256::from(2));

    let broken = other.error("anvil_loadState", json!(["0x1234"])).await;
    assert_eq!(broken["code"], -32000, "{broken}");
    assert_eq!(other.counted(counter).await, U256::from(2), "nothing was lost");
}

#[tokio::test]
async fn blocks_are_taken_back() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    chain.count(counter).await;
    let kept = chain.result("evm_snapshot", json!([])).await;
    let mut undone = Vec::new();
    for _ in 0..2 {
        undone.push(chain.count(counter).await.transaction_hash);
    }
    let gone = chain.result("evm_snapshot", json!([])).await;

    chain.result("anvil_rollback", json!([2])).await;

    assert_eq!(chain.result("eth_blockNumber", json!([])).await, "0x2");
    assert_eq!(chain.counted(counter).await, U256::from(1));
    for hash in undone {
        assert_eq!(
            chain.result("eth_getTransactionReceipt", json!([hash])).await,
            Value::Null
        );
    }
    assert_eq!(chain.result("evm_revert", json!([gone])).await, json!(false));
    chain.count(counter).await;
    assert_eq!(chain.result("evm_revert", json!([kept])).await, json!(true));
    assert_eq!(chain.counted(counter).await, U256::from(1));

    chain.result("anvil_rollback", json!([])).await;
    assert_eq!(chain.counted(counter).await, U256::ZERO);
    assert_eq!(chain.error("anvil_rollback", json!([2])).await["code"], -32602);
}

#[tokio::test]
async fn waiting_transactions_are_dropped() {
    let chain = Chain::start().await;
    chain.result("evm_setAutomine", json!([false])).await;
    let send = async |account: usize| {
        let request = TransactionRequest::default()
            .to(STRANGER)
            .with_from(chain.account(account));
        chain.result("eth_sendTransaction", json!([request])).await
    };
    let waiting = async || chain.result("txpool_status", json!([])).await["pending"].clone();
    for account in [0, 0, 1, 2] {
        send(account).await;
    }
    chain
        .result("anvil_removePoolTransactions", json!([chain.account(0)]))
        .await;
    assert_eq!(waiting().await, "0x2");
    chain.result("anvil_dropAllTransactions", json!([])).await;
    assert_eq!(waiting().await, "0x0");
    let hash = send(0).await;
    chain.result("evm_mine", json!([])).await;
    let receipt = chain.result("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], "0x1");
}

#[tokio::test]
async fn only_the_latest_interval_mines() {
    let chain = Chain::start().await;
    for seconds in [1_000_000_000, 1, 1_000_000_000, 1, 1] {
        chain.result("evm_setIntervalMining", json!([seconds])).await;
    }
    let mut heads = chain.node.subscribe();
    let block = async |heads: &mut tokio::sync::broadcast::Receiver<surety_devnet::Event>| match heads.recv().await {
        Ok(surety_devnet::Event::Block { header, .. }) => header.timestamp,
        other => panic!("expected a block, got {other:?}"),
    };
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(block(&mut heads).await);
    }
    assert!(
        times.is_sorted_by(|earlier, later| earlier < later),
        "one block a second and no more: {times:?}"
    );
}
