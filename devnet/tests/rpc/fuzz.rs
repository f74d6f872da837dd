//! Whatever is asked, the server answers and goes on.

use proptest::{collection, prelude::*, sample::select, test_runner::Config, test_runner::TestRunner};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::chain::Chain;

/// Every kind of argument that the methods read. HTTP has no subscriptions.
const METHODS: [&str; 56] = [
    "eth_getBlockByNumber",
    "eth_getBlockByHash",
    "eth_getBlockReceipts",
    "eth_getBalance",
    "eth_getCode",
    "eth_getStorageAt",
    "eth_getStorageValues",
    "eth_getTransactionCount",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash",
    "eth_getTransactionReceipt",
    "eth_getLogs",
    "eth_newFilter",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_uninstallFilter",
    "eth_call",
    "eth_estimateGas",
    "eth_createAccessList",
    "eth_simulateV1",
    "eth_getProof",
    "eth_fillTransaction",
    "eth_signTransaction",
    "eth_sendTransaction",
    "eth_sendRawTransaction",
    "eth_sign",
    "eth_feeHistory",
    "personal_sign",
    "web3_sha3",
    "net_version",
    "txpool_contentFrom",
    "debug_traceTransaction",
    "debug_traceCall",
    "debug_traceBlockByNumber",
    "debug_getRawBlock",
    "evm_mine",
    "evm_increaseTime",
    "evm_setTime",
    "evm_setNextBlockTimestamp",
    "evm_snapshot",
    "evm_revert",
    "evm_setAutomine",
    "evm_setIntervalMining",
    "evm_setBlockGasLimit",
    "anvil_mine",
    "anvil_setBalance",
    "anvil_setNonce",
    "anvil_setCode",
    "anvil_setStorageAt",
    "anvil_setNextBlockBaseFeePerGas",
    "anvil_setBlockTimestampInterval",
    "anvil_impersonateAccount",
    "anvil_dropTransaction",
    "anvil_rollback",
    "anvil_reset",
    "rpc_modules",
];

const KEYS: [&str; 26] = [
    "from",
    "to",
    "gas",
    "gasPrice",
    "maxFeePerGas",
    "value",
    "data",
    "input",
    "nonce",
    "type",
    "chainId",
    "accessList",
    "authorizationList",
    "fromBlock",
    "toBlock",
    "blockHash",
    "address",
    "topics",
    "tracer",
    "tracerConfig",
    "stateOverrides",
    "code",
    "calls",
    "blockStateCalls",
    "storageKeys",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
];

const WORDS: [&str; 18] = [
    "latest",
    "pending",
    "earliest",
    "callTracer",
    "stylusTracer",
    "newHeads",
    "",
    "0x",
    "0x0",
    "0x1",
    "0xf",
    "0xffffffffffffffff",
    "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0x0000000000000000000000000000000000000000000000000000000000000000",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x0000000000000000000000000000000000000071",
    "0x5b600056",
    "0xeff00000",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..40).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(&WORDS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof![8 => select(&KEYS[..]).prop_map(str::to_owned), 1 => "\\PC{0,4}"];
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::vec((key, inner), 0..6).prop_map(|fields| Value::from(Map::from_iter(fields))),
        ]
    })
}

fn request() -> impl Strategy<Value = Value> {
    let params = prop_oneof![8 => collection::vec(value(), 0..4).prop_map(Value::from), 1 => value()];
    (select(&METHODS[..]), params)
        .prop_map(|(method, params)| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => request().prop_map(|request| request.to_string().into_bytes()),
        2 => collection::vec(request(), 0..5).prop_map(|batch| Value::from(batch).to_string().into_bytes()),
        2 => value().prop_map(|value| value.to_string().into_bytes()),
        1 => collection::vec(any::<u8>(), 0..64),
        1 => (request(), any::<prop::sample::Index>()).prop_map(|(request, cut)| {
            let mut bytes = request.to_string().into_bytes();
            bytes.truncate(cut.index(bytes.len()));
            bytes
        }),
    ]
}

/// An answer is JSON, and none says that a handler broke down.
fn check(text: &str) {
    if text.is_empty() {
        return;
    }
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    let answers = match &answer {
        Value::Array(answers) => answers.as_slice(),
        one => std::slice::from_ref(one),
    };
    for answer in answers {
        assert_ne!(answer["error"]["code"], -32603, "{answer}");
    }
}

#[test]
fn no_body_breaks_the_server() {
    let runtime = Runtime::new().expect("a runtime");
    let chain = runtime.block_on(async {
        let chain = Chain::start().await;
        chain.deploy_counter().await;
        chain
    });
    let config = Config {
        cases: 600,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&body(), |body| {
            let (_, text) = runtime.block_on(chain.post(body));
            check(&text);
            Ok(())
        })
        .expect("every body is answered");
    let alive = runtime.block_on(chain.result("web3_clientVersion", json!([])));
    assert!(alive.is_string());
}
