//! Conformance: every answer has the shape that the published OpenRPC specification gives it.

use alloy::{
    eips::eip7702::Authorization,
    network::{TransactionBuilder, TransactionBuilder7702},
    primitives::{Address, B256, U256},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::SignerSync,
};
use serde_json::{Value, json};

use crate::{
    chain::{COUNTER, Chain},
    specification::Specification,
};

const DOCUMENTATION: &str = include_str!("../../../docs/RPC.md");

/// Methods of the specification that the server does not have; `docs/RPC.md` says why.
const NOT_SERVED: [&str; 4] = [
    "eth_blobBaseFee",
    "eth_config",
    "eth_getBlockAccessList",
    "debug_getRawBlockAccessList",
];

/// What happened on the chain before it is asked.
struct History {
    counter: Address,
    receipts: Vec<TransactionReceipt>,
}

impl History {
    /// Transfers, transactions of every type that log, creations, failures, and a block with several transactions.
    async fn make(chain: &Chain) -> Self {
        let counter = chain.deploy_counter().await;
        let signer = chain.node.signer(chain.account(1)).unwrap();
        let authorization = Authorization {
            chain_id: U256::from(412_346),
            address: counter,
            nonce: 0,
        };
        let signature = signer.sign_hash_sync(&authorization.signature_hash()).unwrap();
        let authorization = authorization.into_signed(signature);
        let base = TransactionRequest::default().to(counter).gas_limit(300_000);
        let list = serde_json::from_value(json!([{ "address": counter, "storageKeys": [B256::ZERO] }])).unwrap();
        let succeeding = [
            base.clone().with_gas_price(100_000_000),
            base.clone().with_gas_price(100_000_000).access_list(list),
            base.clone(),
            base.clone().with_authorization_list(vec![authorization]),
            TransactionRequest::default().to(chain.account(5)).value(U256::from(1)),
            TransactionRequest::default().input(COUNTER.into()).into_create(),
        ];
        let invalid = alloy::primitives::bytes!("fe");
        let failing = [
            base.clone().input(invalid.clone().into()),
            base.input(invalid.into()).into_create(),
        ];
        let mut receipts = Vec::new();
        for (request, succeeds) in succeeding
            .into_iter()
            .map(|request| (request, true))
            .chain(failing.into_iter().map(|request| (request, false)))
        {
            let receipt = chain.send(request).await;
            assert_eq!(receipt.status(), succeeds);
            receipts.push(receipt);
        }
        chain.result("evm_setAutomine", json!([false])).await;
        for account in 6..9 {
            let request = json!([{ "from": chain.account(account), "to": counter, "gas": "0x493e0" }]);
            chain.result("eth_sendTransaction", request).await;
        }
        chain.result("evm_mine", json!([])).await;
        chain.result("evm_setAutomine", json!([true])).await;
        Self { counter, receipts }
    }
}

async fn check(chain: &Chain, specification: &mut Specification, method: &str, params: Value) -> Value {
    let result = chain.result(method, params).await;
    specification.check(method, &result);
    result
}

#[tokio::test]
async fn every_answer_has_the_specified_shape() {
    let chain = Chain::start().await;
    let history = History::make(&chain).await;
    let mut specification = Specification::read();
    check_chain_and_state(&chain, &mut specification, history.counter).await;
    check_blocks(&chain, &mut specification).await;
    check_transactions(&chain, &mut specification, &history).await;
    check_simulation(&chain, &mut specification, history.counter).await;
    check_sending(&chain, &mut specification, history.counter).await;
    check_pool(&chain, &mut specification).await;
    check_filters(&chain, &mut specification, history.counter).await;
    for method in specification.methods() {
        assert!(
            specification.is_checked(method) != NOT_SERVED.contains(&method),
            "{method} is neither checked nor listed as not served, or both"
        );
    }
}

async fn check_chain_and_state(chain: &Chain, specification: &mut Specification, counter: Address) {
    let account = chain.account(0);
    let call = json!({ "from": account, "to": counter });
    let priced = json!({ "from": account, "to": counter, "gasPrice": "0x5f5e100" });
    let calls = [
        ("eth_chainId", json!([])),
        ("eth_blockNumber", json!([])),
        ("eth_gasPrice", json!([])),
        ("eth_baseFee", json!([])),
        ("eth_maxPriorityFeePerGas", json!([])),
        ("eth_syncing", json!([])),
        ("eth_capabilities", json!([])),
        ("eth_coinbase", json!([])),
        ("eth_accounts", json!([])),
        ("net_version", json!([])),
        ("eth_feeHistory", json!(["0x4", "latest", [10, 50, 90]])),
        ("eth_feeHistory", json!(["0x4", "latest"])),
        ("eth_getBalance", json!([account, "latest"])),
        ("eth_getBalance", json!([account, "0x1"])),
        ("eth_getTransactionCount", json!([account, "latest"])),
        ("eth_getTransactionCount", json!([account, "pending"])),
        ("eth_getCode", json!([counter, "latest"])),
        ("eth_getCode", json!([account, "latest"])),
        ("eth_getStorageAt", json!([counter, "0x0", "latest"])),
        (
            "eth_getStorageValues",
            json!([{ counter.to_string(): ["0x0", "0x1"] }, "latest"]),
        ),
        (
            "eth_getProof",
            json!([counter, ["0x0", B256::with_last_byte(1)], "latest"]),
        ),
        ("eth_getProof", json!([Address::repeat_byte(0xee), ["0x0"], "0x1"])),
        ("eth_call", json!([call, "latest"])),
        ("eth_estimateGas", json!([call, "latest"])),
        ("eth_createAccessList", json!([call, "latest"])),
        ("eth_createAccessList", json!([{ "to": counter, "data": "0x01" }])),
        ("eth_fillTransaction", json!([call])),
        ("eth_fillTransaction", json!([priced])),
        ("eth_sign", json!([account, "0x68656c6c6f"])),
        ("eth_signTransaction", json!([call])),
        ("eth_signTransaction", json!([priced])),
        ("eth_getLogs", json!([{ "fromBlock": "0x0", "address": counter }])),
        ("eth_getLogs", json!([{ "fromBlock": "0x0", "topics": [null] }])),
        ("debug_getBadBlocks", json!([])),
    ];
    for (method, params) in calls {
        check(chain, specification, method, params).await;
    }
}

async fn check_blocks(chain: &Chain, specification: &mut Specification) {
    let height = chain.node.block_number();
    let tags = ["latest", "earliest", "pending", "safe", "finalized"].map(str::to_owned);
    let numbers = (0..=height + 1).map(|number| format!("0x{number:x}"));
    for block in numbers.chain(tags) {
        for full in [true, false] {
            check(chain, specification, "eth_getBlockByNumber", json!([block, full])).await;
        }
        for method in ["eth_getBlockReceipts", "eth_getBlockTransactionCountByNumber"] {
            check(chain, specification, method, json!([block])).await;
        }
    }
    for number in 0..=height {
        let number = format!("0x{number:x}");
        for method in ["debug_getRawHeader", "debug_getRawBlock", "debug_getRawReceipts"] {
            check(chain, specification, method, json!([number])).await;
        }
        let traces = check(chain, specification, "debug_traceBlockByNumber", json!([number])).await;
        for trace in traces.as_array().unwrap() {
            specification.check_component("OpcodeBlockTransactionTrace", trace);
        }
        let block = chain.result("eth_getBlockByNumber", json!([number, false])).await;
        let hash = &block["hash"];
        check(chain, specification, "eth_getBlockByHash", json!([hash, true])).await;
        check(
            chain,
            specification,
            "eth_getBlockTransactionCountByHash",
            json!([hash]),
        )
        .await;
        let options = json!({ "tracer": "callTracer" });
        check(chain, specification, "debug_traceBlockByHash", json!([hash, options])).await;
    }
    check(chain, specification, "eth_getBlockByHash", json!([B256::ZERO, true])).await;
}

async fn check_transactions(chain: &Chain, specification: &mut Specification, history: &History) {
    for receipt in &history.receipts {
        let hash = receipt.transaction_hash;
        for method in [
            "eth_getTransactionByHash",
            "eth_getTransactionReceipt",
            "debug_getRawTransaction",
        ] {
            check(chain, specification, method, json!([hash])).await;
        }
        let options = json!({ "enableMemory": true, "enableReturnData": true });
        let trace = check(chain, specification, "debug_traceTransaction", json!([hash, options])).await;
        specification.check_component("OpcodeTransactionTrace", &trace);
        let index = format!("0x{:x}", receipt.transaction_index.unwrap());
        let number = format!("0x{:x}", receipt.block_number.unwrap());
        let by_hash = json!([receipt.block_hash, index]);
        let by_number = json!([number, index]);
        for (method, params) in [
            ("eth_getTransactionByBlockHashAndIndex", by_hash),
            ("eth_getTransactionByBlockNumberAndIndex", by_number),
        ] {
            let found = check(chain, specification, method, params).await;
            assert_eq!(found["hash"], json!(hash));
        }
    }
    for method in ["eth_getTransactionByHash", "eth_getTransactionReceipt"] {
        check(chain, specification, method, json!([B256::ZERO])).await;
    }
}

async fn check_simulation(chain: &Chain, specification: &mut Specification, counter: Address) {
    let account = chain.account(0);
    let calls = json!([
        { "from": account, "to": counter },
        { "from": account, "to": chain.account(1), "value": "0x1" },
        { "from": account, "to": counter, "data": "0x01" },
        { "from": account, "data": "0xfe", "gas": "0x186a0" },
    ]);
    for full in [true, false] {
        let payload = json!({
            "blockStateCalls": [{ "calls": calls }, { "calls": [], "blockOverrides": { "time": "0x80000000" } }],
            "returnFullTransactions": full,
            "traceTransfers": true,
        });
        check(chain, specification, "eth_simulateV1", json!([payload, "latest"])).await;
    }
}

async fn check_sending(chain: &Chain, specification: &mut Specification, counter: Address) {
    let transaction = json!([{ "from": chain.account(2), "to": counter }]);
    check(chain, specification, "eth_sendTransaction", transaction.clone()).await;
    let signed = chain.result("eth_signTransaction", transaction).await;
    check(chain, specification, "eth_sendRawTransaction", json!([signed["raw"]])).await;
}

async fn check_pool(chain: &Chain, specification: &mut Specification) {
    chain.result("evm_setAutomine", json!([false])).await;
    let account = chain.account(3);
    let transfer = json!([{ "from": account, "to": account, "gas": "0x5208" }]);
    let hash = chain.result("eth_sendTransaction", transfer).await;
    let hash = hash.as_str().unwrap();
    check(chain, specification, "txpool_status", json!([])).await;
    for (method, params) in [("txpool_content", json!([])), ("txpool_contentFrom", json!([account]))] {
        let content = check(chain, specification, method, params).await;
        assert!(content.to_string().contains(hash), "{method}: {content}");
    }
    chain.result("evm_setAutomine", json!([true])).await;
}

async fn check_filters(chain: &Chain, specification: &mut Specification, counter: Address) {
    let filters = [
        ("eth_newFilter", json!([{ "address": counter }])),
        ("eth_newBlockFilter", json!([])),
        ("eth_newPendingTransactionFilter", json!([])),
    ];
    for (method, params) in filters {
        let filter = check(chain, specification, method, params).await;
        chain.count(counter).await;
        let changes = check(chain, specification, "eth_getFilterChanges", json!([filter])).await;
        assert!(!changes.as_array().unwrap().is_empty(), "{method}");
        if method == "eth_newFilter" {
            check(chain, specification, "eth_getFilterLogs", json!([filter])).await;
        }
        check(chain, specification, "eth_uninstallFilter", json!([filter])).await;
    }
}

#[tokio::test]
async fn methods_that_are_not_served_are_documented_and_refused() {
    let chain = Chain::start().await;
    for method in NOT_SERVED {
        assert!(
            DOCUMENTATION.contains(&format!("`{method}`")),
            "docs/RPC.md does not mention {method}"
        );
        assert_eq!(chain.error(method, json!([])).await["code"], -32601, "{method}");
    }
}
